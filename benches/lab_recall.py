"""What scanners find behind a path that limits or loses packets, in network namespaces (root): one table, one plot.

``lab_recall.py [--quick] [--write] [-o FILE]``; ``--write`` renews docs/rate.md, docs/lab-recall.svg and the README.
Limits and losses are on the way to the target, and fall on whatever arrives there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import ground
import lab_ground
import lab_tools
from lab_tools import Job, Tool
from namespaces import Cable

sys.path.insert(0, str(ground.ROOT / "docs"))

from make_plots import curve, line, svg, text

LATEST = ground.ROOT / "bench-results" / "lab-recall.json"
PAGES = (ground.ROOT / "docs" / "rate.md", ground.ROOT / "README.md")
PLOT = ground.ROOT / "docs" / "lab-recall.svg"
BEGIN, END = "<!-- made by lab_recall.py: {} -->", "<!-- end -->"
NMAP_PREFIX = 22
SHORT = ("limit of 30,000/s", "no limit", "10 % loss")
"""The paths that the README shows."""
Row = dict[str, object]


@dataclass(frozen=True)
class PathKind:
    """A path: what it passes a second, or which share it loses; nothing for one that does neither."""

    name: str
    packets_per_second: int = 0
    percent: float = 0

    def over(self, cable: Cable) -> contextlib.AbstractContextManager[object]:
        """The path, as long as it is held."""
        if self.packets_per_second:
            return cable.path_limit(self.packets_per_second)
        return cable.path_loss(self.percent) if self.percent else contextlib.nullcontext()


PATHS = (
    PathKind("limit of 5,000/s", packets_per_second=5_000),
    PathKind("limit of 30,000/s", packets_per_second=30_000),
    PathKind("no limit"),
    PathKind("5 % loss", percent=5),
    PathKind("10 % loss", percent=10),
    PathKind("20 % loss", percent=20),
)
LOSSY = PATHS[4]


@dataclass(frozen=True)
class Entry:
    """A scanner at a rate, asked to find ``true`` open ports."""

    by: str
    tool: Tool
    job: Job
    true: int


def entries(prefix: int, port: int, mac: str, *, quick: bool) -> Iterator[Entry]:
    """Every scanner at every rate; recon at a set rate asks twice, as it does by default."""
    hosts = 1 << (32 - prefix)
    job = Job(f"10.98.0.0/{prefix}", str(port), mac, rate="auto", asks=0, threads=ground.cores())
    yield Entry("recon", lab_tools.RECON, job, hosts)
    for rate in (50_000,) if quick else (20_000, 50_000, 200_000):
        at = f"at {rate:,}/s"
        yield Entry(f"recon {at}", lab_tools.RECON, replace(job, rate=rate, asks=2), hosts)
        yield Entry(f"zmap {at}", lab_tools.ZMAP, replace(job, rate=rate, asks=1), hosts)
        yield Entry(f"masscan {at}", lab_tools.MASSCAN, replace(job, rate=rate, asks=1), hosts)
    few = replace(job, targets=f"10.98.0.0/{NMAP_PREFIX}", asks=1)
    yield Entry("nmap -T4", lab_tools.NMAP, few, 1 << (32 - NMAP_PREFIX))


def measured(cable: Cable, path: PathKind, entry: Entry) -> Row:
    """One run over one path."""
    named = {"path": path.name, "by": entry.by, "true": entry.true}
    if reason := entry.tool.why_not(entry.job):
        return {**named, "why": reason}
    with tempfile.TemporaryDirectory() as folder, path.over(cable):
        summary = Path(folder, "summary.json")
        told = lab_ground.run(cable.scanner, entry.tool.words(replace(entry.job, summary=str(summary))))
        if told.why:
            return {**named, "why": told.why}
        stated = json.loads(summary.read_text()).get("recall") if summary.exists() else None
    found = entry.tool.count(told.out)
    return {**named, "found": found, "recall": found / entry.true, "seconds": told.seconds, "stated": stated}


def alike(cable: Cable, entry: Entry, runs: int) -> Row:
    """How far the sets of several runs over one lossy path differ: what is in one but not in all, as a share."""
    sets = []
    with LOSSY.over(cable):
        for _ in range(runs):
            told = lab_ground.run(cable.scanner, entry.tool.words(entry.job))
            if told.why:
                raise SystemExit(told.why)
            sets.append(frozenset(told.out.split()))
    differ = len(frozenset.union(*sets) - frozenset.intersection(*sets))
    least, most = min(map(len, sets)), max(map(len, sets))
    return {
        "runs": runs,
        "path": LOSSY.name,
        "least": least,
        "most": most,
        "true": entry.true,
        "differ": differ / entry.true,
    }


def stated(row: Row) -> str:
    """What a scanner itself said about its recall."""
    told = row.get("stated")
    return f"{told['low']:.3%} to {told['high']:.3%}" if isinstance(told, dict) else ""


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The rows for a page."""
    yield "| path | scanner | found of true | recall | it says | time |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        if "why" in row:
            yield f"| {row['path']} | {row['by']} | {row['why']} | | | |"
            continue
        found = f"{row['found']:,} of {row['true']:,} | {row['recall']:.3%} | {stated(row)} | {row['seconds']:.1f} s"
        yield f"| {row['path']} | {row['by']} | {found} |"


