"""Whether to colour and how wide. Must never write."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FALLBACK_COLUMNS = 80


def colored(choice: str, *, is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """``--color`` first, then NO_COLOR, FORCE_COLOR, TERM=dumb, and at last whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def can_redraw(*, is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether a line can be erased and drawn again."""
    return is_terminal and environment.get("TERM", "dumb") != "dumb"


def columns(descriptor: int) -> int:
    """Measure the width of the terminal behind ``descriptor`` now."""
    try:
        return os.get_terminal_size(descriptor).columns or _FALLBACK_COLUMNS
    except OSError:
        return _FALLBACK_COLUMNS
