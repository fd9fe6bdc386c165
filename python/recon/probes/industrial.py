"""Controllers of machines: Modbus, S7, BACnet, DNP3, EtherNet/IP, IEC 104, Fox, OPC UA, FINS. Only identity is read.

All are of class ``industrial``: sent only where the user allowed it, for old controllers can stumble over any byte.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_MODBUS = b"re\x00\x00\x00\x05\x01\x2b\x0e\x01\x00"
"""Modbus application protocol 1.1b3 section 6.21: read device identification, basic objects, from the first."""


def _modbus(body: bytes) -> bytes:
    return b"re\x00\x00" + struct.pack(">H", len(body) + 1) + b"\x01" + body


def _objects(*texts: bytes) -> bytes:
    held = b"".join(bytes([at, len(text)]) + text for at, text in enumerate(texts))
    return b"\x2b\x0e\x01\x01\x00\x00" + bytes([len(texts)]) + held


_MODBUS_HEAD = rb"^re\x00\x00[\s\S]{2}\x01\x2b\x0e\x01[\s\S]{4}\x00"
_MODBUS_REST = rb"\x01(?P<product>[\s\S][\x20-\x7e]+)\x02(?P<version>[\s\S]{2,})"
_MODBUS_DECODE = {"product": "{p8}", "version": "{p8}"}


def _modbus_maker(word: bytes, vendor: str, product: bytes, version: bytes) -> Match:
    return Match(
        _MODBUS_HEAD + rb"[\s\S]" + word + rb" *" + _MODBUS_REST,
        service="modbus",
        part="h",
        vendor=vendor,
        name=f"modbus.{vendor}",
        decode=_MODBUS_DECODE,
        examples={
            _modbus(_objects(word.replace(b"\\", b"").replace(b"[ -]", b" "), product, version)): {
                "product": product.decode(),
                "version": version.decode(),
                "vendor": vendor,
            }
        },
    )


_MODBUS_MATCHES = (
    _modbus_maker(rb"Schneider Electric", "schneider-electric", b"BMX P34 2020", b"v2.60"),
    _modbus_maker(rb"WAGO", "wago", b"750-881", b"01.09.19"),
    _modbus_maker(rb"SIEMENS", "siemens", b"6ES7 151-8AB01-0AB0", b"V3.2.7"),
    _modbus_maker(rb"ABB", "abb", b"PM573-ETH", b"V2.4.3"),
    Match(
        _MODBUS_HEAD + rb"(?P<maker>[\s\S][\x20-\x7e]+)" + _MODBUS_REST,
        service="modbus",
        part="h",
        name="modbus.identity",
        decode=_MODBUS_DECODE | {"maker": "{p8}"},
        examples={
            _modbus(_objects(b"Pymodbus", b"PM", b"3.0.2")): {"product": "PM", "version": "3.0.2"},
        },
    ),
    Match(
        rb"^re\x00\x00\x00\x03\x01\xab[\x01-\x0b]",
        service="modbus",
        name="modbus.exception",
        examples={_modbus(b"\xab\x01"): {"service": "modbus"}},
    ),
)

_COTP = bytes.fromhex("0300001611e0000072650" + "0c1020100c2020102c0010a")
"""RFC 1006 and ISO 8073: a connection request to a programming device's place, as S7 uses it."""

_S7_MATCHES = (
    Match(
        rb"^\x03\x00\x00[\x0e-\x1c][\x09-\x17]\xd0re[\s\S]{2}\x00(?:[\xc0-\xc2][\s\S]+)?",
        service="iso-tsap",
        name="iso-tsap.confirm",
        examples={bytes.fromhex("0300001611d07265000400c0010ac1020100c2020102"): {"service": "iso-tsap"}},
    ),
    Match(
        rb"^\x03\x00\x00[\x0b-\x12][\x06-\x0d]\x80re[\s\S]{2}",
        service="iso-tsap",
        name="iso-tsap.refused",
        examples={bytes.fromhex("0300000b06807265000402"): {"service": "iso-tsap"}},
    ),
)

