"""Target and port words on their way into a plan: flattened, translated, looked up. Must never judge them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from recon import _core

DEFAULT_PORTS = "top:100"
DEFAULT_UDP_PORTS = (
    "U:7,U:17,U:19,U:53,U:67,U:69,U:111,U:123,U:137,U:138,U:161,U:177,U:389,U:427,U:443,U:500,U:514,U:520,U:523,U:623,"
    "U:626,U:1194,U:1434,U:1604,U:1701,U:1812,U:1900,U:2049,U:2302,U:3283,U:3391,U:3478,U:3702,U:4500,U:5060,U:5093,"
    "U:5351,U:5353,U:5355,U:5632,U:5683,U:6881,U:9987,U:10001,U:10080,U:11211,U:17185,U:19132,U:27015,U:30718,U:47808"
)
"""UDP ports that servers of well-known protocols listen on (IANA registry and the protocols' own documents)."""

RESOLVERS = 32
"""Host names looked up at a time."""

DIGITS = 32
"""Hexadecimal digits of a digest: 128 bits of SHA-256."""

Resolve = Callable[[str], Sequence[str]]


class Resolved:
    """Reads target words, replacing host names by all their addresses."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.names: dict[str, str] = {}
        self.unresolved: list[str] = []
        self.hosts: dict[str, Sequence[str]] = {}

    def read(self, words: Iterable[str]) -> list[str]:
        """Address words for all ``words``; names without an address go to ``unresolved``."""
        known = list(words)
        targets = [_core.target_name(word) for word in known]
        hosts = sorted({target[0] for target in targets if target})
        found = self._look_up(hosts)
        self.hosts |= found
        out: list[str] = []
        for word, target in zip(known, targets, strict=True):
            out += [word] if target is None else self._addresses(target[0], target[1], found[target[0]])
        return out

    def _look_up(self, hosts: list[str]) -> dict[str, Sequence[str]]:
        if not hosts:
            return {}
        with ThreadPoolExecutor(min(RESOLVERS, len(hosts))) as pool:
            return dict(zip(hosts, pool.map(self._resolve, hosts), strict=True))

    def _addresses(self, host: str, port: int | None, addresses: Sequence[str]) -> list[str]:
        if not addresses and host not in self.unresolved:
            self.unresolved.append(host)
        for address in addresses:
            self.names.setdefault(address, host)
        return [_with_port(address, port) for address in addresses]


def lookup(host: str) -> list[str]:
    """All addresses of ``host``; empty when it has none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _with_port(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def flat(targets: Iterable[str | Iterable[str]]) -> Iterable[str]:
    """Words one by one, of words and lists of words."""
    for target in targets:
        if isinstance(target, str):
            yield target
        else:
            yield from target


def translated(words: Iterable[str], translate: Callable[[str], Iterable[str] | None] | None) -> Iterable[str]:
    """What each word stands for, itself where ``translate`` does not know it."""
    for word in words:
        meaning = translate(word) if translate else None
        yield from [word] if meaning is None else meaning


def port_words(ports: str | None, *, udp: bool) -> str:
    """The port words to use; with ``udp`` a word without a prefix is meant for UDP."""
    if ports is None:
        return DEFAULT_UDP_PORTS if udp else DEFAULT_PORTS
    if not udp:
        return ports
    words = [word.strip() for word in ports.split(",")]
    return ",".join(word if word[:2].upper() in {"T:", "U:"} else f"U:{word}" for word in words)


def digest_of(value: object) -> str:
    """A stable digest of plain data, the same on every machine; 32 hexadecimal digits."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:DIGITS]
