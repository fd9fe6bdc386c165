"""NTP: a plain question (RFC 5905 section 7.3), one with an extension of chrony, and one that makes ntpd tell."""

from __future__ import annotations

from recon.model import Match, Probe

_STAMP = b"recon-v4"
"""Our transmit time, which an answer gives back as its origin: a mark instead of a time, so that no clock is told."""

_ASK = b"\x23\x00\x06\xec" + b"\x00" * 36 + _STAMP
_ANSWER = rb"^[\x1c\x24\x5c\x64\x9c\xa4\xdc\xe4][\s\S]{23}recon-v4"
"""Mode 4, version 3 or 4, any leap indicator; the origin stands at byte 24."""

_CHRONY = b"\xf3\x23\x00\x1c\xf5\xbe\xdd\x9a" + b"\x00" * 20
"""Extension field of chrony's documentation (``extfield F323``, chrony 4.2): type, length, magic number."""

_HELD = (
    bytes.fromhex("240800e600000000000000007f7f0101eeaeb6ec1e7d3820") + _STAMP + bytes.fromhex("eeaeb6ee1cb78947" * 2)
)

_READ_VARIABLES = b"\x16\x02\x00\x01" + b"\x00" * 8
"""Mode 6, operation 2, of the system (RFC 9327 section 2)."""

_CONTROL = rb"^[\x16\x1e\x56\x96\xd6][\x82\xa2\xc2\xe2]\x00\x01[\s\S]{8}"


def _variables(text: bytes) -> bytes:
    return b"\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00" + len(text).to_bytes(2) + text


_PLAIN = (
    Match(
        _ANSWER,
        service="ntp",
        name="ntp.answer",
        examples={_HELD: {"service": "ntp"}},
    ),
    Match(
        rb"^[\x1c\x24\x5c\x64\x9c\xa4\xdc\xe4]\x01[\s\S]{10}(?P<reference>[A-Z][A-Z0-9]{2,3})\x00?[\s\S]{8}recon-v4",
        service="ntp",
        name="ntp.primary",
        facts={"stratum": "1"},
        examples={
            b"\x24\x01\x03\xe9" + b"\x00" * 8 + b"GPS\x00" + b"\xee" * 8 + _STAMP + b"\xee" * 16: {
                "reference": "GPS",
                "stratum": "1",
            }
        },
    ),
)

_EXTENDED = (
    Match(
        _ANSWER + rb"[\s\S]{16}\xf3\x23\x00\x1c\xf5\xbe\xdd\x9a",
        service="ntp",
        vendor="chrony_project",
        product="chrony",
        cpe="cpe:2.3:a:tuxfamily:chrony",
        examples={_HELD + b"\xf3\x23\x00\x1c\xf5\xbe\xdd\x9a" + b"\x00" * 8 + b"\xee" * 12: {"product": "chrony"}},
    ),
)

_VARIABLES = (
    Match(
        _CONTROL + rb'[^\x00]*version="ntpd (?P<version>\d[\w.]*)[@ "][^\x00]*?processor="(?P<processor>[^"]*)"'
        rb'(?:,\s*system="(?P<system>[^"]*)")?',
        service="ntp",
        vendor="ntp",
        product="ntpd",
        cpe="cpe:2.3:a:ntp:ntp",
        examples={
            _variables(
                b'version="ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)", processor="x86_64",\r\n'
                b'system="Linux/5.10.0-20-amd64", leap=0, stratum=2, precision=-23\r\n'
            ): {"version": "4.2.8p15", "processor": "x86_64", "system": "Linux/5.10.0-20-amd64"}
        },
    ),
    Match(
        _CONTROL + rb'[^\x00]*version="ntpd ntpsec-(?P<version>\d[\w.]*)',
        service="ntp",
        vendor="ntpsec",
        product="NTPsec",
        examples={
            _variables(b'version="ntpd ntpsec-1.2.2", processor="x86_64", system="Linux/6.1.0-28-amd64", leap=0\r\n'): {
                "version": "1.2.2"
            }
        },
    ),
    Match(
        _CONTROL + rb'[^\x00]*?(?:system="(?P<system>[^"]*)"|leap=\d|stratum=\d|precision=-?\d)',
        service="ntp",
        name="ntp.variables",
        examples={
            _variables(b'system="cisco", leap=0, stratum=3\r\n'): {"system": "cisco"},
            _variables(b"leap=0, stratum=3, precision=-18\r\n"): {"service": "ntp"},
        },
    ),
)

PROBES = (
    Probe("ntp", ports="123", send=_ASK, transport="udp", rarity=1, matches=_PLAIN),
    Probe("ntp-control", ports="123", send=_READ_VARIABLES, transport="udp", rarity=3, matches=_VARIABLES),
    Probe("ntp-extension", ports="123", send=_ASK + _CHRONY, transport="udp", rarity=3, matches=_EXTENDED),
)
