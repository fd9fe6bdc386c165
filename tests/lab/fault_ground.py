"""The lab in which faults are provoked: a cable, a port that is open everywhere, one that is closed. Judges nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from namespaces import Cable
from steered import Running, begin

CLOSED = 7002
"""A port nobody listens on."""
OUTPUT = "chain out { type filter hook output priority 0; %s }"
TRACKED = 0
"""Connections that may be tracked where the table is full."""


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
        return begin(self.stack, (*self.cable.scanner.prefix, *prefix), *targets, **options)

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
