"""The raw backend beside its floors and its peers, in network namespaces (root): one table, found of true beside time.

``lab.py [--quick] [-o FILE]``; every program runs at full speed. A scanner that is not on PATH is named.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import ground
import lab_ground
import lab_tools
from lab_ground import Run
from lab_tools import Job, Tool
from namespaces import Cable

LATEST = ground.ROOT / "bench-results" / "lab.json"
SILENT_PORT = "81"
HEAD = ("work", "by", "time", "found of true", "sent", "packets/s", "peak", "recon is")
Row = dict[str, object]


@dataclass(frozen=True)
class Size:
    """How much of everything: prefix lengths, and how often."""

    silent: int
    silent_frames: int
    answering: int
    greetings: int
    memory: str
    rounds: int


FULL = Size(12, 1 << 20, 16, 16, "/8", 3)
QUICK = Size(14, 1 << 18, 18, 19, "/12", 1)


@dataclass(frozen=True)
class Entry:
    """One line of the table: a program at a piece of work of which ``true`` is the whole truth.

    ``compared`` is what recon is set against: ``packets_per_second``, or ``seconds``.
    """

    work: str
    by: str
    tool: Tool
    job: Job
    true: int = 0
    compared: str = "seconds"


def floor_tool(mode: str, frames: int) -> Tool:
    """One of the floor's senders as a tool."""
    return Tool(str(ground.FLOOR), partial(lab_tools.floor_words, mode, frames), lambda _: 0)


def greeting_floor(first: str, hosts: int) -> Tool:
    """The floor's loop that reads greetings over kernel sockets."""

    def words(job: Job) -> list[str]:
        return [str(ground.FLOOR), "greet", first, str(hosts), job.ports, "1", str(job.threads)]

    return Tool(str(ground.FLOOR), words, lambda text: int(json.loads(text)["open"]))


def silent(size: Size, mac: str) -> Iterator[Entry]:
    """A range that says nothing, each target asked once."""
    job = Job(f"10.128.0.0/{size.silent}", SILENT_PORT, mac)
    entry = partial(Entry, "silent range", compared="packets_per_second")
    two = replace(job, threads=ground.cores())
    yield entry("recon, 1 thread", lab_tools.RECON, job)
    yield entry("AF_XDP floor, 1 thread", floor_tool("xdp-silent", size.silent_frames), job)
    yield entry("sendmmsg floor, 1 thread", floor_tool("mmsg-silent", size.silent_frames), job)
    yield entry("zmap, 1 thread", lab_tools.ZMAP, job)
    yield entry("masscan, its 1 thread", lab_tools.MASSCAN, job)
    yield entry(f"recon, {two.threads} threads", lab_tools.RECON, two)
    yield entry(f"zmap, {two.threads} threads", lab_tools.ZMAP, two)


def answering(size: Size, mac: str, port: int) -> Iterator[Entry]:
    """Sixteen ports of each host, one of them open, all the others refused; then the open one alone."""
    hosts = 1 << (32 - size.answering)
    job = Job(f"10.98.0.0/{size.answering}", f"{port - 15}-{port}", mac, threads=ground.cores())
    for work, asked in (("16 ports, 1 open", job), ("1 port, open", replace(job, ports=str(port)))):
        for by, tool in (("recon", lab_tools.RECON), ("zmap", lab_tools.ZMAP), ("masscan", lab_tools.MASSCAN)):
            yield Entry(work, by, tool, asked, hosts)


def greetings(size: Size, mac: str, port: int) -> Iterator[Entry]:
    """The greeting of each host."""
    hosts = 1 << (32 - size.greetings)
    job = Job(f"10.98.0.0/{size.greetings}", str(port), mac, threads=ground.cores(), greets=True)
    connect = replace(job, backend="connect")
    entry = partial(Entry, "greetings", true=hosts)
    yield entry("recon raw", lab_tools.RECON_GREETED, job)
    yield entry("recon connect", lab_tools.RECON_GREETED, connect)
    yield entry("connect floor", greeting_floor("10.98.0.0", hosts), connect)
    yield entry("masscan --banners", lab_tools.MASSCAN_GREETED, job)
    yield entry("zgrab2 banner", lab_tools.ZGRAB2, job)


