"""Rows for spreadsheets (RFC 4180). Must never write a cell that a spreadsheet would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.escape import csv_cell
from recon.sinks.words import product_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, Service, SinkOptions, Summary

COLUMNS = (
    "at", "addr", "host", "port", "transport", "range", "registered", "state", "reason", "rtt_us", "ttl",
    "service", "vendor", "product", "version", "distro", "revision", "cpe", "confidence", "tls", "also", "banner",
)  # fmt: skip
"""One row a target; ``also`` names its further services, joined by semicolons."""

_NO_SERVICE = "," * 9


class CsvSink:
    """Writes a header and one row for each record."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; CSV has no look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._headed = False

    def write(self, batch: Batch) -> None:
        """Write the rows of ``batch`` in one piece."""
        rows = self._head() + "".join(_row(record) for record in batch)
        self._stream.write(rows.encode())

    def close(self, summary: Summary | None) -> None:
        """Write the header if there was no row."""
        del summary
        head = self._head()
        if head:
            self._stream.write(head.encode())

    def _head(self) -> str:
        if self._headed:
            return ""
        self._headed = True
        return ",".join(COLUMNS) + "\r\n"


def _row(record: Record) -> str:
    host = csv_cell(record.host) if record.host else ""
    rtt_us = "" if record.rtt_us is None else record.rtt_us
    ttl = "" if record.ttl is None else record.ttl
    return (
        f"{record.at},{record.addr},{host},{record.port},{record.transport},{record.range},{record.registered or ''},"
        f"{record.state},{record.reason},{rtt_us},{ttl},{_services(record.services)},{csv_cell(record.banner)}\r\n"
    )


def _services(services: list[Service]) -> str:
    if not services:
        return _NO_SERVICE
    first = services[0]
    foreign = (first.name, first.vendor, first.product, first.version, first.distro, first.revision, first.cpe)
    cells = ",".join(csv_cell(text) if text else "" for text in foreign)
    also = csv_cell("; ".join(product_of(other) or other.name for other in services[1:]))
    return f"{cells},{first.confidence},{'true' if first.tls else 'false'},{also}"
