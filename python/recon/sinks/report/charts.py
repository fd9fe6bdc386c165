"""Charts as SVG text: bars, a divided bar, an interval. Must never write a style of its own: the page has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.sinks.escape import html
from recon.sinks.words import clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.model import Recall

_WIDTH = 520
_ROW = 30
_LABEL = 168
_LABEL_COLUMNS = 24
_NUMBER = 60
_THINNEST = 2.0


def bars(title: str, rows: Sequence[tuple[str, int, str]]) -> str:
    """Horizontal bars of (label, count, what the table is filtered by when the bar is clicked)."""
    most = max((count for _, count, _ in rows), default=1)
    drawn = "".join(_bar(at, row, most) for at, row in enumerate(rows))
    height = max(len(rows), 1) * _ROW
    return f'<svg class="bars" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{html(title)}">{drawn}</svg>'


def _bar(at: int, row: tuple[str, int, str], most: int) -> str:
    label, count, wanted = row
    top, room = at * _ROW, _WIDTH - _LABEL - _NUMBER
    width = max(_THINNEST, room * count / most)
    middle = top + _ROW / 2
    return (
        f'<g class="bar" data-filter="{html(wanted)}"><title>{html(label)}: {count:,}</title>'
        f'<rect class="hit" x="0" y="{top}" width="{_WIDTH}" height="{_ROW}"/>'
        f'<text class="label" x="{_LABEL - 12}" y="{middle}">{html(clipped(label, _LABEL_COLUMNS))}</text>'
        f'<rect class="fill" x="{_LABEL}" y="{top + 6}" width="{width:.1f}" height="{_ROW - 12}" rx="4"/>'
        f'<text class="count" x="{_LABEL + width + 8:.1f}" y="{middle}">{count:,}</text></g>'
    )


def divided(parts: Sequence[tuple[str, int]]) -> str:
    """One bar whose parts are (name, count); a name is also its class."""
    total = sum(count for _, count in parts) or 1
    drawn, x = [], 0.0
    for name, count in parts:
        width = 1000 * count / total
        drawn.append(
            f'<rect class="state-{name}" x="{x:.2f}" y="0" width="{width:.2f}" height="14">'
            f"<title>{name}: {count:,}</title></rect>"
        )
        x += width
    return (
        f'<svg class="divided" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" '
        f'aria-label="targets by state">{"".join(drawn)}</svg>'
    )


def interval(recall: Recall) -> str:
    """The measured share of open ports that were found: its 95 % interval on a scale that ends at 100 %."""
    start = _scale_start(recall.low)
    left, room = 20, _WIDTH - 40

    def at(share: float) -> float:
        return left + room * (share - start) / (1 - start)

    low, high, best = at(recall.low), at(recall.high), at(recall.estimate)
    ticks = "".join(_tick(at(share), share) for share in (start, (start + 1) / 2, 1.0))
    return (
        f'<svg class="interval" viewBox="0 0 {_WIDTH} 84" role="img" aria-label="recall">'
        f'<line class="axis" x1="{left}" y1="40" x2="{left + room}" y2="40"/>{ticks}'
        f'<rect class="fill" x="{low:.1f}" y="31" width="{max(high - low, _THINNEST):.1f}" height="18" rx="9"/>'
        f'<circle class="dot" cx="{best:.1f}" cy="40" r="6"/></svg>'
    )


def _scale_start(low: float) -> float:
    """Where the scale begins: round, below the interval, and never so near to 1 that nothing could be seen."""
    return next((start for start in (0.99, 0.95, 0.9, 0.8, 0.5) if low >= start), 0.0)


def _tick(x: float, share: float) -> str:
    return (
        f'<line class="axis" x1="{x:.1f}" y1="34" x2="{x:.1f}" y2="46"/>'
        f'<text class="tick" x="{x:.1f}" y="68">{100 * share:.4g} %</text>'
    )
