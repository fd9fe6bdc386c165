"""Writes recorded conversations as JSON lines that ``recon.testing`` replays. Must never change a byte.

Each conversation is a header line and then a line for each utterance; the file of one target is a transcript as
it stands.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

from recon.cli.output import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon import Batch
    from recon.model import Record, Summary

SCHEMA = 1


class TranscriptSink:
    """Takes batches beside the rows' own sink."""

    def __init__(self, path: str) -> None:
        """Open ``path``; raises StoreError if it cannot be written."""
        self._file = os.fdopen(open_for_writing(path), "wb")

    def write(self, batch: Batch) -> None:
        """Write the conversations of ``batch``."""
        for record, entries in zip(batch, batch.transcripts(), strict=True):
            if entries:
                self._file.writelines(json.dumps(row).encode() + b"\n" for row in _rows(record, entries))

    def close(self, summary: Summary | None) -> None:
        """Write what is left and close."""
        del summary
        self._file.close()


def _rows(record: Record, entries: Iterable[tuple[str, bytes, int]]) -> Iterator[dict[str, object]]:
    product = next((service.product for service in record.services if service.product), None)
    yield {"schema": SCHEMA, "host": record.host, "addr": record.addr, "port": record.port, "product": product}
    for who, data, at_us in entries:
        yield {"who": who, "at_us": at_us, **_said(data)}


def _said(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
