"""Sixty-four shards that were swept, repeated, killed and resumed in any order merge to the run swept at once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import recon
from recon import Plan, store
from recon.store import receipts

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from journal_lab import Listener

SHARDS = 64
TWICE = 10
KILLED = 6
RATE = 2000.0
HOSTS = 1 << 10
SWEEPS_AT_ONCE = 4

CHILD = """
import os, signal, sys, recon
from recon import store
run = store.find_run(sys.argv[1])
with recon.sweep(run.plan, journal=run.journal) as sweep:
    if sys.argv[2] == "at once":
        os.kill(os.getpid(), signal.SIGKILL)
    for batch in sweep:
        os.kill(os.getpid(), signal.SIGKILL)
"""
"""A sweep that is killed before its first batch, or when that is in the journal."""


@pytest.fixture
def listener():
    """A port that is open at every loopback address."""
    opened = Listener()
    yield opened
    opened.close()


def finished(run):
    """Sweep a stored run to its end."""
    with recon.sweep(run.plan, journal=run.journal) as sweep:
        for _ in sweep:
            pass
    receipts.end(run, sweep.summary)
    return run


def killed(run, when):
    """Sweep a stored run until SIGKILL, which leaves it broken off."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(run.folder), when], check=False)
    assert done.returncode == -signal.SIGKILL
    assert run.state is store.RunState.BROKEN
    return run


def attempts(plan_of):
    """The attempts at all shards in a random order, as functions: most are swept once, some twice, some are killed."""
    chance = random.Random(11)  # noqa: S311 - the same order each time
    broken = chance.sample(range(SHARDS), KILLED)
    wanted = [(shard, None) for shard in range(SHARDS) if shard not in broken]
    wanted += [(shard, None) for shard in chance.sample(range(SHARDS), TWICE)]
    wanted += [(shard, chance.choice(("at once", "after a batch"))) for shard in broken]
    chance.shuffle(wanted)
    for shard, when in wanted:
        run = store.new_run(plan_of((shard, SHARDS)))
        yield (
            (lambda run=run: finished(run))
            if when is None
            else (lambda run=run, when=when: finished(killed(run, when)))
        )


def rows_of(run):
    """Each target with its state, in order."""
    return sorted((record.addr, record.port, record.state) for record in run.records())


def test_shards_in_any_order_twice_or_killed_are_the_whole_run(listener, tmp_path):
    def plan_of(shard):
        options = {"rate": RATE, "seed": 7, "enumerate": False, "show": ["open", "closed"], "threads": 1}
        return Plan.parse("127.66.0.0/22", ports=f"{listener.port},1", shard=shard, **options)

    with ThreadPoolExecutor(SWEEPS_AT_ONCE) as pool:
        runs = list(pool.map(lambda attempt: attempt(), attempts(plan_of)))
    assert len(runs) >= SHARDS + TWICE
    command = [
        sys.executable,
        "-m",
        "recon.cli",
        "merge",
        *(str(run.folder) for run in runs),
        "-o",
        str(tmp_path / "one"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, whole = store.find_run(str(tmp_path / "one")), finished(store.new_run(plan_of((0, 1))))
    assert rows_of(one) == rows_of(whole)
    assert len(rows_of(one)) == len(set(rows_of(one))) == 2 * HOSTS
    states = ("open", "closed", "unreachable", "silent", "unknown")
    counts = [[getattr(run.summary, state) for state in states] for run in (one, whole)]
    assert counts == [[HOSTS, HOSTS, 0, 0, 0]] * 2
    assert one.plan.digest == whole.plan.digest
