"""SNMP: the discovery of RFC 3414 section 4 asks an agent for its engine id. No user name is ever sent.

No community is sent either, unless the user gave one: then sysDescr and sysName are read (RFC 3418 section 2).
The engine id names the maker by its IANA enterprise number (RFC 3411 section 5, SnmpEngineID).
"""

from __future__ import annotations

from recon.model import Match, Probe

_DISCOVER = bytes.fromhex(
    "303a020103"  # version 3
    "300f02024a69020300ffe3040104020103"  # message id, largest answer, reportable, user security model
    "0410300e0400020100020100040004000400"  # an empty engine id: who are you?
    "301204000400a00c020237f00201000201003000"  # an empty get
)

_HEAD = rb"^\x30[\s\S]{1,3}\x02\x01\x03\x30[\s\S]{1,24}\x04[\s\S]\x30[\s\S]\x04"
_ENGINE = _HEAD + rb"[\x05-\x20]\x80\x00"


def _report(engine: str) -> bytes:
    ident = bytes.fromhex(engine)
    named = bytes([4, len(ident)]) + ident
    security = named + bytes.fromhex("02010102015d040004000400")
    scope = named + bytes.fromhex(
        "0400a81d020237f00201000201003011300f060a2b060106030f0101040041 0101".replace(" ", "")
    )
    body = bytes.fromhex("020103300f02024a69020300ffe3040100020103")
    body += bytes([4, len(security) + 2, 0x30, len(security)]) + security + bytes([0x30, len(scope)]) + scope
    return bytes([0x30, len(body)]) + body


def _maker(number: int, vendor: str, *, product: str | None = None, cpe: str | None = None) -> Match:
    """Read an engine id that begins with an enterprise number."""
    ident = number.to_bytes(2)
    return Match(
        _ENGINE + b"".join(rb"\x%02x" % byte for byte in ident),
        service="snmp",
        vendor=vendor,
        product=product,
        cpe=cpe,
        name=f"snmp.enterprise-{number}",
        facts={"protocol": "3", "enterprise": str(number)},
        examples={_report(f"8000{ident.hex()}8044dc0d081038046b"): {"vendor": vendor, "enterprise": str(number)}},
    )


_MAKERS = (
    (9, "cisco"),
    (11, "hp"),
    (43, "3com"),
    (171, "d-link"),
    (193, "ericsson"),
    (207, "alliedtelesis"),
    (231, "fujitsu"),
    (253, "xerox"),
    (318, "apc"),
    (367, "ricoh"),
    (368, "axis"),
    (534, "eaton"),
    (641, "lexmark"),
    (674, "dell"),
    (890, "zyxel"),
    (1347, "kyocera"),
    (1588, "broadcom"),
    (1602, "canon"),
    (1916, "extremenetworks"),
    (1991, "ruckuswireless"),
    (2011, "huawei"),
    (2435, "brother"),
    (2620, "checkpoint"),
    (2636, "juniper"),
    (3375, "f5"),
    (3902, "zte"),
    (4329, "siemens"),
    (4526, "netgear"),
    (4881, "ruijie"),
    (5624, "extremenetworks"),
    (6486, "alcatel-lucent"),
    (6527, "nokia"),
    (6876, "vmware"),
    (12356, "fortinet"),
    (14823, "arubanetworks"),
    (14988, "mikrotik"),
    (25053, "ruckuswireless"),
    (25461, "paloaltonetworks"),
    (25506, "h3c"),
    (30065, "arista"),
    (41112, "ui"),
)
"""IANA private enterprise numbers and the vendor's name as CPE writes it."""

_MATCHES = (
    _maker(8072, "net-snmp", product="Net-SNMP"),
    *(_maker(number, vendor) for number, vendor in _MAKERS),
    Match(
        _HEAD,
        service="snmp",
        name="snmp.discovery",
        facts={"protocol": "3"},
        examples={_report("800000c18044dc0d08"): {"protocol": "3"}},
    ),
    Match(
        rb"^\x30[\s\S]{1,3}\x02\x01[\x00\x01]\x04[\s\S]{1,64}?[\xa2\xa8]",
        service="snmp",
        name="snmp.community",
        examples={
            bytes.fromhex(
                "302902010104067075626c6963a21c02047a69020002010002010030 0e300c06082b060102010101000500".replace(
                    " ", ""
                )
            ): {"service": "snmp"}
        },
    ),
)

_DESCRIPTION = b"\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00"
_NAME = b"\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00"
"""sysDescr.0 and sysName.0."""


