"""Fake servers on loopback that greet, drip, stall, reset or flood. Must never listen on any other network."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
BACKLOG = 256
CONNECTIONS = 256
"""Conversations at once; one more waits."""

LONGEST_S = 60.0
"""A conversation that takes longer is ended."""

_CHUNK = 65_536
_TICK_S = 0.05
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST."""

Behaviour = Callable[[socket.socket, threading.Event], None]
"""Speaks on one connection until it is done, or until the event says that the server ends."""


def greet(greeting: bytes, replies: Mapping[bytes, bytes] | None = None) -> Behaviour:
    """Say ``greeting``, then answer each read that begins with a key of ``replies``, until the client leaves."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(greeting)
        while not over.is_set() and (heard := _read(connection, over)):
            for question, reply in (replies or {}).items():
                if heard.startswith(question):
                    connection.sendall(reply)
                    break

    return speak


def drip(data: bytes, every_s: float = 0.02) -> Behaviour:
    """Say ``data`` one byte at a time, ``every_s`` seconds apart, then listen."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            if over.wait(every_s):
                return
        _listen(connection, over)

    return speak


def stall(after: bytes = b"") -> Behaviour:
    """Say ``after``, then nothing more, and keep the connection."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(after)
        _listen(connection, over)

    return speak


def reset(after: bytes = b"") -> Behaviour:
    """Say ``after``, then end the connection with RST."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        del over
        connection.sendall(after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    return speak


def flood(data: bytes = b"A" * 1024) -> Behaviour:
    """Say ``data`` again and again until the client leaves."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        block = data * (_CHUNK // max(len(data), 1) + 1)
        while not over.is_set():
            connection.sendall(block)

    return speak


class FakeServer:
    """A listener on loopback; each connection is handed to a behaviour in a thread. Use it as a context manager."""

    def __init__(self, behaviour: Behaviour, port: int = 0, addr: str = LOOPBACK) -> None:
        """Listen at once (port 0: any free one); raises OSError if that port is taken, ValueError off loopback."""
        if not addr.startswith("127.") and addr != "::1":
            message = f"{addr} is not a loopback address"
            raise ValueError(message)
        family = socket.AF_INET6 if ":" in addr else socket.AF_INET
        self._listener = socket.create_server((addr, port), family=family, backlog=BACKLOG)
        self._behaviour = behaviour
        self._over = threading.Event()
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        self._threads: list[threading.Thread] = []
        self.addr = addr
        self.port: int = self._listener.getsockname()[1]
        self.served = 0

    @property
    def target(self) -> str:
        """``HOST:PORT`` as every command takes it."""
        return f"[{self.addr}]:{self.port}" if ":" in self.addr else f"{self.addr}:{self.port}"

    def __enter__(self) -> Self:
        """Begin to accept."""
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop accepting, end every conversation and wait for its end."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(LONGEST_S)
        self._listener.close()

    def serve(self) -> None:
        """Serve until Ctrl-C, for a server that is a program of its own."""
        with self, contextlib.suppress(KeyboardInterrupt):
            self._over.wait()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.served += 1
            self._room.acquire()
            self._start(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(LONGEST_S)
                self._behaviour(connection, self._over)
        finally:
            self._room.release()


def _read(connection: socket.socket, over: threading.Event) -> bytes:
    """Read once; empty when the client left, the time is up, or the server ends."""
    connection.settimeout(_TICK_S)
    for _ in range(int(LONGEST_S / _TICK_S)):
        if over.is_set():
            break
        try:
            heard = connection.recv(_CHUNK)
        except TimeoutError:
            continue
        connection.settimeout(LONGEST_S)
        return heard
    return b""


def _listen(connection: socket.socket, over: threading.Event) -> None:
    while _read(connection, over):
        pass
