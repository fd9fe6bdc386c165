"""How a sweep ends before its time: stop from a thread, Ctrl-C, a reader that stalls or leaves."""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import recon
from recon.errors import EngineError

SOON_S = 5.0
"""Far below what these sweeps take that nobody stops. The engine promises PROMISE_S, which has a test of its own."""
PROMISE_S = 0.1
ATTEMPTS = 5
TASKS = Path("/proc/self/task")
LONGEST_S = 30

INTERRUPTED = """
import json, sys, time
import recon
from recon.plugins import load
plan = recon.Plan.parse("127.20.0.0/16", ports=sys.argv[1], rate=200, show=("closed",))
sweep = recon.sweep(plan, plugins=load())
try:
    with sweep:
        print("started", flush=True)
        for batch in sweep:
            print("row", flush=True)
except KeyboardInterrupt:
    raised = time.monotonic()
    summary = sweep.summary
    print(json.dumps({"raised": raised, "interrupted": summary.interrupted, "exit": summary.exit,
        "targets": summary.targets, "settled": summary.open + summary.closed + summary.silent + summary.unknown
        + summary.unreachable, "unknown": summary.unknown}))
"""


def slow_plan(port, **options):
    """A plan that would take minutes."""
    return recon.Plan.parse("127.21.0.0/16", ports=str(port), **{"rate": 200, **options})


def wait_for(condition, what):
    """Poll until something is so."""
    until = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.005)


def test_stop_from_another_thread_ends_the_sweep_at_once(plugins, closed_port, check_identity):
    with recon.sweep(slow_plan(closed_port), plugins=plugins) as sweep:
        stopped_at = []

        def stop():
            wait_for(lambda: sweep.progress().settled > 5, "a settled target")
            stopped_at.append(time.monotonic())
            sweep.stop()

        thread = threading.Thread(target=stop)
        thread.start()
        for _ in sweep:
            pass
        ended_at = time.monotonic()
        thread.join()
    assert ended_at - stopped_at[0] < SOON_S
    check_identity(sweep.summary)
    assert sweep.summary.interrupted
    assert sweep.summary.exit == 130
    assert sweep.summary.unknown > 60_000, "what was never asked is unknown"
    assert sweep.summary.position < sweep.summary.targets


def test_the_engine_stops_within_its_promise(plugins, closed_port):
    """The best of a few attempts: a loaded machine delays one of them, a regression all of them."""
    assert min(stopping_s(plugins, closed_port) for _ in range(ATTEMPTS)) < PROMISE_S


def stopping_s(plugins, port):
    """Seconds from ``stop()`` until the sweep has ended and none of its threads is left."""
    before = len(list(TASKS.iterdir()))
    with recon.sweep(slow_plan(port, threads=4), plugins=plugins) as sweep:
        wait_for(lambda: sweep.progress().settled > 5, "a settled target")
        assert len(list(TASKS.iterdir())) > before
        stopped_at = time.monotonic()
        sweep.stop()
        for _ in sweep:
            pass
    wait_for(lambda: len(list(TASKS.iterdir())) <= before, "the end of the sweep's threads")
    return time.monotonic() - stopped_at


def test_stop_ends_open_conversations_and_keeps_their_rows(serve, drain, plugins, check_identity):
    server = serve(lambda connection: (connection.sendall(b"hello with no end"), drain(connection)))
    plan = recon.Plan.parse("127.0.0.1", ports=str(server.port), rate="max")
    with recon.sweep(plan, plugins=plugins) as sweep:
        wait_for(lambda: sweep.progress().in_flight == 1, "an open conversation")
        begun = time.monotonic()
        sweep.stop()
        records = [record for batch in sweep for record in batch]
        assert time.monotonic() - begun < SOON_S
    assert [record.state for record in records] == ["open"]
    check_identity(sweep.summary)


def test_stop_twice_and_after_the_end_is_harmless(plugins, closed_port):
    with recon.sweep("127.0.0.1", ports=str(closed_port), plugins=plugins) as sweep:
        assert list(sweep) == []
        sweep.stop()
        sweep.stop()
    assert not sweep.summary.interrupted
    assert sweep.summary.exit == 0


def test_leaving_the_context_early_stops_and_still_gives_a_summary(plugins, closed_port, check_identity):
    begun = time.monotonic()
    with recon.sweep(slow_plan(closed_port), plugins=plugins) as sweep:
        pass
    assert time.monotonic() - begun < SOON_S
    check_identity(sweep.summary)
    assert sweep.summary.interrupted


def test_the_summary_of_a_running_sweep_is_refused(plugins, closed_port):
    with recon.sweep(slow_plan(closed_port), plugins=plugins) as sweep, pytest.raises(EngineError, match="running"):
        _ = sweep.summary


def test_a_sweep_that_is_dropped_unread_ends(plugins, closed_port):
    sweep = recon.sweep(slow_plan(closed_port, show=("closed",)), plugins=plugins)
    begun = time.monotonic()
    del sweep
    assert time.monotonic() - begun < SOON_S


@pytest.mark.parametrize("show", [("closed",), ("open",)])
def test_ctrl_c_raises_at_once_and_the_summary_is_there(closed_port, show):
    script = INTERRUPTED.replace('("closed",)', repr(show))
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(closed_port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "started\n"
        if show == ("closed",):
            assert process.stdout.readline() == "row\n"
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0, errors
    told = json.loads(output.splitlines()[-1])
    assert told["raised"] - sent < SOON_S
    assert (told["interrupted"], told["exit"]) == (True, 130)
    assert told["settled"] == told["targets"]
    assert told["unknown"] > 0


def test_a_reader_that_stalls_holds_the_sweep_back_and_loses_nothing(plugins, closed_port, check_identity):
    plan = recon.Plan.parse(
        "127.22.0.0/16", ports=str(closed_port), rate="max", show=("closed",), enumerate=False, threads=2
    )
    with recon.sweep(plan, plugins=plugins) as sweep:
        stalled = plateau(lambda: sweep.progress().settled)
        assert 0 < stalled < 65_536, "the sweep ran ahead of its reader"
        addresses = {record.addr for batch in sweep for record in batch}
    assert len(addresses) == 65_536 == sweep.summary.closed
    check_identity(sweep.summary)


def plateau(read):
    """The value of a counter once it has not moved for a quarter of a second."""
    until = time.monotonic() + LONGEST_S
    last, since = read(), time.monotonic()
    while time.monotonic() - since < 0.25 or not last:
        assert time.monotonic() < until, "the counter never came to rest"
        time.sleep(0.005)
        now = read()
        if now != last:
            last, since = now, time.monotonic()
    return last


def test_a_stalled_sweep_can_be_stopped(plugins, closed_port, check_identity):
    plan = recon.Plan.parse("127.23.0.0/16", ports=str(closed_port), rate="max", show=("closed",), enumerate=False)
    with recon.sweep(plan, plugins=plugins) as sweep:
        plateau(lambda: sweep.progress().settled)
        sweep.stop()
        begun = time.monotonic()
        rows = sum(len(batch) for batch in sweep)
        assert time.monotonic() - begun < SOON_S * 3
    assert rows == sweep.summary.closed
    check_identity(sweep.summary)
