"""``recon show``: options become one request about a stored run. Must never use the network."""

# ruff: noqa: PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words

EPILOG = """Examples:

recon show last

recon show last product=OpenSSH 'version<9'

recon show 01KA 'addr=10.1.0.0/16' port=80,443,8000-8100 --format jsonl

recon show last fact:tls.version=TLSv1 --format csv -o old-tls.csv

A filter is a field, one of = != < <= > >= ~ (a part of it), and a value; quote < and >, which a shell takes for itself. All filters must hold. Fields: addr port transport state host reason rtt_us at banner, of a service: service product vendor version cpe distro revision confidence tls, and fact:NAME.

Exit codes: 0 rows were read, 2 usage, 5 storage, 130 interrupted."""  # noqa: E501 - Typer joins lines by itself

RUN_HELP = "last, a run's name or its beginning, or the path of a run folder."
ORDERS = ("addr", "found")


def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help=RUN_HELP)],
    filters: Annotated[
        list[str] | None, typer.Argument(metavar="[FILTER…]", show_default=False, help="Show what all of them hold of.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", autocompletion=words.starting_with(*words.FORMATS), help=words.FORMAT_HELP
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write rows to a file; its suffix picks the format."),
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            metavar="|".join(ORDERS), autocompletion=words.starting_with(*ORDERS),
            help="By address and port, or as they were found, which begins sooner in a run of millions of rows.",
        ),
    ] = "addr",
    min_confidence: Annotated[
        float, typer.Option(metavar="0…1", min=0, max=1, help=words.MIN_CONFIDENCE_HELP)
    ] = 0.0,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of a table.")] = "auto",
) -> None:  # fmt: skip
    """Show the rows of a stored run, also while it goes on."""
    from recon.cli.shown import Request, show  # noqa: PLC0415 - --help does not load the core

    request = Request(
        run=run,
        filters=tuple(filters or ()),
        format=format_,
        output=None if output == "-" else output,
        order=words.one_of("--order", order, ORDERS),
        min_confidence=min_confidence,
        color=words.one_of("--color", color, ("auto", "always", "never")),
    )
    raise typer.Exit(show(request))
