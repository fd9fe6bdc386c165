"""What our own machine lacks must never become a verdict over UDP: few descriptors, and refused system calls."""

import json
import shutil
import socket
from collections import Counter

import pytest
from test_scarcity import few_files, sweep_under


def free_port():
    """A UDP port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", 0))
        return listener.getsockname()[1]


@pytest.fixture
def mute():
    """A UDP port of every address of this machine that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", 0))
        yield listener.getsockname()[1]


def test_64_descriptors_ask_thousands_of_ports_at_once(mute):
    closed = free_port()
    rows, summary = sweep_under([], "127.20.0.0/20", f"U:{closed},U:{mute}", before=few_files, passes=1)
    assert Counter(state for _, _, state in rows) == {"closed": 4096}
    assert (summary["silent"], summary["unknown"], summary["errors"]) == (4096, 0, {})


@pytest.mark.parametrize(
    ("errno", "curable"),
    [("ENOBUFS", True), ("EAGAIN", True), ("ENOMEM", True), ("EPERM", False), ("ENETDOWN", False), ("EINVAL", False)],
)
def test_a_refused_datagram_is_counted_and_never_a_verdict(mute, tmp_path, errno, curable):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    closed = free_port()
    trace = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", "trace=sendmmsg"]
    inject = ["-e", f"inject=sendmmsg:error={errno}:when=5+7"]
    rows, summary = sweep_under([*trace, *inject], "127.21.0.0/26", f"U:{closed},U:{mute}", passes=1)
    assert summary["errors"][errno] > 0, "nothing was injected"
    assert {state for _, port, state in rows if port == closed} <= {"closed", "unknown"}
    assert {state for _, port, state in rows if port == mute} <= {"unknown"}
    assert summary["closed"] + summary["silent"] + summary["unknown"] == summary["targets"] == 128
    assert summary["closed"] <= 64
    assert not curable or summary["unknown"] == 0, json.dumps(summary)


@pytest.mark.parametrize("errno", ["ENOBUFS", "EPERM", "ENETUNREACH"])
def test_a_refusal_that_never_ends_is_unknown_for_every_target(tmp_path, errno):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    trace = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", "trace=sendmmsg,connect"]
    inject = ["-e", f"inject=sendmmsg,connect:error={errno}"]
    rows, summary = sweep_under([*trace, *inject], "127.22.0.0/30", "U:4", passes=1)
    assert {state for _, _, state in rows} == {"unknown"}
    assert (summary["unknown"], summary["exit"], summary["sent"]) == (4, 3, 0)
    assert summary["errors"][errno] >= 4
