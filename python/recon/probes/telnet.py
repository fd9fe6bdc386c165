"""Telnet: options (RFC 854, ``IAC`` and a verb) or a prompt. The server speaks first; its options are not answered."""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import HOST, V, greeting

_telnet = partial(greeting, "telnet", end=b"")
_OPTIONS = rb"^(?:\xff[\xfb-\xfe][\s\S])*[\s\x00]*"

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
    Match(
        rb"^\xff\xfd[\x01\x03\x18\x1f\x20\x25]|^\xff\xfb[\x01\x03]",
        service="telnet",
        name="telnet.options",
        examples={b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27": {"service": "telnet"}},
    ),
)

PROBES = (Probe("telnet", ports="23,2323", tls_ports="992", rarity=2, matches=_MATCHES),)
