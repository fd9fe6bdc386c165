"""Watches enumerators at work, for commands that show or keep their conversations. Must never change what they do."""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from recon.enumerator import DEFAULT_LIMIT, DEFAULT_TIMEOUT_S, Conn, ConversationEnded, Enumerator, Found
from recon.model import Fact, Service
from recon.plugins import Plugins
from recon.sinks.escape import terminal
from recon.testing.conversations import Entry


@dataclass(frozen=True, slots=True)
class Ended:
    """A wait that ended without what was waited for, and why; times and connections as in an utterance."""

    at_us: int
    wire: int
    why: str


@dataclass(slots=True)
class Watch:
    """One enumerator on one port: what was said since it began, what it learnt, how it ended."""

    plugin: str
    name: str
    service: str
    is_inside_tls: bool = False
    entries: list[Entry] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    learnt: list[Fact | Service] = field(default_factory=list)
    raised: str | None = None
    began_ns: int = field(default_factory=time.monotonic_ns)

    @property
    def title(self) -> str:
        """Its name and where it is from, safe for a terminal."""
        inside = ", inside TLS" if self.is_inside_tls else ""
        return f"{terminal(self.name)} of plugin {terminal(self.plugin)}{inside}"

    def say(self, who: str, data: bytes, wire: int) -> None:
        """Keep an utterance, unless it is empty; what comes in turn is one, in however many pieces it was read."""
        if who == "received" and self.entries and (last := self.entries[-1])[0] == who and last[3] == wire:
            self.entries[-1] = (who, last[1] + data, last[2], wire)
        elif data:
            self.entries.append((who, data, self._now_us(), wire))

    def end(self, why: str, wire: int) -> None:
        """Keep the end of a wait."""
        self.ended.append(Ended(self._now_us(), wire, why))

    def _now_us(self) -> int:
        return (time.monotonic_ns() - self.began_ns) // 1000


@dataclass(slots=True)
class WatchedPlugins(Plugins):
    """Plugins whose enumerators are watched; ``watches`` has one for each that ran, in the order they began."""

    watches: list[Watch] = field(default_factory=list)

    def enumerators(self) -> list[tuple[str, type[Enumerator]]]:
        """(plugin, enumerator), each enumerator in a class that watches it."""
        found = Plugins.enumerators(self)  # a class with slots is made twice, so super() would miss it
        made = {id(kind): _watched(plugin, kind, self.watches) for plugin, kind in found}
        return [(plugin, made[id(kind)]) for plugin, kind in found]


@dataclass(slots=True)
class _WatchedConn(Conn):
    """The enumerator's own connection; whatever passes over it is told to ``watch``."""

    watch: Watch = field(kw_only=True)
    wire: int = 0

    async def send(self, data: bytes) -> None:
        await Conn.send(self, data)
        self.watch.say("sent", data, self.wire)

    async def receive(
        self,
        *,
        until: bytes | None = None,
        exactly: int | None = None,
        limit: int = DEFAULT_LIMIT,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> bytes:
        try:
            data = await Conn.receive(self, until=until, exactly=exactly, limit=limit, timeout_s=timeout_s)
        except ConversationEnded as ended:
            self.watch.say("received", ended.received, self.wire)
            self.watch.end(ended.why, self.wire)
            raise
        self.watch.say("received", data, self.wire)
        return data

    async def start_tls(self, *, server_name: str | None = None) -> bytes:
        session = await Conn.start_tls(self, server_name=server_name)
        self.watch.say("secured", session, self.wire)
        return session

    async def reopen(self) -> bytes:
        greeting = await Conn.reopen(self)
        self.wire += 1
        self.watch.say("received", greeting, self.wire)
        return greeting


def _watched(plugin: str, kind: type[Enumerator], watches: list[Watch]) -> type[Enumerator]:
    """A class that is ``kind`` and is watched; what does not converse is left as it is."""
    if not inspect.isclass(kind) or not issubclass(kind, Enumerator) or not inspect.isasyncgenfunction(kind.enumerate):
        return kind

    async def enumerate_(self: Enumerator, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        watch = Watch(plugin, kind.name, kind.service, found.service.tls)
        watches.append(watch)
        watch.say("received", conn.greeting, 0)
        try:
            async for learnt in kind.enumerate(self, _WatchedConn(conn.greeting, conn.transcript, watch=watch), found):
                watch.learnt.append(learnt)
                yield learnt
        except ConversationEnded:
            raise
        except Exception as error:
            watch.raised = f"{type(error).__name__}: {error}"
            raise

    return type(kind.__name__, (kind,), {"enumerate": enumerate_, "__doc__": kind.__doc__})
