"""Renews the plots and tables of rate.md and recall.md from the simulations. Sends nothing; writes into docs only.

Usage: .venv/bin/python docs/make_plots.py
"""

# ruff: noqa: INP001 - a script beside the documents, in no package

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

DOCS = Path(__file__).parent
COMMAND = ["cargo", "run", "--release", "--quiet", "-p", "recon-core", "--example", "paths"]
SHOWN = ("limit of 30,000/s", "a limit that changes", "1 % open, limit of 30,000/s", "20 % random loss")
Row = list[str]

WIDTH, HEIGHT, LEFT, TOP, GAP = 420, 220, 60, 34, 30
INK, RATE, LIMIT = "#888888", "#2f7ed8", "#d8602f"
HELD_LEAST, HELD_MUST, HELD_STATED = 0.8, 0.93, 0.95
STYLE = f"text {{ font: 12px sans-serif; fill: {INK}; }} path, line {{ fill: none; }}"


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def line(ends: tuple[float, float, float, float], colour: str, dash: str = "none") -> str:
    """One straight line, from x, y to x, y."""
    x1, y1, x2, y2 = ends
    at = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {at} stroke="{colour}" stroke-dasharray="{dash}"/>'


def curve(points: Iterable[tuple[float, float]], colour: str, dash: str = "none") -> str:
    """A line through points."""
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{path}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash}"/>'


def dot(x: float, y: float, radius: float) -> str:
    """A dot through which others show."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{RATE}" opacity="0.6"/>'


def svg(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole drawing."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">'
    return "\n".join([head, f"<title>{title}</title>", f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


def panel(name: str, rows: list[Row], x: float, y: float) -> Iterator[str]:
    """One path: the rate over time, and what the path carries."""
    times = [float(row[2]) for row in rows]
    rates = [float(row[3]) for row in rows]
    limits = [float(row[4]) for row in rows if row[4]]
    wide, high = WIDTH - LEFT - GAP, HEIGHT - TOP - GAP
    most = max(limits) * 1.6 if limits else max(rates)

    def at(time: float, rate: float) -> tuple[float, float]:
        return x + LEFT + wide * time / times[-1], y + TOP + high * (1 - min(rate / most, 1))

    yield text(x + LEFT, y + TOP - 12, name)
    yield line((*at(0, 0), *at(times[-1], 0)), INK)
    yield line((*at(0, 0), *at(0, most)), INK)
    for share in (0.5, 1.0):
        yield text(x + LEFT - 6, at(0, most * share)[1] + 4, f"{most * share:,.0f}/s", "end")
    yield text(at(times[-1], 0)[0], at(0, 0)[1] + 16, f"{times[-1]:.1f} s", "end")
    if limits:
        yield curve((at(float(row[2]), float(row[4])) for row in rows), LIMIT, "4 3")
    yield curve((at(time, rate) for time, rate in zip(times, rates, strict=True)), RATE)


def draw_rates(rows: list[Row]) -> str:
    """The plot of rate.md."""
    by_name = {name: list(group) for name, group in groupby(rows, key=lambda row: row[1])}
    parts = [
        part
        for index, name in enumerate(SHOWN)
        for part in panel(name, by_name[name], WIDTH * (index % 2), HEIGHT * (index // 2))
    ]
    return svg(2 * WIDTH, 2 * HEIGHT, "The rate that recon sets, and the limit of the path (dashed)", parts)


def draw_coverage(rows: list[Row]) -> str:
    """The plot of recall.md: how often the interval held, a dot for each number of passes."""
    names = list(dict.fromkeys(row[1] for row in rows))
    step, left, wide = 24, 150, 520

    def at(held: float) -> float:
        return left + wide * (max(held, HELD_LEAST) - HELD_LEAST) / (1 - HELD_LEAST)

    bottom = TOP + step * len(names)
    parts = [text(at(HELD_STATED), TOP - 14, "stated: 95 %", "middle")]
    for held, dash in ((HELD_MUST, "2 4"), (HELD_STATED, "6 3"), (HELD_LEAST, "none"), (1.0, "none")):
        parts += [line((at(held), TOP, at(held), bottom), LIMIT if held == HELD_STATED else INK, dash)]
        parts += [text(at(held), bottom + 16, f"{held:.0%}", "middle")]
    for index, name in enumerate(names):
        y = TOP + step * (index + 0.5)
        parts.append(text(left - 10, y + 4, name, "end"))
        parts += [dot(at(float(row[5])), y, 2 + 1.5 * int(row[4])) for row in rows if row[1] == name]
    return svg(left + wide + GAP, bottom + 30, "How often the interval holds the truth", parts)


def outcome_table(rows: list[Row]) -> Iterator[str]:
    """The table of rate.md."""
    yield "| path | targets | recall | time | ideal | limit found | passes | canaries |"
    yield "|---|---|---|---|---|---|---|---|"
    for _, name, targets, limit, recall, seconds, found, passes, share in rows:
        ideal = f"{int(targets) / float(limit):.1f} s" if limit and name != "a limit that changes" else ""
        limit_found = f"{float(found):,.0f}/s" if found else "none"
        shares = (
            f"{float(recall):.3%} | {float(seconds):.1f} s | {ideal} | {limit_found} | {passes} | {float(share):.2%}"
        )
        yield f"| {name} | {int(targets):,} | {shares} |"


def coverage_table(rows: list[Row]) -> Iterator[str]:
    """The table of recall.md."""
    yield "| loss | targets | open | held after 1 pass | 2 passes | 3 passes | width after 1 | 2 | 3 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for (name, targets, share), group in groupby(rows, key=lambda row: tuple(row[1:4])):
        passes = list(group)
        held = " | ".join(f"{float(row[5]):.1%}" for row in passes)
        width = " | ".join(f"{float(row[6]):.2%}" for row in passes)
        yield f"| {name} | {int(targets):,} | {float(share):.0%} | {held} | {width} |"


def renew_table(page: Path, table: Iterable[str]) -> None:
    """Put a table between the marks of a page."""
    begin, end = "<!-- made by make_plots.py -->", "<!-- end -->"
    block = "\n".join([begin, *table, end])
    page.write_text(re.sub(f"{begin}.*?{end}", lambda _: block, page.read_text(), flags=re.DOTALL))


def main() -> None:
    """Simulate, draw, and renew."""
    printed = subprocess.run(COMMAND, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own program
    rows = [row.split(";") for row in printed.splitlines()]
    rates, outcomes, coverage = ([row for row in rows if row[0] == kind] for kind in ("rate", "outcome", "coverage"))
    coverage.sort(key=lambda row: int(row[2]), reverse=True)
    (DOCS / "rate.svg").write_text(draw_rates(rates))
    (DOCS / "recall.svg").write_text(draw_coverage([row for row in coverage if row[2] == coverage[0][2]]))
    renew_table(DOCS / "rate.md", outcome_table(outcomes))
    renew_table(DOCS / "recall.md", coverage_table(coverage))


if __name__ == "__main__":
    main()
