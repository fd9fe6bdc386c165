"""Puts the commands together. Must never load the core, a plugin or another command for a built-in command's sake."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import importlib
import keyword
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recon.cli.announced import any_commands

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """Examples:

recon demo

recon sweep 10.0.0.0/24 -p 22,80,443

recon sweep @targets.txt --format jsonl -o rows.jsonl

recon explain 127.0.0.1:22

recon identify rows.jsonl

recon ports ssh

recon COMMAND --help tells more."""

COMMANDS = {
    "sweep": "Sweep targets and say exactly what answers.",
    "ports": "Look up what ports are registered for, and what recon asks there.",
    "explain": "Ask one port and say what was asked, what came, which matches and enumerators ran, "
    "and why this answer.",
    "trace": "Talk to one port and draw who said what, and when: the sweep first, then each enumerator.",
    "identify": "Name the services in stored replies, with the same probes and without a network.",
    "export": "Write stored rows in another format: HTML, Markdown, nmap's XML and more.",
    "import": "Store a file of nmap, masscan or naabu as a run that show, diff and export read.",
    "runs": "List the stored runs, the oldest first.",
    "show": "Show the rows of a stored run, also while it goes on.",
    "resume": "Finish a run that was interrupted, killed or copied here.",
    "merge": "Merge the shards of one sweep into one run.",
    "diff": "Tell what differs between two runs.",
    "rm": "Remove stored runs.",
    "doctor": "Tell what this machine allows, what it means for a sweep, and how to change it.",
    "demo": "Start small servers on loopback, sweep a whole /16 for them, and check that all were found.",
    "config": "Show the settings that hold, and the files they come from.",
    "plugins": "See which plugins are installed, and write your own.",
    "probes": "See what recon can ask and read, and check probes of your own.",
}
"""The built-in commands in the order of the help; each lives in the module of its name."""
_GROUPS = frozenset({"config", "plugins", "probes"})
_BARE = frozenset({"ports", "runs", "doctor", "demo"})
"""Commands that do something without a word."""
_COMPLETION = "_RECON_COMPLETE"
"""What a shell sets when it asks for the words that could follow."""
_QUICK = frozenset({"--version", "--show-completion", "--install-completion"})


def build(arguments: Sequence[str]) -> typer.Typer:
    """Build the command line for ``arguments``: of the built-in commands only the one they name is loaded.

    Plugins are asked for commands only where one could be meant.
    """
    app = typer.Typer(
        name="recon", no_args_is_help=True, pretty_exceptions_enable=False, epilog=EPILOG,
        help="Sweep networks and say exactly what answers.",
    )  # fmt: skip
    app.callback()(_options)
    for name, summary in COMMANDS.items():
        if arguments[:1] == [name] or _COMPLETION in os.environ:
            _add(app, name, arguments)
        else:
            app.command(name, help=summary)(_nothing)
    if needs_plugins(arguments):
        _add_plugin_commands(app)
    return app


def _add(app: typer.Typer, name: str, arguments: Sequence[str]) -> None:
    """Load a command from its module: a name that is a word of Python has one more underscore there."""
    module = importlib.import_module(f"recon.cli.{name}_" if keyword.iskeyword(name) else f"recon.cli.{name}")
    if name in _GROUPS:
        app.add_typer(module.app, name=name)
        return
    settings = {"default_map": _defaults(arguments)} if name == "sweep" else None
    bare = name in _BARE
    app.command(name, epilog=module.EPILOG, no_args_is_help=not bare, context_settings=settings)(module.command)


def _defaults(arguments: Sequence[str]) -> dict[str, Any]:
    from recon.cli import config  # noqa: PLC0415 - only a sweep has settings

    return config.defaults(arguments)


def _nothing() -> None:
    """Stand for a command in the help; the one that runs is loaded."""


def needs_plugins(arguments: Sequence[str]) -> bool:
    """Whether the first word is a command that only a plugin can have, or asks for help that should list one."""
    first = arguments[0] if arguments else "--help"
    if first in COMMANDS or first in _QUICK:
        return False
    return any_commands() if first == "--help" else True


def _add_plugin_commands(app: typer.Typer) -> None:
    from recon.cli.loading import load_plugins  # noqa: PLC0415 - see needs_plugins

    load_plugins().commands(app)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - Typer's callback signature
    if asked:
        from recon.cli.version import version_line  # noqa: PLC0415 - reads package metadata

        print(version_line())
        raise typer.Exit


def _options(
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print versions and exit.")
    ] = False,
) -> None:
    """Hold the options that come before a command."""
