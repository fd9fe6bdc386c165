"""Reads files of stored replies and writes their rows. Must never lose a line without a word, nor use the network."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from recon.cli.exits import ExitCode, complain
from recon.cli.files import Files, opened_source, refuse_own_input
from recon.cli.live import Screen
from recon.cli.loading import load_plugins
from recon.cli.output import Output, Writer, choose_sink, open_sink, tell_failure, usual_format
from recon.cli.summary import counted
from recon.errors import PlanError
from recon.offline import PIECE_BYTES, Piece, name_piece, namer_of, read_lines
from recon.pipeline import pack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon._core import Pack

_STDERR = 2
_EXAMPLE = "recon identify rows.jsonl"
_FAULTS_SHOWN = 20
_RAW_BYTES = 64 * 1024 + 1
"""What is named of a raw reply, and a byte that says whether there was more."""
_OPENERS = (b"{", b"[\n", b"[\r\n")
_WHITE = b" \t\r\n\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, every option read."""

    files: tuple[str, ...]
    form: str = "auto"
    hint: str | None = None
    port: int | None = None
    transport: str | None = None
    tls: bool = False
    cut: bool = False
    min_confidence: float = 0.0
    format: str | None = None
    output: str | None = None
    disabled: tuple[str, ...] = ()
    probe_files: tuple[str, ...] = ()
    color: str = "auto"


@dataclass(slots=True)
class _Naming:
    """Names files and writes their rows; counts what has none."""

    request: Request
    pack: Pack
    writer: Writer
    empty: int = 0
    unreadable: int = 0

    def name(self, path: str, source: BinaryIO) -> bool:
        """Write the rows of one file; whether more are wanted."""
        shown = "standard input" if path == "-" else path
        try:
            for piece in self._pieces(shown, source):
                self.empty += piece.empty
                for line, why in piece.faults:
                    self._fault(f"{shown}:{line}: {why}")
                if not all(map(self.writer.write, piece.batches)):
                    return False
        except OSError as error:
            raise PlanError(shown, f"cannot be read: {error.strerror}", _EXAMPLE) from None
        return True

    def tell(self) -> None:
        """Say what was read, and what could not be."""
        parts = [counted(self.writer.rows, "row")]
        if self.empty:
            parts.append(f"{counted(self.empty, 'line')} without a reply")
        if self.unreadable:
            more = f", the first {_FAULTS_SHOWN} named above" if self.unreadable > _FAULTS_SHOWN else ""
            parts.append(f"{counted(self.unreadable, 'line')} unreadable{more}")
        print(", ".join(parts), file=sys.stderr)

    def _fault(self, words: str) -> None:
        """Count a line that could not be read, and name it unless many were."""
        self.unreadable += 1
        if self.unreadable <= _FAULTS_SHOWN:
            complain(words)

    def _pieces(self, shown: str, source: BinaryIO) -> Iterator[Piece]:
        start = source.read(PIECE_BYTES)
        asked = self.request.form
        form = _form_of(start) if asked == "auto" else asked
        namer = namer_of(
            self.pack,
            form,
            hint=self.request.hint,
            port=self.request.port,
            transport=self.request.transport,
            tls=self.request.tls,
            cut=self.request.cut,
            least=self.request.min_confidence,
        )
        if form != "raw":
            yield from read_lines(namer, source.read, start, shown)
            return
        while len(start) < _RAW_BYTES and (more := source.read(_RAW_BYTES)):
            start += more
        if len(start) >= _RAW_BYTES:
            complain(f"{shown}: only its first 64 KiB are read")
        yield name_piece(namer, start, 1, shown)


def run(request: Request) -> int:
    """Name what the files hold, write the rows, and give the exit code."""
    plugins = load_plugins(request.disabled, request.probe_files)
    usual = usual_format(request.output, is_terminal=os.isatty(1))
    kind = choose_sink(plugins.sinks(), request.format or usual.replace("list", "jsonl"), request.output)
    with contextlib.ExitStack() as stack:
        sources = [(path, stack.enter_context(opened_source(path, _EXAMPLE))) for path in request.files]
        files = Files()
        descriptor = files.open("-o", request.output)
        refuse_own_input(request.output, descriptor, [source for _, source in sources])
        output = Output(descriptor, request.output, Screen(_STDERR))
        naming = _Naming(request, pack_of(plugins), Writer(open_sink(kind, output, color=request.color)))
        files.empty()
        all(naming.name(path, source) for path, source in sources)
    naming.writer.close(None, output)
    return _end(naming, output)


def _form_of(start: bytes) -> str:
    """JSON where it begins with an object, or with a list that is broken into lines; else one reply."""
    return "jsonl" if start.lstrip(_WHITE).startswith(_OPENERS) else "raw"


def _end(naming: _Naming, output: Output) -> int:
    """Say how it ended, unless nobody reads any more, and give the exit code."""
    code = tell_failure(naming.writer, output)
    if not naming.writer.reader_left:
        naming.tell()
    if code is not None:
        return code
    return ExitCode.GAPS if naming.unreadable else ExitCode.COMPLETE
