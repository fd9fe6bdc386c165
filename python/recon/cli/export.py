"""``recon export``: options become one request about stored rows. Must never use the network."""

# ruff: noqa: PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words

EPILOG = """Examples:

recon export last --format html -o report.html

recon export last port=443 product=nginx -o web.csv

recon export rows.jsonl --format nmap-xml -o rows.xml

recon export a.jsonl b.jsonl --format markdown

zcat rows.jsonl.gz | recon export - -o rows.csv

Exit codes: 0 complete, 1 runtime error, 2 usage, 3 some lines are no rows of recon, 5 storage, 130 interrupted."""


def command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN [FILTER…] | FILE…",
            help="A stored run and what its rows must be (recon show --help), or files of rows as JSONL; - is standard"
            " input.",
        ),
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help=words.FORMAT_HELP, autocompletion=words.starting_with(*words.FORMATS)
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file; its suffix picks the format."),
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(metavar="0…1", min=0, max=1, help=words.MIN_CONFIDENCE_HELP)
    ] = 0.0,
    plugin: Annotated[
        list[str] | None, typer.Option("-P", metavar="no:NAME", help="Leave a plugin out; may be repeated.")
    ] = None,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of a table.")] = "auto",
) -> None:  # fmt: skip
    """Write stored rows in another format: HTML, Markdown, nmap's XML and more."""
    from recon.cli.exporting import Request, run  # noqa: PLC0415 - --help does not load the core

    request = Request(
        sources=tuple(sources),
        format=format_,
        output=None if output == "-" else output,
        min_confidence=min_confidence,
        disabled=words.disabled(plugin or []),
        color=words.one_of("--color", color, ("auto", "always", "never")),
    )
    raise typer.Exit(run(request))
