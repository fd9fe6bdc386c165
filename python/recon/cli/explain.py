"""``recon explain``: which questions a port was asked, and why recon says what it says. Must never show raw bytes."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, quiet_pipe

if TYPE_CHECKING:
    from recon.cli.single import Talked
    from recon.cli.watching import Watch

EPILOG = """Examples:

recon explain 127.0.0.1:22

recon explain '[::1]:443'

recon explain example.org:443 --json

recon explain 127.0.0.1:53/udp

Exit codes: 0 the port was asked, 2 usage, 3 it could not be asked from here, 4 refused, 130/143 interrupted."""


_WIDTH_OF_A_PIPE = 2000
"""So wide that no line is cut where nobody looks at columns."""


def command(
    target: Annotated[
        str, typer.Argument(metavar="HOST:PORT[/udp]", help="The one port to ask: 127.0.0.1:22, [::1]:443.")
    ],
    probes: Annotated[
        list[str] | None,
        typer.Option("--probes", metavar="FILE.toml", help="Use the probes of this file too; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with all of it.")] = False,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of the tree.")] = "auto",
) -> None:
    """Ask one port and say what was asked, what came, which matches and enumerators ran, and why this answer."""
    from recon.cli import words  # noqa: PLC0415 - --help does not load the core
    from recon.cli.single import talk_to  # noqa: PLC0415 - loads the core

    choice = words.one_of("--color", color, ("auto", "always", "never"))
    talked = talk_to(target, probes or ())
    with quiet_pipe():
        if as_json:
            print(json.dumps(explained(talked), indent=2))
        else:
            _print_tree(talked, choice)
    raise typer.Exit(exit_code(talked))


def exit_code(talked: Talked) -> int:
    """Give the exit code of a port that was asked alone."""
    if talked.interrupted is not None:
        return talked.interrupted
    return ExitCode.GAPS if talked.state == "unknown" else ExitCode.COMPLETE


def explained(talked: Talked) -> dict[str, object]:
    """Everything that ``recon explain`` knows, for JSON; bytes are base64 beside their text."""
    from recon.cli.single import answers  # noqa: PLC0415 - loads the core

    record = talked.record
    return {
        "schema": 1,
        "target": talked.target,
        "state": talked.state,
        "reason": record.reason if record else None,
        "rtt_us": record.rtt_us if record else None,
        "registered": record.registered if record else None,
        "errors": {name: count for name, count in talked.summary.errors.items() if count},
        "happened": [
            {"at_us": one.at_us, "connection": one.wire, "kind": one.kind}
            | ({"text": one.text} if one.kind == "step" else _bytes(one.data))
            for one in talked.happened
        ],
        "answers": [
            {"connection": answer.wire, "asked": answer.asked, **_bytes(answer.data)}
            | {"tried": [_tried(one) for one in talked.pack.tried(answer.data, answer.asked)]}
            for answer in answers(talked.happened)
        ],
        "enumerators": [_enumerated(watch) for watch in talked.watches],
        "services": [asdict(service) for service in record.services] if record else [],
        "facts": record.facts if record else {},
    }


def _enumerated(watch: Watch) -> dict[str, object]:
    """What one enumerator did; times run from its own beginning."""
    return {
        "name": watch.name,
        "plugin": watch.plugin,
        "tls": watch.is_inside_tls,
        "said": [
            {"at_us": at_us, "connection": wire, "kind": who, **_bytes(data)}
            for who, data, at_us, wire in watch.entries
        ],
        "ended": [{"at_us": one.at_us, "connection": one.wire, "why": one.why} for one in watch.ended],
        "learnt": [asdict(one) for one in watch.learnt],
        "raised": watch.raised,
    }


def _tried(one: tuple[str, str, bool]) -> dict[str, object]:
    name, field, hit = one
    return {"match": name, "field": field, "hit": hit}


def _bytes(data: bytes) -> dict[str, object]:
    text = data.decode("utf-8", "backslashreplace")
    return {"bytes": len(data), "text": text, "base64": base64.b64encode(data).decode()}


def _print_tree(talked: Talked, color: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - heavy, and --json does without

    from recon.cli.explain_tree import tree_of  # noqa: PLC0415 - the same
    from recon.cli.looks import colored, columns  # noqa: PLC0415 - the same

    is_terminal = os.isatty(1)
    paint = colored(color, is_terminal=is_terminal, environment=os.environ)
    width = columns(1) if is_terminal else _WIDTH_OF_A_PIPE
    console = Console(width=width, force_terminal=paint, no_color=not paint, highlight=False)
    console.print(tree_of(talked))
