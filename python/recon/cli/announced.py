"""Finds out, without importing any, whether a plugin adds commands. Must never run a plugin's code.

``recon --help`` would otherwise pay for every plugin that is installed, although most add no command.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GROUP = "[recon]"
_HOOK = b"recon_commands"


def any_commands(folders: Iterable[str] | None = None) -> bool:
    """Whether a plugin's module names the hook; one whose source cannot be read counts as if it did."""
    return any(_names_the_hook(module) for module in _modules(sys.path if folders is None else folders))


def _modules(folders: Iterable[str]) -> Iterator[str]:
    """Modules in the entry-point group ``recon`` of the distributions in ``folders``."""
    for folder in folders:
        for name in _entries(folder or "."):
            if name.endswith((".dist-info", ".egg-info")):
                yield from _values(Path(folder or ".", name, "entry_points.txt"))


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - a Path for each of hundreds of names costs a millisecond
    except OSError:
        return []


def _values(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            inside = line == _GROUP
        elif inside and "=" in line:
            yield line.partition("=")[2].partition(":")[0].partition("[")[0].strip()


def _names_the_hook(module: str) -> bool:
    package, *rest = module.split(".")
    spec = PathFinder.find_spec(package)
    if spec is None or spec.origin is None:
        return False
    path = Path(spec.origin)
    if rest:
        path = path.parent.joinpath(*rest).with_suffix(".py")
    try:
        return _HOOK in path.read_bytes()
    except OSError:
        return True
