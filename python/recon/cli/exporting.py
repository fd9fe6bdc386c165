"""Writes stored rows in another format. Must never lose a line without a word, nor use the network."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from recon.cli import shown
from recon.cli.exits import ExitCode, complain, silence_stdout
from recon.cli.files import Files, opened_source, refuse_own_input
from recon.cli.live import Screen
from recon.cli.loading import load_plugins
from recon.cli.output import Output, Writer, choose_sink, open_sink
from recon.cli.summary import counted
from recon.errors import PlanError
from recon.offline import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon import Batch

_STDERR = 2
_FAULTS_SHOWN = 20
_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_EXAMPLE = "recon export rows.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, every option read."""

    sources: tuple[str, ...]
    format: str | None = None
    output: str | None = None
    min_confidence: float = 0.0
    disabled: tuple[str, ...] = ()
    color: str = "auto"


@dataclass(slots=True)
class _Rows:
    """Reads rows back from files; counts the lines that are none."""

    bad: int = 0

    def of(self, path: str, source: BinaryIO) -> Iterator[Batch]:
        """Yield the rows of one file, about a thousand at a time; raises PlanError if it cannot be read."""
        shown = "standard input" if path == "-" else path
        try:
            for batch, faults in read_rows(source.read):
                for line, why in faults:
                    self._fault(f"{shown}:{line}: {why}")
                yield batch
        except OSError as error:
            raise PlanError(shown, f"cannot be read: {error.strerror}", _EXAMPLE) from None

    def _fault(self, words: str) -> None:
        """Count a line that is no row, and name it unless many were."""
        self.bad += 1
        if self.bad <= _FAULTS_SHOWN:
            complain(words)


def run(request: Request) -> int:
    """Write the rows of a stored run, or those of files, and give the exit code."""
    first, *rest = request.sources
    if first == "-" or Path(first).is_file() or Path(first).suffix in _SUFFIXES:
        return _of_files(request)
    stored = shown.Request(
        run=first,
        filters=tuple(rest),
        format=request.format,
        output=request.output,
        min_confidence=request.min_confidence,
        color=request.color,
    )
    return shown.show(stored)


def _of_files(request: Request) -> int:
    kind = choose_sink(load_plugins(request.disabled).sinks(), request.format, request.output)
    rows = _Rows()
    with contextlib.ExitStack() as stack:
        sources = [(path, stack.enter_context(opened_source(path, _EXAMPLE))) for path in request.sources]
        files = Files()
        descriptor = files.open("-o", request.output)
        refuse_own_input(request.output, descriptor, [source for _, source in sources])
        output = Output(descriptor, request.output, Screen(_STDERR))
        writer = Writer(open_sink(kind, output, color=request.color), min_confidence=request.min_confidence)
        files.empty()
        all(writer.write(batch) for path, source in sources for batch in rows.of(path, source))
    writer.close(None, output)
    return _end(rows, writer, output)


def _end(rows: _Rows, writer: Writer, output: Output) -> int:
    """Say how it ended, unless nobody reads any more, and give the exit code."""
    if writer.reader_left:
        silence_stdout()
        return ExitCode.COMPLETE
    if writer.failure is not None:
        why = getattr(writer.failure, "strerror", None) or f"{type(writer.failure).__name__}: {writer.failure}"
        complain(f"{output.path or 'standard output'}: {why}; stopped, and what it holds is not complete")
        return ExitCode.STORAGE if writer.is_storage else ExitCode.RUNTIME
    more = f", the first {_FAULTS_SHOWN} named above" if rows.bad > _FAULTS_SHOWN else ""
    bad = f"; {counted(rows.bad, 'line')} could not be read{more}" if rows.bad else ""
    print(f"{counted(writer.rows, 'row')}{bad}", file=sys.stderr)
    return ExitCode.GAPS if rows.bad else ExitCode.COMPLETE
