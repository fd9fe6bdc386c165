"""Where rows go: standard output or a file, in a format. Must never keep a torn row in a file."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from recon.cli.exits import ExitCode, complain, silence_stdout
from recon.cli.files import STDOUT, is_file
from recon.cli.looks import colored, columns
from recon.cli.summary import counted
from recon.errors import PlanError, StoreError
from recon.model import SinkOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon import Batch
    from recon.cli.live import Screen
    from recon.model import Sink, SinkType, Summary

_FORMAT_OF_SUFFIX = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".md": "markdown", ".html": "html", ".xml": "nmap-xml",
    ".gnmap": "greppable", ".arrow": "arrow", ".parquet": "parquet", ".sarif": "sarif",
}  # fmt: skip


class Output:
    """A binary stream without a buffer: what was written is there, and a failure is seen at once."""

    def __init__(self, descriptor: int, path: str | None, screen: Screen) -> None:
        """Write to ``descriptor``, which is ``path`` (none: standard output)."""
        self.path = path
        self._screen = screen
        self._descriptor = descriptor
        self.is_terminal = os.isatty(self._descriptor)
        self.lines = 0
        """Whole lines that were written and kept."""

    def write(self, data: bytes) -> int:
        """Write whole rows; on failure a file is cut back to its last whole row, and OSError goes on."""
        written, view = 0, memoryview(data)
        with self._screen.aside() if self.is_terminal else contextlib.nullcontext():
            try:
                while written < len(view):
                    written += os.write(self._descriptor, view[written:])
            finally:
                self.lines += data.count(b"\n", 0, written)
                if written < len(view):
                    self._cut_off(written - (data.rfind(b"\n", 0, written) + 1))
        return len(data)

    def close(self) -> None:
        """Close a file; raises OSError if the system could not keep what was written."""
        if self.path is not None:
            os.close(self._descriptor)

    def _cut_off(self, torn: int) -> None:
        """Take the last ``torn`` bytes off a file, unless something follows them."""
        if torn and is_file(self._descriptor):
            end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
            if end == os.fstat(self._descriptor).st_size:
                os.ftruncate(self._descriptor, end - torn)
                os.lseek(self._descriptor, end - torn, os.SEEK_SET)


def choose_sink(sinks: Mapping[str, SinkType], name: str | None, path: str | None) -> SinkType:
    """Choose the format called ``name``, or the usual one for ``path``; raises PlanError if there is none."""
    chosen = name or usual_format(path, is_terminal=os.isatty(1))
    if chosen not in sinks:
        raise PlanError(f"--format {chosen}", f"not one of {', '.join(sinks)}", "--format jsonl")
    return sinks[chosen]


def open_sink(kind: SinkType, output: Output, *, color: str) -> Sink:
    """Open a sink on ``output``, in the look that fits it."""
    paint = colored(color, is_terminal=output.is_terminal, environment=os.environ)
    width = columns(1) if output.is_terminal else None
    return kind.open(cast("BinaryIO", output), SinkOptions(color=paint, width=width))


def usual_format(path: str | None, *, is_terminal: bool) -> str:
    """Choose a table on a terminal, what a file's name says, else a list."""
    if path in {None, "-"}:
        return "table" if is_terminal else "list"
    return _FORMAT_OF_SUFFIX.get(Path(str(path)).suffix.lower(), "list")


class Writer:
    """Gives batches to the sinks until one fails; from then on it only says so."""

    def __init__(self, *sinks: Sink | None, min_confidence: float = 0.0) -> None:
        """Write to every one of ``sinks`` that is not none; services below ``min_confidence`` are left out."""
        self._sinks = [sink for sink in sinks if sink is not None]
        self._min_confidence = min_confidence
        self.failure: Exception | None = None
        self.rows = 0

    def write(self, batch: Batch) -> bool:
        """Whether the sweep should go on."""
        if self.failure is None:
            try:
                if self._min_confidence:
                    batch = batch.at_least(self._min_confidence)
                for sink in self._sinks:
                    sink.write(batch)
                self.rows += len(batch)
            except Exception as error:  # noqa: BLE001 - a plugin's sink may raise anything; the sweep must end in order
                self.failure = error
        return self.failure is None

    def close(self, summary: Summary | None, output: Output) -> None:
        """End the sink and the files; a failure is kept, not raised."""
        try:
            for sink in self._sinks if self.failure is None else ():
                sink.close(summary)
            output.close()
        except Exception as error:  # noqa: BLE001 - as above
            self.failure = self.failure or error

    @property
    def is_storage(self) -> bool:
        """Whether the system refused to take rows, rather than the sink to make them."""
        return isinstance(self.failure, OSError)

    @property
    def reader_left(self) -> bool:
        """Whether whoever read standard output went away (``| head``)."""
        return isinstance(self.failure, BrokenPipeError)


def tell_failure(writer: Writer, output: Output) -> ExitCode | None:
    """Say what rows were lost, unless nobody reads any more; the exit code of that, none where all were written."""
    if writer.reader_left:
        silence_stdout()
        return ExitCode.COMPLETE
    if writer.failure is None:
        return None
    where = output.path or "standard output"
    why = getattr(writer.failure, "strerror", None) or f"{type(writer.failure).__name__}: {writer.failure}"
    complain(f"{where}: {why}; stopped, and it holds {counted(output.lines, 'whole line')}")
    return ExitCode.STORAGE if writer.is_storage else ExitCode.RUNTIME


def write_summary(path: str, descriptor: int, summary: Summary) -> None:
    """Write the summary's JSON; raises StoreError with the reason."""
    try:
        with os.fdopen(descriptor, "wb", closefd=descriptor != STDOUT) as file:
            file.write(summary.to_json().encode() + b"\n")
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise StoreError(message) from None


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells, the first one their heads, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
