"""Opens what a command reads and writes. Must never empty a file before all that could refuse the run was asked."""

from __future__ import annotations

import fcntl
import os
import stat
from typing import BinaryIO

from recon.errors import PlanError, StoreError

STDOUT = 1
_STDIN = 0
_MODE = 0o666
_KEEPING = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC


class Files:
    """The files of one run: every one is open before the first is emptied, so that a refused run harms none."""

    def __init__(self) -> None:
        """Start without one."""
        self._options: dict[tuple[int, int], str] = {}
        self._to_empty: list[int] = []

    def open(self, option: str, path: str | None) -> int:
        """Open ``path`` (none: standard output) for ``option`` and give its descriptor; nothing is emptied yet.

        Raises StoreError if it cannot be written, PlanError if another option writes to the same file.
        """
        descriptor = _standard_output() if path is None else _open(path, _KEEPING)
        if is_file(descriptor):
            self._claim(descriptor, "standard output" if path is None else option, path)
            if path is not None:
                self._to_empty.append(descriptor)
        return descriptor

    def empty(self) -> None:
        """Empty what was opened; the shell already emptied standard output, or was told to append to it."""
        for descriptor in self._to_empty:
            os.ftruncate(descriptor, 0)

    def _claim(self, descriptor: int, option: str, path: str | None) -> None:
        found = os.fstat(descriptor)
        other = self._options.setdefault((found.st_dev, found.st_ino), option)
        if other != option:
            raise PlanError(f"{option} {path}", f"the same file as that of {other}", f"{option} another-file")


def open_for_writing(path: str) -> int:
    """Open a new, empty file; raises StoreError with the reason."""
    return _open(path, _KEEPING | os.O_TRUNC)


def opened_source(path: str, example: str) -> BinaryIO:
    """A file to read (``-``: standard input) without a buffer, so that what stands in a pipe is read at once.

    Raises PlanError, with ``example`` as what would have been right.
    """
    try:
        return open(_STDIN if path == "-" else path, "rb", buffering=0, closefd=path != "-")
    except OSError as error:
        raise PlanError(path, f"cannot be read: {error.strerror}", example) from None


def refuse_own_input(output: str | None, descriptor: int, sources: list[BinaryIO]) -> None:
    """Refuse to empty what is to be read: raises PlanError."""
    written = os.fstat(descriptor)
    for source in sources:
        read = os.fstat(source.fileno())
        if is_file(descriptor) and (read.st_dev, read.st_ino) == (written.st_dev, written.st_ino):
            raise PlanError(f"-o {output or '-'}", "the same file as one that is read", "-o another-file.jsonl")


def is_file(descriptor: int) -> bool:
    """Whether it is a regular file, which can be cut."""
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _open(path: str, flags: int) -> int:
    try:
        return os.open(path, flags, _MODE)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror} (nothing was sent)"
        raise StoreError(message) from None


def _standard_output() -> int:
    try:
        is_closed = fcntl.fcntl(STDOUT, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    except OSError:
        is_closed = True
    if is_closed:
        message = "cannot write: standard output is closed (nothing was sent)"
        raise StoreError(message)
    return STDOUT
