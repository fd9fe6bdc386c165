"""``recon merge``: the shards of a sweep become one run. Must never change a shard."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

EPILOG = """Examples:

recon merge shards/*

recon merge shards/* -o whole

Takes exactly one complete attempt of each shard, checked against its receipt; in any order, however often one is named, the result is the same. What is missing is listed, and the merged run counts it as unknown.

Exit codes: 0 whole, 2 usage or shards of different plans, 3 some positions are missing, 5 storage."""  # noqa: E501 - Typer joins lines by itself

_SHOWN = 20


def command(
    folders: Annotated[list[str], typer.Argument(metavar="RUN…", help="Run folders, or names of stored runs.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Make the run folder here. Default: among the stored runs."),
    ] = None,
) -> None:
    """Merge the shards of one sweep into one run."""
    from recon.cli.exits import ExitCode, complain  # noqa: PLC0415 - --help does not load the core
    from recon.cli.summary import counted  # noqa: PLC0415 - as above
    from recon.store import find_run  # noqa: PLC0415 - as above
    from recon.store.merging import choose, merge  # noqa: PLC0415 - as above

    chosen = choose([find_run(word) for word in folders])
    for run, why in chosen.left_out:
        complain(f"left out {run.folder}: {why}")
    for begin, after in chosen.missing[:_SHOWN]:
        complain(f"missing: positions {begin:,} to {after - 1:,}")
    if len(chosen.missing) > _SHOWN:
        complain(f"missing: {len(chosen.missing) - _SHOWN:,} more intervals")
    run = merge(chosen, None if output is None else Path(output))
    where = run.id if output is None else output
    print(f"merged {counted(len(chosen.shards), 'shard')}; stored as {run.id}: recon show {where}", file=sys.stderr)
    raise typer.Exit(ExitCode.GAPS if chosen.missing else ExitCode.COMPLETE)
