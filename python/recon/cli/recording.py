"""Writes recorded conversations as JSON lines that ``recon.testing`` replays. Must never change a byte.

Each conversation is a header line and then a line for each utterance; the file of one target is a transcript as
it stands.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from recon.testing.conversations import SCHEMA, to_row, transport_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon import Batch
    from recon.model import Record, Summary
    from recon.testing.conversations import Entry


class TranscriptSink:
    """Takes batches beside the rows' own sink."""

    def __init__(self, descriptor: int) -> None:
        """Write to ``descriptor``, and close it at the end."""
        self._file = os.fdopen(descriptor, "wb")

    def write(self, batch: Batch) -> None:
        """Write the conversations of ``batch``."""
        for record, entries in zip(batch, batch.transcripts(), strict=True):
            if entries:
                self._file.writelines(json.dumps(row).encode() + b"\n" for row in rows(record, entries))

    def close(self, summary: Summary | None) -> None:
        """Write what is left and close."""
        del summary
        self._file.close()


def rows(record: Record, entries: Iterable[Entry]) -> Iterator[dict[str, object]]:
    """Give the rows of one conversation: its header, then each utterance."""
    product = next((service.product for service in record.services if service.product), None)
    header: dict[str, object] = {
        "schema": SCHEMA,
        "host": record.host,
        "addr": record.addr,
        "port": record.port,
        "product": product,
    }
    yield header | transport_of(record.transport)
    yield from map(to_row, entries)
