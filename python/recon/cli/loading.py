"""Loads plugins for a command and shows their warnings. Must never let a plugin's words act on the terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from recon.cli.exits import complain
from recon.plugins import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def load_plugins(disable: Iterable[str] = ()) -> Plugins:
    """Load the installed plugins; what is wrong with one is said on standard error."""
    route_warnings(complain)
    return load(disable)
