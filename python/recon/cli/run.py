"""Runs a sweep for the command line: from a request to an exit code. Must never send before everything is ready."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from recon.cli import audit, guard
from recon.cli.exits import ExitCode, complain, quiet_pipe
from recon.cli.files import Files
from recon.cli.keeping import Keeping
from recon.cli.live import Live, Screen
from recon.cli.loading import load_plugins, route_warnings
from recon.cli.looks import can_redraw
from recon.cli.output import Output, Writer, choose_sink, open_sink, tell_failure, write_summary
from recon.cli.recording import TranscriptSink
from recon.cli.signals import Interrupts
from recon.cli.summary import lines_of, listed
from recon.cli.targets import Words
from recon.config import load as load_config
from recon.errors import PlanError
from recon.pipeline import sweep as start_sweep
from recon.plan import Plan
from recon.sinks.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from recon.model import Progress, Sink, Summary
    from recon.pipeline import Sweep
    from recon.plugins import Plugins
    from recon.store import Run

_STDERR = 2
_LINES_A_WRITE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for, every option read."""

    targets: tuple[str, ...]
    ports: str | None
    exclude: tuple[str, ...] = ()
    exclude_files: tuple[str, ...] = ()
    rate: int | Literal["auto", "max"] = "auto"
    backend: str = "auto"
    interface: str | None = None
    source_ip: str | None = None
    timeout_ms: int = 900
    passes: int | None = None
    recall: float | None = None
    budget_s: float | None = None
    max_packets: int | None = None
    seed: int | None = None
    shard: tuple[int, int] = (0, 1)
    threads: int | None = None
    source_port: int | None = None
    enumerate: bool = True
    deep: bool | None = None
    udp: bool = False
    allow: tuple[str, ...] = ()
    community: str | None = None
    show: tuple[str, ...] = ("open",)
    min_confidence: float = 0.0
    disabled: tuple[str, ...] = ()
    probe_files: tuple[str, ...] = ()
    format: str | None = None
    output: str | None = None
    summary: str | None = None
    transcripts: str | None = None
    progress: str = "auto"
    color: str = "auto"
    fail_on_open: bool = False
    yes: bool = False
    store: bool = False
    earlier: bool = False
    scope: str | None = None
    per_host: int | None = None
    per_net: int | None = None


def make_plan(request: Request) -> tuple[Plan, Plugins]:
    """Make the plan and load the plugins it runs with; raises PlanError with the file and line of the bad word."""
    plugins = load_plugins(request.disabled, request.probe_files)
    targets, excluded = Words(), Words()
    targets.add(request.targets)
    excluded.add(word for words in request.exclude for word in words.split(","))
    for path in request.exclude_files:
        excluded.add_file(path, "--exclude-file never.txt, one target a line")
    try:
        plan = _parse(request, targets, excluded, plugins)
    except PlanError as error:
        raise targets.explain(excluded.explain(error)) from None
    return load_config().limited(plan).knowing(plugins.probes()), plugins


def _parse(request: Request, targets: Words, excluded: Words, plugins: Plugins) -> Plan:
    return Plan.parse(
        targets.words,
        ports=request.ports,
        exclude=excluded.words,
        rate=request.rate,
        backend=request.backend,
        interface=request.interface,
        source_ip=request.source_ip,
        timeout_ms=request.timeout_ms,
        passes=request.passes,
        recall=request.recall,
        budget_s=request.budget_s,
        max_packets=request.max_packets,
        threads=request.threads,
        seed=request.seed,
        shard=request.shard,
        enumerate=request.enumerate,
        deep=request.deep,
        allow=request.allow,
        community=request.community,
        udp=request.udp,
        source_port=request.source_port,
        show=request.show,
        transcripts=request.transcripts is not None,
        scope=request.scope,
        per_host=request.per_host,
        per_net=request.per_net,
        translate=plugins.translate,
    )


def run(request: Request, beside: Sink | None = None) -> int:
    """Sweep, write rows and the summary, and give the exit code. ``beside`` sees every batch too."""
    with audit.Audit(request.targets) as line:
        line.summary = _run(request, beside, line)
    return line.summary.exit


def _run(request: Request, beside: Sink | None, line: audit.Audit) -> Summary:
    plan, plugins = make_plan(request)
    line.plan = plan
    audit.check()
    guard.check(plan, yes=request.yes)
    _name_unresolved(plan)
    return sweep_plan(plan, plugins, request, beside=beside)


