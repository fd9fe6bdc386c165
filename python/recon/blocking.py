"""Runs enumerators that insist on a socket: a few threads, each with one conversation. Never waits for one of them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

from recon.enumerator import Enumerator, Found

MOST_THREADS = 16
"""Conversations at once; further ones wait for their turn."""

TIMEOUT_S = 10.0
"""What a socket waits for one read or write."""

LONGEST_S = 30.0
"""Time for a whole conversation; one that takes longer is left behind, with what it would have learnt."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation that is over: what it yielded, and what it raised that is no error of the network."""

    number: int
    learnt: list[object]
    error: Exception | None


class Threads:
    """Lends sockets to blocking enumerators. Used by one thread; the conversations run in others."""

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[int, type[Enumerator], int, Found]] = SimpleQueue()
        self._ended: SimpleQueue[Ended] = SimpleQueue()
        self._begun: dict[int, float] = {}
        """Conversation → when its time began, waiting for a thread included."""
        self._threads = 0

    def give(self, number: int, kind: type[Enumerator], descriptor: int, found: Found) -> None:
        """Begin conversation ``number`` over the connection that ``descriptor`` is; it is closed in the end."""
        self._begun[number] = time.monotonic()
        if self._threads < min(MOST_THREADS, len(self._begun)):
            self._threads += 1
            threading.Thread(target=self._serve, name="recon-blocking", daemon=True).start()
        self._work.put((number, kind, descriptor, found))

    def ended(self) -> Iterator[Ended]:
        """Conversations that ended since the last call, those left behind included."""
        while not self._ended.empty():
            ended = self._ended.get()
            if self._begun.pop(ended.number, None) is not None:
                yield ended
        late = [number for number, begun in self._begun.items() if time.monotonic() - begun > LONGEST_S]
        for number in late:
            del self._begun[number]
            yield Ended(number, [], TimeoutError(f"still at it after {LONGEST_S:.0f} s"))

    def _serve(self) -> None:
        while True:
            number, kind, descriptor, found = self._work.get()
            learnt: list[object] = []
            error = None
            with socket.socket(fileno=descriptor) as connection:
                try:
                    connection.settimeout(TIMEOUT_S)
                    learnt.extend(_steps(kind, connection, found))
                except OSError:
                    pass  # the peer is gone or silent: an end like any other
                except Exception as raised:  # noqa: BLE001 - an enumerator may raise anything, and must not cost the run
                    error = raised
            self._ended.put(Ended(number, learnt, error))


def _steps(kind: type[Enumerator], connection: socket.socket, found: Found) -> Iterable[object]:
    return kind().enumerate(connection, found)  # type: ignore[arg-type, return-value]  # a blocking one takes a socket
