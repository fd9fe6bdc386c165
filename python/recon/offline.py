"""Names replies that were stored: one from Python, or whole files of them in pieces. Must never use the network."""

from __future__ import annotations

import os
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from recon import _core, plugins
from recon.errors import PlanError
from recon.model import Findings
from recon.pipeline import pack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE_BYTES = 1 << 20
"""How much of a file is named at a time."""
LINE_BYTES = 8 << 20
"""The longest line; the core refuses a longer one, which is not kept whole either."""


def identify(  # noqa: PLR0913 - all but the reply may be left out
    data: bytes,
    *,
    hint: str | None = None,
    port: int | None = None,
    transport: str | None = None,
    tls: bool = False,
    cut: bool = False,
) -> Findings:
    """Name what a stored reply says, with the installed plugins and without a network.

    ``hint`` is the probe that it answers or the service that is believed to speak; one that nobody knows changes
    nothing. ``transport`` is ``tcp`` or ``udp``; without it that of the hint. ``tls``: it was said inside TLS.
    ``cut``: it may have been cut short, so that a version at its end is not believed. Raises PlanError on a port or
    transport that cannot be.
    """
    if port is not None and not 0 <= port <= 0xFFFF:  # noqa: PLR2004 - the ports there are
        raise PlanError(str(port), "not a port: 0 to 65535", "port=22")
    if transport not in {None, "tcp", "udp"}:
        raise PlanError(str(transport), "not a transport", "transport='udp'")
    namer = _core.Offline(_installed_pack(), "raw", hint=hint, port=port, transport=transport, tls=tls, cut=cut)
    ((record,),) = namer.read(data)[0]
    return Findings(record.services, record.facts)


@cache  # compiling takes as long as naming a hundred thousand replies, and what is installed does not change in a run
def _installed_pack() -> _core.Pack:
    return pack_of(plugins.load())


@dataclass(frozen=True, slots=True)
class Piece:
    """What a piece of a file came to: batches, (line, why) of what could not be read, and lines without a reply."""

    batches: list[_core.Batch]
    faults: list[tuple[int, str]]
    empty: int


def namer_of(pack: _core.Pack, form: str, **terms: Any) -> _core.Offline:  # noqa: ANN401 - those of _core.Offline
    """Make a reader of files; a reply without a time gets that of now."""
    return _core.Offline(pack, form, now_us=time.time_ns() // 1000, **terms)


def read_lines(namer: _core.Offline, read: Callable[[int], bytes], start: bytes, host: str | None) -> Iterator[Piece]:
    """Name a file of lines: ``start``, then what ``read`` (at most so many bytes; none at the end) gives.

    Pieces come in the order of the file; all cores work on it, and no more than twice as many pieces are held.
    """
    workers = os.cpu_count() or 1
    line = 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Piece]] = deque()
        for text in whole_lines(read, start):
            if not waiting and len(text) < PIECE_BYTES // 2:  # from a pipe: its rows wait for nothing more
                yield name_piece(namer, text, line, host)
                line += text.count(b"\n")
                continue
            waiting.append(pool.submit(name_piece, namer, text, line, host))
            line += text.count(b"\n")
            while waiting and (waiting[0].done() or len(waiting) > 2 * workers):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def whole_lines(read: Callable[[int], bytes], start: bytes) -> Iterator[bytes]:
    """Cut ``start`` and what ``read`` gives behind line feeds; what is over in a line that is too long is not kept."""
    held = b""
    piece = start or read(PIECE_BYTES)
    while piece:
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield held + piece[:cut]
            held = piece[cut:]
        else:
            held += piece[: max(0, LINE_BYTES + 1 - len(held))]
        piece = read(PIECE_BYTES)
    if held:
        yield held


def name_piece(namer: _core.Offline, text: bytes, line: int, host: str | None) -> Piece:
    """Name a piece of a file whose first line has the number ``line``; ``host`` stands for a reply without one."""
    batches, faults, empty, _ = namer.read(text, line, host)
    return Piece(batches, faults, empty)


def read_rows(read: Callable[[int], bytes]) -> Iterator[tuple[_core.Batch, list[tuple[int, str]]]]:
    """Read a file of recon's own rows: batches of what stands in it, and (line, why) of each line that is no row.

    ``read`` gives at most so many bytes, and none at the end.
    """
    first = 1
    for text in whole_lines(read, b""):
        yield _rows_of(text, first)
        first += text.count(b"\n")


def _rows_of(text: bytes, first: int) -> tuple[_core.Batch, list[tuple[int, str]]]:
    try:
        return _core.Batch.parse(text), []
    except ValueError:
        lines = text.split(b"\n")
    whys = [_why_no_row(line) for line in lines]
    rows = [line for line, why in zip(lines, whys, strict=True) if why is None]
    return _core.Batch.parse(b"\n".join(rows)), [(number, why) for number, why in enumerate(whys, first) if why]


def _why_no_row(line: bytes) -> str | None:
    try:
        _core.Batch.parse(line)
    except ValueError as error:
        return str(error)
    return None
