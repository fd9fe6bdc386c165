"""Tortures readings with answers no server should give. Offline; must never call a lesser reading wrong.

From each true answer come others: cut at every byte, with flipped bytes, endless, and, of a conversation, one byte at
a time and none at all. What is read in them may be less than the truth. It is wrong when it is more: a product or a
version that the true answer does not have and that does not stand in the bytes themselves.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from recon.testing.conversations import Transcript, pack_of

if TYPE_CHECKING:
    from recon._core import Pack
    from recon.model import Match, Probe, Service

CUTS = 1024
"""Cuts of one answer: every byte of a shorter one, evenly spread over a longer one."""

FLIPS = 64
"""Answers with a few flipped bytes made of one answer."""

FLIPPED_AT_MOST = 4

_NOISE = bytes(sorted(set(range(256)) - set(b"\r\n\0")))
"""What a byte is flipped to: never the end of a line or a string, which would make a whole answer of a part."""

ENDLESS_BYTES = 256 * 1024
"""Length of an endless answer: more than recon ever keeps."""

LONGEST_S = 2.0
"""A reading that takes longer than this counts as hanging; recon's own takes microseconds."""

FAULTS_KEPT = 100

TLS = "tls"
"""What is left of a conversation inside TLS of which nothing else is understood."""

_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: what was done (``how``), to which bytes, and what came of it (``why``)."""

    how: str
    data: bytes
    why: str


@dataclass(slots=True)
class Ordeal:
    """What torture came to. ``cases`` counts answers read; the first ``FAULTS_KEPT`` faults are kept."""

    answers: int = 0
    conversations: int = 0
    cases: int = 0
    wrong: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Count a fault, and keep it if there is room."""
        self.wrong += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(fault)


@dataclass(frozen=True, slots=True)
class _Truth:
    """What may be said of an answer and of everything made from it."""

    names: frozenset[str]
    values: frozenset[str]
    """Every product, version and revision."""

    def objection(self, services: Iterable[Service], data: bytes) -> str | None:
        """Why ``services`` are wrong for ``data``; none if they are not.

        In binary data every byte is a value: another one truly says another thing, as long as the service is the same.
        """
        for service in services:
            if service.name not in self.names:
                return f"it was taken for {service.name}"
            if b"\0" in data:
                continue
            for what in ("product", "version", "revision"):
                value = getattr(service, what)
                if value is not None and value not in self.values and not _stands_in(value, data):
                    return f"its {what} became {value!r}"
        return None

    def objection_to_less(self, services: Sequence[Service], data: bytes) -> str | None:
        """Why ``services`` are wrong for a part of the answer, in which no value may be another than the whole's."""
        for service in services:
            for what in ("product", "version", "revision"):
                value = getattr(service, what)
                if value is not None and value not in self.values:
                    return f"its {what} became {value!r}"
        return self.objection(services, data)


Reading = Callable[[], "Sequence[Service]"]


def torture(probes: Iterable[Probe], transcripts: Iterable[Transcript] = (), *, seed: int = 0) -> Ordeal:
    """Torture every example of ``probes``, and every conversation that they read.

    The same ``seed`` flips the same bytes. Raises PluginError when a probe is broken.
    """
    known = list(probes)
    rack = _Rack(pack_of(known), seed)
    datagrams = {probe.name for probe in known if probe.transport == "udp"}
    for asked, answer in answers_of(known):
        rack.torture_answer(asked, answer, cut=asked not in datagrams)
    for transcript in transcripts:
        rack.torture_conversation(transcript)
    return rack.ordeal


def answers_of(probes: Iterable[Probe]) -> list[tuple[str, bytes]]:
    """Every example as a whole answer to its probe; one of a part of an HTTP response is put into a response."""
    found: dict[tuple[str, bytes], None] = {}
    for probe in probes:
        asked = probe.name if probe.send else "listen"
        for match in probe.matches:
            found.update(((asked, _whole(match, example)), None) for example in match.examples)
    return list(found)


def _whole(match: Match, example: bytes) -> bytes:
    part, _, name = match.field.partition(":")
    head = b"HTTP/1.1 200 OK\r\n"
    match part:
        case "header":
            return head + name.encode() + b": " + example + b"\r\nContent-Length: 0\r\n\r\n"
        case "status":
            return example.rstrip(b"\r\n") + b"\r\nContent-Length: 0\r\n\r\n"
        case "title":
            return _with_body(head, b"<html><head><title>" + example + b"</title></head></html>")
        case "body":
            return _with_body(head, example)
        case _:
            return example


