"""Puts the commands together. Must never load the core or a plugin for a built-in command's sake."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli import (
    config,
    demo,
    diff,
    doctor,
    explain,
    export,
    identify,
    import_,
    merge,
    plugins,
    ports,
    probes,
    resume,
    rm,
    runs,
    show,
    sweep,
    trace,
)
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

BUILT_IN = frozenset({
    "sweep", "ports", "explain", "trace", "identify", "export", "plugins", "probes", "doctor", "demo", "runs", "show",
    "rm", "config", "resume", "merge", "diff", "import",
})  # fmt: skip
_QUICK = frozenset({"--version", "--show-completion", "--install-completion"})


def build(arguments: Sequence[str]) -> typer.Typer:
    """Build the command line for ``arguments``; plugins are asked for commands only where one could be meant."""
    app = typer.Typer(
        name="recon", no_args_is_help=True, pretty_exceptions_enable=False, epilog=EPILOG,
        help="Sweep networks and say exactly what answers.",
    )  # fmt: skip
    app.callback()(_options)
    settings = {"default_map": config.defaults(arguments)}
    app.command("sweep", epilog=sweep.EPILOG, no_args_is_help=True, context_settings=settings)(sweep.command)
    app.command("ports", epilog=ports.EPILOG)(ports.command)
    app.command("explain", epilog=explain.EPILOG, no_args_is_help=True)(explain.command)
    app.command("trace", epilog=trace.EPILOG, no_args_is_help=True)(trace.command)
    app.command("identify", epilog=identify.EPILOG, no_args_is_help=True)(identify.command)
    app.command("export", epilog=export.EPILOG, no_args_is_help=True)(export.command)
    app.command("import", epilog=import_.EPILOG, no_args_is_help=True)(import_.command)
    app.command("runs", epilog=runs.EPILOG)(runs.command)
    app.command("show", epilog=show.EPILOG, no_args_is_help=True)(show.command)
    app.command("resume", epilog=resume.EPILOG, no_args_is_help=True)(resume.command)
    app.command("merge", epilog=merge.EPILOG, no_args_is_help=True)(merge.command)
    app.command("diff", epilog=diff.EPILOG, no_args_is_help=True)(diff.command)
    app.command("rm", epilog=rm.EPILOG, no_args_is_help=True)(rm.command)
    app.add_typer(config.app, name="config")
    app.add_typer(plugins.app, name="plugins")
    app.add_typer(probes.app, name="probes")
    app.command("doctor", epilog=doctor.EPILOG)(doctor.command)
    app.command("demo", epilog=demo.EPILOG)(demo.command)
    if needs_plugins(arguments):
        _add_plugin_commands(app)
    return app


def needs_plugins(arguments: Sequence[str]) -> bool:
    """Whether the first word is a command that only a plugin can have, or asks for help that should list one."""
    first = arguments[0] if arguments else "--help"
    if first in BUILT_IN or first in _QUICK:
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
