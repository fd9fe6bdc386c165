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

recon doctor --json

recon doctor --path 10.0.0.7 -p 1-4096

recon doctor --path 10.0.0.0/24 -p 443

--path sends probes, to the target that it names and nowhere else: each port once, at a rate that grows until the path shows its limit."""  # noqa: E501 - Typer joins lines by itself

_MARK = {"good": "ok  ", "low": "low ", "missing": "none"}


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, of --path one object.")] = False,
    path: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="Measure the way to this target instead: rate, loss, round trip."),
    ] = None,
    ports: Annotated[
        str | None, typer.Option("--ports", "-p", metavar="PORTS", help="What --path asks there. Default: 1-4096.")
    ] = None,
) -> None:
    """Tell what this machine allows, what it means for a sweep, and how to change it."""
    if path is not None:
        _measure(path, ports, as_json=as_json)
        return
    from recon.cli.machine import checks  # noqa: PLC0415 - --help does not need it

    found = checks()
    with quiet_pipe():
        if as_json:
            print(json.dumps([asdict(check) for check in found], indent=2))
        else:
            for check in found:
                _print(check)


def _measure(target: str, ports: str | None, *, as_json: bool) -> None:
    from recon.cli.path import measure  # noqa: PLC0415 - --help does not load the core

    report = measure(target, ports)
    with quiet_pipe():
        if as_json:
            print(json.dumps(asdict(report), indent=2))
        else:
            print("\n".join(report.lines()))


def _print(check: Check) -> None:
    print(f"{_MARK[check.verdict]}  {check.name}: {check.value}")
    print(f"      {check.meaning}")
    if check.change:
        print(f"      change: {check.change}")
