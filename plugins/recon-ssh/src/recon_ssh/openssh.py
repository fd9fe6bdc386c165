"""OpenSSH as its own project, distributions and Microsoft build it."""

from __future__ import annotations

from recon import Match
from recon_ssh.grammar import END, START, server

_CPE = "cpe:2.3:a:openbsd:openssh"
_VERSION = rb"OpenSSH_(?P<version>\d[0-9A-Za-z.]*)(?:[-_+~](?P<variant>[^ \r\n]+))?"
"""``variant`` is a patch set that names itself, such as ``hpn14v5``."""


def _openssh(
    name: str,
    tail: bytes,
    examples: dict[bytes, dict[str, str]],
    *,
    version: bytes = _VERSION,
    distro: str | None = None,
) -> Match:
    """Read OpenSSH with what stands behind its version; ``examples`` are whole lines without their CR LF."""
    return Match(
        START + version + tail,
        service="ssh",
        vendor="openbsd",
        product="OpenSSH",
        distro=distro,
        cpe=_CPE,
        name=name,
        examples={line + b"\r\n": expect for line, expect in examples.items()},
    )


# The most exact first: of several matches of one product the first that hits is taken.
MATCHES = (
    # Until 2012 Ubuntu's packages still said Debian in front of Ubuntu's revision.
    _openssh(
        "ssh.openssh.old-ubuntu",
        rb" Debian-(?P<revision>[^ \r\n]*ubuntu[^ \r\n]*)" + END,
        {
            b"SSH-2.0-OpenSSH_5.9p1 Debian-5ubuntu1.1": {
                "version": "5.9p1",
                "distro": "Ubuntu",
                "revision": "5ubuntu1.1",
            },
            b"SSH-2.0-OpenSSH_4.7p1 Debian-8ubuntu1": {"distro": "Ubuntu", "revision": "8ubuntu1"},
        },
        version=rb"OpenSSH_(?P<version>[3-6]\.[0-9A-Za-z.]*)",
        distro="Ubuntu",
    ),
    _openssh(
        "ssh.openssh",
        rb" (?P<distro>Debian|Ubuntu|Raspbian|FreeBSD)-(?P<revision>[^ \r\n]+)" + END,
        {
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10": {
                "version": "9.2p1",
                "distro": "Debian",
                "revision": "2+deb12u10",
                "protocol": "2.0",
                "cpe": "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*",
            },
            b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5": {"distro": "Ubuntu", "revision": "3ubuntu13.5"},
            b"SSH-2.0-OpenSSH_8.4p1 Raspbian-5+b1": {"distro": "Raspbian", "revision": "5+b1"},
            b"SSH-2.0-OpenSSH_9.3 FreeBSD-20230719": {"version": "9.3", "distro": "FreeBSD", "revision": "20230719"},
            b"SSH-2.0-OpenSSH_7.2-hpn14v5 FreeBSD-20161230": {"version": "7.2", "variant": "hpn14v5"},
            b"SSH-2.0-OpenSSH_6.6.1_hpn13v11 FreeBSD-20140420": {"version": "6.6.1", "variant": "hpn13v11"},
        },
    ),
    _openssh(
        "ssh.openssh.plain",
        END,
        {
            b"SSH-2.0-OpenSSH_8.0 NetBSD_Secure_Shell-20190418-hpn13v14-lpk": {
                "version": "8.0",
                "comment": "NetBSD_Secure_Shell-20190418-hpn13v14-lpk",
            },
            b"SSH-2.0-OpenSSH_9.3p1 PKIX[14.1]": {"version": "9.3p1", "comment": "PKIX[14.1]"},
            b"SSH-2.0-OpenSSH_8.7": {"version": "8.7", "product": "OpenSSH"},
            b"SSH-1.99-OpenSSH_3.9p1": {"version": "3.9p1", "protocol": "1.99"},
        },
    ),
    server(
        rb"OpenSSH_for_Windows_(?P<version>\d[0-9A-Za-z.]*)",
        "OpenSSH for Windows",
        {
            b"OpenSSH_for_Windows_8.1": {"version": "8.1"},
            b"OpenSSH_for_Windows_9.5": {"version": "9.5", "cpe": f"{_CPE}:9.5:*:*:*:*:*:*:*"},
        },
        vendor="microsoft",
        cpe=_CPE,
    ),
    # The version is hidden: the product alone.
    _openssh(
        "ssh.openssh.hidden",
        END,
        {b"SSH-2.0-OpenSSH": {"product": "OpenSSH"}, b"SSH-2.0-OpenSSH_Secure": {"variant": "Secure"}},
        version=rb"OpenSSH(?:_(?P<variant>[A-Z][^ \r\n]*))?",
    ),
)
