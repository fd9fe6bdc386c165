"""The small JSON files of a run folder. Must never leave half of one behind, nor replace a whole one by less."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recon.errors import StoreError
from recon.store.errors import telling

PLAN, SUMMARY, RECEIPT = "plan.json", "summary.json", "receipt.json"


def write(path: Path, text: str) -> None:
    """Put ``text`` in place of the file, whole, and on the disk; raises StoreError."""
    with telling("write", path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def read(path: Path) -> Mapping[str, Any]:
    """Read a JSON object; raises StoreError if there is none."""
    with telling("read", path):
        text = path.read_bytes()
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"{path} is damaged: it is no JSON object"
        raise StoreError(message)
    return found