def sweep_plan(
    plan: Plan, plugins: Plugins, request: Request, *, kept: Run | None = None, beside: Sink | None = None
) -> Summary:
    """Sweep a plan as ``request`` wants it written; ``kept`` is a run that goes on. The summary has the exit code."""
    screen = Screen(_STDERR)
    route_warnings(lambda text: screen.say(f"recon: {terminal(text)}"))
    kind = choose_sink(plugins.sinks(), request.format, request.output)
    _refuse_hidden(kind.name, request.show)
    files = Files()
    rows = _path(request.output)
    output = Output(files.open("-o", rows), rows, screen)
    talks = None if request.transcripts is None else files.open("--transcripts", request.transcripts)
    account = None if request.summary is None else files.open("--summary", _path(request.summary))
    spoken = None if talks is None else TranscriptSink(talks)
    sinks = (open_sink(kind, output, color=request.color), spoken, beside)
    writer = Writer(*sinks, min_confidence=request.min_confidence)
    keeping = Keeping(plan, kept, store=request.store)
    if request.earlier:
        keeping.give_earlier(writer)
    show = partial(Live, progress_mode(request.progress), screen)
    start = partial(keeping.started, partial(start_sweep, plan, plugins=plugins))
    summary, interrupted = _sweep(start, files, writer, show)
    writer.close(summary, output)
    summary = keeping.named(summary.with_exit(_exit_code(request, summary, writer, interrupted)))
    _tell(summary, writer, output)
    keeping.end(summary, quiet=writer.reader_left)
    if account is not None:
        write_summary(str(request.summary), account, summary)
    return summary


def print_targets(request: Request) -> int:
    """Write the plan's targets in order and give the exit code; nothing is sent."""
    plan, _ = make_plan(request)
    _name_unresolved(plan)
    output = Output(Files().open("-o", None), None, Screen(_STDERR))
    first, after = plan.line.interval
    with quiet_pipe():
        for start in range(first, after, _LINES_A_WRITE):
            output.write(plan.line.text(start, min(start + _LINES_A_WRITE, after)))
    return ExitCode.GAPS if plan.unresolved else ExitCode.COMPLETE


def print_plan(request: Request) -> int:
    """Write what the plan would do and give the exit code; nothing is sent."""
    plan, _ = make_plan(request)
    with quiet_pipe():
        print(plan.explain())
    return ExitCode.COMPLETE


def _refuse_hidden(sink: str, show: tuple[str, ...]) -> None:
    """Refuse to drop rows that were asked for: a list has no room for a state."""
    if sink == "list" and set(show) != {"open"}:
        why = "a list names open ports only; choose a format that tells the state"
        raise PlanError(f"--show {','.join(show)}", why, "--format jsonl, or csv, or table")


def _name_unresolved(plan: Plan) -> None:
    if plan.unresolved:
        complain(f"could not resolve {len(plan.unresolved)}: {listed(plan.unresolved)}")


def _sweep(
    start: Callable[[], Sweep], files: Files, writer: Writer, show: Callable[[Callable[[], Progress]], Live]
) -> tuple[Summary, int | None]:
    """Drain the sweep; its summary and the exit code of the signal that stopped it, if one did."""
    with (
        start() as running,
        Interrupts(running.stop) as interrupts,
        show(running.progress),
    ):
        files.empty()
        for batch in running:
            if not writer.write(batch):
                running.stop()
    return running.summary, interrupts.exit_code


def progress_mode(choice: str) -> str:
    """``auto`` becomes a redrawn line on a terminal, a plain one elsewhere."""
    if choice != "auto":
        return choice
    return "line" if can_redraw(is_terminal=os.isatty(_STDERR), environment=os.environ) else "plain"


def _exit_code(request: Request, summary: Summary, writer: Writer, interrupted: int | None) -> int:
    if interrupted is not None:
        return interrupted
    if writer.reader_left:
        return ExitCode.COMPLETE
    if writer.failure is not None:
        return ExitCode.STORAGE if writer.is_storage else ExitCode.RUNTIME
    if request.fail_on_open and summary.open:
        return ExitCode.RUNTIME
    return summary.exit


def _path(word: str | None) -> str | None:
    return None if word == "-" else word


def _tell(summary: Summary, writer: Writer, output: Output) -> None:
    """Say how it ended, unless nobody reads any more."""
    tell_failure(writer, output)
    if writer.reader_left:
        return
    for line in lines_of(summary):
        print(line, file=sys.stderr)
