"""Telnet: options (RFC 854, ``IAC`` and a verb) or a prompt. The server speaks first; its options are not answered."""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import HOST, V, greeting
from recon.probes.products import PRODUCTS

_telnet = partial(greeting, "telnet", end=b"")
_OPTIONS = rb"^(?:\xff[\xfb-\xfe][\s\S])*[\s\x00]*"

SYSTEMS = tuple(
    _telnet(
        _OPTIONS + pattern,
        product,
        {b"\xff\xfd\x18\r\n" + text: expect},
        vendor=vendor,
        part="o",
        cpe=cpe,
    )
    for product, pattern, text, expect, vendor, cpe in (
        (
            "SunOS",
            rb"SunOS (?P<version>5\.\d+)\s",
            b"SunOS 5.10\r\n\r\nlogin: ",
            "5.10",
            "sun",
            None,
        ),
        (
            "NetBSD",
            rb"NetBSD/(?P<machine>\w+) \((?P<host>[^)\r\n]*)\)",
            b"NetBSD/i386 (box) (ttyp1)\r\n\r\nlogin: ",
            {"machine": "i386", "host": "box"},
            "netbsd",
            None,
        ),
        (
            "FreeBSD",
            rb"FreeBSD/(?P<machine>\w+) \((?P<host>[^)\r\n]*)\)",
            b"FreeBSD/amd64 (box) (pts/0)\r\n\r\nlogin: ",
            {"machine": "amd64"},
            "freebsd",
            None,
        ),
        (
            "OpenBSD",
            rb"OpenBSD/(?P<machine>\w+) \((?P<host>[^)\r\n]*)\)",
            b"OpenBSD/i386 (box) (ttyp0)\r\n\r\nlogin: ",
            {"machine": "i386"},
            "openbsd",
            None,
        ),
        (
            "HP-UX",
            rb"HP-UX (?P<host>\S+) (?P<version>[A-Z]\.\d[\d.]*)",
            b"HP-UX box B.11.23 U ia64 (ta)\r\n\r\nlogin: ",
            "B.11.23",
            "hp",
            None,
        ),
        (
            "AIX",
            rb"AIX Version (?P<version>\d[\d.]*)",
            b"AIX Version 6\r\nCopyright IBM Corporation, 1982, 2010.\r\nlogin: ",
            "6",
            "ibm",
            None,
        ),
        (
            "OpenVMS",
            rb"[^\r\n]*\bOpenVMS \(TM\)[^\r\n]* Version V(?P<version>\d[\w.-]*\w)",
            b"Welcome to OpenVMS (TM) VAX Operating System, Version V7.2    \r\n\r\nUsername: ",
            "7.2",
            "hp",
            None,
        ),
        (
            "DD-WRT",
            rb"DD-WRT v(?P<version>\d[\w.-]*)",
            b"DD-WRT v3.0-r44715 std (c) 2020 NewMedia-NET GmbH\r\nRelease: 11/03/20\r\n\r\nDD-WRT login: ",
            "3.0-r44715",
            "dd-wrt",
            None,
        ),
        (
            "Red Hat Linux",
            rb"Red Hat Linux release (?P<version>\d[\d.]*)",
            b"Red Hat Linux release 9 (Shrike)\r\nKernel 2.4.20-8 on an i686\r\nlogin: ",
            "9",
            "redhat",
            "cpe:2.3:o:redhat:linux",
        ),
        (
            "CentOS",
            rb"CentOS (?:Linux )?release (?P<version>\d[\d.]*)",
            b"CentOS release 6.10 (Final)\r\nKernel 2.6.32-754.el6.x86_64 on an x86_64\r\nlogin: ",
            "6.10",
            "centos",
            None,
        ),
        (
            "SCO OpenServer",
            rb"SCO OpenServer\(TM\) Release (?P<version>\d[\d.]*)",
            b"SCO OpenServer(TM) Release 5 (sco1) (ttyp0)\r\n\r\nlogin: ",
            "5",
            "sco",
            "cpe:2.3:o:sco:openserver",
        ),
        (
            "Polycom Command Shell",
            rb"Polycom Command Shell\r",
            b"Polycom Command Shell\r\nXCOM host: localhost port: 4121\r\n-> ",
            None,
            "polycom",
            None,
        ),
        (
            "IRIX",
            rb"IRIX \((?P<host>[^)\r\n]*)\)\s",
            b"IRIX (octane)\r\n\r\nlogin: ",
            {"host": "octane"},
            "sgi",
            None,
        ),
        (
            "Ricoh Maintenance Shell",
            rb"Ricoh Maintenance Shell\.",
            b"Ricoh Maintenance Shell.\r\nUser access verification.\r\nlogin:",
            None,
            "ricoh",
            "cpe:2.3:h:ricoh:maintenance_shell",
        ),
        (
            "Lantronix",
            rb"(?:\*{3} )?Lantronix (?P<model>[A-Z][\w-]*)[^\r\n]*? V(?P<version>\d[\d.]*)",
            b"Lantronix UDS10 V5.8.0.1 (041112)\r\nMAC address 00204A8123AB\r\n",
            {"version": "5.8.0.1", "model": "UDS10"},
            "lantronix",
            None,
        ),
        (
            "Efficient",
            rb"Efficient (?P<model>\d+\w*) [^\r\n]*? v(?P<version>\d[\d.]*) Ready",
            b"Efficient 5851 SDSL [ATM] Router (5851-002) v5.2.50 Ready\r\nLogin: ",
            {"version": "5.2.50", "model": "5851"},
            "efficient_networks",
            None,
        ),
        (
            "VxWorks",
            rb"VxWorks login: ",
            b"VxWorks login: ",
            None,
            "windriver",
            None,
        ),
        (
            "HP JetDirect",
            rb"HP JetDirect\s",
            b"HP JetDirect\r\nPassword is not set\r\n\r\n> ",
            None,
            "hp",
            "cpe:2.3:h:hp:jetdirect",
        ),
    )
)
"""What a login banner says of the system behind it."""

