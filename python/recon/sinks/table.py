"""Aligned columns for people. Must never show a registered name as detected, nor let foreign bytes act."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.escape import terminal
from recon.sinks.words import clipped, columns_of, products_of, service_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, SinkOptions, Summary

HEAD = ("ADDRESS", "PORT", "STATE", "SERVICE", "PRODUCT / VERSION")
_WIDTHS = (15, 9, 5, 16)
"""Columns that each cell but the last takes at least; they grow with what comes."""

_GAP = "  "
_CELL_LIMIT = 64
_DIM, _BOLD, _GREEN, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[0m"
_HEAD_LOOKS = (_BOLD,) * len(HEAD)


class TableSink:
    """Writes rows as they come; a column grows when a cell is wider than all before."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream`` in the look that ``options`` ask for."""
        self._stream = stream
        self._options = options
        self._widths = list(_WIDTHS)
        self._headed = False

    def write(self, batch: Batch) -> None:
        """Write the rows of ``batch`` in one piece, so that nothing can be drawn between them."""
        rows = [(_cells(record), record) for record in batch]
        if not rows:
            return
        for cells, _ in rows:
            self._grow(cells)
        lines = [] if self._headed else [self._line(HEAD, _HEAD_LOOKS)]
        self._headed = True
        lines += [self._line(cells, _looks(record)) for cells, record in rows]
        self._stream.write(("\n".join(lines) + "\n").encode())

    def close(self, summary: Summary | None) -> None:
        """Write nothing: the summary is not data."""
        del summary

    def _grow(self, cells: tuple[str, ...]) -> None:
        for index, cell in enumerate(cells[:-1]):
            self._widths[index] = max(self._widths[index], columns_of(cell))

    def _line(self, cells: tuple[str, ...], looks: tuple[str, ...]) -> str:
        painted, used = [], 0
        for index, cell in enumerate(cells):
            text = self._fit(cell, used)
            pad = self._widths[index] - columns_of(text) if index < len(self._widths) else 0
            painted.append(self._paint(text, looks, index) + " " * max(pad, 0))
            used += columns_of(text) + max(pad, 0) + len(_GAP)
        return _GAP.join(painted).rstrip()

    def _fit(self, cell: str, used: int) -> str:
        width = self._options.width
        return cell if width is None else clipped(cell, max(width - used, 0))

    def _paint(self, text: str, looks: tuple[str, ...], index: int) -> str:
        if not self._options.color or not text:
            return text
        return f"{looks[index]}{text}{_PLAIN}" if looks[index] else text


def _cells(record: Record) -> tuple[str, ...]:
    addr = terminal(f"{record.addr} ({record.host})", _CELL_LIMIT) if record.host else record.addr
    service, _ = service_of(record)
    return (
        addr,
        f"{record.port}/{record.transport}",
        record.state,
        terminal(service, _CELL_LIMIT),
        _last_cell(record),
    )


def _last_cell(record: Record) -> str:
    products = products_of(record)
    if products:
        return terminal(products)
    return f'"{terminal(_gist(record.banner))}"' if record.banner else ""


def _gist(banner: bytes) -> bytes:
    """Take the first line of a text, all of a binary answer, where a line feed is only a number."""
    if b"\0" in banner[:_CELL_LIMIT]:
        return banner
    return banner.strip(b"\r\n \t").split(b"\n", 1)[0].rstrip(b"\r")


def _looks(record: Record) -> tuple[str, ...]:
    state = _GREEN if record.state == "open" else _DIM
    service = "" if record.services else _DIM
    return ("", "", state, service, "" if products_of(record) else _DIM)
