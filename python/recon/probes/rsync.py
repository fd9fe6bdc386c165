"""rsync's daemon: it greets with its protocol; asked for ``#list`` it names its modules and hangs up."""

from __future__ import annotations

from recon.model import Match, Probe

_GREETING = rb"^@RSYNCD: (?P<protocol>\d+\.\d+)(?: (?P<digests>[a-z0-9 ]+))?\n"
_LISTING = rb"(?P<modules>(?:[^@\n][^\n]*\n)+)@RSYNCD: EXIT"

_MATCHES = (
    Match(
        _GREETING + rb"(?:" + _LISTING + rb")?",
        service="rsync",
        vendor="samba",
        product="rsync",
        examples={
            b"@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\nshare          \twhat we share\n@RSYNCD: EXIT\n": {
                "protocol": "32.0",
                "digests": "sha512 sha256 sha1 md5 md4",
                "modules": "share          \twhat we share\n",
            },
            b"@RSYNCD: 31.0\n": {"protocol": "31.0"},
        },
    ),
    Match(
        rb"^@RSYNCD: (?P<protocol>\d+)\n",
        service="rsync",
        examples={b"@RSYNCD: 27\n": {"protocol": "27"}},
    ),
    Match(
        rb"^@ERROR: (?P<error>[^\n]*)\n",
        service="rsync",
        examples={b"@ERROR: access denied to  from example.org (192.0.2.1)\n": {}},
    ),
)

PROBES = (Probe("rsync", ports="873", send=b"@RSYNCD: 31.0\n#list\n", ends="quiet", rarity=6, matches=_MATCHES),)
