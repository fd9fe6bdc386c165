"""``recon diff``: options become one comparison of two stored runs. Must never send unless --confirm says so."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words
from recon.cli.show import RUN_HELP
from recon.errors import PlanError

EPILOG = """Examples:

recon diff 01KAB last

recon diff yesterday/ today/ --format markdown -o changes.md

recon diff 01KAB last --confirm --fail-on new

Compared is what both runs have asked. new: open, and was not. gone: was open, and something says that it no longer is: a refusal, or no answer when --confirm asks again. changed: another service, product or version. unknown: no answer, which may be one lost packet, or one of the runs had not come that far.

Exit codes: 0 the same (with --fail-on: nothing of that kind), 1 different, 2 usage, 3 nothing differs but some is unknown, 5 storage."""  # noqa: E501 - Typer joins lines by itself

FORMATS = ("text", "json", "markdown", "html")
_KINDS = ("new", "gone", "changed", "unknown")


def command(
    first: Annotated[str, typer.Argument(metavar="RUN", help=f"The earlier run: {RUN_HELP}")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="The later run.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="|".join(FORMATS), autocompletion=words.starting_with(*FORMATS),
            help="json is one object a line.",
        ),
    ] = "text",
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    facts: Annotated[bool, typer.Option("--facts", help="A fact that differs is a change too.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Ask what gave no answer again, with the second run's settings.")
    ] = False,
    fail_on: Annotated[
        str | None, typer.Option(metavar="KIND,…", help="Exit 1 only for these: new, gone, changed, unknown.")
    ] = None,
) -> None:  # fmt: skip
    """Tell what differs between two runs."""
    from recon.cli.differing import Request, diff  # noqa: PLC0415 - --help does not load the core

    request = Request(
        first=first,
        second=second,
        format=words.one_of("--format", format_, FORMATS),
        output=None if output == "-" else output,
        facts=facts,
        confirm=confirm,
        fail_on=None if fail_on is None else _kinds(fail_on),
    )
    raise typer.Exit(diff(request))


def _kinds(text: str) -> frozenset[str]:
    found = [word.strip() for word in text.split(",")]
    bad = next((word for word in found if word not in _KINDS), None)
    if bad is not None:
        raise PlanError(f"--fail-on {bad}", f"not one of {', '.join(_KINDS)}", "--fail-on new,changed")
    return frozenset(found)