_BANNER = rb"(?P<product>[A-Z][\w+/-]*(?:\((?i:tm|r|c)\))?(?: (?:[A-Z][\w@+./-]*|\d[\w-]*|and|of|for))"
_CALLED = rb"(?i:(?:firmware |software )?(?:version|ver|release|rev)|firmware|fw)[ .:]*(?i:v|r)?"
"""Words behind which a version stands, even one without a dot."""
_ASKS = rb"(?i:login|username|user name|password) ?:"

LEARNT = tuple(
    Match(
        rb"^(?:\xff[\xfb-\xfe][\s\S])*[\s\x00*=#-]*(?:(?i:welcome to) (?i:the )?)?" + pattern,
        service="telnet",
        part="o",
        name=f"telnet.{shape}",
        examples=examples,
    )
    for shape, pattern, examples in (
        (
            "versioned",
            _BANNER + rb"*?)[ ,(\[-]+(?:" + _CALLED + rb"|(?i:v|r)[ .:]*)?(?P<version>\d\w*(?:\.\w+)+(?:\(\w+\.\d+\))?)"
            rb"[^\r\n]*[\s*=#-]+(?:[^\r\n]*[\r\n]+)*?[^\r\n]*" + _ASKS,
            {
                b"\r\nAcme Gate 1200 Version 1.4.2\r\n\r\nlogin: ": {"product": "Acme Gate 1200", "version": "1.4.2"},
                b"\r\nAcme/OS(TM) Firmware Version: V1.4.2\r\nlogin: ": {"product": "Acme/OS(TM)", "version": "1.4.2"},
                b"\xff\xfb\x01Welcome to Acme OS v1.4.2\r\nUsername: ": {"product": "Acme OS", "version": "1.4.2"},
            },
        ),
        (
            "called",
            _BANNER
            + rb"*?)[ ,(\[-]+"
            + _CALLED
            + rb"(?P<version>\d\w*)\b[^\r\n]*[\s*=#-]+(?:[^\r\n]*[\r\n]+)*?[^\r\n]*"
            + _ASKS,
            {b"\r\nAcme Gate 16 - Firmware 82000_S1\r\nlogin: ": {"product": "Acme Gate 16", "version": "82000_S1"}},
        ),
        (
            "named",
            _BANNER + rb"*)[ .!]*[\r\n]+[\s*=#-]*" + _ASKS,
            {b"\r\nAcme DSL Router\r\nLogin: ": {"product": "Acme DSL Router"}},
        ),
    )
)
"""A banner of one line above the question for a name. Knows no product."""

_MATCHES = (
    _telnet(
        _OPTIONS
        + rb"(?P<distro>Debian|Ubuntu|Raspbian)(?: GNU/Linux)? (?P<release>[\d.]+)(?: LTS)?\r*\n"
        + HOST
        + rb" login:",
        "Linux telnetd",
        {b"\xff\xfd\x18Debian GNU/Linux 12\r\nbox login: ": {"distro": "Debian", "release": "12", "host": "box"}},
    ),
    _telnet(
        _OPTIONS + rb"MikroTik v(?P<version>\d[\w.]*)(?: \((?P<channel>[\w-]+)\))?\r*\n",
        "RouterOS",
        {b"\xff\xfd\x18\r\nMikroTik v6.49.7 (stable)\r\nLogin: ": {"version": "6.49.7", "channel": "stable"}},
        vendor="mikrotik",
        part="o",
    ),
    _telnet(
        _OPTIONS + rb"User Access Verification\r\n\r\n(?:Username|Password):",
        "Cisco IOS",
        {b"\xff\xfb\x01\xff\xfb\x03\r\n\r\nUser Access Verification\r\n\r\nUsername: ": None},
        vendor="cisco",
        part="o",
        cpe="cpe:2.3:o:cisco:ios",
    ),
    _telnet(
        _OPTIONS + rb"Welcome to Microsoft Telnet Service",
        "Microsoft Telnet Service",
        {b"\xff\xfd\x25\xff\xfb\x01Welcome to Microsoft Telnet Service \r\n\n\rlogin: ": None},
        vendor="microsoft",
    ),
    _telnet(
        rb"BusyBox v" + V + rb" \([^)\r\n]*\)",
        "BusyBox telnetd",
        {b"\xff\xfd\x01\r\n\r\nBusyBox v1.19.4 (2014-03-13 14:29:21 CST) built-in shell (ash)\r\n": "1.19.4"},
        vendor="busybox",
        cpe="cpe:2.3:a:busybox:busybox",
    ),
    *SYSTEMS,
    *LEARNT,
    Match(
        rb"^\xff\xfd[\x01\x03\x18\x1f\x20\x25]|^\xff\xfb[\x01\x03\x25\x26]",
        service="telnet",
        name="telnet.options",
        examples={
            b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27": {"service": "telnet"},
            b"\xff\xfb\x25\xff\xfb\x26\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27\xff\xfd\x24": {},
        },
    ),
)

PROBES = (Probe("telnet", ports="23,2323", tls_ports="992", rarity=2, matches=_MATCHES, products=PRODUCTS),)
