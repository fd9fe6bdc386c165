"""``recon plugins torture``: distorted answers against a plugin, offline. Must never send anything."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, quiet_pipe

if TYPE_CHECKING:
    from recon.cli.plugins_subjects import Subject
    from recon.model import Probe
    from recon.testing import Ordeal, Transcript

EPILOG = """Examples:

recon plugins torture ssh

recon plugins torture mine.toml

recon plugins torture ssh tests/conversations/*.jsonl tests/enumerated/*.jsonl

recon plugins torture --json

Exit codes: 0 nothing was read wrong, 1 something was, 2 usage."""

_FAULTS_SHOWN = 20
_BYTES_SHOWN = 160


def command(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|FILE…]",
            help="Plugins, files of probes (.toml), and recorded conversations (.jsonl) of theirs. Default: all.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed flips other bytes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Read every truncation, byte flips, drips, silence and endless streams: less may be known, nothing wrong.

    An enumerator must endure them too, in its own conversations among those given, and in those of strangers.
    """
    from recon.cli.plugins_subjects import subjects_of, transcripts_of  # noqa: PLC0415 - loads the core

    words = subjects or []
    files = [word for word in words if word.endswith(".jsonl")]
    transcripts = transcripts_of(files)
    found = subjects_of([word for word in words if word not in files])
    ordeals = [one for name, subject in found.items() for one in _ordeals(name, subject, transcripts, seed)]
    with quiet_pipe():
        if as_json:
            print(json.dumps([_row(*one) for one in ordeals], indent=2))
        else:
            _print(ordeals)
    if any(ordeal.wrong for _, _, ordeal in ordeals):
        raise typer.Exit(ExitCode.RUNTIME)


def _ordeals(
    plugin: str, subject: Subject, transcripts: list[Transcript], seed: int
) -> Iterator[tuple[str, str | None, Ordeal]]:
    """(plugin, enumerator, ordeal): first that of its probes, without an enumerator, then each enumerator's."""
    from recon.testing import torture, torture_enumerator  # noqa: PLC0415 - loads the core
    from recon.testing.ordeals import follows, strangers  # noqa: PLC0415 - the same

    if subject.probes:
        yield plugin, None, torture(subject.probes, _readable(subject.probes, transcripts), seed=seed)
    for kind in subject.enumerators:
        own = [one for one in transcripts if follows(kind, one)]
        yield plugin, kind.name, torture_enumerator(kind, *own, *strangers(), seed=seed)


def _readable(probes: Iterable[Probe], transcripts: Iterable[Transcript]) -> list[Transcript]:
    """Those conversations of which these probes can read anything: the rest belong to other plugins."""
    from recon.testing import pack_of  # noqa: PLC0415 - loads the core

    pack = pack_of(probes)
    return [one for one in transcripts if pack.replay(one.entries, port=one.port).services]


def _row(plugin: str, enumerator: str | None, ordeal: Ordeal) -> dict[str, object]:
    faults = [{"how": fault.how, "why": fault.why, "hex": fault.data.hex()} for fault in ordeal.faults[:_FAULTS_SHOWN]]
    return {
        "plugin": plugin, "enumerator": enumerator, "answers": ordeal.answers,
        "conversations": ordeal.conversations, "cases": ordeal.cases,
        "wrong": ordeal.wrong, "faults": faults,
    }  # fmt: skip


def _print(ordeals: Iterable[tuple[str, str | None, Ordeal]]) -> None:
    from recon.cli.summary import counted  # noqa: PLC0415 - only to say so
    from recon.sinks.escape import terminal  # noqa: PLC0415 - the same

    for plugin, enumerator, ordeal in ordeals:
        sources = counted(ordeal.conversations, "conversation")
        if enumerator is None:
            sources = f"{counted(ordeal.answers, 'answer')} and {sources}"
            verdict = f"{ordeal.wrong:,} read wrong" if ordeal.wrong else "nothing read wrong"
        else:
            verdict = f"{ordeal.wrong:,} broke it" if ordeal.wrong else "none broke it"
        name = plugin if enumerator is None else f"{plugin}: {enumerator}"
        print(f"{terminal(name)}: {ordeal.cases:,} distortions of {sources}: {verdict}")
        for fault in ordeal.faults[:_FAULTS_SHOWN]:
            print(f"  {fault.how}: {terminal(fault.why)}: {terminal(fault.data, _BYTES_SHOWN)}")
        if len(ordeal.faults) > _FAULTS_SHOWN:
            print(f"  … and {ordeal.wrong - _FAULTS_SHOWN:,} more")
