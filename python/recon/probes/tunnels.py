"""Tunnels and transports over UDP: IKE, OpenVPN, L2TP, QUIC. Only the first step of each; no key and no name is sent.

WireGuard is silent by design (its white paper, section 5.1): who has no key gets no answer, so nothing is sent there.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_INITIATOR = b"reconike"
_NO_RESPONDER = b"\x00" * 8


def _payload(following: int, body: bytes) -> bytes:
    return struct.pack(">BBH", following, 0, len(body) + 4) + body


def _isakmp(  # noqa: PLR0913 - the fields of the header, in its order
    first: int, version: int, exchange: int, body: bytes, *, flags: int = 0, responder: bytes = _NO_RESPONDER
) -> bytes:
    return _INITIATOR + responder + struct.pack(">BBBBII", first, version, exchange, flags, 0, 28 + len(body)) + body


def _transform_v1(number: int, last: bool, *attributes: tuple[int, int]) -> bytes:  # noqa: FBT001 - used here only
    held = b"".join(struct.pack(">HH", 0x8000 | kind, value) for kind, value in attributes)
    return _payload(0 if last else 3, struct.pack(">BBH", number, 1, 0) + held)


def _main_mode() -> bytes:
    """RFC 2409 section 5: the first message of main mode, with what most gateways accept."""
    offers = [
        ((1, cipher), *size, (2, hashed), (3, method), (4, group), (11, 1), (12, 28800))
        for cipher, size in ((7, ((14, 256),)), (7, ((14, 128),)), (5, ()))
        for hashed in (4, 2)
        for method, group in ((1, 14), (1, 2), (3, 14), (3, 2))
    ]
    held = b"".join(_transform_v1(at, at == len(offers), *offer) for at, offer in enumerate(offers, start=1))
    proposal = _payload(0, struct.pack(">BBBB", 1, 1, 0, len(offers)) + held)
    return _isakmp(1, 0x10, 2, _payload(0, struct.pack(">II", 1, 1) + proposal))


def _init_v2() -> bytes:
    """RFC 7296 section 1.2: IKE_SA_INIT with group 14; the key share is no secret of anybody."""
    kinds = ((1, 12, 256), (1, 12, 128), (1, 3, 0), (2, 5, 0), (2, 2, 0), (3, 12, 0), (3, 2, 0), (4, 14, 0), (4, 2, 0))
    held = b""
    for at, (kind, value, size) in enumerate(kinds, start=1):
        body = struct.pack(">BBH", kind, 0, value) + (struct.pack(">HH", 0x800E, size) if size else b"")
        held += _payload(0 if at == len(kinds) else 3, body)
    association = _payload(34, _payload(0, struct.pack(">BBBB", 1, 1, 0, len(kinds)) + held))
    share = _payload(40, struct.pack(">HH", 14, 0) + bytes(range(1, 129)) * 2)
    return _isakmp(33, 0x20, 34, association + share + _payload(0, b"recon" * 6 + b"00"), flags=0x08)


_MARKER = b"\x00\x00\x00\x00"
"""What tells IKE from encrypted packets on port 4500 (RFC 3948 section 2.2)."""

_IKE = rb"^(?:\x00\x00\x00\x00)?reconike[\s\S]{8}"
_VENDOR_IDS = (
    ("strongSwan", "strongswan", "strongSwan", "a", "882fe56d6fd20dbc2251613b2ebe5beb"),
    ("windows", "microsoft", "Windows", "o", "1e2b516905991c7d7c96fcbfb587e461"),
    ("fortigate", "fortinet", "FortiOS", "o", "8299031757a36082c6a621de"),
    ("checkpoint", "checkpoint", "Check Point VPN-1", "a", "f4ed19e0c114eb516faaac0ee37daf2807b4381f"),
    ("junos", "juniper", "Junos", "o", b"HeartBeat_Notify".hex()),
    ("cisco", "cisco", "Cisco IKE", "o", b"CISCO-DELETE-REASON".hex()),
)
"""What gateways add to their first answer: hashes of their names (MD5 of the words), or names in clear."""


def _ike_answer(vendor_id: bytes) -> bytes:
    """Main mode: an association, then the vendor's id."""
    return _isakmp(1, 0x10, 2, _payload(13, b"\x00" * 44) + _payload(0, vendor_id), responder=b"answered")


