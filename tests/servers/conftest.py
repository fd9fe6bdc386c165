"""One laboratory of real servers for all tests here, and the rows of sweeps over it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from server_lab import Lab, lab, missing
from server_table import PORTS, SERVERS

RECON = Path(sys.executable).with_name("recon")
SWEEP_LIMIT_S = 120
AT_ONCE = 16
"""Ports of one sweep: the servers share the machine with the sweep, and each has only a few seconds to answer."""


@pytest.fixture(scope="session")
def running():
    """The servers, started once; what is not installed is not there."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    with lab(SERVERS) as running:
        yield running


@pytest.fixture(scope="session")
def swept(running: Lab) -> dict[int, dict]:
    """Rows by port, of one sweep over the usual ports."""
    return sweep(running, [port.number for port in PORTS if port.transport == "tcp"])


@pytest.fixture(scope="session")
def moved(running: Lab) -> dict[int, dict]:
    """Rows by the server's own port, of one sweep in which every server was found on a port that means nothing."""
    numbers = sorted({port.number for port in PORTS if port.transport == "tcp"})
    chosen = random.Random(4).sample(range(40_000, 60_000), len(numbers))  # noqa: S311 - the same odd ports each time
    odd = dict(zip(chosen, numbers, strict=True))
    running.redirect(odd)
    return {odd[port]: row for port, row in sweep(running, list(odd)).items()}


@pytest.fixture(scope="session")
def swept_udp(running: Lab) -> dict[int, dict]:
    """Rows by port, of one sweep over the usual UDP ports."""
    return sweep(running, [f"U:{port.number}" for port in PORTS if port.transport == "udp"])


def sweep(running: Lab, ports: Sequence[int | str]) -> dict[int, dict]:
    """Sweep ``ports`` from inside the namespace, some at a time; rows by port."""
    rows: dict[int, dict] = {}
    for start in range(0, len(ports), AT_ONCE):
        rows |= _sweep(running, ",".join(map(str, ports[start : start + AT_ONCE])))
    return rows


def _sweep(running: Lab, words: str) -> dict[int, dict]:
    command = running.inside(str(RECON), "sweep", "127.0.0.1", "-p", words, "--format", "jsonl", "--progress", "none")
    done = subprocess.run(command, capture_output=True, text=True, timeout=SWEEP_LIMIT_S, check=False)
    if "not yet available" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return {row["port"]: row for row in map(json.loads, done.stdout.splitlines())}
