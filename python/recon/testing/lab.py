"""A dozen small servers on loopback that speak as real ones do. Must never listen outside 127.0.0.0/8.

``python -m recon.testing.lab`` prints one JSON line that says what runs where, serves until its standard input
ends (so it cannot outlive its parent), and leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import socket
import subprocess
import sys
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Self

from recon.errors import EngineError
from recon.testing.lab_servers import SERVERS, Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import FileIO
    from types import TracebackType

NETWORK = "127.77.0.0/16"
BACKLOG = 4096
CONNECTION_LIMIT = 8192
"""Open conversations; the oldest is dropped beyond it."""

HEARD_LIMIT = 16_384
"""Bytes that a client may say before an answer is due; it is dropped beyond it."""

_STEPS = (10_000, 20_000)
"""From an other port to ports still below the ephemeral ones."""

_READ_SIZE = 4096
_ACCEPTS_A_TURN = 512
_RESOURCE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


@dataclass(frozen=True, slots=True)
class Place:
    """One server of the lab and the truth about it; ``product`` is none for a server that says nothing."""

    name: str
    addr: str
    port: int
    product: str | None
    version: str | None


@dataclass(slots=True)
class _Conversation:
    server: Server
    heard: bytearray = field(default_factory=bytearray)
    unsaid: bytearray = field(default_factory=bytearray)
    ending: bool = False


class Lab:
    """The servers, in one thread over one selector."""

    def __init__(self, servers: Sequence[Server] = SERVERS) -> None:
        """Listen for every server; a taken or forbidden port is replaced by another one. Raises OSError."""
        self._selector = selectors.DefaultSelector()
        self._conversations: OrderedDict[socket.socket, _Conversation] = OrderedDict()
        self._listeners: list[socket.socket] = []
        ports = {server.port: _free_port(server) for server in servers}
        self.places = [self._listen(server, ports[server.port]) for server in servers]

    def serve(self, until: FileIO) -> None:
        """Serve until ``until`` ends."""
        self._selector.register(until, selectors.EVENT_READ)
        while True:
            for key, events in self._selector.select():
                if key.fileobj is until:
                    if not until.read(1):
                        return
                elif isinstance(key.data, Server):
                    self._accept(key.fileobj, key.data)  # type: ignore[arg-type] # only sockets carry a server
                else:
                    self._turn(key.fileobj, events)  # type: ignore[arg-type] # all others are conversations

    def __enter__(self) -> Self:
        """Return the lab, already listening."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every socket."""
        for listener in self._listeners:
            listener.close()
        for connection in list(self._conversations):
            connection.close()
        self._selector.close()

    def _listen(self, server: Server, port: int) -> Place:
        listener = socket.create_server((server.addr, port), backlog=BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._listeners.append(listener)
        self._selector.register(listener, selectors.EVENT_READ, server)
        return Place(server.name, server.addr, port, server.product, server.version)

    def _accept(self, listener: socket.socket, server: Server) -> None:
        for _ in range(_ACCEPTS_A_TURN):
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _RESOURCE:
                    self._drop_oldest()
                continue
            self._greet(connection, server)

    def _greet(self, connection: socket.socket, server: Server) -> None:
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
        if len(self._conversations) >= CONNECTION_LIMIT:
            self._drop_oldest()
        talk = _Conversation(server, unsaid=bytearray(server.greeting))
        self._conversations[connection] = talk
        self._selector.register(connection, selectors.EVENT_READ, talk)
        self._say(connection, talk)

    def _turn(self, connection: socket.socket, events: int) -> None:
        talk = self._conversations.get(connection)
        if talk is None:
            return
        if events & selectors.EVENT_WRITE:
            self._say(connection, talk)
        elif events & selectors.EVENT_READ:
            self._hear(connection, talk)

    def _hear(self, connection: socket.socket, talk: _Conversation) -> None:
        try:
            data = connection.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        talk.heard += data
        if not data or len(talk.heard) > HEARD_LIMIT:
            self._drop(connection)
            return
        answer = talk.server.answer(bytes(talk.heard))
        if answer is not None:
            talk.heard.clear()
            talk.unsaid += answer.data
            talk.ending = answer.ends
            self._say(connection, talk)

    def _say(self, connection: socket.socket, talk: _Conversation) -> None:
        try:
            while talk.unsaid:
                del talk.unsaid[: connection.send(talk.unsaid)]
        except BlockingIOError:
            self._selector.modify(connection, selectors.EVENT_WRITE, talk)
            return
        except OSError:
            self._drop(connection)
            return
        if talk.ending:
            self._drop(connection)
        elif self._selector.get_key(connection).events != selectors.EVENT_READ:
            self._selector.modify(connection, selectors.EVENT_READ, talk)

    def _drop_oldest(self) -> None:
        if self._conversations:
            self._drop(next(iter(self._conversations)))

    def _drop(self, connection: socket.socket) -> None:
        if self._conversations.pop(connection, None) is not None:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(connection)
            connection.close()


class RunningLab:
    """The lab in a child process, so that its work does not slow the sweep. A context manager."""

    places: list[Place]

    def __enter__(self) -> Self:
        """Start the child and wait for its list; raises EngineError with the reason if it cannot listen."""
        self._child = subprocess.Popen(
            [sys.executable, "-m", "recon.testing.lab"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the sweep; the lab ends when its standard input does
        )
        assert self._child.stdout is not None  # noqa: S101 - PIPE was asked for
        line = self._child.stdout.readline()
        if not line:
            _, reason = self._child.communicate()
            message = f"the lab did not start: {reason.decode(errors='replace').strip().rpartition(chr(10))[2]}"
            raise EngineError(message)
        self.places = [Place(**place) for place in json.loads(line)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child and wait until it is gone."""
        self._child.communicate()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid


def ports_of(places: Iterable[Place]) -> str:
    """List the places' ports as port words."""
    return ",".join(str(port) for port in sorted({place.port for place in places}))


def _free_port(server: Server) -> int:
    """Choose the server's own port, its other one, or one far above: the first that is free."""
    choices = (server.port, server.other_port, *(server.other_port + step for step in _STEPS))
    return next(filter(_is_free, choices), server.other_port)


def _is_free(port: int) -> bool:
    """Whether nobody listens on ``port`` on any address, and we may: else all of 127.77.0.0/16 would answer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - asks only; it never listens
        except OSError:
            return False
    return port not in _listening_ports()


def _listening_ports() -> set[int]:
    with contextlib.suppress(OSError):
        return set(_parse_listening())
    return set()


def _parse_listening() -> Iterator[int]:
    listening = "0A"
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(path, encoding="ascii") as table:  # noqa: PTH123 - Path.open costs an import and says no more
            next(table)
            for row in table:
                cells = row.split()
                if cells[3] == listening:
                    yield int(cells[1].rpartition(":")[2], 16)


def main() -> None:
    """Run the lab, tell the parent where, and serve until it goes."""
    with Lab() as lab:
        print(json.dumps([asdict(place) for place in lab.places]), flush=True)  # noqa: T201 - the parent reads it
        lab.serve(os.fdopen(0, "rb", buffering=0, closefd=False))  # unbuffered: select and read agree


if __name__ == "__main__":
    main()
