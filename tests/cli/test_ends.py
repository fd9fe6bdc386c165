"""How a sweep ends early: signals stop it in order, a reader who leaves ends it quietly."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

SLOW = ("--rate", "1000", "--progress", "json")
LONGEST_S = 120
SWEEP_S = 65.5
"""What a sweep of 65,536 targets at ``SLOW`` takes that nobody stops."""
STOP_S = SWEEP_S / 4
"""The engine's promise of 100 ms is held in tests/engine; here a busy machine ends an interpreter besides."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_sweep_and_prints_the_summary(start, closed_port, tmp_path, number, code):
    path = tmp_path / "summary.json"
    process = start("sweep", "127.1.0.0/16", "-p", closed_port, *SLOW, "--summary", path)
    process.stderr.readline()
    process.send_signal(number)
    began = time.monotonic()
    _, errors = process.communicate(timeout=LONGEST_S)
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
    process.communicate(timeout=LONGEST_S)
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
    assert _interrupt_until_gone(process) == 130
    os.close(reader)


def test_a_reader_who_leaves_ends_the_sweep_quietly(start, greeter):
    process = start("sweep", "127.1.0.0/16", "-p", greeter.port, "--rate", "20000")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=LONGEST_S) == 0
    assert process.stderr.read() == ""


def test_a_reader_who_leaves_still_gets_the_summary_file(start, closed_port, tmp_path):
    path = tmp_path / "summary.json"
    words = ("-p", closed_port, "--show", "closed", "--format", "jsonl", "--rate", "20000", "--summary", path)
    process = start("sweep", "127.1.0.0/16", *words)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=LONGEST_S) == 0
    summary = json.loads(path.read_text())
    assert (summary["exit"], summary["interrupted"]) == (0, True)
    assert summary["closed"] > 0


def test_a_dry_run_into_head_is_quiet(start):
    process = start("sweep", "127.0.0.0/8", "-p", "1-100", "--dry-run")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=LONGEST_S) == 0
    assert process.stderr.read() == ""


INTERRUPTED = """
import sys

module = sys.argv[1]

class Interrupts:
    def find_spec(self, name, *_):
        if name == module:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
sys.argv[:] = ["recon", "sweep", "127.0.0.1", "-p", "1", "--dry-run"]
from recon.cli import main
main()
"""


@pytest.mark.parametrize("module", ["recon.cli.exits", "recon.cli.app", "typer", "recon.cli.run", "recon.plan"])
def test_ctrl_c_while_recon_is_still_starting_is_quiet(environment, module):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module],
        capture_output=True, text=True, timeout=LONGEST_S, check=False, env=environment(),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.fixture
def shell(command, environment, tmp_path):
    """Run recon with its words behind it in a shell, which can close descriptors."""

    def run(words):
        return subprocess.run(
            ["sh", "-c", f"{shlex.join(command)} {words}"],
            capture_output=True, text=True, timeout=LONGEST_S, check=False, env=environment(), cwd=tmp_path,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    "words",
    [
        "sweep 127.1.2.3 -p 1", "sweep 127.1.2.3 -p 1 --dry-run", "sweep 127.1.2.3 -p 1 -o rows --summary -",
        "ports ssh", "--help", "--version",
    ],
)  # fmt: skip
@pytest.mark.parametrize("closing", [">&-", "<&- >&-"])
def test_a_closed_standard_output_is_refused_where_it_is_needed(shell, words, closing):
    done = shell(f"{words} {closing}")
    assert done.returncode == 5
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr
    assert "swept" not in done.stderr


def test_a_closed_standard_output_is_no_harm_where_rows_go_to_a_file(shell, closed_port):
    done = shell(f"sweep 127.1.2.3 -p {closed_port} -o rows <&- >&-")
    assert done.returncode == 0
    assert "closed 1" in done.stderr


def test_a_closed_standard_error_puts_nothing_among_the_rows(shell, greeter, tmp_path):
    done = shell(f"sweep 127.1.2.3 -p {greeter.port} --summary s 2>&-")
    assert (done.returncode, done.stdout) == (0, f"127.1.2.3:{greeter.port}\n")
    assert json.loads((tmp_path / "s").read_text())["open"] == 1


def _interrupt_until_gone(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C again and again: two that meet a process which has no time to look are one to it."""
    for _ in range(LONGEST_S):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=1)
    pytest.fail("Ctrl-C does not end it")


def _wait_until_full(reader: int) -> None:
    """Return when the pipe's writer must be blocked: what is in it no longer grows."""
    size = fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ)
    ends = time.monotonic() + LONGEST_S
    while time.monotonic() < ends:
        held = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"\0\0\0\0"))[0]
        if held > size - 4096:
            return
        os.sched_yield()
    pytest.fail("the pipe never filled")
