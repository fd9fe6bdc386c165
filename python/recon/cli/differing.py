"""Compares two stored runs and writes what differs. Must never call gone what nobody asked again, unless it refused."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recon.cli.differences import WRITERS
from recon.cli.exits import ExitCode
from recon.cli.files import Files
from recon.cli.live import Screen
from recon.cli.loading import load_plugins
from recon.cli.output import Output
from recon.cli.shown import tell_state
from recon.pipeline import sweep
from recon.plan import Plan
from recon.store import Run, find_run
from recon.store.comparing import KINDS, SILENT, Difference, compare

if TYPE_CHECKING:
    from recon.model import Record

_STDERR = 2
_ASKED_AT_ONCE = 4096
"""Differences that are held to be confirmed together."""

_STILL_SILENT = "no answer in the second run, nor when asked again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, every option read."""

    first: str
    second: str
    format: str = "text"
    output: str | None = None
    facts: bool = False
    confirm: bool = False
    fail_on: frozenset[str] | None = None


def diff(request: Request) -> int:
    """Write what differs, and give the exit code."""
    first, second = find_run(request.first), find_run(request.second)
    files = Files()
    output = Output(files.open("-o", request.output), request.output, Screen(_STDERR))
    files.empty()
    found = compare(first, second, facts=request.facts)
    counts: Counter[str] = Counter()
    writer = WRITERS[request.format](output.write)
    writer.head(first, second)
    for difference in _confirmed(found, second) if request.confirm else found:
        counts[difference.kind] += 1
        writer.row(difference)
    writer.foot({kind: counts[kind] for kind in KINDS})
    output.close()
    tell_state(first)
    tell_state(second)
    print(", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS), file=sys.stderr)
    return _exit_code(counts, request.fail_on)


def _exit_code(counts: Counter[str], fail_on: frozenset[str] | None) -> int:
    if fail_on is not None:
        return ExitCode.RUNTIME if any(counts[kind] for kind in fail_on) else ExitCode.COMPLETE
    if any(counts[kind] for kind in KINDS if kind != "unknown"):
        return ExitCode.RUNTIME
    return ExitCode.GAPS if counts["unknown"] else ExitCode.COMPLETE


def _confirmed(differences: Iterable[Difference], second: Run) -> Iterator[Difference]:
    """Ask again what gave no answer, many at a time; the order stays."""
    held: list[Difference] = []
    for difference in differences:
        held.append(difference)
        if len(held) == _ASKED_AT_ONCE:
            yield from _asked(held, second)
            held = []
    yield from _asked(held, second)


def _asked(differences: list[Difference], second: Run) -> Iterator[Difference]:
    silent = [one.record for one in differences if one.why == SILENT]
    answers = _ask(silent, second.plan) if silent else {}
    for difference in differences:
        answer = answers.get(_target(difference.record))
        if difference.why != SILENT or answer is None:
            yield difference
        elif answer != "open":
            yield replace(
                difference, kind="gone", why=_STILL_SILENT if answer == "silent" else f"{answer} when asked again"
            )


def _target(record: Record) -> tuple[str, int, str]:
    return record.addr, record.port, record.transport


def _ask(records: list[Record], plan: Plan) -> dict[tuple[str, int, str], str]:
    """Ask TCP targets again as ``plan`` asked them: what became of each, nothing where that is unknown."""
    wanted = [record for record in records if record.transport == "tcp"]
    if not wanted:
        return {}
    again = Plan.parse(
        [f"[{one.addr}]:{one.port}" if ":" in one.addr else f"{one.addr}:{one.port}" for one in wanted],
        enumerate=False, show=("open", "closed", "unreachable", "unknown"), scope=plan.scope,
    )  # fmt: skip
    kept = ("rate_pps", "backend", "timeout_ms", "passes", "threads", "window", "source_port", "interface", "source_ip")
    again = replace(again, **{name: getattr(plan, name) for name in kept})
    states = {_target(one): "silent" for one in wanted}
    with sweep(again, plugins=load_plugins()) as running:
        for batch in running:
            states.update({_target(record): record.state for record in batch})
    if running.summary.interrupted:
        return {}
    return {target: state for target, state in states.items() if state != "unknown"}
