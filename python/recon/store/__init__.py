"""Runs on disk: folders with a plan, a journal and what was made of them. Must never be where a journal is changed."""

from __future__ import annotations

from recon.store.filters import Filter
from recon.store.home import find_run, new_run, runs, workspace
from recon.store.run import Run, RunState

__all__ = ["Filter", "Run", "RunState", "find_run", "new_run", "runs", "workspace"]
