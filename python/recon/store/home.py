"""Where runs are kept, and how a word finds one. Must never take one run for another."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from recon.errors import PlanError, StoreError
from recon.store import documents
from recon.store.errors import telling
from recon.store.run import Run
from recon.store.ulid import is_id, new_id

if TYPE_CHECKING:
    from recon.plan import Plan

_EXAMPLE = "recon show last"
_SHOWN = 5


def workspace() -> Path:
    """``RECON_HOME``, or recon's folder in the user's state directory (``XDG_STATE_HOME``); it need not be there."""
    own = os.environ.get("RECON_HOME", "")
    if own:
        return Path(own).absolute()
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        return (Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state") / "recon"
    except RuntimeError:
        message = "no place to keep runs: there is no home directory; name one with RECON_HOME, or use --no-store"
        raise StoreError(message) from None


def new_run(
    plan: Plan, *, kind: str = "sweep", versions: Mapping[str, str] | None = None, folder: Path | None = None
) -> Run:
    """Make the folder of a run that is about to begin, its plan written; raises StoreError.

    ``kind`` is ``sweep``, ``merge`` or ``import``; ``versions`` those of the plugins; ``folder`` is made in the
    workspace where none is named.
    """
    name = new_id()
    folder = folder or workspace() / "runs" / name
    with telling("make", folder):
        folder.mkdir(parents=True, mode=0o700)
    about = {"id": name, "kind": kind, "plugins": dict(versions or {})}
    text = json.dumps({**json.loads(plan.to_json()), "run": about}, indent=1) + "\n"
    try:
        documents.write(folder / documents.PLAN, text)
    except StoreError:
        folder.rmdir()
        raise
    return Run(folder)


def runs() -> list[Run]:
    """All runs of the workspace, the oldest first."""
    folder = workspace() / "runs"
    with telling("read", folder):
        names = sorted(name for name in os.listdir(folder) if is_id(name)) if folder.is_dir() else []  # noqa: PTH208
    return [Run(folder / name) for name in names if (folder / name / documents.PLAN).exists()]


def find_run(word: str) -> Run:
    """Find a run by ``last``, by its name or the beginning of it, or by the path of its folder.

    Raises PlanError with what there is.
    """
    if os.sep in word or word in {".", ".."}:
        return _at(Path(word))
    known = runs()
    if word == "last" and known:
        return known[-1]
    found = [run for run in known if run.folder.name.startswith(word.upper())] if word else []
    if len(found) == 1:
        return found[0]
    if not found and (Path(word) / documents.PLAN).exists():
        return _at(Path(word))
    raise PlanError(word, _why_not(found, known), _EXAMPLE)


def _at(folder: Path) -> Run:
    if not (folder / documents.PLAN).exists():
        raise PlanError(str(folder), f"is no run folder: it has no {documents.PLAN}", _EXAMPLE)
    return Run(folder)


def _why_not(found: list[Run], known: list[Run]) -> str:
    if not known:
        return f"no run is stored in {workspace()}"
    names = ", ".join(run.folder.name for run in (found or known)[-_SHOWN:])
    return f"is the beginning of several runs: {names}" if found else f"no such run; the latest are {names}"
