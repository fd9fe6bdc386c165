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

_NO_SERVICE = ("",) * 9


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
    reply = (
        record.at, record.addr, record.host, record.port, record.transport, record.range, record.registered,
        record.state, record.reason, record.rtt_us, record.ttl,
    )  # fmt: skip
    service = _service(record.services[0]) if record.services else _NO_SERVICE
    also = "; ".join(product_of(other) or other.name for other in record.services[1:])
    cells = [_cell(value) for value in (*reply, *service, also)]
    return ",".join([*cells, csv_cell(record.banner)]) + "\r\n"


def _service(service: Service) -> tuple[object, ...]:
    return (
        service.name, service.vendor, service.product, service.version, service.distro, service.revision,
        service.cpe, service.confidence, "true" if service.tls else "false",
    )  # fmt: skip


def _cell(value: object) -> str:
    return "" if value is None else csv_cell(str(value))
