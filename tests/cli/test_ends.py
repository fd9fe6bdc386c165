"""How a sweep ends early: signals stop it in order, a reader who leaves ends it quietly."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import termios
import time

import pytest

SLOW = ("--rate", "1000", "--progress", "json")
STOP_S = 1.0
"""The promise is 100 ms; a loaded test machine and the interpreter's end take the rest."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_sweep_and_prints_the_summary(start, closed_port, tmp_path, number, code):
    path = tmp_path / "summary.json"
    process = start("sweep", "127.1.0.0/16", "-p", closed_port, *SLOW, "--summary", path)
    process.stderr.readline()
    process.send_signal(number)
    began = time.monotonic()
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - began < STOP_S
    assert process.returncode == code
    assert "stopped" in errors
    summary = json.loads(path.read_text())
    assert (summary["exit"], summary["targets"]) == (code, 65536)
    assert summary["closed"] > 0


def test_rows_found_before_the_signal_are_kept(start, greeter, tmp_path):
    path = tmp_path / "rows"
    process = start("sweep", "127.1.0.0/16", "-p", greeter.port, *SLOW, "-o", path, "--summary", tmp_path / "s")
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    rows = path.read_text().split()
    assert len(rows) == len(set(rows)) == json.loads((tmp_path / "s").read_text())["open"]


def test_the_second_signal_ends_at_once(start, greeter):
    """With its output blocked the sweep cannot drain; only the second Ctrl-C can end it."""
    reader, writer = os.pipe()
    process = start("sweep", "127.1.0.0/16", "-p", greeter.port, "--rate", "max", "--format", "jsonl", stdout=writer)
    os.close(writer)
    _wait_until_full(reader)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 130
    os.close(reader)


def test_a_reader_who_leaves_ends_the_sweep_quietly(start, greeter):
    process = start("sweep", "127.1.0.0/16", "-p", greeter.port, "--rate", "20000")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


def test_a_reader_who_leaves_still_gets_the_summary_file(start, closed_port, tmp_path):
    path = tmp_path / "summary.json"
    words = ("-p", closed_port, "--show", "closed", "--format", "jsonl", "--rate", "20000", "--summary", path)
    process = start("sweep", "127.1.0.0/16", *words)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    summary = json.loads(path.read_text())
    assert (summary["exit"], summary["interrupted"]) == (0, True)
    assert summary["closed"] > 0


def test_a_dry_run_into_head_is_quiet(start):
    process = start("sweep", "127.0.0.0/8", "-p", "1-100", "--dry-run")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


def _wait_until_full(reader: int) -> None:
    """Return when the pipe's writer must be blocked: what is in it no longer grows."""
    size = fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        held = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"\0\0\0\0"))[0]
        if held > size - 4096:
            return
        os.sched_yield()
    pytest.fail("the pipe never filled")
