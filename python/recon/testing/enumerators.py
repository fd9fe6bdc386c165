"""Runs enumerators over recorded conversations, whole and distorted. Offline; nothing here may ever open a socket.

A recording stands where the engine stands and keeps to its rules: ``until``, ``exactly`` and ``limit`` mean the same,
bytes and time are capped alike, a peer that waits for us answers nothing, and one that has said all is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found, Want
from recon.learnt import add_fact
from recon.model import Fact, FactValue, Service
from recon.testing.conversations import Transcript

BYTES_AT_MOST = 1 << 20
"""What one conversation may receive, as in the engine."""

TIME_AT_MOST_MS = 10_000
"""How long one conversation may wait in all, as in the engine. Nobody really waits here."""

STEPS_AT_MOST = 10_000
"""Orders and values of one enumerator; one that needs more does not end by itself."""

Pair = tuple[str, bytes]
"""Who spoke (``sent``, ``received``, ``secured``, or ``reopened`` between two connections), and what."""

Conversation = Transcript | Sequence[Pair]
Learnt = tuple[dict[str, FactValue], list[Service]]


class Endless(AssertionError):  # noqa: N818 - says what it is
    """An enumerator that goes on for ever."""


def run_enumerator(kind: type[Enumerator], conversation: Conversation, found: Found | None = None) -> Learnt:
    """Facts, by their names in a record, and services that an enumerator learns from a recorded conversation.

    What the target says before anything was sent is the greeting. Without ``found`` the service is the enumerator's
    own, of which nothing more is known. Raises AssertionError when the enumerator sends something else than was
    recorded, or does not end, and whatever the enumerator itself raises.
    """
    engine = Recording(connections_of(conversation), is_exact=True)
    return drive(kind, engine, found or found_by(kind, conversation))


def found_by(kind: type[Enumerator], conversation: Conversation) -> Found:
    """What there is to know of a recording's target without a sweep."""
    service = Service(kind.service)
    if isinstance(conversation, Transcript):
        return Found(service, {}, conversation.host or "127.0.0.1", conversation.port)
    return Found(service, {}, "127.0.0.1", 0)


def connections_of(conversation: Conversation) -> list[list[Pair]]:
    """The conversation, each connection by itself."""
    if isinstance(conversation, Transcript):
        wires = groupby(conversation.entries, key=lambda entry: entry[3])
        return [[(who, data) for who, data, _, _ in entries] for _, entries in wires]
    connections: list[list[Pair]] = [[]]
    for who, data in conversation:
        if who == "reopened":
            connections.append([])
        else:
            connections[-1].append((who, data))
    return connections


@dataclass(slots=True)
class Recording:
    """Carries out an enumerator's orders from a recording. ``is_exact``: only what was recorded may be sent."""

    connections: list[list[Pair]]
    is_exact: bool = False
    room: int = BYTES_AT_MOST
    left_ms: int = TIME_AT_MOST_MS
    _heard: bytearray = field(default_factory=bytearray)
    _is_open: bool = False
    _at: int = 0
    _next: int = 0

    def open(self) -> bytes:
        """Begin the next connection; its first words if the target speaks first. Raises ConversationEnded."""
        self._is_open = self._next < len(self.connections)
        if not self._is_open:
            raise ConversationEnded("refused")
        self._heard.clear()
        self._at, self._next = 0, self._next + 1
        self._hear()
        return self._hand_over(len(self._heard))

    def carry_out(self, want: Want) -> bytes:
        """Do what an enumerator wants; its answer. Raises ConversationEnded."""
        if want.kind == "open":
            return self.open()
        if not self._is_open:
            raise ConversationEnded("not open")
        match want.words:
            case (bytes(data),):
                return self._send(data)
            case (None | bytes() as mark, None | int() as exactly, int(limit), int(wait_ms)):
                return self._receive(mark, exactly, limit, wait_ms)
            case _ if want.kind == "secure":
                return self._secure()
        message = f"no such order: {want}"
        raise TypeError(message)

    def _send(self, data: bytes) -> bytes:
        while self._hear():
            pass
        recorded = self._upcoming("sent")
        if recorded is not None:
            self._at += 1
        if self.is_exact and recorded not in {None, data}:
            message = f"sent {data!r}, where the recording has {recorded!r}"
            raise AssertionError(message)
        return b""

    def _receive(self, mark: bytes | None, exactly: int | None, limit: int, wait_ms: int) -> bytes:
        while (count := satisfied(self._heard, mark, exactly, limit)) is None:
            if not self._hear():
                raise self._ended(wait_ms)
        return self._hand_over(count)

    def _secure(self) -> bytes:
        while self._hear():
            pass
        session = self._upcoming("secured")
        if session is None:
            raise self._closed("tls")
        self._at += 1
        return session

    def _hear(self) -> bool:
        """Take one more piece, as far as there is room; whether there was one."""
        piece = self._upcoming("received") if self.room else None
        if piece is None:
            return False
        self._at += 1
        self._heard += piece[: self.room]
        self.room -= min(len(piece), self.room)
        return True

    def _upcoming(self, who: str) -> bytes | None:
        said = self.connections[self._next - 1]
        return said[self._at][1] if self._at < len(said) and said[self._at][0] == who else None

    def _ended(self, wait_ms: int) -> ConversationEnded:
        is_over = self._at >= len(self.connections[self._next - 1])
        if is_over or not self.room:
            return self._closed("closed by peer")
        self.left_ms -= wait_ms
        if self.left_ms <= 0:
            return self._closed("timeout")
        return ConversationEnded("timeout", self._hand_over(len(self._heard)))

    def _closed(self, why: str) -> ConversationEnded:
        self._is_open = False
        return ConversationEnded(why, self._hand_over(len(self._heard)))

    def _hand_over(self, count: int) -> bytes:
        data = bytes(self._heard[:count])
        del self._heard[:count]
        return data


