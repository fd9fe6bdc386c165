"""``recon plugins record``: a conversation with one port as a transcript file. Must never write an empty one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, complain, quiet_pipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.cli.single import Talked
    from recon.testing.conversations import Entry

EPILOG = """Examples:

recon plugins record 127.0.0.1:22

recon plugins record 127.0.0.1:22 -o tests/conversations/openssh.jsonl

recon plugins record 127.0.0.1:22 --enumerator ssh.kex -o tests/enumerated/openssh-kex.jsonl

recon plugins record 127.0.0.1:53/udp

Exit codes: 0 recorded, 1 nothing was said, 2 usage, 3 it could not be asked from here, 5 the file cannot be written."""


def command(
    target: Annotated[str, typer.Argument(metavar="HOST:PORT[/udp]", help="The one port to talk to: 127.0.0.1:22.")],
    probes: Annotated[
        list[str] | None,
        typer.Option("--probes", metavar="FILE.toml", help="Use the probes of this file too; may be repeated."),
    ] = None,
    enumerator: Annotated[
        str | None,
        typer.Option("--enumerator", "-e", metavar="NAME", help="Keep what this enumerator said and heard instead."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where the transcript goes; standard output without it."),
    ] = None,
) -> None:
    """Talk to one port as a sweep would and record it, for tests that replay it without a network."""
    from recon.cli.explain import exit_code  # noqa: PLC0415 - only when it runs
    from recon.cli.single import talk_to  # noqa: PLC0415 - loads the core

    talked = talk_to(target, probes or ())
    entries = talked.entries if enumerator is None else _entries_of(talked, enumerator)
    if not any(entry[0] == "received" for entry in entries):
        complain(f"{target} is {talked.state} and said nothing{_to(enumerator)}: there is nothing to record")
        raise typer.Exit(exit_code(talked) or ExitCode.RUNTIME)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(talked, entries))
    if output is None:
        with quiet_pipe():
            print(text, end="")
    else:
        _write(output, text)
        complain(f"recorded {len(entries)} utterances of {target} in {output}: {_understood(talked)}")
    raise typer.Exit(exit_code(talked))


def rows_of(talked: Talked, entries: Sequence[Entry]) -> list[dict[str, object]]:
    """Give the rows of a transcript file: a header, then one for each utterance."""
    from recon.cli.recording import rows  # noqa: PLC0415 - loads the core

    assert talked.record is not None  # noqa: S101 - something was said
    return list(rows(talked.record, entries))


def _entries_of(talked: Talked, name: str) -> list[Entry]:
    """What an enumerator said and heard; raises PlanError when it did not run there."""
    from recon.errors import PlanError  # noqa: PLC0415 - only with an enumerator

    found = next((watch.entries for watch in talked.watches if watch.name == name), None)
    if found is None:
        ran = ", ".join(watch.name for watch in talked.watches) or "none"
        raise PlanError(name, f"no such enumerator ran on {talked.target}; those that ran: {ran}")
    return found


def _to(enumerator: str | None) -> str:
    return "" if enumerator is None else f" to {enumerator}"


def _understood(talked: Talked) -> str:
    from recon.sinks.words import products_of, service_of  # noqa: PLC0415 - only to say so

    assert talked.record is not None  # noqa: S101 - something was said
    name, known = service_of(talked.record)
    return (products_of(talked.record) or name) if known else "no match reads it yet"


def _write(path: str, text: str) -> None:
    import os  # noqa: PLC0415 - only with a file
    from pathlib import Path  # noqa: PLC0415 - the same

    from recon.cli.files import open_for_writing  # noqa: PLC0415 - the same
    from recon.errors import StoreError  # noqa: PLC0415 - the same

    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(open_for_writing(path), "wb") as file:
            file.write(text.encode())
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise StoreError(message) from None
