"""What an author of an enumerator sees: the class to write, the connection to talk over, what was found before.

An enumerator awaits nothing but its connection; the engine drives it, so it is a state machine over bytes that runs
the same against a live server and against a recorded conversation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from recon.model import Fact, FactValue, Service

DEFAULT_LIMIT = 65_536
DEFAULT_TIMEOUT_S = 3.0

MOST_BYTES = 1 << 20
"""What the engine lets one conversation receive."""

LONGEST_S = 60.0
"""A wait for longer is one for as long as the engine allows."""


class ConversationEnded(Exception):  # noqa: N818 - a conversation that ends is no error of anybody
    """The peer is gone, silent, or the budget is spent; ``received`` is what came before.

    An enumerator need not catch it: what it yielded so far stands.
    """

    def __init__(self, why: str, received: bytes = b"") -> None:
        self.why = why
        self.received = received
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Found:
    """What the dialogue learnt: the ``service`` that called for this enumerator, and all facts so far."""

    service: Service
    facts: Mapping[str, FactValue]
    addr: str
    port: int
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """One order to the engine, and the place where its answer comes back."""

    kind: str
    words: tuple[object, ...] = ()

    def __await__(self) -> Generator[Want, bytes, bytes]:
        """Hand the order to whoever drives the coroutine."""
        return (yield self)


@dataclass(slots=True)
class Conn:
    """A connection to the port, past its greeting if the server speaks first, inside TLS if it was found there."""

    greeting: bytes = b""
    transcript: list[tuple[str, bytes]] = field(default_factory=list)

    async def send(self, data: bytes) -> None:
        """Send ``data``; a peer that is gone shows at the next ``receive``. Raises TypeError for anything but bytes."""
        if not isinstance(data, bytes):
            raise TypeError(f"what is sent is bytes, not {type(data).__name__}")
        self.transcript.append(("sent", data))
        await Want("send", (data,))

    async def receive(
        self,
        *,
        until: bytes | None = None,
        exactly: int | None = None,
        limit: int = DEFAULT_LIMIT,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> bytes:
        """Bytes up to and with ``until``, or ``exactly`` so many, or whatever comes next; ``limit`` at most.

        Raises ConversationEnded when ``timeout_s`` seconds pass or the peer closes before that; TypeError or ValueError
        for numbers that mean nothing.
        """
        if not isinstance(until, bytes | None):
            raise TypeError(f"until is bytes, not {type(until).__name__}")
        for count, least in ((exactly, 0), (limit, 1)):
            if count is not None and (not isinstance(count, int) or not least <= count <= MOST_BYTES):
                raise ValueError(f"exactly and limit are numbers of bytes up to {MOST_BYTES}, not {count!r}")
        wait_ms = round(1000 * min(max(timeout_s, 0.0), LONGEST_S))
        data = await Want("receive", (until, exactly, limit, wait_ms))
        self.transcript.append(("received", data))
        return data

    async def start_tls(self, *, server_name: str | None = None) -> bytes:
        """Begin TLS; returns version, cipher and ALPN, each with a NUL, then the certificate in DER."""
        if not isinstance(server_name, str | None):
            raise TypeError(f"server_name is str, not {type(server_name).__name__}")
        return await Want("secure", (server_name,))

    async def reopen(self) -> bytes:
        """Connect anew; returns the greeting, which is also kept. Raises ConversationEnded."""
        self.greeting = await Want("open")
        return self.greeting


class Enumerator:
    """Continues a conversation with one kind of service and yields facts and services.

    ``name`` is ``family.what``; ``service`` is the service it is for; ``needs`` names fact families or enumerators
    that must have come first.

    ``blocking`` is for libraries that insist on a socket: ``enumerate(self, connection, found)`` is then an ordinary
    generator, run in one of a few threads over a connected :class:`socket.socket` (plain, nothing read from it). What
    it raises of OSError ends it. It cannot be run against a recorded conversation.
    """

    name: ClassVar[str]
    service: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    blocking: ClassVar[bool] = False

    def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield what is learnt over ``conn``. Written as an ``async def`` with ``yield``."""
        raise NotImplementedError
