"""What can limit a run, and what a lab does to have it limited so. Data only; `test_bottleneck.py` provokes each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fault_table import FEW_FILES

SILENT = "tcp dport 7001 drop;"


@dataclass(frozen=True)
class Provoked:
    """One cause under one backend."""

    cause: str
    backend: str
    options: dict[str, Any] = field(default_factory=dict)
    hosts: str = "10.98.0.0/22"
    port: int = 0
    """The port that is asked; 0: the one that is open."""
    arrives: str = ""
    """A rule on what arrives at the target."""
    setup: str = ""
    prefix: tuple[str, ...] = ()


MAX = {"rate": "max", "passes": 1}
SLOW = {"rate": 500, "passes": 1}
AUTO = {"rate": "auto"}
NARROW = "limit rate over 2000/second burst 20 packets drop;"
BRIEF = {**MAX, "timeout_ms": 300}
LARGE = "10.98.0.0/19"

PROVOKED = (
    Provoked("rate cap", "connect", SLOW),
    Provoked("rate cap", "raw", SLOW),
    Provoked("target", "connect", {**BRIEF, "window": 64}, "10.98.0.0/24", port=7001, arrives=SILENT),
    Provoked("fd limit", "connect", BRIEF, "10.98.0.0/25", port=7001, arrives=SILENT, prefix=FEW_FILES),
    Provoked("packet filter", "raw", SLOW, "127.98.0.0/26", setup="output_drops"),
    Provoked("path loss", "connect", {"rate": 8000, "passes": 1}, LARGE, arrives=NARROW),
    Provoked("path loss", "raw", {"rate": 8000, "passes": 1}, LARGE, arrives=NARROW),
    Provoked("path loss", "raw", AUTO, LARGE, arrives=NARROW),
    Provoked("ramp-up", "connect", AUTO),
    Provoked("ramp-up", "raw", AUTO),
    Provoked("budget", "raw", {**SLOW, "budget_s": 0.5}),
    Provoked("packet budget", "connect", {**SLOW, "max_packets": 100}),
)

IN_TESTS_OF_THEIR_OWN = {"interface down"}
"""Provoked in `test_bottleneck.py` beside the table."""

SIMULATED = {"path queue", "path blocked", "icmp errors", "receive drops", "kernel buffers"}
"""Named in the simulations of `rust/recon-core/tests/govern.rs`; no lab provokes them."""

NOT_PROVOKED = {"ephemeral ports", "output", "cpu"}
"""No test provokes these; `cpu` is what another machine, or a busier one, would name otherwise."""
