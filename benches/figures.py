"""Figures that benches come to: names, units, what must be reached, one table, one JSON file. Measures nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEMA = 1


@dataclass(frozen=True)
class Target:
    """What a figure must reach: at least ``least`` or at most ``most`` of whatever ``of`` names."""

    of: str
    least: float | None = None
    most: float | None = None

    def is_met(self, figure: Figure) -> bool:
        """Whether a figure reaches it."""
        value = figure.ratio if self.of == "ratio" else figure.value
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        bound = f">= {number(self.least)}" if self.least is not None else f"<= {number(self.most)}"
        return f"{bound}x" if self.of == "ratio" else bound


# Design section 13, the rows that this version has.
TARGETS = {
    "sweep closed ports": Target("ratio", least=0.9),
    "sweep open ports": Target("ratio", least=0.9),
    "sweep greetings": Target("ratio", least=0.85),
    "number line": Target("value", least=20e6),
    "memory of a dry /8": Target("value", most=150),
    "boundary jsonl": Target("value", least=300e3),
    "boundary objects": Target("value", least=100e3),
    "matcher": Target("value", least=1e6),
    "matcher, whole pack": Target("ratio", least=0.9),
    "identify stored": Target("value", least=200e3),
    "recon --help": Target("ratio", most=1.3),
    "import recon": Target("ratio", most=5),
}


@dataclass(frozen=True)
class Figure:
    """One measured thing: ``value`` in ``unit``, ``beside`` what it was measured against, ``ratio`` between them.

    ``cpu_bound`` figures repeat well enough that a loss of them can fail a change; ``best`` is their best round, which
    a busy machine disturbs least.
    """

    name: str
    value: float
    unit: str
    beside: float | None = None
    ratio: float | None = None
    cpu_bound: bool = False
    best: float | None = None

    @property
    def target(self) -> Target | None:
        """What it must reach."""
        return TARGETS.get(self.name)


def number(value: float | None) -> str:
    """A number as a reader wants it."""
    if value is None:
        return ""
    if value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def table(figures: list[Figure]) -> str:
    """All figures, one a line."""
    head = ("work", "recon", "unit", "beside", "ratio", "must be", "")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    target = figure.target
    met = "" if target is None else "ok" if target.is_met(figure) else "MISSED"
    ratio = f"{figure.ratio:.2f}x" if figure.ratio is not None else ""
    values = (number(figure.value), figure.unit, number(figure.beside), ratio)
    return (figure.name, *values, str(target or ""), met)


def write(figures: list[Figure], path: Path, *, quick: bool) -> None:
    """Write all figures as one JSON object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {figure.name: {key: value for key, value in asdict(figure).items() if key != "name"} for figure in figures}
    path.write_text(json.dumps({"schema": SCHEMA, "quick": quick, "figures": rows}, indent=2) + "\n")


def read(path: Path) -> dict[str, Figure]:
    """Figures of a file by name."""
    values = json.loads(path.read_text())
    if values.get("schema") != SCHEMA:
        message = f"{path} is of another schema than {SCHEMA}"
        raise SystemExit(message)
    return {name: Figure(name=name, **row) for name, row in values["figures"].items()}
