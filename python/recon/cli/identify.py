"""``recon identify``: options become one request about stored replies. Must never use the network."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words

EPILOG = """Examples:

recon identify rows.jsonl

zcat zgrab2.jsonl.gz | recon identify - --format jsonl -o named.jsonl

recon identify greeting.bin --hint ssh

printf 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10' | recon identify - --input lines

Exit codes: 0 complete, 1 runtime error, 2 usage, 3 some lines could not be read, 5 storage, 130 interrupted."""

_FORMS = ("auto", "raw", "lines", "jsonl")


def command(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Files of stored replies; - is standard input.")
    ],
    form: Annotated[
        str,
        typer.Option(
            "--input", metavar="|".join(_FORMS), autocompletion=words.starting_with(*_FORMS),
            help="raw: a file is one reply; lines: one a line, with \\r \\n \\xNN; jsonl: rows of recon, zgrab2 or"
            " masscan, or objects with banner, banner_base64 or data. auto: jsonl where a file begins with an object.",
        ),
    ] = "auto",
    hint: Annotated[
        str | None, typer.Option(metavar="NAME", help="What was asked, or the service that is believed to answer.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port, where a reply does not tell.")] = None,
    udp: Annotated[bool, typer.Option("--udp", help="Replies are datagrams where they do not tell.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Replies were said inside TLS.")] = False,
    cut: Annotated[
        bool, typer.Option("--cut", help="Replies may be cut short: believe no version at the end of one.")
    ] = False,
    min_confidence: Annotated[
        float, typer.Option(metavar="0…1", min=0, max=1, help=words.MIN_CONFIDENCE_HELP)
    ] = 0.0,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", autocompletion=words.starting_with(*words.FORMATS),
            help=f"{', '.join(words.FORMATS)}, or a plugin's. Default: table on a terminal, jsonl into a pipe.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write rows to a file; its suffix picks the format."),
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option("-P", metavar="no:NAME", help="Leave a plugin out; may be repeated.")
    ] = None,
    probes: Annotated[
        list[str] | None,
        typer.Option("--probes", metavar="FILE.toml", help="Use this file's probes too; may be repeated."),
    ] = None,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of a table.")] = "auto",
) -> None:  # fmt: skip
    """Name the services in stored replies, with the same probes and without a network."""
    from recon.cli.stored import Request, run  # noqa: PLC0415 - --help does not load the core

    request = Request(
        files=tuple(files),
        form=words.one_of("--input", form, _FORMS),
        hint=hint,
        port=port,
        transport="udp" if udp else None,
        tls=tls,
        cut=cut,
        min_confidence=min_confidence,
        format=format_,
        output=None if output == "-" else output,
        disabled=words.disabled(plugin or []),
        probe_files=tuple(probes or ()),
        color=words.one_of("--color", color, ("auto", "always", "never")),
    )
    raise typer.Exit(run(request))
