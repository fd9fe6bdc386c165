"""Sweeps in processes of their own that tell how far they are, and can be signalled and killed. Judges nothing."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from namespaces import LONGEST_S

SWEEP = """
import json, sys, threading
import pluggy, recon, recon.hookspecs
from recon.plugins import Plugins
targets, options = json.loads(sys.argv[1])
manager = pluggy.PluginManager("recon")
manager.add_hookspecs(recon.hookspecs)
plan = recon.Plan.parse(targets, enumerate=False, show=("open", "closed", "unreachable", "unknown"), **options)
with recon.sweep(plan, plugins=Plugins(manager)) as sweep:
    def tell():
        for word in sys.stdin:
            seen = sweep.progress()
            told = {"sent": seen.sent, "open": seen.open, "errors": seen.errors, "limited_by": seen.limited_by}
            print(json.dumps(told), flush=True)
    threading.Thread(target=tell, daemon=True).start()
    rows = [json.loads(line) for batch in sweep for line in batch.to_jsonl().splitlines()]
rows = [(row["addr"], row["port"], row["state"]) for row in rows]
print(json.dumps({"rows": rows, "summary": json.loads(sweep.summary.to_json())}))
"""
"""A sweep that tells its counters for each line it reads, and at its end its rows and its summary."""


@dataclass
class Running:
    """A sweep in a process of its own, which can be asked how far it is."""

    process: subprocess.Popen[str]

    def progress(self) -> dict[str, Any]:
        """The counters now."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def until(self, reached: Callable[[dict[str, Any]], bool]) -> None:
        """Ask until the counters are as wanted."""
        for _ in patiently(lambda: reached(self.progress())):
            assert self.process.poll() is None, "the sweep is over"

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> tuple[list[tuple[str, int, str]], dict[str, Any]]:
        """(rows, summary) at the end."""
        out, err = self.process.communicate(timeout=LONGEST_S)
        assert self.process.returncode == 0, err
        told = json.loads(out.splitlines()[-1])
        return [(addr, port, state) for addr, port, state in told["rows"]], told["summary"]

    def kill(self) -> None:
        """End it without a warning, if it still runs, stopped or not."""
        self.process.kill()
        self.process.wait(LONGEST_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def begin(stack: contextlib.ExitStack, prefix: Sequence[str | Path], *targets: str, **options: Any) -> Running:
    """Begin a sweep behind the words of ``prefix``; it is gone when ``stack`` is closed."""
    words = [*prefix, sys.executable, "-c", SWEEP, json.dumps([targets, options])]
    pipe = subprocess.PIPE
    running = Running(subprocess.Popen(list(map(str, words)), stdin=pipe, stdout=pipe, stderr=pipe, text=True))
    stack.callback(running.kill)
    return running


def patiently(reached: Callable[[], bool]) -> Iterator[None]:
    """Turn after turn, a moment apart, until ``reached``; fails if that takes too long."""
    deadline = time.monotonic() + LONGEST_S
    while not reached():
        assert time.monotonic() < deadline, "waited in vain"
        yield
        time.sleep(0.02)


def wait_for(reached: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in patiently(reached):
        pass