_BACNET_WANTED = (77, 121, 70, 44, 12, 58)
"""Object name, vendor name, model name, firmware revision, application software version, location."""


def _bacnet(apdu: bytes) -> bytes:
    return b"\x81\x0a" + struct.pack(">H", len(apdu) + 6) + b"\x01\x04" + apdu


_BACNET = _bacnet(
    b"\x00\x05\x72\x0e\x0c\x02\x3f\xff\xff\x1e" + b"".join(bytes([9, one]) for one in _BACNET_WANTED) + b"\x1f"
)
"""ASHRAE 135 section 15.7, ReadPropertyMultiple of the device that answers to the highest instance number."""


def _bacnet_text(number: int, text: bytes) -> bytes:
    return bytes([0x29, number, 0x4E, 0x75, len(text) + 1, 0]) + text + b"\x4f"


def _bacnet_answer(*texts: bytes) -> bytes:
    held = b"".join(_bacnet_text(*one) for one in zip(_BACNET_WANTED, texts, strict=False))
    return _bacnet(b"\x30\x72\x0e\x0c\x02\x00\x04\xd2\x1e" + held + b"\x1f").replace(
        b"\x01\x04\x30", b"\x01\x00\x30", 1
    )


def _property(number: int, group: str) -> bytes:
    return rb"\x29\x%02x\x4e\x75[\s\S]\x00(?P<%s>[\x20-\x7e]*?)\x4f" % (number, group.encode())


_BACNET_HEAD = rb"^\x81\x0a[\s\S]{2}\x01[\x00-\x2f][\s\S]*?\x30\x72\x0e\x0c\x02[\s\S]{3}\x1e"

_BACNET_MATCHES = (
    Match(
        _BACNET_HEAD
        + _property(77, "object_name")
        + _property(121, "maker")
        + _property(70, "product")
        + _property(44, "version")
        + rb"(?:"
        + _property(12, "application")
        + rb")?",
        service="bacnet",
        part="h",
        name="bacnet.identity",
        examples={
            _bacnet_answer(b"AHU-1", b"Reliable Controls Corporation", b"MACH-ProWebCom", b"8.26.4", b"1.0", b"Roof"): {
                "product": "MACH-ProWebCom",
                "maker": "Reliable Controls Corporation",
                "version": "8.26.4",
                "application": "1.0",
            }
        },
    ),
    Match(
        rb"^\x81\x0a[\s\S]{2}\x01[\s\S]{1,12}?[\x30\x50\x60\x70]\x72",
        service="bacnet",
        name="bacnet.answer",
        examples={b"\x81\x0a\x00\x09\x01\x00\x60\x72\x09": {"service": "bacnet"}},
    ),
    Match(
        rb"^\x81\x00\x00\x06\x00[\x00-\xff]",
        service="bacnet",
        name="bacnet.result",
        examples={b"\x81\x00\x00\x06\x00\x30": {"service": "bacnet"}},
    ),
)


def _dnp3_sum(data: bytes) -> bytes:
    """The checksum of IEEE 1815 section 9.2.4.3."""
    remainder = 0
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xA6BC if remainder & 1 else 0)
    return struct.pack("<H", remainder ^ 0xFFFF)


def _dnp3(control: int, receiver: int, sender: int) -> bytes:
    head = b"\x05\x64\x05" + bytes([control]) + struct.pack("<HH", receiver, sender)
    return head + _dnp3_sum(head)


_DNP3 = b"".join(_dnp3(0xC9, receiver, 0x6572) for receiver in (0, 1, 2, 3, 4, 10))
"""IEEE 1815 section 9: request of the link's status, to the addresses that outstations mostly have."""

_DNP3_MATCHES = (
    Match(
        rb"^\x05\x64\x05[\x0b\x0f\x4b\x1b]re(?P<station>[\s\S]{2})[\s\S]{2}",
        service="dnp3",
        decode={"station": "{u16le}"},
        examples={_dnp3(0x0B, 0x6572, 4): {"station": "4"}},
    ),
)

