"""Which runs may go, and their removal. Must never touch a run that goes on, nor choose one that nobody told it to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from recon.errors import PlanError, StoreError
from recon.store.errors import telling
from recon.store.run import RunState

if TYPE_CHECKING:
    from recon.store.run import Run

_WORD = re.compile(r"(\d{1,6})(d?)")


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept: the newest ``runs``, or those younger than ``days``."""

    runs: int | None = None
    days: int | None = None

    @classmethod
    def parse(cls, word: str) -> Keep:
        """Read ``100`` (runs) or ``30d`` (days); raises PlanError."""
        found = _WORD.fullmatch(word.strip())
        if found is None:
            raise PlanError(word, "is neither a number of runs nor one of days", "100, or 30d")
        count, unit = found.groups()
        return cls(days=int(count)) if unit else cls(runs=int(count))

    def spare(self, runs: Sequence[Run], now: datetime) -> list[Run]:
        """Those of ``runs`` (the oldest first) that need not be kept: complete ones only, since others can go on."""
        if self.runs is not None:
            old = list(runs[: len(runs) - self.runs] if self.runs < len(runs) else ())
        else:
            after = now - timedelta(days=self.days or 0)
            old = [run for run in runs if run.made_at < after]
        return [run for run in old if run.state is RunState.COMPLETE]


def thin_out(keep: Keep, newest: Run, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Remove what need not be kept, never ``newest``, and give what was removed; raises StoreError."""
    spared = [run for run in keep.spare(runs, now) if run.folder != newest.folder]
    for run in spared:
        remove(run)
    return spared


def remove(run: Run) -> None:
    """Remove a run's folder; raises StoreError if the run goes on, or the system does not allow it."""
    if run.state is RunState.RUNNING:
        message = f"run {run.id} still goes on: stop it first"
        raise StoreError(message)
    gone = run.folder.with_name(f".{run.folder.name}.gone")
    with telling("remove", run.folder):
        run.folder.replace(gone)
        shutil.rmtree(gone)
