"""Compares two result files of run.py and fails on a loss. ``compare.py BASE.json HEAD.json``; measures nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import figures

MOST_LOSS = 0.15


def speed(figure: figures.Figure) -> float:
    """The figure's best round so that more is better."""
    target = figure.target
    return 1 / best(figure) if target is not None and target.most is not None else best(figure)


def best(figure: figures.Figure) -> float:
    """The best round, or the only value there is."""
    return figure.value if figure.best is None else figure.best


def losses(base: dict[str, figures.Figure], head: dict[str, figures.Figure]) -> dict[str, float]:
    """Share lost by name (negative: gained), for what repeats well and both files hold."""
    shared = [name for name, figure in base.items() if figure.cpu_bound and name in head]
    return {name: 1 - speed(head[name]) / speed(base[name]) for name in shared}


def main(words: list[str]) -> int:
    """Print each change; 1 when something lost more than allowed, 2 when there is nothing to compare."""
    if len(words) != 2:
        print("usage: compare.py BASE.json HEAD.json", file=sys.stderr)
        return 2
    base, head = (figures.read(Path(word)) for word in words)
    found = losses(base, head)
    if not found:
        print("nothing to compare: no CPU-bound figure is in both files", file=sys.stderr)
        return 2
    for name, lost in found.items():
        verdict = "LOST" if lost > MOST_LOSS else "ok"
        before, after = figures.number(best(base[name])), figures.number(best(head[name]))
        print(f"{name:24} {before:>14} -> {after:>14} {base[name].unit:14} {0 - lost:+7.1%}  {verdict}")
    return int(any(lost > MOST_LOSS for lost in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