def _with_body(head: bytes, body: bytes) -> bytes:
    return head + b"Content-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class _Rack:
    """Does it, and keeps the score."""

    def __init__(self, pack: Pack, seed: int) -> None:
        self._pack = pack
        self._seed = seed
        self.ordeal = Ordeal()

    def torture_answer(self, asked: str, answer: bytes, *, cut: bool = True) -> None:
        """Hold every distortion of one answer to one question against the pack; a datagram comes whole or not."""
        self.ordeal.answers += 1
        truth, dice = self._truth(asked, answer), dice_of(self._seed, answer)
        for how, data in _cuts(answer) if cut else ():
            self._read(how, asked, data, truth.objection_to_less)
        for how, data in (*_flips(answer, dice), *_endless(answer, dice)):
            self._read(how, asked, data, truth.objection)

    def torture_conversation(self, transcript: Transcript) -> None:
        """Replay a conversation in pieces, cut, silent and endless."""
        self.ordeal.conversations += 1
        whole = self._pack.replay(transcript.entries, port=transcript.port)
        truth = _truth_of(whole.services)
        if any(entry[0] == "secured" for entry in transcript.entries):
            truth = _Truth(truth.names | {TLS}, truth.values)
        for how, changed in _retold(transcript, dice_of(self._seed, transcript.received)):
            heard = changed.received
            judge = truth.objection_to_less if how in _LESSER else truth.objection
            self._judged(how, heard, partial(self._replayed, changed), judge)

    def _replayed(self, transcript: Transcript) -> Sequence[Service]:
        return self._pack.replay(transcript.entries, port=transcript.port).services

    def _truth(self, asked: str, answer: bytes) -> _Truth:
        services, _ = self._pack.identify(answer, asked=asked)
        ended, _ = self._pack.identify(answer + b"\r\n", asked=asked)
        return _truth_of([*services, *ended])

    def _read(self, how: str, asked: str, data: bytes, judge: Callable[[Sequence[Service], bytes], str | None]) -> None:
        self._judged(how, data, lambda: self._pack.identify(data, asked=asked)[0], judge)

    def _judged(
        self, how: str, data: bytes, read: Reading, judge: Callable[[Sequence[Service], bytes], str | None]
    ) -> None:
        self.ordeal.cases += 1
        began = time.perf_counter()
        try:
            why = judge(read(), data)
        except BaseException as error:  # a panic in the core is no Exception, and the very thing looked for
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            why = f"it raised {type(error).__name__}: {error}"
        if why is None and time.perf_counter() - began > LONGEST_S:
            why = f"it took longer than {LONGEST_S} s"
        if why is not None:
            self.ordeal.add(Fault(how, data, why))


def _stands_in(value: str, data: bytes) -> bool:
    r"""Whether a value stands in the bytes, in whatever case; what was no UTF-8 there reads ``\xNN`` here."""
    said, data = value.encode().lower(), data.lower()
    return said in data or _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()).lower(), said) in data


def _truth_of(services: Iterable[Service]) -> _Truth:
    known = list(services)
    values = {value for one in known for value in (one.product, one.version, one.revision) if value is not None}
    return _Truth(frozenset(one.name for one in known), frozenset(values))


def dice_of(seed: int, answer: bytes) -> random.Random:
    """Dice that fall the same way for the same seed and answer, whatever else is tortured."""
    return random.Random(f"{seed} {answer!r}")  # noqa: S311 - repeatable, not secret


def _cuts(answer: bytes) -> Iterator[tuple[str, bytes]]:
    step = max(1, len(answer) // CUTS)
    for length in range(0, len(answer), step):
        yield f"cut after {length} bytes", answer[:length]


def _flips(answer: bytes, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    for _ in range(FLIPS if answer else 0):
        flipped = bytearray(answer)
        places = [dice.randrange(len(answer)) for _ in range(dice.randint(1, FLIPPED_AT_MOST))]
        for place in places:
            flipped[place] = dice.choice(_NOISE)
        yield f"bytes flipped at {', '.join(map(str, sorted(set(places))))}", bytes(flipped)


def _endless(answer: bytes, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Make streams that do not stop: the answer again and again, it and then noise, it with a line that never ends."""
    stem = answer.rstrip(b"\r\n")
    yield "repeated without end", (answer or b"\0") * (ENDLESS_BYTES // max(len(answer), 1) + 1)
    yield "followed by noise without end", answer + dice.randbytes(ENDLESS_BYTES)
    yield "with a line that never ends", stem + b"A" * ENDLESS_BYTES
    yield "cut in half and followed by digits without end", answer[: len(answer) // 2] + b"1" * ENDLESS_BYTES


_DRIP, _SILENCE, _CUT = "one byte at a time", "in silence", "cut"
_LESSER = frozenset({_DRIP, _SILENCE, _CUT})


def _retold(transcript: Transcript, dice: random.Random) -> Iterator[tuple[str, Transcript]]:
    yield _DRIP, _changed(transcript, lambda data: [data[at : at + 1] for at in range(len(data))])
    yield _SILENCE, _changed(transcript, lambda _: [])
    longest = max((len(entry[1]) for entry in transcript.entries if entry[0] == "received"), default=0)
    for length in range(0, longest, max(1, longest // CUTS)):
        yield _CUT, _changed(transcript, partial(_start_of, length))
    for _ in range(FLIPS):
        yield "bytes flipped", _changed(transcript, lambda data: [_flipped(data, dice)])
    yield "without end", _changed(transcript, lambda data: [data, dice.randbytes(ENDLESS_BYTES)])


def _start_of(length: int, data: bytes) -> list[bytes]:
    return [data[:length]] if length else []


def _flipped(data: bytes, dice: random.Random) -> bytes:
    return next((changed for _, changed in _flips(data, dice)), data)


def _changed(transcript: Transcript, change: Callable[[bytes], list[bytes]]) -> Transcript:
    """Tell the conversation with other pieces in place of each that was received."""
    entries = []
    for who, data, at_us, wire in transcript.entries:
        pieces = change(data) if who == "received" else [data]
        entries += [(who, piece, at_us, wire) for piece in pieces]
    return Transcript(tuple(entries), transcript.host, transcript.port, transcript.product)