def satisfied(heard: bytes | bytearray, mark: bytes | None, exactly: int | None, limit: int) -> int | None:
    """How many of the bytes are handed over, if what was heard is enough; none if not."""
    if mark is not None:
        at = heard.find(mark)
        if at >= 0:
            return at + len(mark)
        return limit if len(heard) >= limit else None
    if exactly is not None:
        return exactly if len(heard) >= exactly else None
    return min(len(heard), limit) if heard else None


def drive(kind: type[Enumerator], engine: Recording, found: Found) -> Learnt:
    """Run an enumerator to its end. Raises Endless, and whatever the enumerator raises but ConversationEnded."""
    facts: dict[str, FactValue] = {}
    services: list[Service] = []
    try:
        conn = Conn(greeting=engine.open())
        _step(_gather(kind().enumerate(conn, found), kind.service, facts, services), engine)
    except ConversationEnded:
        pass
    return facts, services


def _step(steps: Coroutine[Want, bytes, None], engine: Recording) -> None:
    """Hand every order to the engine and its answer back, until nothing more is wanted."""
    answer, ended = b"", None
    try:
        for turn in range(STEPS_AT_MOST):
            want = steps.throw(ended) if ended else steps.send(answer if turn else None)  # type: ignore[arg-type]
            if not isinstance(want, Want):
                raise TypeError("an enumerator awaits only its connection")
            answer, ended = _answered(engine, want)
    except StopIteration:
        return
    message = f"still at it after {STEPS_AT_MOST} orders"
    raise Endless(message)


def _answered(engine: Recording, want: Want) -> tuple[bytes, ConversationEnded | None]:
    try:
        return engine.carry_out(want), None
    except ConversationEnded as ended:
        return b"", ended


async def _gather(
    steps: AsyncIterator[Fact | Service], family: str, facts: dict[str, FactValue], services: list[Service]
) -> None:
    count = 0
    async for learnt in steps:
        count += 1
        if count > STEPS_AT_MOST:
            message = f"still at it after {STEPS_AT_MOST} facts and services"
            raise Endless(message)
        if isinstance(learnt, Fact):
            add_fact(facts, family, learnt)
        elif isinstance(learnt, Service):
            services.append(learnt)
        else:
            message = f"an enumerator yields Fact and Service, not {type(learnt).__name__}"
            raise TypeError(message)


def all_pairs(conversation: Conversation) -> list[Pair]:
    """The conversation as pairs, with ``reopened`` between connections."""
    pairs: list[Pair] = []
    for index, connection in enumerate(connections_of(conversation)):
        pairs += [("reopened", b"")] if index else []
        pairs += connection
    return pairs
