"""``memcached.stats``: what a memcached server says of itself (its protocol.txt). Never reads or writes an item.

Facts: ``process_id``, ``uptime_s``, ``libevent``, ``pointer_bits``, ``threads``, ``connections``,
``max_connections``, ``items``, ``bytes``, ``limit_bytes``; of its settings ``udp_port`` (0: off), ``sasl``, ``tls``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.reading import LINES_AT_MOST, Lines, number
from recon.model import Fact, FactValue, Service

_NAMES = {
    "pid": "process_id",
    "uptime": "uptime_s",
    "libevent": "libevent",
    "pointer_size": "pointer_bits",
    "threads": "threads",
    "curr_connections": "connections",
    "max_connections": "max_connections",
    "curr_items": "items",
    "bytes": "bytes",
    "limit_maxbytes": "limit_bytes",
    "udpport": "udp_port",
    "auth_enabled_sasl": "sasl",
    "ssl_enabled": "tls",
}
_TEXTS = frozenset({"libevent"})
_SWITCHES = frozenset({"sasl", "tls"})


class Stats(Enumerator):
    """Asks ``stats`` and ``stats settings``."""

    name, service = "memcached.stats", "memcached"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts in the order of the answers."""
        lines = Lines(conn)
        for command in ("stats", "stats settings"):
            for fact in facts_of(await ask(lines, command)):
                yield fact
        await conn.send(b"quit\r\n")


async def ask(lines: Lines, command: str) -> dict[str, str]:
    """Send a command and read its STAT lines. Raises ConversationEnded, also for anything else."""
    said: dict[str, str] = {}
    line = await lines.ask(command)
    for _ in range(LINES_AT_MOST):
        if line == "END":
            return said
        word, _, rest = line.partition(" ")
        if word != "STAT":
            break
        name, _, value = rest.partition(" ")
        said[name] = value
        line = await lines.next()
    raise ConversationEnded("not an answer")


def facts_of(said: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the values that are known by name."""
    for theirs, ours in _NAMES.items():
        value = _valued(ours, said[theirs]) if theirs in said else None
        if value is not None:
            yield Fact(ours, value)


def _valued(name: str, said: str) -> FactValue | None:
    if name in _SWITCHES:
        return said == "yes"
    return said if name in _TEXTS else number(said)


ENUMERATORS = (Stats,)
