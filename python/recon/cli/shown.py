"""Writes the rows of a stored run in a format. Must never change the run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.cli.exits import ExitCode, complain
from recon.cli.files import Files
from recon.cli.live import Screen
from recon.cli.loading import load_plugins
from recon.cli.output import Output, Writer, choose_sink, open_sink, tell_failure
from recon.store import Filter, RunState, find_run

if TYPE_CHECKING:
    from recon.store import Run

_STDERR = 2
_NOT_WHOLE = {
    RunState.RUNNING: "still goes on: these are its rows so far",
    RunState.INTERRUPTED: "was interrupted; to finish it: recon resume {id}",
    RunState.BROKEN: "was broken off; to finish it: recon resume {id}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, every option read."""

    run: str
    filters: tuple[str, ...] = ()
    format: str | None = None
    output: str | None = None
    order: str = "addr"
    min_confidence: float = 0.0
    color: str = "auto"


def show(request: Request) -> int:
    """Write the rows, and give the exit code."""
    found = find_run(request.run)
    where = Filter.parse(request.filters)
    kind = choose_sink(load_plugins().sinks(), request.format, request.output)
    files = Files()
    output = Output(files.open("-o", request.output), request.output, Screen(_STDERR))
    sink = open_sink(kind, output, color=request.color)
    writer = Writer(sink, min_confidence=request.min_confidence)
    files.empty()
    with contextlib.closing(found.batches(where, order=request.order)) as batches:
        all(map(writer.write, batches))
    writer.close(found.summary, output)
    code = tell_failure(writer, output)
    tell_state(found)
    return ExitCode.COMPLETE if code is None else code


def tell_state(run: Run) -> None:
    """Say that a run is not whole, if it is not."""
    words = _NOT_WHOLE.get(run.state)
    if words is not None:
        complain(f"run {run.id} {words.format(id=run.id)}")
