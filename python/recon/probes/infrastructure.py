"""What keeps networks running: RADIUS, BGP, IPMI, STUN, Zabbix, NRPE, Munin, NUT, ClamAV. No log-in, no order.

distcc obeys or hangs up, and collectd and syslog only listen: none of them can be asked what it is.
"""

from __future__ import annotations

import struct
from binascii import crc32
from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import greeting

_RADIUS = b"\x01R\x00\x14recon-authentic!"
"""RFC 2865 section 4.1: a request without a name or a word to check; who has us as a client must reject it."""

_REJECT_DELAY_MS = 2500
"""FreeRADIUS holds a reject back for a second, so that nobody guesses fast."""

_RADIUS_MATCHES = (
    Match(
        rb"^[\x03\x0b]R\x00[\x14-\xff][\s\S]{16}",
        service="radius",
        examples={
            b"\x03R\x00\x14\x77\x95\x77\x4c\x7d\xc8\x21\x43\x06\xb7\x46\x65\xfa\x86\x95\x9a": {"service": "radius"},
            b"\x03R\x00\x26" + b"\x5a" * 16 + b"\x50\x12" + b"\xa5" * 16: {"service": "radius"},
        },
    ),
)

_MARKER = rb"^\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"


def _bgp(kind: int, body: bytes) -> bytes:
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


_BGP_MATCHES = (
    Match(
        _MARKER + rb"[\x1d-\xff]\x01\x04(?P<asn>[\s\S]{2})(?P<hold_s>[\s\S]{2})(?P<router>[\s\S]{4})",
        service="bgp",
        decode={"asn": "{u16be}", "hold_s": "{u16be}", "router": "{u8}.{u8}.{u8}.{u8}"},
        facts={"protocol": "4", "peer": "accepted"},
        examples={
            _bgp(1, bytes.fromhex("04fde900f0c00002011802160104000100010200400200784104 0000fde946004700")): {
                "protocol": "4",
                "asn": "65001",
                "hold_s": "240",
                "router": "192.0.2.1",
            }
        },
    ),
    Match(
        _MARKER + rb"\x15\x03\x06[\x00-\x0a]",
        service="bgp",
        name="bgp.ceased",
        facts={"peer": "refused"},
        examples={_bgp(3, b"\x06\x05"): {"peer": "refused"}},
    ),
    Match(
        _MARKER + rb"[\s\S]\x03[\x01-\x07]",
        service="bgp",
        name="bgp.notification",
        examples={_bgp(3, b"\x02\x02"): {"service": "bgp"}},
    ),
)
"""RFC 4271 sections 4.2 and 4.5. Most routers hang up on strangers without a word."""

_IPMI = bytes.fromhex("0600ff07" + "00" + "00000000" + "00000000" + "09" + "2018c88100388e04b5")
"""IPMI 2.0 section 22.13: Get Channel Authentication Capabilities, which needs no session."""


def _ipmi_answer(support: int, status: int, extended: int, oem: bytes = b"\x00\x00\x00\x00") -> bytes:
    body = bytes([0x81, 0x1C, 0x63, 0x20, 0x00, 0x38, 0x00, 0x01, support, status, extended]) + oem + b"\x00"
    return bytes.fromhex("0600ff07" + "00" + "00" * 8) + bytes([len(body)]) + body


_IPMI_HEAD = rb"^\x06\x00\xff\x07\x00[\s\S]{8}\x10\x81\x1c\x63\x20[\s\S]\x38\x00"


def _ipmi_maker(number: int, vendor: str) -> Match:
    """Read the maker's IANA enterprise number, least significant byte first."""
    oem = number.to_bytes(3, "little")
    return Match(
        _IPMI_HEAD + rb"[\s\S]{4}" + b"".join(rb"\x%02x" % byte for byte in oem),
        service="ipmi",
        vendor=vendor,
        part="h",
        name=f"ipmi.enterprise-{number}",
        facts={"enterprise": str(number)},
        examples={_ipmi_answer(0x97, 4, 3, oem + b"\x00"): {"vendor": vendor, "enterprise": str(number)}},
    )


