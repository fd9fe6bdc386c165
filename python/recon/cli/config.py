"""``recon config``: which settings hold and where each came from. Must never change one."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.config import Setting, Value

app = typer.Typer(no_args_is_help=True, help="Show the settings that hold, and the files they come from.")

PARAMETERS = {"enumerate": "enumerate_", "format": "format_"}
"""What ``recon sweep`` calls the option of a setting, where not like the setting."""


def defaults(arguments: Sequence[str]) -> dict[str, Value]:
    """What ``recon sweep`` takes where ``arguments`` name no option: by the names of its parameters."""
    if arguments[:1] != ["sweep"] or "--help" in arguments:
        return {}
    from recon.config import load  # noqa: PLC0415 - only a sweep needs it

    found = {key: setting.value for key, setting in load(chosen_profile(arguments)).settings.items()}
    if _has(arguments, "--recall"):
        found.pop("passes", None)
    if _has(arguments, "--passes"):
        found.pop("recall", None)
    return {PARAMETERS.get(key, key): value for key, value in found.items()}


def chosen_profile(arguments: Sequence[str]) -> str | None:
    """The profile that the command line names; the last one, as with any option."""
    named = [word.partition("=")[2] for word in arguments if word.startswith("--profile=")]
    named += [after for word, after in pairwise(arguments) if word == "--profile"]
    return named[-1] if named else None


def _has(arguments: Sequence[str], option: str) -> bool:
    return any(word == option or word.startswith(f"{option}=") for word in arguments)


@app.command("show")
def show(
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="As if this profile were chosen.")] = None,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each setting came from.")] = False,
) -> None:
    """Print each setting that is not recon's own default."""
    from recon.config import load  # noqa: PLC0415 - --help does not need it

    found = load(profile)
    with quiet_pipe():
        _print("sweep", found.settings, origin=origin)
        _print("limits", found.limits, origin=origin)
        _print("audit", {"required": found.audit_required}, origin=origin)
        _print("store", {"keep": found.keep} if found.keep else {}, origin=origin)


@app.command("path")
def path() -> None:
    """Print the files that are read, the weaker first, and whether each is there."""
    from recon.config import files  # noqa: PLC0415 - --help does not need it

    with quiet_pipe():
        for file in files():
            print(f"{file}  ({'read' if file.exists() else 'not there'})")


def _print(table: str, settings: Mapping[str, Setting], *, origin: bool) -> None:
    from recon.sinks.escape import terminal  # noqa: PLC0415 - see above

    for key, setting in settings.items():
        text = f"{table}.{key} = {json.dumps(setting.value)}"
        print(terminal(f"{text}  # {setting.origin}" if origin else text, 4000))
