"""Keeps the proofs of matches from run to run, so that a pack is not proven again. A cache: it never fails a run."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

MOST_BYTES = 16 << 20
"""A larger file is no file of ours."""


def path() -> Path | None:
    """``recon/proofs`` in the user's cache directory (``XDG_CACHE_HOME``); none where there is no home."""
    folder = os.environ.get("XDG_CACHE_HOME", "")
    with contextlib.suppress(RuntimeError):
        return (Path(folder) if Path(folder).is_absolute() else Path.home() / ".cache") / "recon" / "proofs"
    return None


def load() -> bytes:
    """What :func:`keep` kept; nothing if there is nothing to read."""
    file = path()
    with contextlib.suppress(OSError):
        if file is not None and file.stat().st_size <= MOST_BYTES:
            return file.read_bytes()
    return b""


def keep(proofs: bytes) -> None:
    """Replace the file whole, so that no other run reads half of it; without effect where that is not allowed."""
    file = path()
    if file is None:
        return
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(proofs)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
