"""Reads target words from files and standard input. Must never judge a word: the plan does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from recon.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Words:
    """Target words and where each came from, so that a bad one can be found."""

    def __init__(self) -> None:
        """Start empty."""
        self.words: list[str] = []
        self._places: dict[str, str] = {}

    def add(self, arguments: Iterable[str]) -> None:
        """Take command-line words; ``@file`` and ``-`` are read, all others kept."""
        for word in arguments:
            if word == "-":
                self._read("standard input", sys.stdin.buffer)
            elif word.startswith("@"):
                self.add_file(word[1:])
            else:
                self.words.append(word)

    def add_file(self, path: str, example: str = "@targets.txt, one target a line") -> None:
        """Take the words of a file; raises PlanError, with ``example`` of what to write, if it cannot be read."""
        try:
            with Path(path).open("rb") as file:
                self._read(path, file)
        except OSError as error:
            why = f"cannot be read: {error.strerror}"
            raise PlanError(path, why, example) from None

    def explain(self, error: PlanError) -> PlanError:
        """Give the same error with the file and line of its word, if it came from a file."""
        place = self._places.get(error.word)
        return PlanError(error.word, f"{error.why} ({place})", error.example) if place else error

    def _read(self, name: str, file: BinaryIO) -> None:
        for number, word in _words_of(file):
            self.words.append(word)
            self._places.setdefault(word, f"{name}:{number}")


def _words_of(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """(line number, word): comments from ``#``, blank lines and a byte order mark are skipped."""
    for number, line in enumerate(file, start=1):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "backslashreplace")
        for word in text.partition("#")[0].split():
            yield number, word