_IPMI_MATCHES = (
    *(
        _ipmi_maker(number, vendor)
        for number, vendor in (
            (674, "dell"),
            (11, "hp"),
            (10876, "supermicro"),
            (2, "ibm"),
            (20301, "ibm"),
            (343, "intel"),
            (42, "sun"),
            (10368, "fujitsu"),
            (19046, "lenovo"),
            (2011, "huawei"),
            (3704, "dell"),
            (7154, "asrock"),
        )
    ),
    Match(
        _IPMI_HEAD + rb"[\s\S][\x80-\xff][\s\S][\x02\x03]",
        service="ipmi",
        name="ipmi.version-2",
        facts={"protocol": "2.0"},
        examples={_ipmi_answer(0x97, 4, 3): {"protocol": "2.0"}},
    ),
    Match(
        _IPMI_HEAD + rb"[\s\S][\x00-\x7f]",
        service="ipmi",
        name="ipmi.version-1",
        facts={"protocol": "1.5"},
        examples={_ipmi_answer(0x17, 4, 0): {"protocol": "1.5"}},
    ),
    Match(
        rb"^\x06\x00\xff[\x06\x07]",
        service="ipmi",
        name="ipmi.rmcp",
        examples={bytes.fromhex("0600ff06000011be4000001000000000000000000000000000000081"): {"service": "ipmi"}},
    ),
)

_COOKIE = b"\x21\x12\xa4\x42"
_STUN_ID = b"recon-stun-1"
_STUN = b"\x00\x01\x00\x00" + _COOKIE + _STUN_ID
"""RFC 8489 section 5: a binding request without attributes."""