def sentence(told: Row) -> str:
    """How much the runs differed."""
    found = f"{told['least']:,} to {told['most']:,} of {told['true']:,}"
    differ = f"{told['differ']:.3%} of all ports were in one set but not in every one"
    return f"{told['runs']} runs of recon over {told['path']} found {found}; {differ}."


WIDE, HIGH, LEFT, TOP, LEGEND = 560, 300, 60, 30, 190
COLOURS = {"recon": "#2f7ed8", "zmap": "#d8602f", "masscan": "#3c9a5f", "nmap": "#888888"}
DASHES = ("none", "6 3", "2 3", "8 3 2 3")


def draw(rows: list[Row]) -> str:
    """Recall against the path, a line for each scanner at each rate."""
    paths = list(dict.fromkeys(str(row["path"]) for row in rows))
    bottom, step = TOP + HIGH, WIDE / len(paths)
    middles = {path: LEFT + step * (index + 0.5) for index, path in enumerate(paths)}
    parts = [text(middles[path], bottom + 18, path, "middle") for path in paths]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = bottom - HIGH * share
        parts += [text(LEFT - 8, y + 4, f"{share:.0%}", "end"), line((LEFT, y, LEFT + WIDE, y), "#cccccc")]
    for index, (by, own) in enumerate(by_scanner(rows)):
        points = [(middles[str(row["path"])], bottom - HIGH * min(float(str(row["recall"])), 1)) for row in own]
        family = by.split()[0]
        dash = DASHES[sum(other.startswith(family) for other, _ in by_scanner(rows)[:index]) % len(DASHES)]
        y = TOP + 20 * index
        x = LEFT + WIDE + 14
        parts += [curve(points, COLOURS[family], dash), line((x, y, x + 28, y), COLOURS[family], dash)]
        parts.append(text(x + 34, y + 4, by))
    return svg(LEFT + WIDE + LEGEND, bottom + 34, "Open ports found, by what the path limits or loses", parts)


def by_scanner(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """The rows with a result, by scanner and rate."""
    good = sorted((row for row in rows if "why" not in row), key=lambda row: str(row["by"]))
    return [(by, list(own)) for by, own in groupby(good, key=lambda row: str(row["by"]))]


def is_short(row: Row) -> bool:
    """Whether the README shows it: what comes by itself, and the others at one rate."""
    scanner = str(row["scanner"])
    return row["path"] in SHORT and (" at " not in scanner or scanner.endswith(" at 50,000/s"))


def renew(page: Path, rows: list[Row], told: Row) -> None:
    """Put the table between the marks of a page: the whole one, or what its mark calls short."""
    written = page.read_text()
    for kind, some in (("all", rows), ("short", [row for row in rows if is_short(row)])):
        begin = BEGIN.format(kind)
        block = "\n".join([begin, *table(some), "", sentence(told), END])
        written = re.sub(f"{re.escape(begin)}.*?{END}", lambda _, block=block: block, written, flags=re.DOTALL)
    page.write_text(written)


def everything(cable: Cable, *, quick: bool) -> tuple[list[Row], Row]:
    """All rows, printed as they come, and how alike several runs are."""
    rows: list[Row] = []
    with lab_ground.listener(cable.target) as port:
        asked = list(entries(19 if quick else 16, port, lab_ground.router_mac(cable), quick=quick))
        for path in PATHS:
            for entry in asked:
                rows.append(measured(cable, path, entry))
                print(list(table(rows[-1:]))[-1], flush=True)
        told = alike(cable, asked[0], 3 if quick else 20)
    print(sentence(told))
    return rows, told


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8,192 hosts, one rate, three runs")
    parser.add_argument("--write", action="store_true", help="renew the pages and the plot")
    parser.add_argument("-o", "--output", type=Path, default=LATEST, help="where the JSON goes")
    options = parser.parse_args()
    lab_ground.need()
    with lab_ground.lab() as cable:
        rows, told = everything(cable, quick=options.quick)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    whole = {"schema": 1, "quick": options.quick, "rows": rows, "alike": told}
    options.output.write_text(json.dumps(whole, indent=2) + "\n")
    options.output.with_suffix(".svg").write_text(draw(rows))
    if options.write:
        PLOT.write_text(draw(rows))
        for page in PAGES:
            renew(page, rows, told)
    print(f"\nwritten to {options.output}")


if __name__ == "__main__":
    main()
