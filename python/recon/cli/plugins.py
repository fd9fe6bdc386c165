"""``recon plugins``: what is installed. Must never import a plugin to list it."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from recon.plugins import PluginInfo

LIST_EPILOG = """Examples:

recon plugins list

recon plugins list --json

RECON_DISABLE_PLUGINS=ssh recon plugins list"""

app = typer.Typer(no_args_is_help=True, help="See which plugins are installed.")


@app.callback()
def _group() -> None:
    """Keep ``list`` a word of its own although it is the only one."""


@app.command("list", epilog=LIST_EPILOG)
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False) -> None:
    """List plugins without importing any."""
    from recon.plugins import listing  # noqa: PLC0415 - --help does not need it

    found = listing()
    with quiet_pipe():
        if as_json:
            print(json.dumps([asdict(plugin) for plugin in found], indent=2))
        elif found:
            _print(found)
        else:
            print("no plugins installed")


def _print(found: list[PluginInfo]) -> None:
    rows = [("NAME", "DISTRIBUTION", "VERSION", "STATE", "FROM")]
    rows += [
        (one.name, one.distribution or "-", one.version or "-", "on" if one.enabled else "off", one.value)
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