def _stun_attribute(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value + b"\x00" * (-len(value) % 4)


def _stun_answer(*attributes: tuple[int, bytes]) -> bytes:
    body = b"".join(_stun_attribute(*one) for one in attributes)
    return struct.pack(">HH", 0x0101, len(body)) + _COOKIE + _STUN_ID + body


_MAPPED = (0x0020, bytes.fromhex("0001bd365e12a443"))
_FINGERPRINT = (0x8028, b"\x11\x22\x33\x44")
_STUN_HEAD = rb"^\x01[\x01\x11][\s\S]{2}\x21\x12\xa4\x42recon-stun-1"
_SOFTWARE = _STUN_HEAD + rb"[\s\S]*?\x80\x22\x00[\s\S]"


def _stun_server(
    pattern: bytes, product: str | None, text: bytes, expect: dict[str, str], *, vendor: str | None = None
) -> Match:
    return Match(
        _SOFTWARE + pattern,
        service="stun",
        vendor=vendor,
        product=product,
        examples={
            _stun_answer(_MAPPED, (0x8022, text), _FINGERPRINT): expect | ({"product": product} if product else {})
        },
    )


def _stun_matches(way: str) -> tuple[Match, ...]:
    return (
        _stun_server(
            rb"(?i:coturn)-(?P<version>\d+\.\d+(?:\.\d+)*(?:-?\w+)?) '(?P<codename>[^']*)'",
            "coturn",
            b"Coturn-4.6.1 'Gorst'",
            {"version": "4.6.1", "codename": "Gorst"},
            vendor="coturn_project",
        ),
        _stun_server(
            rb"rfc5766-turn-server-(?P<version>\d+\.\d+(?:\.\d+)*)",
            "rfc5766-turn-server",
            b"rfc5766-turn-server-3.2.5.9 'Marshal West'",
            {"version": "3.2.5.9"},
            vendor="rfc5766-turn-server_project",
        ),
        _stun_server(
            rb"restund v(?P<version>\d[\w.]*)",
            "restund",
            b"restund v0.4.12 (amd64/linux)",
            {"version": "0.4.12"},
            vendor="creytiv",
        ),
        _stun_server(
            rb"eturnal (?P<version>\d[\w.]*)", "eturnal", b"eturnal 1.10.1", {"version": "1.10.1"}, vendor="processone"
        ),
        _stun_server(rb"(?:ejabberd|P1 STUN library)", "ejabberd", b"P1 STUN library", {}, vendor="process-one"),
        _stun_server(
            rb"(?P<product>[A-Za-z][\w. ]*?)[-/ ]v?(?P<version>\d+\.\d[\w.]*)",
            None,
            b"AcmeTurn/2.10.3",
            {"product": "AcmeTurn", "version": "2.10.3"},
        ),
        _stun_server(rb"(?P<software>[A-Za-z][\x20-\x7e]*)", None, b"Citrix-Relay", {"software": "Citrix-Relay"}),
        Match(
            _STUN_HEAD,
            service="stun",
            name=f"stun.answer-{way}",
            examples={_stun_answer(_MAPPED): {"service": "stun"}},
        ),
    )


def _zabbix(text: bytes) -> bytes:
    return b"ZBXD\x01" + struct.pack("<Q", len(text)) + text


_ZABBIX_MATCHES = (
    Match(
        rb"^ZBXD\x01(?P<version>[\x05-\x20]\x00\x00\x00\x00\x00\x00\x00\d+\.\d+\.\d+[\w.-]*)",
        service="zabbix",
        vendor="zabbix",
        product="Zabbix agent",
        cpe="cpe:2.3:a:zabbix:zabbix",
        decode={"version": "{p64le}"},
        examples={
            _zabbix(b"6.0.14"): {"version": "6.0.14", "cpe": "cpe:2.3:a:zabbix:zabbix:6.0.14:*:*:*:*:*:*:*"},
            _zabbix(b"7.0.0rc1"): {"version": "7.0.0rc1"},
        },
    ),
    Match(
        rb"^ZBXD[\x01\x03][\s\S]{4}[\s\S]{4}",
        service="zabbix",
        name="zabbix.header",
        examples={_zabbix(b'{"response":"failed","info":"invalid request"}'): {"service": "zabbix"}},
    ),
)


def _nrpe(version: int, text: bytes, *, kind: int = 1) -> bytes:
    """NRPE packets of version 2 (fixed buffer) and 4 (counted one), with their checksum."""
    if version == 2:  # noqa: PLR2004 - as named
        rest = text.ljust(1024, b"\x00") + b"\x00\x00"
        packet = partial(struct.pack, ">HHIH", version, kind)
    else:
        rest = struct.pack(">HI", 0, len(text) + 1) + text + b"\x00"
        packet = partial(struct.pack, ">HHIH", version, kind)
    return packet(crc32(packet(0, 0) + rest), 0) + rest


_NRPE_MATCHES = (
    Match(
        rb"^\x00[\x02-\x04]\x00\x02[\s\S]{6}(?:\x00\x00\x00\x00\x00[\s\S])?NRPE v(?P<version>\d+\.\d+[\w.-]*)\x00",
        service="nrpe",
        vendor="nagios",
        product="NRPE",
        cpe="cpe:2.3:a:nagios:remote_plug_in_executor",
        examples={
            _nrpe(2, b"NRPE v4.1.0", kind=2): {"version": "4.1.0"},
            _nrpe(2, b"NRPE v2.15", kind=2): {"version": "2.15"},
            _nrpe(4, b"NRPE v4.1.0", kind=2): {"version": "4.1.0"},
        },
    ),
    Match(
        rb"^\x00[\x02-\x04]\x00\x02[\s\S]{6}(?:\x00\x00\x00\x00\x00[\s\S])?(?:CHECK_NRPE|NRPE: |I \([\d.]+\) seem to b"
        rb"e doing fine)",
        service="nrpe",
        name="nrpe.other",
        examples={
            _nrpe(2, b"I (0.5.2.35 2018-01-28) seem to be doing fine...", kind=2)[:10]
            + b"I (0.5.2) seem to be doing fine...".ljust(1024, b"\x00"): {"service": "nrpe"}
        },
    ),
)

_MUNIN_MATCHES = (
    greeting(
        "munin",
        rb"^# munin node at (?P<host>[\w.-]+)\r?\nmunins node on [\w.-]+ version: (?P<version>\d+\.\d+(?:\.\d+)*"
        rb"[\w.-]*)",
        "Munin",
        {
            b"# munin node at tower.example.org\nmunins node on tower.example.org version: 2.0.73": {
                "version": "2.0.73",
                "host": "tower.example.org",
            },
            b"# munin node at tower\nmunins node on tower version: 1.4.6": "1.4.6",
        },
        vendor="munin-monitoring",
        end=b"\n",
    ),
    greeting(
        "munin",
        rb"^# munin node at (?P<host>[\w.-]+)\r?\n",
        None,
        {b"# munin node at tower.example.org": {"host": "tower.example.org"}},
        name="munin.greeting",
        end=b"\n",
    ),
)

_CLAMD_MATCHES = (
    greeting(
        "clamd",
        rb"^ClamAV (?P<version>\d+\.\d+(?:\.\d+)*(?:-?(?:rc|beta)\d*)?)(?:[-+~][\w.+~-]+)?(?:/(?P<signatures>\d+)/"
        rb"(?P<signed>[^\r\n]+))?\r?\n",
        "ClamAV",
        {
            b"ClamAV 1.0.7/27469/Fri Nov 22 09:33:41 2024": {"version": "1.0.7", "signatures": "27469"},
            b"ClamAV 0.103.12": "0.103.12",
        },
        vendor="clamav",
        end=b"\n",
    ),
    greeting(
        "clamd",
        rb"^UNKNOWN COMMAND\n$",
        None,
        {b"UNKNOWN COMMAND": {"service": "clamd"}},
        name="clamd.error",
        end=b"\n",
    ),
)

_NUT_MATCHES = (
    Match(
        rb"^Network UPS Tools upsd (?P<version>\d[\w.]*)",
        service="nut",
        vendor="networkupstools",
        product="Network UPS Tools upsd",
        examples={b"Network UPS Tools upsd 2.7.4 - http://www.networkupstools.org/\n": {"version": "2.7.4"}},
    ),
    Match(
        rb"^ERR (?:INVALID-ARGUMENT|UNKNOWN-COMMAND)\n",
        service="nut",
        name="nut.refusal",
        examples={b"ERR INVALID-ARGUMENT\nERR UNKNOWN-COMMAND\n": {"service": "nut"}},
    ),
)

_ask = partial(Probe, ends="quiet")
_ask_udp = partial(Probe, transport="udp")

PROBES = (
    _ask_udp(
        "radius",
        ports="1812-1813,1645-1646",
        send=_RADIUS,
        wait_ms=_REJECT_DELAY_MS,
        rarity=3,
        matches=_RADIUS_MATCHES,
    ),
    Probe("bgp", ports="179", rarity=6, matches=_BGP_MATCHES),
    _ask_udp("ipmi", ports="623", send=_IPMI, rarity=2, matches=_IPMI_MATCHES),
    _ask("stun", ports="3478", tls_ports="5349", send=_STUN, rarity=7, matches=_stun_matches("tcp")),
    _ask_udp("stun-udp", ports="3478-3481,19302-19305", send=_STUN, rarity=2, matches=_stun_matches("udp")),
    _ask("zabbix", ports="10050-10051", send=_zabbix(b"agent.version"), rarity=7, matches=_ZABBIX_MATCHES),
    _ask("nrpe", ports="5666", tls_ports="5667", send=_nrpe(2, b"_NRPE_CHECK"), rarity=8, matches=_NRPE_MATCHES),
    _ask("munin", ports="4949", send=b"version\n", rarity=8, matches=_MUNIN_MATCHES),
    _ask("nut", ports="3493", send=b"VER\n", rarity=8, matches=_NUT_MATCHES),
    _ask("clamd", ports="3310", send=b"nVERSION\n", rarity=8, matches=_CLAMD_MATCHES),
)
