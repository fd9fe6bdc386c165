"""Other scanners over the same loopback targets, side by side with recon: time, found of true, ratio.

``peers.py [--quick]`` runs whichever of nmap, rustscan, naabu and zgrab2 are on PATH; masscan and zmap build their own
frames, which loopback drops, so they are only named. Every tool is timed as a process, from start to end.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import ground

LONGEST_S = 1800
CLOSED_PORTS = 60_000
NO_LOOPBACK = {
    "masscan": "sends frames of its own, which loopback drops; compare in namespaces",
    "zmap": "sends frames of its own, which loopback drops; compare in namespaces",
}


@dataclass(frozen=True)
class Job:
    """``true`` open ports to find among ``asked`` targets; ``greets`` when the greeting is to be read."""

    name: str
    targets: str
    ports: str
    asked: int
    true: int
    greets: bool = False


@dataclass(frozen=True)
class Tool:
    """A scanner: how it is told a job, and how what it prints is counted."""

    program: str
    words: Callable[[Job], list[str]]
    count: Callable[[str], int]
    reads_greetings: bool = False
    stdin: Callable[[Job], str] = lambda _: ""

    def can(self, job: Job) -> bool:
        """Whether the job is one of its kind."""
        return self.reads_greetings == job.greets


@dataclass(frozen=True)
class Run:
    """A finished run: wall time in seconds and how many it found; or why there is none."""

    program: str
    seconds: float | None = None
    found: int = 0
    why: str = ""


def lines(text: str) -> int:
    """How many lines say something."""
    return sum(bool(line.strip()) for line in text.splitlines())


def successes(text: str) -> int:
    """How many of zgrab2's rows hold a banner."""
    rows = (json.loads(line) for line in text.splitlines())
    return sum(row["data"]["banner"]["status"] == "success" for row in rows if "banner" in row.get("data", {}))


def rustscan_ports(text: str) -> int:
    """How many ports rustscan's greppable lines list."""
    return sum(len(found.split(",")) for found in re.findall(r"-> \[([\d,\s]+)\]", text))


def recon_words(job: Job) -> list[str]:
    """How recon is told a job."""
    talk = "--enumerate" if job.greets else "--no-enumerate"
    common = ["--rate", "max", "--yes", "--progress", "none", "--format", "jsonl" if job.greets else "list"]
    return [sys.executable, "-m", "recon.cli", "sweep", job.targets, "-p", job.ports, talk, *common]


def rustscan_words(job: Job) -> list[str]:
    """How rustscan is told a job: it has two options for ports."""
    option = "-r" if "-" in job.ports else "-p"
    return ["rustscan", "--no-banner", "-g", "-b", "4096", "-t", "1000", "-a", job.targets, option, job.ports]


TOOLS = (
    Tool("recon", recon_words, lines),
    Tool("recon", recon_words, lambda text: text.count('"product":"OpenSSH"'), reads_greetings=True),
    Tool(
        "nmap",
        lambda job: ["nmap", "-sT", "-n", "-Pn", "-T5", "-p", job.ports, "-oG", "-", job.targets],
        lambda text: text.count("/open/tcp"),
    ),
    Tool("rustscan", rustscan_words, rustscan_ports),
    Tool(
        "naabu",
        lambda job: ["naabu", "-silent", "-Pn", "-s", "c", "-rate", "1000000", "-p", job.ports, "-host", job.targets],
        lines,
    ),
    Tool(
        "zgrab2",
        lambda job: ["zgrab2", "banner", "--port", job.ports, "--senders", "2000"],
        successes,
        reads_greetings=True,
        stdin=lambda job: job.targets + "\n",
    ),
)


def run(tool: Tool, job: Job) -> Run:
    """Run a tool once; what it could not do is said, not raised."""
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        try:
            done = subprocess.run(
                tool.words(job), input=tool.stdin(job), stdout=out, stderr=subprocess.PIPE, text=True,
                timeout=LONGEST_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Run(tool.program, why=f"not done after {LONGEST_S} s")
        elapsed = time.perf_counter() - began
        out.seek(0)
        if done.returncode:
            return Run(tool.program, why=(done.stderr.strip().splitlines() or ["failed"])[-1][:80])
        return Run(tool.program, elapsed, tool.count(out.read()))


def median_run(tool: Tool, job: Job, rounds: int) -> Run:
    """The median run of several."""
    runs = [run(tool, job) for _ in range(rounds)]
    broken = next((one for one in runs if one.seconds is None), None)
    if broken is not None:
        return broken
    middle = statistics.median_low([one.seconds for one in runs if one.seconds is not None])
    return next(one for one in runs if one.seconds == middle)


def runs_of(job: Job, rounds: int) -> Iterator[Run]:
    """Every tool on one job, recon first."""
    for tool in TOOLS:
        if not tool.can(job):
            continue
        if tool.program != "recon" and not shutil.which(tool.program):
            yield Run(tool.program, why="not on PATH")
        else:
            yield median_run(tool, job, rounds)
    for program, why in NO_LOOPBACK.items():
        yield Run(program, why=why)


def rows_of(job: Job, runs: Iterable[Run]) -> Iterator[str]:
    """The table's lines of one job; the ratio is a tool's time over recon's."""
    ours = None
    for one in runs:
        ours = ours if ours is not None else one.seconds
        if one.seconds is None or ours is None:
            yield f"{job.name:16} {one.program:10} {one.why}"
            continue
        ratio = one.seconds / ours
        rate = job.asked / one.seconds
        found = f"{one.found:,} of {job.true:,}"
        yield f"{job.name:16} {one.program:10} {one.seconds:8.2f} s  {found:>18}  {rate:>10,.0f}/s  {ratio:6.2f}x"


def main() -> None:
    """Run all jobs and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4,096 hosts, once")
    quick = parser.parse_args().quick
    hosts, mask, rounds = (4096, 20, 1) if quick else (65_536, 16, 3)
    print(f"{'job':16} {'tool':10} {'time':>10}  {'found of true':>18}  {'asked/s':>12}  ratio to recon")
    with ground.listener() as port, ground.listener(ground.GREETING) as greeting:
        closed = ground.floor("connect", "127.0.0.1", 1, 1, CLOSED_PORTS)
        for job in (
            Job("closed ports", "127.0.0.1", f"1-{CLOSED_PORTS}", CLOSED_PORTS, int(closed["open"])),
            Job("open ports", f"127.1.0.0/{mask}", str(port), hosts, hosts),
            Job("greetings", f"127.1.0.0/{mask}", str(greeting), hosts, hosts, greets=True),
        ):
            for row in rows_of(job, runs_of(job, rounds)):
                print(row, flush=True)


if __name__ == "__main__":
    main()
