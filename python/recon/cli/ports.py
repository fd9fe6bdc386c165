"""``recon ports``: what a port number means. Must never claim that a name says what runs there."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, complain, quiet_pipe
from recon.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon.cli.asks import Ask
    from recon.ports import PortEntry

EPILOG = """Examples:

recon ports

recon ports 22

recon ports 'http*' 5432

recon ports dynamic

recon ports mysql --json"""

ROWS_SHOWN = 200


def command(
    queries: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY…]", help="A port, a name, a glob (http*), or a range word (well-known)."),
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
    entries = sorted(set(_found(queries)), key=lambda entry: (entry.port, entry.transport))
    if not entries:
        raise typer.Exit(_nothing(queries))
    asks = _asks()
    if as_json:
        _print_json([_row(entry, asks) for entry in entries])
    else:
        _print_table(entries, asks)


def _found(queries: Iterable[str]) -> Iterator[PortEntry]:
    from recon.ports import search  # noqa: PLC0415 - loads the core

    for query in queries:
        try:
            yield from search(query)
        except ValueError as error:
            raise PlanError(query, str(error), "recon ports 22") from None


def _asks() -> dict[tuple[int, str], list[Ask]]:
    from recon.cli.asks import asks  # noqa: PLC0415 - loads the core
    from recon.cli.loading import load_plugins  # noqa: PLC0415 - loads the plugins

    return asks(probe for _, probe in load_plugins().probes())


def _row(entry: PortEntry, asks: dict[tuple[int, str], list[Ask]]) -> dict[str, object]:
    asked = [asdict(ask) for ask in asks.get((entry.port, entry.transport), ())]
    return {
        "port": entry.port, "transport": entry.transport, "service": entry.service, "range": entry.range,
        "asks": asked,
    }  # fmt: skip


def _print_table(entries: list[PortEntry], asks: dict[tuple[int, str], list[Ask]]) -> None:
    width = max(len(entry.service or "") for entry in entries[:ROWS_SHOWN])
    print(f"{'PORT':<9}  {'RANGE':<10}  {'REGISTERED FOR':<{max(width, 14)}}  RECON ASKS")
    for entry in entries[:ROWS_SHOWN]:
        asked = ", ".join(map(str, asks.get((entry.port, entry.transport), ()))) or "-"
        port = f"{entry.port}/{entry.transport}"
        print(f"{port:<9}  {entry.range:<10}  {entry.service or '-':<{max(width, 14)}}  {asked}")
    if len(entries) > ROWS_SHOWN:
        print(f"… {len(entries) - ROWS_SHOWN:,} more; --json prints them all")
    _print_range_notes({entry.range for entry in entries})


def _print_range_notes(names: set[str]) -> None:
    from recon.ports import RANGES  # noqa: PLC0415 - loads the core

    print()
    for known in RANGES:
        if known.name in names:
            print(f"{known.name} ({known.first}-{known.last}): {known.purpose}")
    print("A registered name is a convention; only an answer says what runs there.")


def _overview() -> list[dict[str, object]]:
    from recon.ports import RANGES, search  # noqa: PLC0415 - loads the core

    return [
        {
            "range": known.name, "first": known.first, "last": known.last, "purpose": known.purpose,
            "registered": sum(1 for entry in search(known.name) if entry.service),
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
