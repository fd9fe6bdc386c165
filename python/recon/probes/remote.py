"""Screens and tunnels from afar that answer a first step without a log-in: RDP, X11, SPICE, ICA, XDMCP, PPTP.

rlogin, rsh and rexec (RFC 1282) want a user's name before they say a word, and TeamViewer's protocol is not published:
none of them is asked.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_RDP = bytes.fromhex("030000130ee00000000000" + "010008000b000000")
"""TPKT, an X.224 connection request, and which kinds of security we know: TLS, CredSSP, CredSSP with early result.

MS-RDPBCGR section 2.2.1.1; no cookie and no user name is sent.
"""

_CONFIRM = rb"^\x03\x00\x00\x13\x0e\xd0\x00\x00[\s\S]{2}\x00"
"""An X.224 connection confirm of the length that holds an answer about security (section 2.2.1.2)."""


def _security(kind: int, value: int, meaning: str, *, more: dict[str, str] | None = None) -> Match:
    """Read the chosen security (kind 2), or why none was chosen (kind 3)."""
    answer = bytes([kind, 0x1F if kind == 2 else 0, 8, 0, value, 0, 0, 0])  # noqa: PLR2004 - the kind named above
    return Match(
        _CONFIRM + rb"\x%02x[\s\S]\x08\x00\x%02x\x00\x00\x00" % (kind, value),
        service="rdp",
        name=f"rdp.{'chosen' if kind == 2 else 'refused'}-{value}",  # noqa: PLR2004 - the same
        facts={"security": meaning} | (more or {}),
        examples={bytes.fromhex("030000130ed000001234 00") + answer: {"security": meaning}},
    )


_RDP_MATCHES = (
    _security(2, 0, "rdp"),
    _security(2, 1, "tls"),
    _security(2, 2, "credssp"),
    _security(2, 4, "rdstls"),
    _security(2, 8, "credssp with early result"),
    _security(3, 1, "tls", more={"refusal": "TLS is required"}),
    _security(3, 2, "rdp", more={"refusal": "TLS is not allowed"}),
    _security(3, 3, "rdp", more={"refusal": "no certificate for TLS"}),
    _security(3, 5, "credssp", more={"refusal": "CredSSP is required"}),
    Match(
        rb"^\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00",
        service="rdp",
        name="rdp.plain",
        facts={"security": "rdp"},
        examples={bytes.fromhex("0300000b06d00000123400"): {"security": "rdp"}},
    ),
)

_X11 = b"l\x00\x0b\x00" + b"\x00" * 8
"""X protocol 11.0, least significant byte first, no authorization (X Window System Protocol, appendix B)."""


def _x11_setup(vendor: bytes, release: int) -> bytes:
    fixed = struct.pack(
        "<IIIIHHBBBBBBBBI", release, 0x200000, 0x1FFFFF, 256, len(vendor), 65535, 1, 1, 0, 0, 32, 32, 8, 255, 0
    )
    rest = fixed + vendor + b"\x00" * (-len(vendor) % 4) + b"\x01\x01\x20" + b"\x00" * 61
    return b"\x01\x00\x0b\x00\x00\x00" + struct.pack("<H", len(rest) // 4) + rest


_X11_OPEN = rb"^\x01\x00\x0b\x00\x00\x00[\s\S]{2}(?P<release>[\s\S]{4})[\s\S]{28}"
_XORG_21 = rb"[\s\S][\xa1-\xff]\xb8\x00|[\s\S]{2}[\xb9-\xff]\x00"
"""Releases from 12100000 on: 12101007 is called 21.1.7, not 1.21.1.7 (as the server's tags are)."""

_XORG_1 = rb"[\s\S][\x00-\xa0]\xb8\x00|[\s\S]{2}[\x00-\xb7]\x00|[\s\S]{3}[\x01-\xff]"
"""The releases before."""


def _xorg(group: bytes, template: str, examples: dict[int, str]) -> Match:
    """Read X.Org's version out of the releases that ``group`` holds."""
    return Match(
        rb"^\x01\x00\x0b\x00\x00\x00[\s\S]{2}(?P<version>" + group + rb")[\s\S]{28}The X\.Org Foundation",
        service="x11",
        vendor="x.org",
        product="X.Org X Server",
        cpe="cpe:2.3:a:x.org:xorg-server",
        facts={"access": "open", "protocol": "11.0"},
        decode={"version": template},
        examples={
            _x11_setup(b"The X.Org Foundation", release): {"version": version, "access": "open"}
            for release, version in examples.items()
        },
    )


def _x_server(text: bytes, product: str, *, vendor: str, cpe: str | None = None) -> Match:
    return Match(
        _X11_OPEN + text,
        service="x11",
        vendor=vendor,
        product=product,
        cpe=cpe,
        facts={"access": "open", "protocol": "11.0"},
        decode={"release": "{u32le}"},
        examples={_x11_setup(text.replace(b"\\", b""), 12101007): {"product": product, "access": "open"}},
    )


_X11_MATCHES = (
    _xorg(_XORG_21, "{u32le/_1.2.2.3}", {12101007: "21.1.7", 12301002: "23.1.2"}),
    _xorg(_XORG_1, "{u32le/1.2.2.3}", {11906000: "1.19.6.0", 12013000: "1.20.13.0"}),
    _x_server(rb"The XFree86 Project, Inc", "XFree86", vendor="xfree86", cpe="cpe:2.3:a:xfree86:xfree86"),
    _x_server(rb"The Cygwin/X Project", "Cygwin/X", vendor="cygwin"),
    _x_server(rb"HC-Consult", "VcXsrv", vendor="vcxsrv"),
    _x_server(rb"Moba/X", "MobaXterm", vendor="mobatek"),
    _x_server(rb"Sun Microsystems, Inc\.", "Xsun", vendor="sun"),
    Match(
        _X11_OPEN + rb"(?P<vendor_text>[\x20-\x7e]{3,})",
        service="x11",
        facts={"access": "open", "protocol": "11.0"},
        decode={"release": "{u32le}"},
        examples={_x11_setup(b"Acme Displays", 1): {"access": "open", "release": "1"}},
    ),
    Match(
        rb"^\x00[\s\S]\x0b\x00\x00\x00[\s\S]{2}(?P<refusal>[A-Z][\x20-\x7e]{9,})",
        service="x11",
        name="x11.refused",
        facts={"access": "refused", "protocol": "11.0"},
        examples={
            b"\x00\x16\x0b\x00\x00\x00\x06\x00No protocol specified\n\x00\x00": {
                "refusal": "No protocol specified",
                "access": "refused",
            },
            b"\x00\x40\x0b\x00\x00\x00\x10\x00Authorization required, but no authorization protocol specified\n": {
                "access": "refused"
            },
        },
    ),
)

_SPICE = b"REDQ" + struct.pack("<IIIIBBIII", 2, 2, 22, 0, 1, 0, 0, 0, 18) + b"\x00" * 4
"""SPICE protocol, SpiceLinkMess: version 2.2, a new main channel, no capabilities (one empty word, for old servers)."""


def _spice(error: int, name: str, facts: dict[str, str]) -> Match:
    answer = b"REDQ" + struct.pack("<IIII", 2, 2, 178, error)
    return Match(
        rb"^REDQ\x02\x00\x00\x00(?:\x01|\x02)\x00\x00\x00[\s\S]{4}\x%02x\x00\x00\x00" % error,
        service="spice",
        name=name,
        facts={"protocol": "2"} | facts,
        examples={answer + b"\x30\x81\x9f" + b"\x00" * 159: {"protocol": "2"} | facts},
    )


_SPICE_MATCHES = (
    _spice(0, "spice.ready", {"tls": "not required"}),
    _spice(5, "spice.secured", {"tls": "required"}),
    Match(
        rb"^REDQ[\x01\x02]\x00\x00\x00",
        service="spice",
        name="spice.link",
        examples={b"REDQ\x01\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00": {"service": "spice"}},
    ),
)

_ICA_MATCHES = (
    Match(
        rb"^\x7f\x7fICA\x00\x7f\x7fICA\x00",
        service="ica",
        vendor="citrix",
        product="Citrix ICA",
        cpe="cpe:2.3:a:citrix:virtual_apps_and_desktops",
        examples={b"\x7f\x7fICA\x00\x7f\x7fICA\x00": {"product": "Citrix ICA"}},
    ),
)
"""The server repeats these bytes until the client says them too (published traces of ICA detection)."""

_XDMCP = b"\x00\x01\x00\x02\x00\x01\x00"
"""XDMCP section 5: version 1, Query, no authentication names."""


def _array(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


_XDMCP_MATCHES = (
    Match(
        rb"^\x00\x01\x00\x05[\s\S]{4}\x00[\x01-\xff](?P<host>[\w.-]+)\x00[\s\S](?P<status>[\x20-\x7e]*)",
        service="xdmcp",
        facts={"willing": "yes"},
        examples={
            b"\x00\x01\x00\x05\x00\x18" + _array(b"") + _array(b"tower") + _array(b"Linux 6.1.0-28-amd64"): {
                "willing": "yes",
                "host": "tower",
            }
        },
    ),
    Match(
        rb"^\x00\x01\x00\x06[\s\S]{2}\x00[\x01-\xff](?P<host>[\w.-]+)\x00",
        service="xdmcp",
        name="xdmcp.unwilling",
        facts={"willing": "no"},
        examples={b"\x00\x01\x00\x06\x00\x0e" + _array(b"tower") + _array(b"no way"): {"willing": "no"}},
    ),
)

_PPTP_COOKIE = b"\x1a\x2b\x3c\x4d"
_PPTP = struct.pack(">HH4sHHHHIIHH", 156, 1, _PPTP_COOKIE, 1, 0, 0x0100, 0, 1, 1, 0, 0) + b"\x00" * 128
"""RFC 2637 section 2.1, Start-Control-Connection-Request: what a caller says before any name or tunnel."""


def _pptp_reply(host: bytes, vendor: bytes, *, firmware: int = 1) -> bytes:
    head = struct.pack(">HH4sHHHBBIIHH", 156, 1, _PPTP_COOKIE, 2, 0, 0x0100, 1, 0, 0, 0, 1, firmware)
    return head + host.ljust(64, b"\x00") + vendor.ljust(64, b"\x00")


def _pptp(  # noqa: PLR0913 - the fields of a match, by name
    text: bytes, product: str | None, host: bytes, said: bytes, *, vendor: str | None = None, part: str = "a"
) -> Match:
    head = rb"^\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00\x02[\s\S]{18}(?P<host>[\x20-\x7e]*)\x00+"
    return Match(
        head + text,
        service="pptp",
        vendor=vendor,
        product=product,
        part=part,
        examples={
            _pptp_reply(host, said): ({"host": host.decode()} if host else {})
            | ({"product": product} if product else {})
        },
    )


_PPTP_MATCHES = (
    _pptp(rb"linux\x00", "PoPToP", b"local", b"linux", vendor="poptop"),
    _pptp(rb"MikroTik\x00", "RouterOS", b"MikroTik", b"MikroTik", vendor="mikrotik", part="o"),
    _pptp(rb"DrayTek\x00", "DrayTek router", b"Vigor", b"DrayTek", vendor="draytek", part="h"),
    _pptp(rb"Fortinet pptp\x00", "FortiGate", b"FGT60", b"Fortinet pptp", vendor="fortinet", part="o"),
    _pptp(rb"Microsoft(?: Windows NT)?\x00", "Windows", b"", b"Microsoft", vendor="microsoft", part="o"),
    _pptp(rb"(?P<vendor_text>[\x20-\x7e]*)\x00", None, b"gw", b"Acme"),
    Match(
        rb"^\x00[\s\S]\x00\x01\x1a\x2b\x3c\x4d\x00\x02",
        service="pptp",
        name="pptp.reply",
        examples={_pptp_reply(b"\xff", b""): {"service": "pptp"}},
    ),
)

_ask = partial(Probe, ends="quiet")

PROBES = (
    _ask("rdp", ports="3389", send=_RDP, rarity=3, matches=_RDP_MATCHES),
    _ask("x11", ports="6000-6010", send=_X11, rarity=5, matches=_X11_MATCHES),
    _ask("spice", send=_SPICE, rarity=8, matches=_SPICE_MATCHES, ports="5930-5939"),
    Probe("ica", ports="1494", rarity=6, matches=_ICA_MATCHES),
    Probe("xdmcp", ports="177", send=_XDMCP, transport="udp", rarity=4, matches=_XDMCP_MATCHES),
    _ask("pptp", ports="1723", send=_PPTP, rarity=6, matches=_PPTP_MATCHES),
)
