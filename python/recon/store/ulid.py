"""Names of runs: 26 letters that sort by time (ULID). Must never give the same one twice."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_RANDOM_BITS = 80
LENGTH = 26


def new_id(now_ns: int | None = None) -> str:
    """Make a name: 48 bits of milliseconds since 1970 and 80 random bits, in Crockford's base 32."""
    milliseconds = (time.time_ns() if now_ns is None else now_ns) // 1_000_000
    value = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(_LETTERS[value >> 5 * place & 31] for place in reversed(range(LENGTH)))


def is_id(word: str) -> bool:
    """Whether a word is such a name."""
    return len(word) == LENGTH and word[0] <= "7" and all(letter in _VALUES for letter in word)


def made_at(name: str) -> datetime:
    """When a name was made, in UTC, to the millisecond."""
    value = 0
    for letter in name:
        value = value << 5 | _VALUES[letter]
    return datetime.fromtimestamp((value >> _RANDOM_BITS) / 1000, UTC)
