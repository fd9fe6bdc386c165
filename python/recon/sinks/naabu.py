"""One JSON object a line with naabu's keys, for programs that read those. Must never write a port that is not open."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.escape import json

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, SinkOptions, Summary


class NaabuSink:
    """Writes host (where it has a name), ip, timestamp, port, protocol and tls of what is open."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; JSON has no look, so ``options`` are not read."""
        del options
        self._stream = stream

    def write(self, batch: Batch) -> None:
        """Write the open targets of ``batch``."""
        rows = "".join(_row(record) for record in batch if record.state == "open")
        if rows:
            self._stream.write(rows.encode())

    def close(self, summary: Summary | None) -> None:
        """Write nothing: rows only, so that files can be concatenated."""
        del summary


def _row(record: Record) -> str:
    host = f'"host":{json(record.host)},' if record.host else ""
    tls = "true" if any(service.tls for service in record.services) else "false"
    return (
        f'{{{host}"ip":"{record.addr}","timestamp":"{record.at}","port":{record.port},'
        f'"protocol":"{record.transport}","tls":{tls}}}\n'
    )
