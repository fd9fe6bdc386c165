"""Runs over loopback that are killed at random instants and gone on with: whether each ends as if it never was.

``kills.py [--kills 200] [--seed 1]`` kills that many processes in all, some twenty a run, and prints a line a run.
Never asks another address than loopback's. Exit 1 when a row is missing, is there twice, or a count is another.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import ground

sys.path.insert(0, str(ground.ROOT / "tests" / "engine"))

import journal_lab
from journal_lab import HOSTS, LONGEST_S, WORDS

KILLS_A_RUN = 20
LINE = "{:>4} {:>6} {:>7} {:>6} {:>6} {:>7} {:>12} {:>5}"


def main() -> int:
    """Kill until there were enough, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    listener = journal_lab.Listener()
    try:
        trials = run(listener, options.kills, random.Random(options.seed))  # noqa: S311 - told again by its seed
    finally:
        listener.close()
    killed, again = (sum(getattr(trial, name) for trial in trials) for name in ("killed", "again"))
    print(f"{killed} kills in {len(trials)} runs; open ports asked again: {again}, {again / max(killed, 1):.0f} a kill")
    return 0 if all(trial.is_whole(HOSTS) for trial in trials) else 1


def run(listener: journal_lab.Listener, kills: int, instants: random.Random) -> list[journal_lab.Trial]:
    """Runs until that many processes were killed; what a run has left over goes to the next."""
    print(LINE.format("run", "kills", "rows", "twice", "open", "closed", "asked again", "whole"))
    trials = []
    left = kills
    for number in range(1, kills + 1):
        if left <= 0:
            break
        times_s = [instants.uniform(0, LONGEST_S) for _ in range(min(left, KILLS_A_RUN))]
        with tempfile.TemporaryDirectory() as folder:
            plan = (WORDS, f"{listener.port},1", journal_lab.options())
            trial = journal_lab.Run(Path(folder) / "journal", *plan).trial(listener, times_s)
        left -= trial.killed
        trials.append(trial)
        whole = "yes" if trial.is_whole(HOSTS) else "NO"
        row = (number, trial.killed, trial.rows, trial.doubled, trial.open, trial.closed, trial.again, whole)
        print(LINE.format(*row), flush=True)
    return trials


if __name__ == "__main__":
    raise SystemExit(main())
