"""What benches stand on: the floor program, its listener, and sweeps in processes of their own.

Loopback only, unless a namespace is named.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = Path(os.environ.get("RECON_FLOOR", ROOT / "target" / "release" / "floor"))
GREETING = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
LONGEST_S = 300

SWEEP = """
import json, sys
import recon
from recon import plugins
targets, options = json.loads(sys.argv[1])
loaded = plugins.load()
plan = recon.Plan.parse(targets, rate="max", **options)
size = named = 0
with recon.sweep(plan, plugins=loaded) as sweep:
    for batch in sweep:
        rows = batch.to_jsonl()
        size += len(rows)
        named += rows.count(b'"product":"OpenSSH"')
# The summary's elapsed_s runs from the first thread's start to the last one's end, as the floor's does: neither counts
# the start of its process, and so not the compiling of the pack, which "recon --help" and peers.py show.
print(json.dumps({**json.loads(sweep.summary.to_json()), "bytes": size, "named": named}))
"""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


@contextlib.contextmanager
def listener(greeting: str = "", prefix: Sequence[str] = ()) -> Iterator[int]:
    """The floor's listener on every address, in a process of its own that ``prefix`` starts: its port."""
    words = [*prefix, FLOOR, "serve", "0", *([greeting] if greeting else [])]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.stdin.close()
            process.wait(LONGEST_S)


def floor(mode: str, addr: str, hosts: int, port: int, ports: int = 1) -> dict[str, float]:
    """Run one of the floor's loops over ``hosts`` times ``ports``."""
    words = [FLOOR, mode, addr, str(hosts), str(port), str(ports), str(cores())]
    return json.loads(output(*words))


def sweep(targets: str, ports: str, *, enumerate_services: bool) -> dict[str, float]:
    """Run one sweep to JSON lines that nobody keeps; importing is not counted."""
    options = {"ports": ports, "enumerate": enumerate_services, "threads": cores()}
    return json.loads(output(sys.executable, "-c", SWEEP, json.dumps([targets, options])))


def output(*words: str | Path, stdin: str = "") -> str:
    """What a program prints; it must succeed."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        message = f"{words[0]} failed: {done.stderr.strip()[-500:]}"
        raise SystemExit(message)
    return done.stdout


def seconds(*words: str | Path, stdin: str = "") -> float:
    """Wall time of a program from start to end."""
    began = time.perf_counter()
    output(*words, stdin=stdin)
    return time.perf_counter() - began
