"""Mail filters: ManageSieve (RFC 5804 section 1.7). The server lists what it can do, then says ``OK``."""

from __future__ import annotations

from functools import partial

from recon.model import Probe
from recon.probes.grammar import greeting

_sieve = partial(greeting, "sieve")
_IMPLEMENTATION = rb'^"IMPLEMENTATION" "'
_REST = (
    b'\r\n"SIEVE" "fileinto reject envelope vacation imap4flags"\r\n"SASL" "PLAIN"\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\n'
)

_MATCHES = (
    _sieve(
        _IMPLEMENTATION + rb'Dovecot(?: \((?P<distro>Debian|Ubuntu|Raspbian)\))? Pigeonhole"',
        "Dovecot Pigeonhole",
        {
            b'"IMPLEMENTATION" "Dovecot (Debian) Pigeonhole"' + _REST + b'OK "Dovecot (Debian) ready."': {
                "distro": "Debian"
            },
            b'"IMPLEMENTATION" "Dovecot Pigeonhole"' + _REST + b'OK "Dovecot ready."': None,
        },
        vendor="dovecot",
        cpe="cpe:2.3:a:dovecot:pigeonhole",
    ),
    _sieve(
        _IMPLEMENTATION + rb"Cyrus timsieved v?(?P<version>\d+[\d.]*\d)(?:-(?P<distro>Debian|Fedora|Ubuntu)(?:-RPM)?"
        rb'-[\d.]+(?:[+~]\w+)*-(?P<revision>[^"\s]+))?',
        "Cyrus timsieved",
        {
            b'"IMPLEMENTATION" "Cyrus timsieved 3.6.1-Debian-3.6.1-4+deb12u3"' + _REST + b"OK": {
                "version": "3.6.1",
                "revision": "4+deb12u3",
                "distro": "Debian",
            },
            b'"IMPLEMENTATION" "Cyrus timsieved v2.4.17"' + _REST + b"OK": "2.4.17",
        },
        vendor="cyrus",
        cpe="cpe:2.3:a:cyrus:imap",
    ),
    _sieve(
        _IMPLEMENTATION + rb'Stalwart ManageSieve"',
        "Stalwart",
        {b'"IMPLEMENTATION" "Stalwart ManageSieve"' + _REST + b'OK "Stalwart ManageSieve at your service."': None},
        vendor="stalw",
        cpe="cpe:2.3:a:stalw:stalwart",
    ),
    _sieve(
        _IMPLEMENTATION + rb'(?P<implementation>[^"\r\n]+)"',
        None,
        {
            b'"IMPLEMENTATION" "Example1 ManageSieved v001"' + _REST + b"OK": {
                "implementation": "Example1 ManageSieved v001"
            }
        },
    ),
    _sieve(
        rb'"SIEVE" "(?P<extensions>[^"\r\n]*)"\r?\n',
        None,
        {b'"SASL" "PLAIN"\r\n"SIEVE" "fileinto vacation"\r\nOK': {"extensions": "fileinto vacation"}},
        name="sieve.extensions",
    ),
)

PROBES = (Probe("sieve", ports="2000,4190", starttls=((b"STARTTLS\r\n", b"OK"),), rarity=5, matches=_MATCHES),)
