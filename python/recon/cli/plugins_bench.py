"""``recon plugins bench``: how many answers a second a plugin's matches read. Must never send anything."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.model import Probe

EPILOG = """Examples:

recon plugins bench

recon plugins bench ssh

recon plugins bench mine.toml --json"""

MEASURED_S = 0.3
"""Shortest time that a figure is taken from."""

_MOST_ROUNDS = 1 << 24


def command(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE.toml…]", help="Plugins and files of probes. Default: all."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Measure how many answers a second a plugin's matches read on one core, over its own examples."""
    from recon.cli.plugins_subjects import probes_of  # noqa: PLC0415 - loads the core

    rows = [_measured(name, probes) for name, probes in probes_of(subjects or []).items()]
    with quiet_pipe():
        if as_json:
            print(json.dumps(rows, indent=2))
        else:
            _print(rows)


def _measured(name: str, probes: Sequence[Probe]) -> dict[str, object]:
    from recon.testing import pack_of  # noqa: PLC0415 - loads the core
    from recon.testing.torture import answers_of  # noqa: PLC0415 - the same

    began = time.perf_counter()
    pack = pack_of(probes)
    loaded_s = time.perf_counter() - began
    answers = [answer for _, answer in answers_of(probes)]
    rounds, elapsed_s, named = 1, 0.0, 0
    while answers and elapsed_s < MEASURED_S and rounds < _MOST_ROUNDS:
        rounds *= 4
        began = time.perf_counter()
        named = pack.identify_many(answers, rounds)
        elapsed_s = time.perf_counter() - began
    return {
        "plugin": name, "probes": len(probes), "matches": sum(len(probe.matches) for probe in probes),
        "answers": len(answers), "named": named // rounds, "load_ms": round(1000 * loaded_s, 2),
        "answers_per_s": round(len(answers) * rounds / elapsed_s) if answers else 0,
    }  # fmt: skip


def _print(rows: Sequence[dict[str, object]]) -> None:
    from recon.cli.output import print_columns  # noqa: PLC0415 - only to draw
    from recon.sinks.escape import terminal  # noqa: PLC0415 - the same

    heads = ("PLUGIN", "PROBES", "MATCHES", "EXAMPLES", "NAMED", "LOADS IN", "ANSWERS A SECOND")
    cells = [
        (terminal(str(row["plugin"])), str(row["probes"]), str(row["matches"]), str(row["answers"]),
         str(row["named"]), f"{row['load_ms']} ms", f"{row['answers_per_s']:,}")
        for row in rows
    ]  # fmt: skip
    print_columns([heads, *cells])
