"""NTLM's first two messages (MS-NLMP 2.2.1): the client's, and the server's challenge. The third is never made."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from recon.enumerators import ber
from recon.enumerators.reading import Cut, Reader, filetime, wide_text
from recon.model import Fact

SIGNATURE = b"NTLMSSP\x00"

_WISHES = 0xE2088297
"""NTLMSSP_NEGOTIATE_* of 56, 128, key exchange, version, target info, extended security, always sign, NTLM, sign, seal,
request target, OEM, Unicode (MS-NLMP 2.2.2.5), as common clients send them."""

_OUR_VERSION = bytes.fromhex("0a00614a0000000f")
_SPNEGO, _NTLM = bytes.fromhex("2b0601050502"), bytes.fromhex("2b06010401823702020a")
_CHALLENGE = SIGNATURE + struct.pack("<I", 2)
_VERSION_TOLD = 0x02000000
_PAIRS_AT_MOST = 32
_TIME = 7
_NAMES = {
    1: "computer_name",
    2: "domain_name",
    3: "dns_computer_name",
    4: "dns_domain",
    5: "dns_forest",
}
"""AV_PAIR (MS-NLMP 2.2.2.1)."""


NEGOTIATE = SIGNATURE + struct.pack("<II", 1, _WISHES) + bytes(16) + _OUR_VERSION
"""The first message; it names nobody."""


def negotiate() -> bytes:
    """The first message inside SPNEGO (RFC 4178 section 4.2.1)."""
    mechanisms = ber.built(0xA0, ber.built(ber.SEQUENCE, ber.built(ber.OBJECT, _NTLM)))
    token = ber.built(0xA2, ber.built(ber.TEXT, NEGOTIATE))
    return ber.built(0x60, ber.built(ber.OBJECT, _SPNEGO), ber.built(0xA0, ber.built(ber.SEQUENCE, mechanisms, token)))


def facts_of(blob: bytes) -> Iterator[Fact]:
    """Yield what the challenge in ``blob`` says of the host; nothing if there is none, and no more than there is."""
    start = blob.find(_CHALLENGE)
    if start < 0:
        return
    message = blob[start:]
    try:
        yield from _told(message)
    except Cut:
        return


def _told(message: bytes) -> Iterator[Fact]:
    fixed = Reader(message, len(_CHALLENGE))
    fixed.take(8)
    flags = fixed.little(4)
    fixed.take(16)
    length, _, offset = fixed.little(2), fixed.little(2), fixed.little(4)
    if flags & _VERSION_TOLD:
        yield Fact("os_build", f"{fixed.little(1)}.{fixed.little(1)}.{fixed.little(2)}")
    yield from _pairs(Reader(message[offset : offset + length]))


def _pairs(held: Reader) -> Iterator[Fact]:
    for _ in range(_PAIRS_AT_MOST):
        kind, size = held.little(2), held.little(2)
        value = held.take(size)
        if kind == 0:
            return
        if kind in _NAMES and value:
            yield Fact(_NAMES[kind], wide_text(value))
        when = filetime(int.from_bytes(value, "little")) if kind == _TIME else None
        if when is not None:
            yield Fact("ntlm_time", when)