def memory(size: Size, mac: str) -> Iterator[Entry]:
    """The peak of a wide silent sweep."""
    first = "10.0.0.0" if size.memory == "/8" else "10.128.0.0"
    job = Job(f"{first}{size.memory}", SILENT_PORT, mac, threads=ground.cores())
    yield Entry(f"memory of a {size.memory}", "recon", lab_tools.RECON, job)


def measured(cable: Cable, entry: Entry, rounds: int) -> Run:
    """The median run of several."""
    if reason := entry.tool.why_not(entry.job):
        return Run(why=reason)
    runs = []
    for _ in range(rounds):
        runs.append(lab_ground.run(cable.scanner, entry.tool.words(entry.job), entry.tool.stdin(entry.job)))
        if runs[-1].why:
            return runs[-1]
    middle = statistics.median_low([getattr(one, entry.compared) for one in runs])
    return next(one for one in runs if getattr(one, entry.compared) == middle)


def row(entry: Entry, run: Run, ours: Run) -> Row:
    """What one line of the table says."""
    told = {key: value for key, value in asdict(run).items() if key != "out" and value}
    found = entry.tool.count(run.out) if entry.true and not run.why else None
    return {
        "work": entry.work,
        "by": entry.by,
        **told,
        "found": found,
        "true": entry.true,
        "ratio": ratio(ours, run, entry),
    }


def ratio(ours: Run, theirs: Run, entry: Entry) -> float | None:
    """How many times as fast recon is, by whatever is compared."""
    if ours is theirs or ours.why or theirs.why:
        return None
    mine, other = (getattr(one, entry.compared) for one in (ours, theirs))
    return mine / other if entry.compared == "packets_per_second" else other / mine


def rows(cable: Cable, entries: Iterator[Entry], rounds: int) -> Iterator[Row]:
    """All lines; each is set against the last of recon's before it, of the same work."""
    ours, work = Run(why="none yet"), ""
    for entry in entries:
        run = measured(cable, entry, rounds)
        if entry.by.startswith("recon") and (entry.compared != "seconds" or entry.work != work):
            ours, work = run, entry.work
        yield row(entry, run, ours)


def line(row: Row) -> str:
    """One line for people."""
    if "why" in row:
        return f"{row['work']:18} {row['by']:24} {row['why']}"
    found = f"{row['found']:,} of {row['true']:,}" if row["found"] is not None else ""
    ratio = f"{row['ratio']:.2f}x" if row["ratio"] else ""
    told = f"{row['seconds']:8.2f} s  {found:>18} {row['packets']:>12,} {row['packets_per_second']:>10,.0f}"
    return f"{row['work']:18} {row['by']:24} {told} {row['peak_mib']:6.0f} MiB {ratio:>8}"


def everything(cable: Cable, size: Size) -> Iterator[Row]:
    """The whole table."""
    mac = lab_ground.router_mac(cable)
    yield from rows(cable, silent(size, mac), size.rounds)
    with lab_ground.listener(cable.target) as port:
        yield from rows(cable, answering(size, mac, port), size.rounds)
    with lab_ground.listener(cable.target, ground.GREETING) as port:
        yield from rows(cable, greetings(size, mac, port), 1)
    yield from rows(cable, memory(size, mac), 1)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller ranges, once")
    parser.add_argument("-o", "--output", type=Path, default=LATEST, help="where the JSON goes")
    options = parser.parse_args()
    lab_ground.need()
    work, by, time, found, sent, speed, peak, recon_is = HEAD
    print(f"{work:18} {by:24} {time:>10}  {found:>18} {sent:>12} {speed:>10} {peak:>10} {recon_is:>8}")
    told = []
    with lab_ground.lab() as cable:
        for row in everything(cable, QUICK if options.quick else FULL):
            print(line(row), flush=True)
            told.append(row)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({"schema": 1, "quick": options.quick, "rows": told}, indent=2) + "\n")
    print(f"\nwritten to {options.output}")


if __name__ == "__main__":
    main()
