"""Stored runs made of records, in a workspace of their own. Nothing is sent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from store_runs import rows_of

from recon import Plan, _core, store


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A workspace for each test."""
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def plan():
    """Sixteen addresses on three ports, in a fixed order."""
    return Plan.parse("10.0.0.0/28", ports="22,80,443", seed=7)


@pytest.fixture
def keep(plan):
    """Store records as a run that ended."""

    def make(records=(), whole=plan, *, finished=True, pieces=1, **counts):
        run = store.new_run(whole)
        writer = _core.JournalWriter(run.journal, whole.line.interval, whole.digest)
        rows = rows_of(list(records), whole.line)
        for piece in range(pieces):
            writer.append(rows[piece::pieces])
        if finished:
            counts = {"sent": len(rows), "open": len(rows), "silent": whole.targets - len(rows)} | counts
            writer.finish(counts)
        return run

    return make
