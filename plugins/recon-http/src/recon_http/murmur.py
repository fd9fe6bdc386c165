"""MurmurHash3 x86 32-bit, after the public-domain description: what search engines of devices index icons by."""

from __future__ import annotations

_MASK = 0xFFFF_FFFF
_SIGN = 0x8000_0000


def murmur3(data: bytes, seed: int = 0) -> int:
    """The hash of ``data`` as a signed number of 32 bits."""
    state, whole = seed, len(data) & ~3
    for at in range(0, whole, 4):
        state ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        state = (_rotated(state, 13) * 5 + 0xE654_6B64) & _MASK
    state ^= _scrambled(int.from_bytes(data[whole:], "little"))
    state = _finished(state ^ len(data))
    return state - 2 * (state & _SIGN)


def _scrambled(block: int) -> int:
    return (_rotated((block * 0xCC9E_2D51) & _MASK, 15) * 0x1B87_3593) & _MASK


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _finished(state: int) -> int:
    state = ((state ^ (state >> 16)) * 0x85EB_CA6B) & _MASK
    state = ((state ^ (state >> 13)) * 0xC2B2_AE35) & _MASK
    return state ^ (state >> 16)
