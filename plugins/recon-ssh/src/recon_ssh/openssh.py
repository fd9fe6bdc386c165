"""OpenSSH as its own project, distributions and Microsoft build it."""

from __future__ import annotations

from recon import Match
from recon_ssh.grammar import END, START, server

_CPE = "cpe:2.3:a:openbsd:openssh"
_VERSION = rb"OpenSSH_(?P<version>\d[0-9A-Za-z.]*)(?:[-_](?P<variant>[^ \r\n]+))?"
"""``variant`` is a patch set that names itself, such as ``hpn14v5``."""

MATCHES = (
    # Before 2009 Ubuntu's packages still said Debian in front of Ubuntu's revision. First, so that it wins.
    Match(
        START + _VERSION + rb" Debian-(?P<revision>[^ \r\n]*ubuntu[^ \r\n]*)" + END,
        service="ssh",
        vendor="openbsd",
        product="OpenSSH",
        distro="Ubuntu",
        cpe=_CPE,
        name="ssh.openssh.old-ubuntu",
        examples={
            b"SSH-2.0-OpenSSH_4.7p1 Debian-8ubuntu1\r\n": {
                "version": "4.7p1",
                "distro": "Ubuntu",
                "revision": "8ubuntu1",
            },
        },
    ),
    Match(
        START
        + _VERSION
        + rb"(?: (?:(?P<distro>Debian|Ubuntu|Raspbian|FreeBSD)-(?P<revision>[^ \r\n]+)(?: [^\r\n]*)?"
        + rb"|(?P<comment>[^\r\n]*)))?\r?\n",
        service="ssh",
        vendor="openbsd",
        product="OpenSSH",
        cpe=_CPE,
        examples={
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n": {
                "version": "9.2p1",
                "distro": "Debian",
                "revision": "2+deb12u10",
                "protocol": "2.0",
                "cpe": "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*",
            },
            b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n": {"distro": "Ubuntu", "revision": "3ubuntu13.5"},
            b"SSH-2.0-OpenSSH_8.4p1 Raspbian-5+b1\r\n": {"distro": "Raspbian", "revision": "5+b1"},
            b"SSH-2.0-OpenSSH_9.3 FreeBSD-20230719\r\n": {
                "version": "9.3",
                "distro": "FreeBSD",
                "revision": "20230719",
            },
            b"SSH-2.0-OpenSSH_7.2-hpn14v5 FreeBSD-20161230\n": {"version": "7.2", "variant": "hpn14v5"},
            b"SSH-2.0-OpenSSH_6.6.1_hpn13v11 FreeBSD-20140420\r\n": {"version": "6.6.1", "variant": "hpn13v11"},
            b"SSH-2.0-OpenSSH_8.0 NetBSD_Secure_Shell-20190418-hpn13v14-lpk\r\n": {
                "version": "8.0",
                "comment": "NetBSD_Secure_Shell-20190418-hpn13v14-lpk",
            },
            b"SSH-2.0-OpenSSH_9.3p1 PKIX[14.1]\r\n": {"version": "9.3p1", "comment": "PKIX[14.1]"},
            b"SSH-2.0-OpenSSH_8.7\r\n": {"version": "8.7", "product": "OpenSSH"},
            b"SSH-1.99-OpenSSH_3.9p1\n": {"version": "3.9p1", "protocol": "1.99"},
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
    # VersionAddendum and hidden versions: the product alone.
    Match(
        START + rb"OpenSSH(?:_(?P<variant>[A-Z][^ \r\n]*))?" + END,
        service="ssh",
        vendor="openbsd",
        product="OpenSSH",
        cpe=_CPE,
        name="ssh.openssh.hidden",
        examples={b"SSH-2.0-OpenSSH\r\n": {"product": "OpenSSH"}, b"SSH-2.0-OpenSSH_Secure\r\n": {"variant": "Secure"}},
    ),
)
