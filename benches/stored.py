"""Measures how many stored replies ``recon identify`` names a second, from JSON lines to JSON lines, start included."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

import ground
from figures import Figure
from test_core import GREETINGS

ROWS = 1_000_000
QUICK_ROWS = 300_000
ROUNDS = 3


def figure(*, quick: bool) -> Figure:
    """The command on a file of other people's rows: greetings of two dozen servers in turn."""
    count = QUICK_ROWS if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        stored, named = Path(folder, "stored.jsonl"), Path(folder, "named.jsonl")
        with stored.open("w") as file:
            file.writelines(_row(number) for number in range(count))
        command = [sys.executable, "-m", "recon.cli", "identify", stored, "--format", "jsonl", "-o", named]
        rates = [count / ground.seconds(*command) for _ in range(ROUNDS)]
        with named.open("rb") as rows:
            assert sum(1 for _ in rows) == count
    return Figure("identify stored", statistics.median(rates), "replies/s", cpu_bound=True, best=max(rates))


def _row(number: int) -> str:
    banner = GREETINGS[number % len(GREETINGS)].decode("latin-1")
    addr = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return json.dumps({"ip": addr, "port": 22, "banner": banner}) + "\n"


if __name__ == "__main__":
    told = figure(quick="--quick" in sys.argv)
    print(f"{told.name}: {told.value:,.0f} {told.unit}, best {told.best:,.0f}")
