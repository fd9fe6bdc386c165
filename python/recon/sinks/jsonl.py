"""One JSON object a line: the contract of design section 11. Must never change the bytes that the core made."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import SinkOptions, Summary


class JsonlSink:
    """Passes the core's bytes through."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; JSON has no look, so ``options`` are not read."""
        del options
        self._stream = stream

    def write(self, batch: Batch) -> None:
        """Write one object for each record of ``batch``."""
        data = batch.to_jsonl()
        if data:
            self._stream.write(data)

    def close(self, summary: Summary | None) -> None:
        """Write nothing: rows only, so that files can be concatenated."""
        del summary
