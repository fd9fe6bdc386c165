"""Arrow and Parquet, as the core writes them. Must never hold a file: its bytes go on as they are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon._core import Columns

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import SinkOptions, Summary


class ColumnsSink:
    """Writes a file of columns, a group of rows at a time."""

    def __init__(self, stream: BinaryIO, options: SinkOptions, form: str) -> None:
        """Write ``form`` (``arrow`` or ``parquet``) to ``stream``; columns have no look: ``options`` are not read."""
        del options
        self._stream = stream
        self._columns = Columns(form)

    def write(self, batch: Batch) -> None:
        """Take the rows of ``batch``, and write what is ready."""
        ready = self._columns.push(batch)
        if ready:
            self._stream.write(ready)

    def close(self, summary: Summary | None) -> None:
        """Write the last group, and the end that tells where all groups are."""
        del summary
        self._stream.write(self._columns.finish())
