"""``recon rm``: removes stored runs that the user names. Must never remove one that goes on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from recon.errors import PlanError

EPILOG = """Examples:

recon rm 01KAB

recon rm --keep 20 --dry-run

recon rm --keep 30d

--keep spares the newest 20 runs, or those of the last 30 days; of the others it removes the complete ones. What was interrupted can go on, so it is removed by name only."""  # noqa: E501 - Typer joins lines by itself


def command(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN…]", show_default=False, help="Names of runs, or beginnings.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option(metavar="N|DAYSd", help="Remove all complete runs but the newest.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Remove stored runs."""
    from datetime import UTC, datetime  # noqa: PLC0415 - --help does not load the core

    from recon.store import find_run  # noqa: PLC0415 - as above
    from recon.store import runs as all_runs  # noqa: PLC0415 - as above
    from recon.store.retention import Keep, remove  # noqa: PLC0415 - as above

    if (runs is None) == (keep is None):
        raise PlanError("RUN", "name the runs to remove, or --keep how many", "recon rm 01KAB")
    chosen = [find_run(word) for word in runs or ()]
    if keep is not None:
        chosen += Keep.parse(keep).spare(all_runs(), datetime.now(UTC))
    for run in {run.folder: run for run in chosen}.values():
        if not dry_run:
            remove(run)
        print(f"{'would remove' if dry_run else 'removed'} {run.folder.name}", file=sys.stderr)
