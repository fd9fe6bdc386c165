"""Runs every bench, prints one table of figures beside what must be reached, writes bench-results/latest.json.

``run.py [--quick] [-o FILE]``: quick takes a minute and decides nothing by itself.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import breadth
import figures
import ground
import pairs
import stored
from figures import Figure

LATEST = ground.ROOT / "bench-results" / "latest.json"


def core(*, quick: bool) -> Iterator[Figure]:
    """The pytest-benchmark suite, in a process of its own."""
    limits = ["--benchmark-max-time=1.5", "--benchmark-min-rounds=5"] if quick else ["--benchmark-max-time=3"]
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "core.json")
        words = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", "--benchmark-only", f"--benchmark-json={results}"]
        suite = Path(__file__).with_name("test_core.py")
        command = [sys.executable, "-m", "pytest", "--import-mode=importlib", *words, *limits, suite]
        done = subprocess.run(command, cwd=ground.ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        for bench in json.loads(results.read_text())["benchmarks"]:
            told = bench["extra_info"]
            usual, best = (told["amount"] / bench["stats"][which] for which in ("median", "min"))
            yield Figure(told["name"], usual, told["unit"], cpu_bound=True, best=best)


def everything(*, quick: bool) -> Iterator[Figure]:
    """All figures, in the order of the table."""
    yield from pairs.engine(quick=quick)
    yield from core(quick=quick)
    yield breadth.figure(quick=quick)
    yield stored.figure(quick=quick)
    yield pairs.memory()
    yield from pairs.start(quick=quick)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller ranges, fewer rounds")
    parser.add_argument("-o", "--output", type=Path, default=LATEST, help="where the JSON goes")
    options = parser.parse_args()
    if not ground.FLOOR.exists():
        message = f"{ground.FLOOR} is missing: cargo build --release -p floor"
        raise SystemExit(message)
    found = []
    for figure in everything(quick=options.quick):
        print(f"{figure.name}: {figures.number(figure.value)} {figure.unit}", file=sys.stderr)
        found.append(figure)
    figures.write(found, options.output, quick=options.quick)
    print(figures.table(found))
    print(f"\nwritten to {options.output}")


if __name__ == "__main__":
    main()