def _ike_vendor(name: str, vendor: str, product: str, part: str, word: str) -> Match:
    known = bytes.fromhex(word)
    return Match(
        _IKE + rb"[\s\S]*" + b"".join(rb"\x%02x" % byte for byte in known),
        service="ike",
        vendor=vendor,
        product=product,
        part=part,
        name=f"ike.vendor-{name.lower()}",
        examples={_ike_answer(known + b"\x00" * 4): {"product": product}},
    )


def _ike_version(number: int, exchange: int, name: str, facts: dict[str, str]) -> Match:
    return Match(
        _IKE + rb"[\s\S]\x%02x\x%02x" % (number, exchange),
        service="ike",
        name=f"ike.{name}",
        facts=facts,
        examples={
            _isakmp(41, number, exchange, b"\x00" * 8, responder=b"answered"): facts,
            _MARKER + _isakmp(41, number, exchange, b"\x00" * 8, responder=b"answered"): facts,
        },
    )


_IKE_MATCHES = (
    *(_ike_vendor(*one) for one in _VENDOR_IDS),
    Match(
        _IKE + rb"[\s\S]*OE-Libreswan-(?P<version>\d+\.\d+(?:\.\d+)*)",
        service="ike",
        vendor="libreswan",
        product="Libreswan",
        examples={_ike_answer(b"OE-Libreswan-4.10" + b"\x00" * 2): {"version": "4.10"}},
    ),
    _ike_version(0x20, 34, "version-2", {"protocol": "2", "exchange": "IKE_SA_INIT"}),
)

_IKE_1_MATCHES = (
    _ike_version(0x10, 2, "version-1", {"protocol": "1", "exchange": "main mode"}),
    _ike_version(0x10, 5, "version-1-refused", {"protocol": "1", "exchange": "refused"}),
)

_SESSION = b"recon-id"
_OPENVPN = b"\x38" + _SESSION + b"\x00\x00\x00\x00\x00"
"""OpenVPN's P_CONTROL_HARD_RESET_CLIENT_V2: our session, nothing to acknowledge, packet 0 (its protocol overview)."""


def _openvpn(prefix: bytes, shown: bytes) -> tuple[Match, ...]:
    return (
        Match(
            b"^" + prefix + rb"\x40[\s\S]{8}\x01\x00\x00\x00\x00recon-id\x00\x00\x00\x00",
            service="openvpn",
            vendor="openvpn",
            product="OpenVPN",
            facts={"tls_auth": "off"},
            examples={shown + b"\x40srv-sess\x01\x00\x00\x00\x00recon-id\x00\x00\x00\x00": {"product": "OpenVPN"}},
        ),
        Match(
            b"^" + prefix + rb"[\x28\x40][\s\S]{8}\x01\x00\x00\x00\x00recon-id",
            service="openvpn",
            name=f"openvpn.answer-{'tcp' if prefix else 'udp'}",
            examples={shown + b"\x28srv-sess\x01\x00\x00\x00\x00recon-id": {"service": "openvpn"}},
        ),
    )


def _avp(kind: int, value: bytes) -> bytes:
    return struct.pack(">HHH", 0x8000 | (len(value) + 6), 0, kind) + value


def _l2tp(tunnel: int, received: int, *avps: tuple[int, bytes]) -> bytes:
    body = b"".join(_avp(*one) for one in avps)
    return struct.pack(">HHHHHH", 0xC802, 12 + len(body), tunnel, 0, 0, received) + body


_L2TP = _l2tp(
    0,
    0,
    (0, b"\x00\x01"),
    (2, b"\x01\x00"),
    (3, b"\x00\x00\x00\x03"),
    (7, b"recon"),
    (9, b"\x72\x65"),
    (10, b"\x00\x04"),
)
"""RFC 2661 section 6.1: a start of a control connection that is never confirmed, so that no tunnel stands."""


def _l2tp_answer(vendor: bytes, firmware: bytes = b"\x06\x90") -> bytes:
    avps = (
        (0, b"\x00\x02"),
        (2, b"\x01\x00"),
        (3, b"\x00\x00\x00\x03"),
        (6, firmware),
        (7, b"tower"),
        (8, vendor),
        (9, b"\x12\x34"),
    )
    return _l2tp(0x7265, 1, *avps)


