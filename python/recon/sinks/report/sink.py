"""Writes the HTML report at the end, from counters and a temporary file of rows. Must never hold rows in memory."""

from __future__ import annotations

import shutil
import tempfile
from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.report import page
from recon.sinks.report.counts import Counts
from recon.sinks.report.rows import data_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import SinkOptions, Summary

ROWS_LIMIT = 100_000
"""Rows that are listed; a browser sorts and filters as many at once. All are counted."""

_IN_MEMORY_BYTES = 8 << 20


class HtmlSink:
    """Counts all records, keeps the first ones for the table, and writes one page."""

    def __init__(self, stream: BinaryIO, options: SinkOptions, limit: int = ROWS_LIMIT) -> None:
        """Write to ``stream`` and list ``limit`` rows; the page has its own look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._limit = limit
        self._listed = 0
        self._counts = Counts()
        self._rows = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed at the end

    def write(self, batch: Batch) -> None:
        """Count the records of ``batch``, and keep those that will be listed."""
        for record in batch:
            found = self._counts.add(record)
            if self._listed < self._limit:
                comma = b",\n" if self._listed else b""
                self._rows.write(comma + data_of(record, found).encode())
                self._listed += 1

    def close(self, summary: Summary | None) -> None:
        """Write the page."""
        with self._rows:
            self._rows.seek(0)
            self._stream.write(page.head(self._counts, summary, self._listed).encode())
            shutil.copyfileobj(self._rows, self._stream)
            self._stream.write(page.tail().encode())
