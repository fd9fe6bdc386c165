"""Loads plugins for a command and shows their warnings. Must never let a plugin's words act on the terminal."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from recon.cli.exits import complain
from recon.errors import PlanError, PluginError
from recon.hookspecs import hookimpl
from recon.plugins import DISABLE, listing, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from recon.model import Probe
    from recon.plugins import Plugins


class _Warnings(logging.Handler):
    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        self._write(record.getMessage())


def route_warnings(write: Callable[[str], None]) -> None:
    """Give every warning of recon, from now on, to ``write`` alone."""
    logger = logging.getLogger("recon")
    logger.handlers[:] = [_Warnings(write)]
    logger.propagate = False


class _File:
    """A file of probes as a plugin."""

    def __init__(self, probes: list[Probe]) -> None:
        self._probes = probes

    @hookimpl
    def recon_probes(self) -> list[Probe]:
        return self._probes


def load_plugins(disable: Iterable[str] = (), probe_files: Iterable[str] = ()) -> Plugins:
    """Load the installed plugins, and files of probes as if they were some.

    What is wrong with a plugin is said on standard error; raises PlanError on a file that is wrong.
    """
    route_warnings(complain)
    _check_names(disable)
    plugins = load(disable)
    for path in dict.fromkeys(probe_files):
        plugins.manager.register(_File(read_file(path)), name=f"file {path}")
    return plugins


def _check_names(disable: Iterable[str]) -> None:
    """Raise PlanError if a plugin to be left out is not there; in the environment, for all runs, it is a warning."""
    from_environment = [name for name in map(str.strip, os.environ.get(DISABLE, "").split(",")) if name]
    asked = tuple(disable)
    if not asked and not from_environment:
        return
    known = [plugin.name for plugin in listing()]
    there = f"there is no such plugin; installed are {', '.join(known) or 'none'}"
    for name in asked:
        if name not in known:
            raise PlanError(f"-P no:{name}", there, f"-P no:{known[0]}" if known else "")
    for name in from_environment:
        if name not in known:
            complain(f"{DISABLE}: {name}: {there}")


def read_file(path: str) -> list[Probe]:
    """Read the probes of a TOML file; raises PlanError with what is wrong with it."""
    from recon.probes.toml import load_probes  # noqa: PLC0415 - only with a file

    try:
        return load_probes(path)
    except OSError as error:
        raise PlanError(path, f"cannot be read: {error.strerror}") from None
    except PluginError as error:
        raise PlanError(path, error.why) from None
