"""Gathers rows by address for formats that write a host at a time. Must never hold more than a named number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD_ROWS = 200_000
"""So many rows are held; a host that answers again after these were written stands in the file twice."""


class Hosts:
    """Texts of ports by host, in the order in which hosts first answered."""

    def __init__(self, limit: int = HELD_ROWS) -> None:
        """Hold at most ``limit`` rows."""
        self._limit = limit
        self._held: dict[tuple[str, str | None], list[tuple[int, str]]] = {}
        self._rows = 0
        self.count = 0
        """Hosts that were handed on."""

    def add(self, addr: str, host: str | None, port: int, text: str) -> None:
        """Keep the text of one port."""
        self._held.setdefault((addr, host), []).append((port, text))
        self._rows += 1

    @property
    def is_full(self) -> bool:
        """Whether it is time to take what is held."""
        return self._rows >= self._limit

    def take(self) -> Iterator[tuple[str, str | None, list[str]]]:
        """Hand on (address, host name, texts by port) of all that is held, and hold nothing more."""
        held, self._held, self._rows = self._held, {}, 0
        self.count += len(held)
        for (addr, host), ports in held.items():
            yield addr, host, [text for _, text in sorted(ports)]
