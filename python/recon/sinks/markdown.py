"""A Markdown table, to be pasted into tickets and wikis. Must never let a target's words be more than text."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.escape import markdown
from recon.sinks.words import products_of, service_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, SinkOptions, Summary

_HEAD = "| Address | Port | State | Service | Product and version |\n|---|---|---|---|---|\n"


class MarkdownSink:
    """Writes a table row for each record, and what the sweep came to below."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; Markdown has no look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._headed = False

    def write(self, batch: Batch) -> None:
        """Write the rows of ``batch`` in one piece."""
        self._stream.write((self._head() + "".join(map(_row, batch))).encode())

    def close(self, summary: Summary | None) -> None:
        """Write the header if there was no row, and a line about the sweep if it is known."""
        rest = self._head() + (_about(summary) if summary else "")
        if rest:
            self._stream.write(rest.encode())

    def _head(self) -> str:
        if self._headed:
            return ""
        self._headed = True
        return _HEAD


def _row(record: Record) -> str:
    host = f" ({markdown(record.host)})" if record.host else ""
    service, _ = service_of(record)
    cells = (
        f"{record.addr}{host}",
        f"{record.port}/{record.transport}",
        record.state.replace("|", " or "),
        markdown(service),
        markdown(products_of(record)),
    )
    return f"| {' | '.join(cells)} |\n"


def _about(summary: Summary) -> str:
    recall = summary.recall
    found = f"; recall {recall.low:.1%} to {recall.high:.1%}" if recall else ""
    return f"\n{summary.open:,} open of {summary.targets:,} targets{found}.\n"
