"""``recon ports``: what a port number means. Must never claim that a name says what runs there."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, complain, quiet_pipe

if TYPE_CHECKING:
    from recon.cli.asks import Ask
    from recon.ports import PortEntry

EPILOG = """Examples:

recon ports

recon ports 22

recon ports 'http*' 5432 U:53

recon ports dynamic

recon ports mysql --json"""

ROWS_SHOWN = 200


def command(
    queries: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY…]", help="Port words (22, 1-10, U:53, top:5, dynamic) or names (ssh, http*)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Look up what ports are registered for, and what recon asks there."""
    with quiet_pipe():
        _answer(queries, as_json=as_json)


def _answer(queries: list[str] | None, *, as_json: bool) -> None:
    if not queries:
        _print_json(_overview()) if as_json else _print_overview()
        return
    found = {query: _found(query) for query in queries}
    rows = _rows({entry for entries in found.values() for entry in entries})
    if rows:
        _print_json([row.values() for row in rows]) if as_json else _print_table(rows)
    missed = [query for query, entries in found.items() if not entries]
    if missed:
        raise typer.Exit(_nothing(missed))


@dataclass(slots=True)
class _Row:
    """A port, or a run of ports of one transport (``last`` inclusive) that nobody registered and nothing asks."""

    entry: PortEntry
    last: int
    asks: list[Ask]

    def takes(self, entry: PortEntry) -> bool:
        """Whether ``entry``, which nothing asks, continues this run."""
        empty = not (self.asks or self.entry.service or entry.service)
        return empty and entry.port == self.last + 1 and entry.range == self.entry.range

    def port(self) -> str:
        """Say the port or the run of ports, with the transport."""
        run = f"{self.entry.port}-{self.last}" if self.last > self.entry.port else f"{self.entry.port}"
        return f"{run}/{self.entry.transport}"

    def values(self) -> dict[str, object]:
        """Give the row of ``--json``."""
        entry = self.entry
        return {
            "port": entry.port, "last": self.last, "transport": entry.transport, "service": entry.service,
            "range": entry.range, "asks": [asdict(ask) for ask in self.asks],
        }  # fmt: skip


def _found(query: str) -> list[PortEntry]:
    from recon.ports import search  # noqa: PLC0415 - loads the core

    return search(query)


def _rows(entries: set[PortEntry]) -> list[_Row]:
    """Rows by port and transport; ports of which there is nothing to say share one."""
    from recon.ports import TRANSPORTS  # noqa: PLC0415 - loads the core

    asks = _asks() if entries else {}
    rows: list[_Row] = []
    newest: dict[str, _Row] = {}
    for entry in sorted(entries, key=lambda entry: (entry.port, TRANSPORTS.index(entry.transport))):
        asked = asks.get((entry.port, entry.transport), [])
        before = newest.get(entry.transport)
        if before and not asked and before.takes(entry):
            before.last = entry.port
        else:
            newest[entry.transport] = _Row(entry, entry.port, asked)
            rows.append(newest[entry.transport])
    return rows


def _asks() -> dict[tuple[int, str], list[Ask]]:
    from recon.cli.asks import asks  # noqa: PLC0415 - loads the core
    from recon.cli.loading import load_plugins  # noqa: PLC0415 - loads the plugins

    return asks(probe for _, probe in load_plugins().probes())


def _print_table(rows: list[_Row]) -> None:
    shown = rows[:ROWS_SHOWN]
    ports = max(9, *(len(row.port()) for row in shown))
    names = max(14, *(len(row.entry.service or "") for row in shown))
    print(f"{'PORT':<{ports}}  {'RANGE':<10}  {'REGISTERED FOR':<{names}}  RECON ASKS")
    for row in shown:
        asked = ", ".join(map(str, row.asks)) or "-"
        print(f"{row.port():<{ports}}  {row.entry.range:<10}  {row.entry.service or '-':<{names}}  {asked}")
    if len(rows) > ROWS_SHOWN:
        print(f"… {len(rows) - ROWS_SHOWN:,} more; --json prints them all")
    _print_range_notes({row.entry.range for row in rows})


def _print_range_notes(names: set[str]) -> None:
    from recon.ports import RANGES  # noqa: PLC0415 - loads the core

    print()
    for known in RANGES:
        if known.name in names:
            print(f"{known.name} ({known.first}-{known.last}): {known.purpose}")
    print("A registered name is a convention; only an answer says what runs there.")


def _overview() -> list[dict[str, object]]:
    from recon.ports import RANGES, entries  # noqa: PLC0415 - loads the core

    names = Counter(entry.range for entry in entries())
    return [
        {
            "range": known.name, "first": known.first, "last": known.last, "purpose": known.purpose,
            "registered": names[known.name],
        }
        for known in RANGES
    ]  # fmt: skip


def _print_overview() -> None:
    for row in _overview():
        print(f"{row['range']}  {row['first']}-{row['last']}  {row['registered']:,} registered names")
        print(f"  {row['purpose']}")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def _nothing(queries: list[str]) -> int:
    complain(f"no port is registered for {', '.join(map(repr, queries))} (try a glob: recon ports '*{queries[0]}*')")
    return ExitCode.RUNTIME
