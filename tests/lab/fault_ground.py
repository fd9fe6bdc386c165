"""The lab in which faults are provoked: a cable, a port that is open everywhere, one that is closed. Judges nothing."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from namespaces import LONGEST_S, Cable

CLOSED = 7002
"""A port nobody listens on."""
OUTPUT = "chain out { type filter hook output priority 0; %s }"
TRACKED = 0
"""Connections that may be tracked where the table is full."""

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
            print(json.dumps({"sent": seen.sent, "open": seen.open, "errors": seen.errors}), flush=True)
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
        deadline = time.monotonic() + LONGEST_S
        while not reached(self.progress()):
            assert self.process.poll() is None, "the sweep is over"
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> tuple[list[tuple[str, int, str]], dict[str, Any]]:
        """(rows, summary) at the end."""
        out, err = self.process.communicate(timeout=LONGEST_S)
        assert self.process.returncode == 0, err
        told = json.loads(out.splitlines()[-1])
        return [(addr, port, state) for addr, port, state in told["rows"]], told["summary"]


@dataclass
class Ground:
    """A cable with a port that is open on every address of the target, and on every address of our own loopback."""

    cable: Cable
    port: int
    stack: contextlib.ExitStack = field(repr=False)

    def __post_init__(self) -> None:
        """Have the target tell of each closed UDP port, as often as it is asked."""
        self.cable.target.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")

    def sweep(self, *targets: str, prefix: tuple[str | Path, ...] = (), **options: Any) -> Running:
        """Begin a sweep; it is gone at the end of the test."""
        words = [*self.cable.scanner.prefix, *prefix, sys.executable, "-c", SWEEP, json.dumps([targets, options])]
        pipe = subprocess.PIPE
        process = subprocess.Popen(list(map(str, words)), stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.stack.callback(end_of, process)
        return Running(process)

    def few_local_ports(self) -> None:
        """Leave 32 ports to connections."""
        self.cable.scanner.run("sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 40031")

    def output_drops(self) -> None:
        """Drop what we send to the open port."""
        self.cable.scanner.filter(OUTPUT % f"meta l4proto tcp tcp dport {self.port} drop;")

    def tracking_is_full(self) -> None:
        """Drop what would be tracked, where the kernel drops it when its table is full.

        The table's own size is one for the whole machine, so that no test may change it.
        """
        rule = f"tcp dport {self.port} ct state new ct count over {TRACKED} drop;"
        self.cable.scanner.filter(OUTPUT % rule)

    def cable_is_down(self) -> None:
        """Take the cable's end down before the sweep begins."""
        self.cable.scanner.run("ip", "link", "set", "cable", "down")

    def comes_back(self) -> None:
        """Bring the cable's end up again, and the route that the kernel forgot."""
        self.cable.scanner.run("ip", "link", "set", "cable", "up")
        self.cable.scanner.run("ip", "route", "replace", self.cable.range, "via", "10.99.0.2")

    def no_route(self) -> None:
        """Forget the way to the target."""
        self.cable.scanner.run("ip", "route", "del", self.cable.range)

    def mute_router(self) -> None:
        """Send by a router that is not there."""
        self.cable.scanner.run("ip", "route", "replace", self.cable.range, "via", "10.99.0.77")


def end_of(process: subprocess.Popen[str]) -> None:
    """End a process without a warning, if it still runs, stopped or not."""
    process.kill()
    process.wait(LONGEST_S)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def clock_of(file: Path) -> tuple[tuple[str, ...], Callable[[int], None]]:
    """(words that start a program under a clock of its own, how to set that clock off by seconds); no words without
    the library. Only the wall clock is set: the kernel's monotonic one cannot be (clock_settime(2)).
    """

    def set_off(seconds: int) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(file)

    set_off(0)
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    settings = (f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={file}", "FAKETIME_NO_CACHE=1")
    return ("env", *settings, "DONT_FAKE_MONOTONIC=1") if library else (), set_off
