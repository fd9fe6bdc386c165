"""``recon plugins torture``: distorted answers against a plugin's readings, offline. Must never send anything."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, quiet_pipe

if TYPE_CHECKING:
    from recon.model import Probe
    from recon.testing import Ordeal, Transcript

EPILOG = """Examples:

recon plugins torture ssh

recon plugins torture mine.toml

recon plugins torture ssh tests/conversations/*.jsonl

recon plugins torture --json

Exit codes: 0 nothing was read wrong, 1 something was, 2 usage."""

_FAULTS_SHOWN = 20
_BYTES_SHOWN = 160


def command(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|FILE…]",
            help="Plugins, files of probes (.toml), and recorded conversations (.jsonl) that they read. Default: all.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed flips other bytes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Read every truncation, byte flips, drips, silence and endless streams: less may be known, nothing wrong."""
    from recon.cli.plugins_subjects import probes_of, transcripts_of  # noqa: PLC0415 - loads the core
    from recon.testing import torture  # noqa: PLC0415 - the same

    words = subjects or []
    files = [word for word in words if word.endswith(".jsonl")]
    transcripts = transcripts_of(files)
    ordeals = {
        name: torture(probes, _readable(probes, transcripts), seed=seed)
        for name, probes in probes_of([word for word in words if word not in files]).items()
    }
    with quiet_pipe():
        if as_json:
            print(json.dumps([_row(name, ordeal) for name, ordeal in ordeals.items()], indent=2))
        else:
            _print(ordeals)
    if any(ordeal.wrong for ordeal in ordeals.values()):
        raise typer.Exit(ExitCode.RUNTIME)


def _readable(probes: Iterable[Probe], transcripts: Iterable[Transcript]) -> list[Transcript]:
    """Those conversations of which these probes can read anything: the rest belong to other plugins."""
    from recon.testing import pack_of  # noqa: PLC0415 - loads the core

    pack = pack_of(probes)
    return [one for one in transcripts if pack.replay(one.entries, port=one.port).services]


def _row(name: str, ordeal: Ordeal) -> dict[str, object]:
    faults = [{"how": fault.how, "why": fault.why, "hex": fault.data.hex()} for fault in ordeal.faults[:_FAULTS_SHOWN]]
    return {
        "plugin": name, "answers": ordeal.answers, "conversations": ordeal.conversations, "cases": ordeal.cases,
        "wrong": ordeal.wrong, "faults": faults,
    }  # fmt: skip


def _print(ordeals: dict[str, Ordeal]) -> None:
    from recon.cli.summary import counted  # noqa: PLC0415 - only to say so
    from recon.sinks.escape import terminal  # noqa: PLC0415 - the same

    for name, ordeal in ordeals.items():
        sources = f"{counted(ordeal.answers, 'answer')} and {counted(ordeal.conversations, 'conversation')}"
        verdict = f"{ordeal.wrong:,} read wrong" if ordeal.wrong else "nothing read wrong"
        print(f"{terminal(name)}: {ordeal.cases:,} distortions of {sources}: {verdict}")
        for fault in ordeal.faults[:_FAULTS_SHOWN]:
            print(f"  {fault.how}: {terminal(fault.why)}: {terminal(fault.data, _BYTES_SHOWN)}")
        if len(ordeal.faults) > _FAULTS_SHOWN:
            print(f"  … and {ordeal.wrong - _FAULTS_SHOWN:,} more")
