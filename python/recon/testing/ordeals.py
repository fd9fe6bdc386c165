"""Tortures enumerators with conversations no server should hold. Offline; a distorted one may teach less, never break.

From each recording come others: every piece cut at every byte (then silence, or the end), bytes flipped, no answer at
all, an endless one, and everything one byte at a time, which must teach exactly what the whole does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random

from recon.enumerator import Enumerator, Found
from recon.testing.enumerators import (
    BYTES_AT_MOST,
    Conversation,
    Learnt,
    Pair,
    Recording,
    all_pairs,
    connections_of,
    drive,
    found_by,
    run_enumerator,
)
from recon.testing.torture import FLIPPED_AT_MOST, FLIPS, LONGEST_S, Fault, Ordeal, dice_of

CUTS = 256
"""Cuts of one piece: every byte of a shorter one, evenly spread over a longer one."""

_WAITS: Pair = ("sent", b"")
"""The target waits for us, and will not speak before."""

Case = tuple[str, list[Pair]]

_TURNS = 3
_STRANGERS = (
    b"220 stranger.invalid ready\r\n",
    b"+OK stranger\r\n",
    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n",
    b"\x00\x00\x00\x08\x00\x00\x00\x00",
    b"\x15\x03\x01\x00\x02\x02\x28",
    bytes(range(256)),
)
"""What servers of other protocols say: text, lengths, a TLS alert, every byte."""


def strangers() -> list[list[Pair]]:
    """Conversations with servers that speak something else, which any enumerator may meet."""
    turn: Pair = ("sent", b"")
    return [[("received", said), *(_TURNS * [turn, ("received", said)])] for said in _STRANGERS]


def follows(kind: type[Enumerator], conversation: Conversation) -> bool:
    """Whether a recording is one of this enumerator's: it sends what was recorded, and learns something or breaks."""
    try:
        facts, services = run_enumerator(kind, conversation)
    except AssertionError:
        return False
    except Exception:  # noqa: BLE001 - it broke on its own conversation, which torture then shows
        return True
    return bool(facts or services)


def torture_enumerator(
    kind: type[Enumerator], *conversations: Conversation, found: Found | None = None, seed: int = 0
) -> Ordeal:
    """Run an enumerator over every distortion of the conversations; what is wrong is in the ordeal's faults.

    Wrong is: anything raised but ConversationEnded, more than ``STEPS_AT_MOST`` steps, more than ``LONGEST_S`` seconds,
    a fact that no row can hold. The same ``seed`` flips the same bytes.
    """
    ordeal = Ordeal()
    for conversation in conversations:
        ordeal.conversations += 1
        knows = found or found_by(kind, conversation)
        pairs = all_pairs(conversation)
        for how, told in distorted(pairs, dice_of(seed, b"".join(data for _, data in pairs))):
            _endure(ordeal, kind, how, told, knows)
        _drip(ordeal, kind, pairs, knows)
    return ordeal


def distorted(pairs: Sequence[Pair], dice: Random) -> Iterator[Case]:
    """Every distortion of a conversation but the drip."""
    yield "in silence", [pair for pair in pairs if pair[0] != "received"] + [_WAITS]
    yield "closed at once", []
    for at, (who, data) in enumerate(pairs):
        if who == "received":
            yield from _cut(pairs, at, data)
            yield from _flipped(pairs, at, data, dice)
            yield from _endless(pairs, at, data, dice)


def _cut(pairs: Sequence[Pair], at: int, data: bytes) -> Iterator[Case]:
    for length in range(0, len(data), max(1, len(data) // CUTS)):
        start = [*pairs[:at], ("received", data[:length])]
        yield f"piece {at} closed after {length} bytes", start
        yield f"piece {at} silent after {length} bytes", [*start, _WAITS]
        yield f"piece {at} without what follows byte {length}", [*start, *pairs[at + 1 :]]


def _flipped(pairs: Sequence[Pair], at: int, data: bytes, dice: Random) -> Iterator[Case]:
    for _ in range(FLIPS if data else 0):
        changed = bytearray(data)
        for _ in range(dice.randint(1, FLIPPED_AT_MOST)):
            changed[dice.randrange(len(data))] = dice.randrange(256)
        yield f"piece {at} with flipped bytes", [*pairs[:at], ("received", bytes(changed)), *pairs[at + 1 :]]


def _endless(pairs: Sequence[Pair], at: int, data: bytes, dice: Random) -> Iterator[Case]:
    for how, more in (
        ("repeated", (data or b"\0") * (BYTES_AT_MOST // max(len(data), 1) + 1)),
        ("followed by noise", data + dice.randbytes(BYTES_AT_MOST)),
        ("followed by lines", data + b"211-and more\r\n" * (BYTES_AT_MOST // 14 + 1)),
        ("with a line that never ends", data.rstrip(b"\r\n") + b"A" * BYTES_AT_MOST),
    ):
        yield f"piece {at} {how} without end", [*pairs[:at], ("received", more)]


def _drip(ordeal: Ordeal, kind: type[Enumerator], pairs: Sequence[Pair], found: Found) -> None:
    """One byte at a time, but for greetings: the engine waits for those to be whole."""
    dripped: list[Pair] = []
    for who, data in pairs:
        is_greeting = not dripped or dripped[-1][0] == "reopened"
        whole = who != "received" or is_greeting
        dripped += [(who, data)] if whole else [(who, data[at : at + 1]) for at in range(len(data))]
    taught = _endure(ordeal, kind, "as it was", list(pairs), found)
    again = _endure(ordeal, kind, "one byte at a time", dripped, found)
    if taught is not None and again is not None and taught != again:
        ordeal.add(Fault("one byte at a time", b"", f"it taught {again}, not {taught}"))


def _endure(ordeal: Ordeal, kind: type[Enumerator], how: str, told: list[Pair], found: Found) -> Learnt | None:
    """Run one case; what was learnt, or none after a fault."""
    ordeal.cases += 1
    began, learnt, why = time.perf_counter(), None, None
    try:
        learnt = drive(kind, Recording(connections_of(told)), found)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        why = f"it raised {type(error).__name__}: {error}"
    if why is None and time.perf_counter() - began > LONGEST_S:
        why = f"it took longer than {LONGEST_S} s"
    if why is not None:
        ordeal.add(Fault(how, b"".join(data for who, data in told if who == "received")[:1024], why))
        return None
    return learnt