def _ber(tag: int, body: bytes) -> bytes:
    """X.690 section 8.1.3: short form, or the number of bytes of the length first."""
    size = len(body)
    if size < 0x80:  # noqa: PLR2004 - what the short form holds
        return bytes([tag, size]) + body
    long = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(long)]) + long + body


def _message(community: bytes, kind: int, *values: bytes) -> bytes:
    """RFC 3416 section 3 in the frame of RFC 1901: version 2c, our request, no error."""
    held = _ber(0x30, b"".join(_ber(0x30, value) for value in values))
    request = _ber(kind, b"\x02\x04reco\x02\x01\x00\x02\x01\x00" + held)
    return _ber(0x30, b"\x02\x01\x01" + _ber(0x04, community) + request)


def community_probe(community: str) -> Probe:
    """Ask for sysDescr and sysName with the user's ``community``; what comes back is read by the matches below."""
    asked = _message(community.encode(), 0xA0, _DESCRIPTION + b"\x05\x00", _NAME + b"\x05\x00")
    return Probe("snmp-community", ports="161", send=asked, transport="udp", rarity=1)


def _described(text: bytes) -> bytes:
    return _message(b"public", 0xA2, _DESCRIPTION + _ber(0x04, text), _NAME + _ber(0x04, b"sw1"))


_ANSWERED = (
    rb"^\x30[\s\S]{1,3}\x02\x01[\x00\x01]\x04[\s\S]*?\xa2[\s\S]{1,3}\x02\x04reco\x02\x01\x00\x02\x01\x00"
    rb"\x30[\s\S]{1,3}\x30[\s\S]{1,3}"
)
_TEXT = _ANSWERED + rb"\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x04[\s\S]{1,3}?"


def _system(  # noqa: PLR0913 - the fields of a match, by name
    pattern: bytes, product: str | None, vendor: str, text: bytes, expect: str | None, *, part: str = "o"
) -> Match:
    return Match(
        _TEXT + pattern,
        service="snmp",
        vendor=vendor,
        product=product,
        part=part,
        examples={_described(text): {"version": expect} if expect else {"vendor": vendor}},
    )


_NAMED = rb"(?P<product>[A-Z][\w/+-]*(?: [A-Z0-9][\w/+-]*)*?)"
_ENDS = rb"(?:[ ,;(\r\n]|\x30[\s\S]{1,3}\x06\x08\x2b|$)"
"""What stands behind a value: the next word, or the next variable (whose first byte looks like a 0)."""

_LEARNT = tuple(
    Match(
        _TEXT + pattern,
        service="snmp",
        name=f"snmp.{shape}",
        part="h",
        examples={_described(text): {"product": "Acme PDU 12"} | ({"version": version} if version else {})},
    )
    for shape, pattern, text, version in (
        (
            "versioned",
            _NAMED + rb"(?: \([^)\r\n]*\))?,? (?i:(?:firmware |software )?(?:version|ver|revision|rev|release|v)\b)"
            rb"[ .:]*(?P<version>[A-Z]{0,3}\d[\w.]*?)" + _ENDS,
            b"Acme PDU 12, Firmware Ver.1.06 (13.06.27)",
            "1.06",
        ),
        (
            "devices",
            _NAMED + rb" (?P<version>\d+(?:\.\w+)+?) / [A-Z]",
            b"Acme PDU 12 1.12 / Acme Power Outlet",
            "1.12",
        ),
        (
            "parts",
            _NAMED + rb"[; ]+(?:SS|System Software) (?P<version>\d+(?:\.\w+)+?)" + _ENDS,
            b"Acme PDU 12;SS 072.040.004, NC 072.044",
            "072.040.004",
        ),
        (
            "named",
            rb"(?P<product>[A-Z][\w/+-]*(?: [A-Z0-9][\w/+-]*?){1,5}?)(?:\x30[\s\S]{1,3}\x06\x08\x2b|$)",
            b"Acme PDU 12",
            None,
        ),
    )
)
"""A description of few words is a name: RFC 3418 section 2 wants hardware, system and software there."""

