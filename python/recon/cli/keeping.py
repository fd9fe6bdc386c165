"""Keeps a sweep as a stored run, and says so. Must never let a run go without its journal that was to have one."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recon.cli.exits import complain
from recon.config import load as load_config
from recon.errors import PlanError, ReconError, StoreError
from recon.plugins import listing
from recon.store import new_run, runs
from recon.store.receipts import end
from recon.store.retention import Keep, remove, thin_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from recon.cli.output import Writer
    from recon.model import Summary
    from recon.pipeline import Sweep
    from recon.plan import Plan
    from recon.store import Run


class Keeping:
    """The run folder of one sweep, or none."""

    def __init__(self, plan: Plan, kept: Run | None, *, store: bool) -> None:
        """Go on with ``kept``, or make a new folder if one is wanted; raises StoreError, PlanError on a bad setting."""
        self._is_new = kept is None
        self._run = kept
        self._keep = _wanted() if store or kept is not None else None
        if store and kept is None:
            self._run = _new(plan)

    def give_earlier(self, writer: Writer) -> None:
        """Write the rows that the run has already."""
        if self._run is not None and self._run.journal.exists():
            all(map(writer.write, self._run.batches()))

    def started(self, start: Callable[..., Sweep]) -> Sweep:
        """Start the sweep with its journal; a run that could not even begin leaves no folder."""
        try:
            return start(journal=None if self._run is None else self._run.journal)
        except ReconError:
            if self._run is not None and self._is_new:
                remove(self._run)
            raise

    def named(self, summary: Summary) -> Summary:
        """The summary with the run's name."""
        return summary if self._run is None else replace(summary, run=self._run.id)

    def end(self, summary: Summary, *, quiet: bool) -> None:
        """Write how it ended into the folder, and say where it is; raises StoreError."""
        if self._run is None:
            return
        end(self._run, summary)
        if self._keep is not None:
            _thin_out(self._keep, self._run, quiet=quiet)
        if quiet:
            return
        print(f"stored as {self._run.id}: recon show {'last' if self._is_new else self._run.id}", file=sys.stderr)
        if summary.interrupted:
            print(f"to go on: recon resume {self._run.id}", file=sys.stderr)


def _wanted() -> Keep | None:
    """What the user's settings keep; none is everything."""
    setting = load_config().keep
    if setting is None:
        return None
    try:
        return Keep.parse(str(setting.value))
    except PlanError as error:
        raise PlanError(f"{setting.origin}: store.keep = {error.word}", error.why, error.example) from None


def _thin_out(keep: Keep, newest: Run, *, quiet: bool) -> None:
    """Remove old runs, as settled; what fails is told, since the new run is stored all the same."""
    try:
        removed = thin_out(keep, newest, runs(), datetime.now(UTC))
    except StoreError as error:
        complain(f"could not remove what [store] keep no longer wants: {error}")
        return
    if removed and not quiet:
        plural = "run" if len(removed) == 1 else "runs"
        print(f"removed {len(removed)} older {plural}, as [store] keep says", file=sys.stderr)


def _new(plan: Plan) -> Run:
    versions = {one.distribution: one.version for one in listing() if one.enabled and one.distribution}
    try:
        return new_run(plan, versions=versions)
    except StoreError as error:
        message = f"{error} (nothing was sent; --no-store keeps no run)"
        raise StoreError(message) from None
