"""What a report counts while rows pass by. Must never grow with more than a named number of names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recon.sinks.findings import RULES, findings_of

if TYPE_CHECKING:
    from recon.model import Record
    from recon.sinks.findings import Finding

HOSTS_LIMIT = 1_000_000
"""Addresses that are told apart; beyond them the number of hosts is a lower bound."""

PRODUCTS_LIMIT = 10_000
"""Products that are told apart; a hostile network can make up any number of names."""

PLACES_SHOWN = 5
"""Targets that are named for a weak spot."""


@dataclass(slots=True)
class Spot:
    """Where a weak spot was found: how often, and the first places."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one more place."""
        self.count += 1
        if len(self.places) < PLACES_SHOWN:
            self.places.append(place)


@dataclass(slots=True)
class Counts:
    """Counters over all rows, those that the report does not list included."""

    rows: int = 0
    first_at: str | None = None
    last_at: str | None = None
    hosts: set[str] = field(default_factory=set)
    states: Counter[str] = field(default_factory=Counter)
    ports: Counter[tuple[int, str]] = field(default_factory=Counter)
    registered: dict[tuple[int, str], str] = field(default_factory=dict)
    products: Counter[str] = field(default_factory=Counter)
    spots: dict[str, Spot] = field(default_factory=lambda: {rule.id: Spot() for rule in RULES})

    def add(self, record: Record) -> list[Finding]:
        """Count a record, and give its weak spots."""
        self.rows += 1
        self.first_at = min(self.first_at or record.at, record.at)
        self.last_at = max(self.last_at or record.at, record.at)
        self.states[record.state] += 1
        if record.state == "open":
            self._add_open(record)
        found = list(findings_of(record))
        for finding in found:
            self.spots[finding.rule.id].add(place_of(record))
        return found

    def _add_open(self, record: Record) -> None:
        if len(self.hosts) < HOSTS_LIMIT:
            self.hosts.add(record.addr)
        port = record.port, record.transport
        self.ports[port] += 1
        if record.registered:
            self.registered[port] = record.registered
        for name in {service.product for service in record.services if service.product}:
            if name in self.products or len(self.products) < PRODUCTS_LIMIT:
                self.products[name] += 1


def place_of(record: Record) -> str:
    """``addr:port/transport`` of a record."""
    addr = f"[{record.addr}]" if ":" in record.addr else record.addr
    return f"{addr}:{record.port}/{record.transport}"
