"""``addr:port`` of what is open, one a line, for other programs. Must never write anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import SinkOptions, Summary


class ListSink:
    """Writes the core's own lines."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; a list has no look, so ``options`` are not read."""
        del options
        self._stream = stream

    def write(self, batch: Batch) -> None:
        """Write the open targets of ``batch``."""
        data = batch.to_list()
        if data:
            self._stream.write(data)

    def close(self, summary: Summary | None) -> None:
        """Write nothing: a list has no end mark."""
        del summary
