"""What the system says when a run cannot be kept, in one sentence. Must never hide the path."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from recon.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def telling(what: str, path: Path) -> Iterator[None]:
    """Raise StoreError, with ``what`` could not be done to ``path``, for any error of the system in this block."""
    try:
        yield
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else path
        message = f"cannot {what} {where}: {error.strerror or error}"
        raise StoreError(message) from None
