"""What our own machine lacks must never become a verdict: few descriptors, and errors injected into system calls."""

import json
import resource
import shutil
import subprocess
import sys
from collections import Counter

import pytest

LONGEST_S = 120

SWEEP = """
import json, sys
import recon
from recon.plugins import Plugins
import pluggy
targets, ports, options = json.loads(sys.argv[1])
manager = pluggy.PluginManager("recon")
manager.add_hookspecs(recon.hookspecs)
plan = recon.Plan.parse(targets, ports=ports, show=("open", "closed", "unreachable", "unknown"), **options)
with recon.sweep(plan, plugins=Plugins(manager)) as sweep:
    rows = [(record.addr, record.port, record.state) for batch in sweep for record in batch]
print(json.dumps({"rows": rows, "summary": json.loads(sweep.summary.to_json())}))
"""


def sweep_under(prefix, targets, ports, *, before=None, **options):
    """Sweep in a process of its own, started by ``prefix``: (rows, summary)."""
    options = {"rate": "max", "enumerate": False, **options}
    script = "import recon.hookspecs\n" + SWEEP
    command = [*prefix, sys.executable, "-c", script, json.dumps([targets, ports, options])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False, preexec_fn=before)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["rows"], told["summary"]


def few_files():
    """Allow 64 descriptors, hard and soft."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def test_64_descriptors_are_enough_for_full_coverage(wildcard, closed_port):
    rows, summary = sweep_under([], "127.10.0.0/21", f"{wildcard},{closed_port}", before=few_files)
    states = Counter(state for _, _, state in rows)
    assert states == {"open": 2048, "closed": 2048}
    assert summary["unknown"] == 0


def test_64_descriptors_are_enough_to_read_greetings(wildcard):
    _, summary = sweep_under([], "127.11.0.0/24", str(wildcard), before=few_files, enumerate=True)
    assert (summary["open"], summary["unknown"]) == (256, 0)


@pytest.mark.parametrize(
    ("fault", "curable"),
    [
        ("connect:EADDRNOTAVAIL", True),
        ("connect:ENOBUFS", True),
        ("connect:EAGAIN", True),
        ("socket:EMFILE", True),
        ("socket:ENFILE", True),
        ("connect:EPERM", False),
        ("connect:ENETDOWN", False),
    ],
)
def test_an_error_of_ours_is_counted_and_never_a_verdict(wildcard, closed_port, tmp_path, fault, curable):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    call, errno = fault.split(":")
    trace = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", f"trace={call}"]
    inject = ["-e", f"inject={call}:error={errno}:when=50+7"]
    rows, summary = sweep_under([*trace, *inject], "127.12.0.0/24", f"{wildcard},{closed_port}")
    assert summary["errors"][errno] > 0, "nothing was injected"
    expected = {wildcard: {"open", "unknown"}, closed_port: {"closed", "unknown"}}
    assert [row for row in rows if row[2] not in expected[row[1]]] == []
    assert len({(addr, port) for addr, port, _ in rows}) == len(rows) == 512 == summary["targets"]
    assert sum(state == "unknown" for _, _, state in rows) == summary["unknown"]
    if curable:
        assert summary["unknown"] == 0
    else:
        assert summary["exit"] == (3 if summary["unknown"] else 0)


@pytest.mark.parametrize("errno", ["EADDRNOTAVAIL", "EPERM"])
def test_an_error_that_never_ends_is_unknown_for_every_target(closed_port, tmp_path, errno):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    trace = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", "trace=connect"]
    rows, summary = sweep_under([*trace, "-e", f"inject=connect:error={errno}"], "127.13.0.0/29", str(closed_port))
    assert {state for _, _, state in rows} == {"unknown"}
    assert (summary["unknown"], summary["exit"], summary["sent"]) == (8, 3, 0)
    assert summary["errors"][errno] >= 8
