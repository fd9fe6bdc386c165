"""Every failure of our own machine, provoked under both backends: counted, tried again, never a verdict. As root."""

import os
import shutil
import signal
import socket
import time
from collections import Counter

import pytest
from capture import Capture, busiest_second, packet_socket
from fault_ground import CLOSED, Ground, clock_of
from fault_table import ALL, BLINK, CLOCK, CONNECT, DOWN, RAW, STOPPED, UNDER_WAY

pytestmark = [pytest.mark.root, pytest.mark.lab]

PATIENT = {"timeout_ms": 2000, "passes": 3}
"""Everybody answers here: nobody waits so long, unless the machine is busy."""
RATE = 2000
MOST_A_SECOND = 2100
MANY, TARGETS = "10.98.0.0-10.98.23.111", 6000
STOPPED_S = int(os.environ.get("RECON_STOPPED_S", "3"))
"""Longer shows nothing else: whatever saves up leave to send has saved it by then."""


@pytest.fixture
def ground(cable, stack):
    """A cable whose target has an open port, which our own loopback has too."""
    port = cable.listen(stack)
    listener = cable.scanner.inside(lambda: socket.create_server(("0.0.0.0", port), backlog=4096))
    stack.callback(listener.close)
    return Ground(cable, port, stack)


def traced(fault, tmp_path):
    """The words that inject a fault."""
    if fault.inject is None:
        return ()
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    calls = fault.inject.split(":")[0]
    return ("strace", "-f", "-o", tmp_path / "trace", "-e", f"trace={calls}", "-e", f"inject={fault.inject}")


def assert_no_wrong_verdict(rows, port):
    """Open is only what is open, closed only what is closed, and nobody is named twice."""
    right = {port: {"open", "unknown"}, CLOSED: {"closed", "unknown"}}
    assert [row for row in rows if row[2] not in right[row[1]]] == []
    assert len({(addr, port) for addr, port, _ in rows}) == len(rows)


def name_of(fault):
    """What a failing test is called."""
    return f"{fault.backend}, {fault.what}"


@pytest.mark.parametrize("fault", [*CONNECT, *RAW], ids=name_of)
def test_a_failure_of_ours_is_no_verdict(ground, tmp_path, fault):
    if fault.setup:
        getattr(ground, fault.setup)()
    ports = f"U:{CLOSED}" if fault.transport else f"{ground.port},{CLOSED}"
    patience = {**PATIENT, "passes": 1} if fault.silent else PATIENT
    prefix = (*traced(fault, tmp_path), *fault.prefix)
    sweep = ground.sweep(fault.hosts, prefix=prefix, ports=ports, backend=fault.backend, rate=fault.rate, **patience)
    rows, summary = sweep.end()
    assert_no_wrong_verdict(rows, ground.port)
    states = Counter(state for _, _, state in rows)
    assert summary["unknown"] == states["unknown"] == fault.unknown, summary
    assert summary["silent"] == fault.silent, summary
    assert states.total() + summary["silent"] == summary["targets"]
    assert summary["exit"] == fault.exit
    if fault.unknown == ALL:
        assert summary["sent"] == 0
    if fault.errno:
        assert summary["errors"][fault.errno] > 0, "nothing was injected"


def stop(_ground, sweep, _set_clock):
    """Take the process from its processor for a while."""
    sweep.signal(signal.SIGSTOP)
    time.sleep(STOPPED_S)
    sweep.signal(signal.SIGCONT)


def jump(_ground, sweep, set_clock):
    """Set the clock ahead and back."""
    for seconds in (3600, -3600):
        set_clock(seconds)
        sent = sweep.progress()["sent"]
        sweep.until(lambda seen, sent=sent: seen["sent"] >= sent + 200)


def blink(ground, sweep, _set_clock):
    """Take the link down until it is noticed."""
    ground.cable_is_down()
    sweep.until(lambda seen: sum(seen["errors"].values()) >= 100)
    ground.comes_back()


def take_down(ground, _sweep, _set_clock):
    """Take the link down."""
    ground.cable_is_down()


HAPPENS = {STOPPED: stop, CLOCK: jump, BLINK: blink, DOWN: take_down}


@pytest.mark.parametrize("fault", UNDER_WAY, ids=name_of)
def test_what_happens_under_way_is_no_verdict_and_no_burst_follows(ground, tmp_path, fault):
    clocked, set_clock = clock_of(tmp_path / "clock")
    if fault.what == CLOCK and not clocked:
        pytest.skip("libfaketime is not installed")
    prefix = {CLOCK: clocked, DOWN: ("env", "RECON_LINK_PATIENCE_MS=1000")}.get(fault.what, ())
    capture = Capture(ground.cable.target.inside(packet_socket), ground.port)
    sweep = ground.sweep(MANY, prefix=prefix, ports=str(ground.port), backend=fault.backend, rate=RATE, **PATIENT)
    sweep.until(lambda seen: seen["open"] >= 200)
    HAPPENS[fault.what](ground, sweep, set_clock)
    rows, summary = sweep.end()
    assert busiest_second(capture.stop()) <= MOST_A_SECOND
    assert_no_wrong_verdict(rows, ground.port)
    assert len([row for row in rows if row[2] == "open"]) == summary["open"]
    assert summary["open"] + summary["unknown"] == TARGETS, summary
    if fault.unknown is not None:
        assert summary["unknown"] == fault.unknown
    assert fault.what != DOWN or summary["unknown"] > 0
    assert summary["exit"] == (3 if summary["unknown"] else 0)
