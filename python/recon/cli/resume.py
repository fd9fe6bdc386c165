"""``recon resume``: goes on with a stored run. Must never go on with another plan than the run's own."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words
from recon.cli.show import RUN_HELP

EPILOG = """Examples:

recon resume last

recon resume 01KAB --all --format jsonl -o rows.jsonl

recon resume /mnt/copied/01KABJ4V0Q3X6TZ5W8YN2RCDEF

The result is that of a run that was never interrupted. Exit codes are those of recon sweep; a run that is complete sends nothing."""  # noqa: E501 - Typer joins lines by itself


def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help=RUN_HELP)],
    all_: Annotated[
        bool, typer.Option("--all", help="Write the rows that the run has already, too, and not only the new ones.")
    ] = False,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", autocompletion=words.starting_with(*words.FORMATS),
            help="As of recon sweep.",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write rows to a file, which is emptied first.")
    ] = None,
    summary: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the whole run's summary as JSON; - for standard output.")
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option("-P", metavar="no:NAME", help="Run without a plugin; may be repeated.")
    ] = None,
    probes: Annotated[
        list[str] | None,
        typer.Option("--probes", metavar="FILE.toml", help="The files of probes that the run began with."),
    ] = None,
    progress: Annotated[
        str, typer.Option(metavar="auto|json|none", help="Progress on standard error.")
    ] = "auto",
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of a table.")] = "auto",
) -> None:  # fmt: skip
    """Finish a run that was interrupted, killed or copied here."""
    from recon.cli.resuming import resume  # noqa: PLC0415 - --help does not load the core
    from recon.cli.run import Request  # noqa: PLC0415 - as above

    request = Request(
        targets=(),
        ports=None,
        disabled=words.disabled(plugin or []),
        probe_files=tuple(probes or ()),
        format=format_,
        output=output,
        summary=summary,
        progress=words.one_of("--progress", progress, ("auto", "json", "none")),
        color=words.one_of("--color", color, ("auto", "always", "never")),
        earlier=all_,
    )
    raise typer.Exit(resume(run, request))
