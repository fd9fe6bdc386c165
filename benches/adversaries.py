"""What hostile servers cost a sweep: time of their rows, memory, and the speed of everything else. Loopback only.

``adversaries.py [--quick | --rounds N] [NAME…]`` sweeps greeters with and without 64 adversaries among them, in turn,
and prints one table a depth. It exits 1 when the others keep less than nine tenths of their speed beside any of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import ground

SERVERS = ground.ROOT / "tests" / "lab" / "adversary_servers.py"
ADVERSARIES = "127.66.0."
HOW_MANY = 64
GREETING = "BENCH/1.0 ready\r\n"
"""Names a product at once, and no enumerator goes on from it: the others cost the same whatever the depth."""
MASK = 16
GREETERS = 1 << (32 - MASK)
ROUNDS = 5
SPEED_KEPT = 0.9

SWEEP = """
import json, pathlib, re, sys, time
import recon
from recon import plugins
targets, options, adversaries = json.loads(sys.argv[1])

class Greeters:
    @recon.hookimpl
    def recon_probes(self):
        example = {b"BENCH/1.0 ready\\r\\n": {"version": "1.0"}}
        yield recon.Probe("bench", matches=[recon.Match(
            rb"^BENCH/(?P<version>[\\d.]+) ready", service="bench", product="Bench", examples=example)])

loaded = plugins.load()
loaded.manager.register(Greeters(), name="bench")
plan = recon.Plan.parse(targets, rate="max", **options)
counts, last = {True: 0, False: 0}, {True: 0.0, False: 0.0}
begun = time.perf_counter()
with recon.sweep(plan, plugins=loaded) as sweep:
    for batch in sweep:
        rows = batch.to_jsonl()
        hostile = rows.count(b'"addr":"' + adversaries.encode())
        for side, count in ((True, hostile), (False, rows.count(b"\\n") - hostile)):
            counts[side] += count
            last[side] = time.perf_counter() - begun if count else last[side]
# Not getrusage: its maximum outlives exec and would be our parent's.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"hostile": counts[True], "others": counts[False], "row_s": last[True], "others_s": last[False],
                  "peak_mib": peak}))
"""


@dataclass(frozen=True)
class Depth:
    """Whether to ask on, and how often to measure."""

    deep: bool
    rounds: int

    @property
    def name(self) -> str:
        """In words."""
        return "Deep" if self.deep else "Not deep"


@dataclass(frozen=True)
class Cost:
    """Medians over the rounds: when the last row came, in seconds; memory more than without, in MiB; speed kept."""

    row_s: float
    more_mib: float
    others_s: float
    kept: float

    def line(self, name: str) -> str:
        """A row of the table."""
        return f"| {name} | {self.row_s:.2f} | {self.more_mib:+.1f} | {self.others_s:.2f} | {self.kept:.0%} |"


def sweep(depth: Depth, greeter: int, hostile: int | None) -> dict[str, float]:
    """Sweep the greeters, with the adversaries among them if their port is given; every row must be there."""
    targets = [f"127.1.0.0/{MASK}"]
    targets += [f"{ADVERSARIES}{index}:{hostile}" for index in range(HOW_MANY) if hostile]
    options = {"ports": str(greeter), "deep": depth.deep, "threads": ground.cores()}
    argument = json.dumps([targets, options, ADVERSARIES])
    told = json.loads(ground.output(sys.executable, "-c", SWEEP, argument))
    assert told["others"] == GREETERS, told
    assert told["hostile"] == (HOW_MANY if hostile else 0), told
    return told


def cost(depth: Depth, greeter: int, hostile: int) -> Cost:
    """Measure with and without in turn, the first second every other time."""
    pairs = []
    for index in range(depth.rounds):
        order = (hostile, None) if index % 2 else (None, hostile)
        told = {port: sweep(depth, greeter, port) for port in order}
        pairs.append((told[hostile], told[None]))
    return Cost(
        row_s=statistics.median(have["row_s"] for have, _ in pairs),
        more_mib=statistics.median(have["peak_mib"] - bare["peak_mib"] for have, bare in pairs),
        others_s=statistics.median(have["others_s"] for have, _ in pairs),
        kept=statistics.median(bare["others_s"] / have["others_s"] for have, bare in pairs),
    )


@contextlib.contextmanager
def adversaries(names: list[str]) -> Iterator[dict[str, int]]:
    """The adversaries in a process of their own: port by name."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["nice", "-n", "19", sys.executable, SERVERS, folder, *names]  # what it costs them is not measured
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                yield json.loads(process.stdout.readline())
            finally:
                process.stdin.close()
                process.wait(ground.LONGEST_S)


def table(depth: Depth, ports: dict[str, int]) -> list[Cost]:
    """Measure and print all adversaries at one depth."""
    print(f"\n{depth.name}: {GREETERS:,} greeters, {HOW_MANY} adversaries, median of {depth.rounds} pairs\n")
    print("| adversary | its last row, s | memory, MiB | the others' last row, s | the others' speed kept |")
    print("|---|---|---|---|---|")
    costs = []
    for name, port in ports.items():
        with ground.listener(GREETING) as greeter:
            costs.append(cost(depth, greeter, port))
        print(costs[-1].line(name), flush=True)
    return costs


def main() -> int:
    """Run both depths."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="adversaries; all of them without")
    parser.add_argument("--quick", action="store_const", const=1, default=ROUNDS, dest="rounds", help="one pair each")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="pairs a figure")
    options = parser.parse_args()
    with adversaries(options.names) as ports:
        costs = table(Depth(deep=False, rounds=options.rounds), ports)
        costs += table(Depth(deep=True, rounds=options.rounds), ports)
    worst = min(one.kept for one in costs)
    print(f"\nthe others keep at least {worst:.0%} of their speed")
    return 0 if worst >= SPEED_KEPT else 1


if __name__ == "__main__":
    sys.exit(main())