_SYSTEMS = (
    _system(
        rb"Cisco (?:IOS|Internetwork Operating System) Software(?: \r?\n)?[^\r\n]*?, Version (?P<version>[\w.()]+)",
        "Cisco IOS",
        "cisco",
        b"Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(2)E7, RELEASE SOFTWARE (fc3)",
        "15.2(2)E7",
    ),
    _system(
        rb"Cisco NX-OS\(tm\)[^\r\n]*?, Version (?P<version>[\w.()]+)",
        "Cisco NX-OS",
        "cisco",
        b"Cisco NX-OS(tm) n7000, Software (n7000-s1-dk9), Version 6.2(16), RELEASE SOFTWARE",
        "6.2(16)",
    ),
    _system(rb"RouterOS(?: (?P<model>[\w+-]+))?", "RouterOS", "mikrotik", b"RouterOS RB2011UiAS", None),
    _system(
        rb"Juniper Networks, Inc\. (?P<model>[\w-]+)[^\r\n]*?JUNOS (?P<version>[\w.-]+)",
        "Junos",
        "juniper",
        b"Juniper Networks, Inc. srx240h internet router, kernel JUNOS 12.1X46-D40.2 #0: 2015-09-26",
        "12.1X46-D40.2",
    ),
    _system(
        rb"Hardware: [^\r\n]*? Software: Windows (?:2000 )?Version (?P<version>\d+\.\d+) \(Build (?P<build>\d+)",
        "Windows",
        "microsoft",
        b"Hardware: x86 Family 6 Model 23 - Software: Windows Version 6.1 (Build 7601 Multiprocessor Free)",
        "6.1",
    ),
    _system(
        rb"VMware ESXi (?P<version>\d+\.\d+\.\d+) build-(?P<build>\d+)",
        "VMware ESXi",
        "vmware",
        b"VMware ESXi 7.0.3 build-19193900 VMware, Inc. x86_64",
        "7.0.3",
    ),
    _system(
        rb"Linux [\w.-]+ (?P<version>\d+\.\d+[\w.+-]*) #",
        "Linux",
        "linux",
        b"Linux tower 6.1.0-28-amd64 #1 SMP",
        "6.1.0-28-amd64",
    ),
    _system(
        rb"FreeBSD [\w.-]+ (?P<version>\d+\.\d+[\w.-]*) ",
        "FreeBSD",
        "freebsd",
        b"FreeBSD fw 12.3-STABLE FreeBSD 12.3-STABLE",
        "12.3-STABLE",
    ),
    _system(
        rb"(?P<product>(?:ProCurve|HP|Aruba) J\d{4}[A-Z][^,\r\n]*), revision (?P<version>[\w.]+)",
        None,
        "hp",
        b"HP J9773A 2530-24G-PoEP Switch, revision YA.16.02.0012, ROM YA.15.20",
        "YA.16.02.0012",
        part="h",
    ),
    _system(
        rb"HP ETHERNET MULTI-ENVIRONMENT[^\r\n]*?JETDIRECT",
        "HP JetDirect",
        "hp",
        b"HP ETHERNET MULTI-ENVIRONMENT,SN:X,JETDIRECT,JD128",
        None,
        part="h",
    ),
    _system(
        rb"APC Web/SNMP Management Card \(MB:v(?P<boot>\d[\d.]*) PF:v(?P<version>\d[\d.]*)",
        "APC Web/SNMP Management Card",
        "apc",
        b"APC Web/SNMP Management Card (MB:v3.8.6 PF:v2.6.4 PN:apc_hw02_aos_264.bin AF1:v2.6.1)",
        "2.6.4",
        part="h",
    ),
    _system(
        rb"Dell Networking OS\r?\n(?:[^\r\n]*\r?\n)?Application Software Version: (?P<version>[\w.()]+)",
        "Dell Networking OS",
        "dell",
        b"Dell Networking OS\r\nOperating System Version: 2.0\r\nApplication Software Version: 9.14(2.4)\r\nSeries: S",
        "9.14(2.4)",
    ),
    _system(
        rb"Palo Alto Networks (?P<model>[\w-]+) series firewall",
        "PAN-OS",
        "paloaltonetworks",
        b"Palo Alto Networks PA-220 series firewall",
        None,
    ),
    *_LEARNT,
    Match(
        _ANSWERED
        + rb"\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x04(?P<sysdescr>[\s\S]+?)\x30[\s\S]{1,3}\x06\x08\x2b\x06\x01\x02"
        rb"\x01\x01\x05\x00\x04(?P<sysname>[\s\S]+)",
        service="snmp",
        name="snmp.system",
        facts={"community": "accepted"},
        decode={"sysdescr": "{ber}", "sysname": "{ber}"},
        examples={_described(b"Acme PDU"): {"sysdescr": "Acme PDU", "sysname": "sw1", "community": "accepted"}},
    ),
)

PROBES = (Probe("snmp", ports="161", send=_DISCOVER, transport="udp", rarity=1, matches=(*_SYSTEMS, *_MATCHES)),)