_IDENTITY = b"\x63\x00\x00\x00" + b"\x00" * 8 + b"reconeip" + b"\x00" * 4
"""EtherNet/IP (CIP volume 2, section 2-4.2), ListIdentity: who are you? Needs no session."""


def _identity(maker: int, kind: int, revision: bytes, name: bytes) -> bytes:
    item = (
        b"\x01\x00" + struct.pack(">HH4s8s", 2, 44818, b"\xc0\x00\x02\x09", b"") + struct.pack("<HHH", maker, kind, 55)
    )
    item += revision + b"\x30\x00" + b"\x11\x22\x33\x44" + bytes([len(name)]) + name + b"\x03"
    body = struct.pack("<HHH", 1, 12, len(item)) + item
    return b"\x63\x00" + struct.pack("<H", len(body)) + b"\x00" * 8 + b"reconeip" + b"\x00" * 4 + body


_EIP_HEAD = (
    rb"^\x63\x00[\s\S]{2}\x00\x00\x00\x00[\s\S]{4}reconeip\x00\x00\x00\x00\x01\x00\x0c\x00[\s\S]{2}\x01\x00[\s\S]{16}"
)
_EIP_REST = (
    rb"(?P<device_type>[\s\S]{2})[\s\S]{2}(?P<version>[\s\S]{2})[\s\S]{2}(?P<serial>[\s\S]{4})(?P<product>[\s\S]{2,})"
)
_EIP_DECODE = {"device_type": "{u16le}", "version": "{u8}.{u8}", "serial": "{u32le}", "product": "{p8}"}


def _eip_maker(number: int, vendor: str, product: str, *, way: str) -> Match:
    return Match(
        _EIP_HEAD + b"".join(rb"\x%02x" % byte for byte in number.to_bytes(2, "little")) + _EIP_REST,
        service="ethernet-ip",
        part="h",
        vendor=vendor,
        name=f"ethernet-ip.vendor-{number}-{way}",
        decode=_EIP_DECODE,
        examples={
            _identity(number, 14, b"\x14\x0b", product.encode()): {
                "vendor": vendor,
                "product": product,
                "version": "20.11",
                "device_type": "14",
            }
        },
    )


def _eip_matches(way: str) -> tuple[Match, ...]:
    return (
        _eip_maker(1, "rockwellautomation", "1756-L61/B LOGIX5561", way=way),
        _eip_maker(47, "omron", "NJ501-1500", way=way),
        _eip_maker(243, "schneider-electric", "BMX NOC 0401", way=way),
        _eip_maker(40, "wago", "750-881", way=way),
        _eip_maker(26, "festo", "CPX-FB36", way=way),
        _eip_maker(90, "hms-networks", "Anybus-CC", way=way),
        Match(
            _EIP_HEAD + rb"(?P<vendor_number>[\s\S]{2})" + _EIP_REST,
            service="ethernet-ip",
            part="h",
            name=f"ethernet-ip.identity-{way}",
            decode=_EIP_DECODE | {"vendor_number": "{u16le}"},
            examples={
                _identity(999, 12, b"\x01\x02", b"Acme IO"): {
                    "product": "Acme IO",
                    "version": "1.2",
                    "vendor_number": "999",
                }
            },
        ),
    )


_TESTFR = b"\x68\x04\x43\x00\x00\x00"
"""IEC 60870-5-104 section 5.2: a test frame, to be confirmed; no data is started."""

_IEC_MATCHES = (
    Match(
        rb"^\x68\x04\x83\x00\x00\x00",
        service="iec-104",
        examples={b"\x68\x04\x83\x00\x00\x00": {"service": "iec-104"}},
    ),
)

_FOX = b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"
"""Niagara Fox: the hello of its client; a log-in would come after."""