_L2TP_HEAD = rb"^\xc8\x02[\s\S]{2}re\x00\x00[\s\S]{4}\x80\x08\x00\x00\x00\x00\x00\x02"


def _l2tp_maker(word: bytes, product: str | None, vendor: str | None, *, part: str = "a") -> Match:
    return Match(
        _L2TP_HEAD + rb"(?:[\s\S]*?\x00\x00\x00\x07(?P<host>[\w.-]+)[\x00\x80])?[\s\S]*?\x00\x00\x00\x08" + word,
        service="l2tp",
        vendor=vendor,
        product=product,
        part=part,
        examples={
            _l2tp_answer(word.replace(b"\\", b"")): {"product": product, "host": "tower"}
            if product
            else {"service": "l2tp"}
        },
    )


_L2TP_MATCHES = (
    _l2tp_maker(rb"xelerance\.com", "xl2tpd", "xelerance"),
    _l2tp_maker(rb"MikroTik", "RouterOS", "mikrotik", part="o"),
    _l2tp_maker(rb"Cisco Systems, Inc\.", "Cisco IOS", "cisco", part="o"),
    _l2tp_maker(rb"Microsoft", "Windows", "microsoft", part="o"),
    _l2tp_maker(rb"accel-ppp", "accel-ppp", "accel-ppp"),
    Match(
        _L2TP_HEAD,
        service="l2tp",
        name="l2tp.answer",
        examples={_l2tp_answer(b"Acme"): {"service": "l2tp"}},
    ),
    Match(
        rb"^\xc8\x02[\s\S]{2}re\x00\x00[\s\S]{4}\x80\x08\x00\x00\x00\x00\x00\x04",
        service="l2tp",
        name="l2tp.refused",
        examples={_l2tp(0x7265, 1, (0, b"\x00\x04"), (1, b"\x00\x02"), (9, b"\x12\x34")): {"service": "l2tp"}},
    ),
)

_QUIC = (b"\xc0\x1a\x2a\x3a\x4a\x08recon-id\x08recon-is" + b"\x00" * 1200)[:1200]
"""RFC 9000 section 6: a version that is reserved to be unknown, so that the server lists those that it knows."""

_QUIC_MATCHES = (
    Match(
        rb"^[\x80-\xff]\x00\x00\x00\x00\x08recon-is\x08recon-id(?:[\s\S]{4})*\x00\x00\x00\x01",
        service="quic",
        name="quic.version-1",
        facts={"protocol": "1"},
        examples={b"\xc0\x00\x00\x00\x00\x08recon-is\x08recon-id\x00\x00\x00\x01\x6b\x33\x43\xcf": {"protocol": "1"}},
    ),
    Match(
        rb"^[\x80-\xff]\x00\x00\x00\x00\x08recon-is\x08recon-id",
        service="quic",
        name="quic.versions",
        examples={b"\xc0\x00\x00\x00\x00\x08recon-is\x08recon-id\xff\x00\x00\x1d\xfa\xce\xb0\x02": {"service": "quic"}},
    ),
)

_ask_udp = partial(Probe, transport="udp")

PROBES = (
    _ask_udp("ike-2", ports="500", send=_init_v2(), rarity=2, matches=_IKE_MATCHES),
    _ask_udp("ike-2-marked", ports="4500", send=_MARKER + _init_v2(), rarity=3, matches=()),
    _ask_udp("ike-1", ports="500", send=_main_mode(), rarity=2, matches=_IKE_1_MATCHES),
    _ask_udp("openvpn", ports="1194", send=_OPENVPN, rarity=3, matches=_openvpn(b"", b"")),
    Probe(
        "openvpn-tcp",
        ports="1194",
        send=struct.pack(">H", len(_OPENVPN)) + _OPENVPN,
        ends="quiet",
        rarity=7,
        matches=_openvpn(rb"\x00[\x1a\x16]", b"\x00\x1a"),
    ),
    _ask_udp("l2tp", ports="1701", send=_L2TP, rarity=3, matches=_L2TP_MATCHES),
    _ask_udp("quic", ports="443,8443", send=_QUIC, rarity=2, matches=_QUIC_MATCHES),
)
