"""``recon import``: another scanner's file becomes a stored run. Must never send anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from recon.cli import words

EPILOG = """Examples:

recon import scan.xml

recon import masscan.json --as masscan-json

recon import before.xml && recon diff last ./today

What the file says of a service is at most 0.9 certain, since recon has not seen it. A file that cannot be read to its end stores nothing.

Exit codes: 0 stored, 2 usage or a bad file, 5 storage."""  # noqa: E501 - Typer joins lines by itself

_KINDS = ("nmap-xml", "masscan-json", "naabu")


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What nmap -oX, masscan -oJ or naabu -json wrote.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="KIND", autocompletion=words.starting_with(*_KINDS),
            help="nmap-xml, masscan-json or naabu. Default: what the content looks like.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Store a file of nmap, masscan or naabu as a run that show, diff and export read."""
    from recon.cli.exits import complain  # noqa: PLC0415 - --help does not load the core
    from recon.cli.summary import counted  # noqa: PLC0415 - as above
    from recon.store.importing import import_file  # noqa: PLC0415 - as above

    kind = None if kind is None else words.one_of("--as", kind, _KINDS)
    imported = import_file(Path(file), kind)
    for transport, count in imported.left_out.items():
        complain(f"left out {counted(count, 'port')} of {transport or 'no protocol'}: recon knows tcp and udp")
    name = imported.run.id
    print(f"imported {counted(imported.rows, 'row')}; stored as {name}: recon show {name}", file=sys.stderr)
