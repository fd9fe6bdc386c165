"""Rows a second into rows.db, and how long a filter takes: ``python benches/store.py ROWS``. Nothing is sent."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from recon import Batch, Plan, Record, Service, _core, store

BATCH = 1000


def rows_of(start):
    """A thousand rows of SSH servers of 50 versions."""
    records = []
    for number in range(start, start + BATCH):
        version = f"{number % 5 + 5}.{number % 10}p1"
        service = Service("ssh", vendor="openbsd", product="OpenSSH", version=version, confidence=0.98, evidence={})
        records.append(
            Record(
                at="2026-11-23T10:00:00.000000Z", addr=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
                host=None, port=22 + number % 7, transport="tcp", range="", registered=None, state="open",
                reason="syn-ack", rtt_us=85, ttl=None, services=[service], facts={"ssh.protocol": "2.0"},
                banner=f"SSH-2.0-OpenSSH_{version}\r\n".encode(),
            )
        )  # fmt: skip
    return [(start + place, row) for place, row in enumerate(Batch.of(records).to_jsonl().splitlines())]


def timed(words, run):
    """Seconds of one search, and the rows that it found."""
    began = time.perf_counter()
    found = sum(1 for _ in run.rows(store.Filter.parse(words)))
    return time.perf_counter() - began, found


def main():
    """Make a run, load it, search it."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as home:
        os.environ["RECON_HOME"] = home
        plan = Plan.parse("10.0.0.0/8", ports="22-28", seed=1)
        run = store.new_run(plan)
        writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
        for start in range(0, rows, BATCH):
            writer.append(rows_of(start))
        writer.finish({"open": rows, "silent": plan.targets - rows})
        began, used = time.perf_counter(), time.process_time()
        next(run.rows())
        print(f"load: {rows / (time.perf_counter() - began):,.0f} rows/s by the clock,", end=" ")
        print(f"{rows / (time.process_time() - used):,.0f} by processor time")
        size = (Path(run.folder) / "rows.db").stat().st_size
        print(f"rows.db: {size / rows:,.0f} bytes a row, journal {run.journal.stat().st_size / rows:,.0f}")
        for words in (
            ["product=OpenSSH", "version=9.9p1", "addr=10.0.0.0/22"],
            ["addr=10.0.1.0/28"],
            ["port=22", "addr=10.0.0.0/22"],
        ):
            first, _ = timed(words, run)
            again, found = timed(words, run)
            print(f"{' '.join(words)}: {found:,} rows in {again:.3f} s, with the index made {first:.3f} s")


if __name__ == "__main__":
    main()
