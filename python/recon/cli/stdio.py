"""Gives every process a standard input, output and error. Must never let a file take the number of one.

A caller may close them (``>&-``): the next file that is opened would then be standard output, and Python would print
there, or print errors among the data.
"""

from __future__ import annotations

import os
import sys

_READ_ONLY, _WRITE_ONLY = os.O_RDONLY, os.O_WRONLY


def ensure() -> None:
    """Put something harmless where one is closed: whoever writes to standard output then gets an error, as is right."""
    closed = [number for number in range(3) if not _is_open(number)]
    for number in closed:
        _put(number, _WRITE_ONLY if number == 2 else _READ_ONLY)  # noqa: PLR2004 - standard error
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the whole run
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _put(number: int, flags: int) -> None:
    nowhere = os.open(os.devnull, flags)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
