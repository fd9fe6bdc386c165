"""Which probes and conversations an author's words stand for. Must never send anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.cli.loading import load_plugins, read_file
from recon.errors import PlanError
from recon.testing import Transcript, load_transcript

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.model import Probe


def probes_of(words: Iterable[str]) -> dict[str, list[Probe]]:
    """Probes by plugin or by file; without ``words`` those of every plugin that has any.

    Raises PlanError on a word that is neither, and on a file that cannot be read or is wrong.
    """
    installed: dict[str, list[Probe]] = {}
    for origin, probe in load_plugins().probes():
        installed.setdefault(origin, []).append(probe)
    return {word: _probes(word, installed) for word in words} or installed


def transcripts_of(paths: Iterable[str]) -> list[Transcript]:
    """Read recorded conversations; raises PlanError with the file and what is wrong with it."""
    found = []
    for path in paths:
        try:
            found.append(load_transcript(path))
        except OSError as error:
            raise PlanError(path, f"cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise PlanError(path, str(error)) from None
    return found


def _probes(word: str, installed: dict[str, list[Probe]]) -> list[Probe]:
    if word.endswith(".toml"):
        return read_file(word)
    if word not in installed:
        known = ", ".join(installed)
        raise PlanError(word, f"neither a plugin with probes ({known}) nor a .toml or .jsonl file", "ssh")
    return installed[word]
