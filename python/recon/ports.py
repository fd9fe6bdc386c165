"""What a port number means: the three ranges and the IANA registry. Never says what runs on a port."""

from __future__ import annotations

import fnmatch
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


def describe(port: int) -> list[PortEntry]:
    """What the registry says of ``port``: one entry a transport, at least one; raises ValueError beyond 65535."""
    if not 0 <= port <= LAST_PORT:
        message = f"{port} is not a port: ports go from 0 to {LAST_PORT}"
        raise ValueError(message)
    range_name = _core.port_range(port)
    found = [PortEntry(port, transport, _core.port_name(port, transport), range_name) for transport in ("tcp", "udp")]
    named = [entry for entry in found if entry.service]
    return named or found[:1]


def numbers(words: str) -> list[tuple[int, str]]:
    """(port, transport) of port words such as ``22,U:53``, sorted; raises PlanError with the bad word."""
    return _core.port_words(words)


def search(query: str) -> list[PortEntry]:
    """Find registered ports by number, range of numbers, service name (``*`` and ``?`` match) or range word.

    A plain word also finds the names that contain it. Sorted by port.
    """
    word = query.strip().lower()
    if word.isdecimal():
        return describe(int(word))
    numbers = _numbers(word)
    if numbers:
        return [entry for entry in entries() if numbers[0] <= entry.port <= numbers[1]]
    if word in {port_range.name for port_range in RANGES}:
        return [entry for entry in entries() if entry.range == word]
    pattern = word if any(sign in word for sign in "*?[") else f"*{word}*"
    return [entry for entry in entries() if fnmatch.fnmatchcase((entry.service or "").lower(), pattern)]


def entries() -> list[PortEntry]:
    """Every port the registry lists, in order."""
    return [
        PortEntry(port, transport, service, _core.port_range(port)) for port, transport, service in _core.port_entries()
    ]


def _numbers(word: str) -> tuple[int, int] | None:
    first, dash, last = word.partition("-")
    if dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= LAST_PORT:
        return int(first), int(last)
    return None
