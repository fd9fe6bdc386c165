"""Which probes, enumerators and conversations an author's words stand for. Must never send anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recon.cli.loading import load_plugins, read_file
from recon.errors import PlanError
from recon.testing import Transcript, load_transcript

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.enumerator import Enumerator
    from recon.model import Probe


@dataclass(slots=True)
class Subject:
    """What one plugin, or one file of probes, brings."""

    probes: list[Probe] = field(default_factory=list)
    enumerators: list[type[Enumerator]] = field(default_factory=list)


def subjects_of(words: Iterable[str]) -> dict[str, Subject]:
    """What plugins and files bring, by their names; without ``words`` every plugin that brings any of it.

    Raises PlanError on a word that is neither, and on a file that cannot be read or is wrong.
    """
    plugins = load_plugins()
    installed: dict[str, Subject] = {}
    for origin, probe in plugins.probes():
        installed.setdefault(origin, Subject()).probes.append(probe)
    for origin, kind in plugins.enumerators():
        installed.setdefault(origin, Subject()).enumerators.append(kind)
    return {word: _subject(word, installed) for word in words} or installed


def probes_of(words: Iterable[str]) -> dict[str, list[Probe]]:
    """Probes by plugin or by file; without ``words`` those of every plugin that has any. Raises as ``subjects_of``."""
    found = {name: subject.probes for name, subject in subjects_of(words).items() if subject.probes}
    for word in words:
        if word not in found:
            raise PlanError(word, "has no probes", "ssh")
    return found


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


def _subject(word: str, installed: dict[str, Subject]) -> Subject:
    if word.endswith(".toml"):
        return Subject(read_file(word))
    if word not in installed:
        known = ", ".join(installed)
        raise PlanError(
            word, f"neither a plugin with probes or enumerators ({known}) nor a .toml or .jsonl file", "ssh"
        )
    return installed[word]