_FOX_MATCHES = (
    Match(
        rb"^fox a \d+ -1 fox hello\n\{\n[\s\S]*?app\.name=s:(?P<application>[^\n]*)\n[\s\S]*?app\.version=s:"
        rb"(?P<version>\d+\.[\d.]+)\n",
        service="fox",
        vendor="tridium",
        product="Niagara",
        cpe="cpe:2.3:a:tridium:niagara",
        examples={
            b"fox a 0 -1 fox hello\n{\nfox.version=s:1.0.1\nid=i:2\nhostName=s:tower\nhostAddress=s:192.0.2.9\napp.nam"
            b"e=s:Station\n"
            b"app.version=s:3.8.41.2\nvm.name=s:Java HotSpot(TM) Embedded Client VM\nos.name=s:QNX\n};;\n": {
                "version": "3.8.41.2",
                "application": "Station",
            }
        },
    ),
    Match(
        rb"^fox a \d+ -1 fox (?:hello|rejected)\n",
        service="fox",
        vendor="tridium",
        product="Niagara",
        name="fox.hello",
        examples={b"fox a 0 -1 fox hello\n{\nfox.version=s:1.0\n};;\n": {"product": "Niagara"}},
    ),
)

_URL = b"opc.tcp://localhost/"
_OPC = b"HELF" + struct.pack("<IIIIIII", 32 + len(_URL), 0, 65536, 65536, 0, 0, len(_URL)) + _URL
"""OPC 10000-6 section 7.1.2.3, Hello."""

_OPC_MATCHES = (
    Match(
        rb"^ACKF\x1c\x00\x00\x00(?P<protocol>[\s\S]{4})",
        service="opc-ua",
        decode={"protocol": "{u32le}"},
        examples={b"ACKF\x1c\x00\x00\x00" + struct.pack("<IIIII", 0, 65536, 65536, 0, 0): {"protocol": "0"}},
    ),
    Match(
        rb"^ERRF[\s\S]{2}\x00\x00[\s\S]{2}[\x00-\x82]\x80",
        service="opc-ua",
        name="opc-ua.error",
        examples={
            b"ERRF\x10\x00\x00\x00\x00\x00\x83\x80\x00\x00\x00\x00".replace(b"\x83", b"\x82"): {"service": "opc-ua"}
        },
    ),
)

_FINS = bytes.fromhex("800002000000006300ef0501 00".replace(" ", ""))
"""Omron FINS (W342), controller data read: model and version."""

_FINS_MATCHES = (
    Match(
        rb"^\xc0\x00\x02[\s\S]{6}\xef\x05\x01\x00\x00(?P<product>[A-Z][\w-]{3,19}) *(?P<version>\d\d\.\d\d)",
        service="fins",
        vendor="omron",
        part="h",
        examples={
            bytes.fromhex("c0000200630000000 0ef05010000".replace(" ", ""))
            + b"CJ2M-CPU33".ljust(20)
            + b"02.01".ljust(20)
            + b"\x00" * 40: {
                "product": "CJ2M-CPU33",
                "version": "02.01",
            }
        },
    ),
)

_ask = partial(Probe, ends="quiet", needs="industrial")
_ask_udp = partial(Probe, transport="udp", needs="industrial")

PROBES = (
    _ask("modbus", ports="502", send=_MODBUS, rarity=7, matches=_MODBUS_MATCHES),
    _ask("s7", ports="102", send=_COTP, rarity=7, matches=_S7_MATCHES),
    _ask("dnp3", ports="20000", send=_DNP3, rarity=9, matches=_DNP3_MATCHES),
    _ask("ethernet-ip", ports="44818", send=_IDENTITY, rarity=8, matches=_eip_matches("tcp")),
    _ask("iec-104", ports="2404", send=_TESTFR, rarity=9, matches=_IEC_MATCHES),
    _ask("fox", ports="1911", tls_ports="4911", send=_FOX, rarity=9, matches=_FOX_MATCHES),
    _ask("opc-ua", ports="4840", send=_OPC, rarity=9, matches=_OPC_MATCHES),
    _ask_udp("bacnet", ports="47808", send=_BACNET, rarity=3, matches=_BACNET_MATCHES),
    _ask_udp("ethernet-ip-udp", ports="44818", send=_IDENTITY, rarity=3, matches=_eip_matches("udp")),
    _ask_udp("fins", ports="9600", send=_FINS, rarity=4, matches=_FINS_MATCHES),
)
