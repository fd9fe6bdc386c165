"""``recon doctor``: what this machine allows, and what that means for a sweep. Must never change a setting."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from recon.cli.machine import Check

EPILOG = """Examples:

recon doctor

recon doctor --json"""

_MARK = {"good": "ok  ", "low": "low ", "missing": "none"}


def command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False) -> None:
    """Tell what this machine allows, what it means for a sweep, and how to change it."""
    from recon.cli.machine import checks  # noqa: PLC0415 - --help does not need it

    found = checks()
    with quiet_pipe():
        if as_json:
            print(json.dumps([asdict(check) for check in found], indent=2))
        else:
            for check in found:
                _print(check)


def _print(check: Check) -> None:
    print(f"{_MARK[check.verdict]}  {check.name}: {check.value}")
    print(f"      {check.meaning}")
    if check.change:
        print(f"      change: {check.change}")
