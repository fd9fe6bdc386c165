"""SNMP: the discovery of RFC 3414 section 4 asks an agent for its engine id. No community and no user name is sent.

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

PROBES = (Probe("snmp", ports="161", send=_DISCOVER, transport="udp", rarity=1, matches=_MATCHES),)
