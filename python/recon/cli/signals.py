"""Ctrl-C and SIGTERM: the first stops the sweep in order, the second at once. Must never raise in the loop."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_EXIT_BASE = 128
"""A shell's exit code of a process that a signal ended is 128 and the signal's number."""


class Interrupts:
    """While the block runs, the first signal calls ``stop`` and the second ends the process."""

    def __init__(self, stop: Callable[[], None]) -> None:
        """Call ``stop`` once, from the main thread, between two bytecodes."""
        self._stop = stop
        self._before: dict[signal.Signals, Any] = {}  # Any: what signal.signal() returns
        self.exit_code: int | None = None

    def __enter__(self) -> Self:
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _: object) -> None:
        if self.exit_code is not None:
            os._exit(_EXIT_BASE + number)
        self.exit_code = _EXIT_BASE + number
        self._stop()
