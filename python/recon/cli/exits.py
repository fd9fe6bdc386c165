"""Exit codes and the one place where an error becomes one. Must never hide an error that recon did not raise."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

from recon.cli import stdio
from recon.errors import PermissionDenied as Denied
from recon.errors import PlanError, ReconError, ScopeError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


class ExitCode(IntEnum):
    """What ``recon`` tells its caller (design §11)."""

    COMPLETE = 0
    RUNTIME = 1
    USAGE = 2
    GAPS = 3
    REFUSED = 4
    STORAGE = 5
    INTERRUPTED = 130
    TERMINATED = 143


_CODES: tuple[tuple[type[ReconError], ExitCode], ...] = (
    (PlanError, ExitCode.USAGE),
    (ScopeError, ExitCode.REFUSED),
    (Denied, ExitCode.REFUSED),
    (StoreError, ExitCode.STORAGE),
)


_CANNOT_KEEP = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What the system says where standard output is full, too large, broken or closed."""


def code_of(error: ReconError) -> ExitCode:
    """Give the exit code of an error; anything not listed is a runtime error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.RUNTIME)


def complain(message: str) -> None:
    """One line on standard error, under recon's name; foreign bytes in it are made visible."""
    from recon.sinks.escape import terminal  # noqa: PLC0415 - only when there is something to say

    print(f"recon: {terminal(message, 2000)}", file=sys.stderr, flush=True)


def leave() -> NoReturn:
    """Run the command line and exit."""
    stdio.ensure()
    try:
        from recon.cli.app import build  # noqa: PLC0415 - Typer is heavy and only needed here

        with quiet_pipe():
            build(sys.argv[1:])(prog_name="recon")
    except ReconError as error:
        complain(str(error))
        code = code_of(error)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    else:
        code = ExitCode.COMPLETE
    raise SystemExit(int(code))


@contextlib.contextmanager
def quiet_pipe() -> Iterator[None]:
    """Print in this block: a reader who leaves early (``| head``) ends it without a word and without blame.

    Raises StoreError if what standard output leads to is full.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        if error.errno not in _CANNOT_KEEP or error.filename is not None:
            raise
        silence_stdout()
        message = f"standard output: {error.strerror}"
        raise StoreError(message) from None


def silence_stdout() -> None:
    """Point a closed standard output at nothing, so that the interpreter's last flush is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
