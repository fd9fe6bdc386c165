"""What a port number means: the three ranges and the IANA registry. Never says what runs on a port."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from recon import _core


@dataclass(frozen=True, slots=True)
class PortRange:
    """One of the three ranges of RFC 6335 section 6; ``first`` and ``last`` are inclusive."""

    name: str
    first: int
    last: int
    purpose: str


@dataclass(frozen=True, slots=True)
class PortEntry:
    """A port of one transport; ``service`` is the registered name, none where IANA lists none."""

    port: int
    transport: str
    service: str | None
    range: str


RANGES = (
    PortRange(
        "well-known",
        0,
        1023,
        "system ports, assigned by IANA to standard services; binding one usually needs privilege",
    ),
    PortRange(
        "registered",
        1024,
        49151,
        "user ports, registered with IANA on request; any process may bind one",
    ),
    PortRange(
        "dynamic",
        49152,
        65535,
        "never assigned: ephemeral client ports, private and short-lived services",
    ),
)

LAST_PORT = 65535
TRANSPORTS = ("tcp", "udp", "sctp")
_PREFIXED = re.compile(r"[tu]:")
_BY_NUMBER = re.compile(r"[\d-]*|all|top:.*|" + "|".join(known.name for known in RANGES))


def describe(port: int) -> list[PortEntry]:
    """What the registry says of ``port``: one entry a transport, at least one; raises ValueError beyond 65535."""
    if not 0 <= port <= LAST_PORT:
        message = f"{port} is not a port: ports go from 0 to {LAST_PORT}"
        raise ValueError(message)
    found = [_entry(port, transport) for transport in TRANSPORTS]
    return [entry for entry in found if entry.service] or found[:1]


def numbers(words: str) -> list[tuple[int, str]]:
    """(port, transport) of port words such as ``22,U:53``, sorted; raises PlanError with the bad word."""
    return _core.port_words(words)


def search(query: str) -> list[PortEntry]:
    """Find ports by port words (``1-10,U:53``, ``top:5``, ``dynamic``) or registered names, comma-separated.

    Numbers are found registered or not, of every transport unless ``T:`` or ``U:`` picks one. A plain name also
    finds the names that contain it; ``*`` and ``?`` match. Raises PlanError with the bad word.
    """
    return [entry for word in query.lower().split(",") for entry in _found(word.strip())]


def entries() -> list[PortEntry]:
    """Every port the registry lists, by port."""
    return [
        PortEntry(port, transport, service, _core.port_range(port)) for port, transport, service in _core.port_entries()
    ]


def _found(word: str) -> list[PortEntry]:
    if _PREFIXED.match(word):
        return [_entry(port, transport) for port, transport in numbers(word)]
    if _BY_NUMBER.fullmatch(word):
        return [entry for port, _ in numbers(word) for entry in describe(port)]
    pattern = word if any(sign in word for sign in "*?[") else f"*{word}*"
    return [entry for entry in entries() if fnmatch.fnmatchcase((entry.service or "").lower(), pattern)]


def _entry(port: int, transport: str) -> PortEntry:
    return PortEntry(port, transport, _core.port_name(port, transport), _core.port_range(port))
