"""``recon plugins``: what is installed, and the author's tools. Must never import a plugin to list it."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli import plugins_bench, plugins_new, plugins_record, plugins_torture
from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from recon.plugins import PluginInfo

LIST_EPILOG = """Examples:

recon plugins list

recon plugins list --json

RECON_DISABLE_PLUGINS=ssh recon plugins list"""

app = typer.Typer(no_args_is_help=True, help="See which plugins are installed, and write your own.")
app.command("new", epilog=plugins_new.EPILOG, no_args_is_help=True)(plugins_new.command)
app.command("record", epilog=plugins_record.EPILOG, no_args_is_help=True)(plugins_record.command)
app.command("torture", epilog=plugins_torture.EPILOG)(plugins_torture.command)
app.command("bench", epilog=plugins_bench.EPILOG)(plugins_bench.command)


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
    from recon.cli.output import print_columns  # noqa: PLC0415 - --help does not need it

    rows = [("NAME", "DISTRIBUTION", "VERSION", "STATE", "FROM")]
    rows += [
        (one.name, one.distribution or "-", one.version or "-", "on" if one.enabled else "off", one.value)
        for one in found
    ]
    print_columns(rows)
