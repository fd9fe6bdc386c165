"""``redis.info``: what a Redis server, or one that speaks RESP, says of itself. Sends INFO only, never AUTH.

Facts: ``password`` (``required`` or ``none``), ``protected_mode``, and where nothing is required: ``mode``, ``os``,
``arch_bits``, ``allocator``, ``compiler``, ``process_id``, ``port``, ``uptime_s``, ``executable``, ``config_file``,
``role``, ``replicas``, ``primary``, ``modules`` (name and version), ``databases`` (with their number of keys).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

from recon.enumerator import Conn, Enumerator, Found
from recon.enumerators.reading import LINES_AT_MOST, Lines, number, text
from recon.model import Fact, FactValue, Service

SECTIONS = ("server", "replication", "modules", "keyspace")
LONGEST_SECTION = 32_768

_NAMES = {
    "redis_mode": "mode",
    "os": "os",
    "arch_bits": "arch_bits",
    "mem_allocator": "allocator",
    "gcc_version": "compiler",
    "process_id": "process_id",
    "tcp_port": "port",
    "uptime_in_seconds": "uptime_s",
    "executable": "executable",
    "config_file": "config_file",
    "role": "role",
    "connected_slaves": "replicas",
    "master_host": "primary",
}
_TEXTS = frozenset({"mode", "os", "allocator", "compiler", "executable", "config_file", "role", "primary"})


class Info(Enumerator):
    """Asks INFO for one section after the other."""

    name, service = "redis.info", "redis"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield whether a password is required, then what each section says."""
        lines = Lines(conn)
        for section in SECTIONS:
            said = await ask(lines, f"INFO {section}")
            if section == SECTIONS[0]:
                for fact in access(said):
                    yield fact
            if said.startswith("-"):
                return
            for fact in facts_of(section, said):
                yield fact


async def ask(lines: Lines, command: str) -> str:
    """Send a command; the bulk string that answers, or the error as it stands. Raises ConversationEnded."""
    first = await lines.ask(command)
    length = number(first[1:]) if first.startswith("$") else None
    if length is None or length > LONGEST_SECTION:
        return first if first.startswith("-") else "-not an answer"
    body = await lines.exactly(length + 2)
    return body[:-2].decode("utf-8", "backslashreplace")


def access(said: str) -> Iterator[Fact]:
    """Yield what the first answer says about who may ask."""
    word = said.partition(" ")[0].rstrip("\r\n")
    if word in {"-NOAUTH", "-NOPERM"} or said.startswith("-ERR operation not permitted"):
        yield Fact("password", "required")
    elif word == "-DENIED":
        yield Fact("protected_mode", "yes")
    elif not said.startswith("-"):
        yield Fact("password", "none")


def facts_of(section: str, said: str) -> Iterator[Fact]:
    """Yield the facts of one section."""
    pairs = [line.partition(":")[::2] for line in said.splitlines()[:LINES_AT_MOST] if ":" in line]
    if section == "modules":
        yield Fact("modules", [module_of(value) for name, value in pairs if name == "module"])
    elif section == "keyspace":
        yield Fact("databases", [f"{name} {value.partition(',')[0]}" for name, value in pairs])
    else:
        yield from _named(dict(pairs))


def module_of(value: str) -> str:
    """``name=search,ver=20815,…`` as name and version."""
    words = dict(word.partition("=")[::2] for word in value.split(","))
    return f"{words.get('name', '?')} {words.get('ver', '?')}"


def _named(pairs: Mapping[str, str]) -> Iterator[Fact]:
    for theirs, ours in _NAMES.items():
        said = text(pairs.get(theirs, "").encode())
        value: FactValue | None = said if ours in _TEXTS else number(said)
        if said and value is not None:
            yield Fact(ours, value)


ENUMERATORS = (Info,)
