"""``recon runs``: what is stored, a line a run. Must never read a row."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.store import Run

EPILOG = """Examples:

recon runs

recon runs --format jsonl

Runs are kept in RECON_HOME, or in the user's state directory (XDG_STATE_HOME), until recon rm removes them."""

_FORMATS = ("table", "jsonl")
_HEADS = ("RUN", "BEGAN (UTC)", "STATE", "TARGETS", "OPEN", "RECALL", "WHAT")
_WHAT_CHARACTERS = 60
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_UNIT = 1024


def command(
    format_: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), autocompletion=words.starting_with(*_FORMATS))
    ] = "table",
) -> None:
    """List the stored runs, the oldest first."""
    from recon.store import runs, workspace  # noqa: PLC0415 - --help does not load the core

    chosen = words.one_of("--format", format_, _FORMATS)
    known = runs()
    told = [_told(run) for run in known]
    if chosen == "jsonl":
        for row in told:
            print(json.dumps(row))
        return
    if told:
        _print_table(told)
    size = shown_size(sum(run.size for run in known))
    print(f"{len(known)} {'run' if len(known) == 1 else 'runs'}, {size}, in {workspace()}", file=sys.stderr)


def _told(run: Run) -> dict[str, object]:
    """What there is to say of a run."""
    tally: Mapping[str, object] = run.standing.get("tally", {})
    summary = run.summary
    options = run.about.get("options", {})
    return {
        "run": run.id,
        "began": run.made_at.isoformat(timespec="milliseconds"),
        "kind": run.kind,
        "state": run.state.value,
        "targets": tally.get("targets"),
        "settled": run.standing.get("settled"),
        "open": tally.get("open"),
        "recall": None if summary is None or summary.recall is None else summary.recall.estimate,
        "words": list(options.get("words", ())),
        "ports": options.get("ports"),
        "bytes": run.size,
        "folder": str(run.folder),
    }


def _print_table(told: list[dict[str, object]]) -> None:
    from recon.cli.output import print_columns  # noqa: PLC0415 - loads the core

    print_columns([_HEADS, *map(_cells, told)])


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    recall = row["recall"]
    return (
        str(row["run"]),
        str(row["began"])[:19].replace("T", " "),
        str(row["state"]),
        _count(row["targets"]),
        _count(row["open"]),
        f"{recall:.2%}" if isinstance(recall, float) else "-",
        _what(row),
    )


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-"


def _what(row: dict[str, object]) -> str:
    """The words of the plan, short; those of a foreign run folder may be anything."""
    from recon.sinks.escape import terminal  # noqa: PLC0415 - loads the core

    targets = row["words"] if isinstance(row["words"], list) else []
    ports = f" -p {row['ports']}" if row["ports"] else ""
    kind = "" if row["kind"] == "sweep" else f"{row['kind']}: "
    return terminal(kind + " ".join(map(str, targets)) + ports, _WHAT_CHARACTERS)


def shown_size(count: float) -> str:
    """Bytes for a reader: ``12.3 MiB``."""
    unit = 0
    while count >= _UNIT and unit < len(_UNITS) - 1:
        count, unit = count / _UNIT, unit + 1
    return f"{count:,.1f} {_UNITS[unit]}" if unit else f"{count:,.0f} {_UNITS[0]}"
