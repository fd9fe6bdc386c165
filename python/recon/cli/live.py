"""Says on standard error how a running sweep does. Must never tear a row of the table, nor slow the sweep."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Self

from recon.cli.looks import columns
from recon.sinks.words import clipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from recon.model import Progress

REDRAW_S = 0.1
JSON_S = 1.0
PLAIN_S = 30.0

_ERASE = b"\r\x1b[2K"


class Screen:
    """One lock for everything that is drawn: the live line steps aside while rows are written."""

    def __init__(self, descriptor: int) -> None:
        """Draw the line on ``descriptor``."""
        self.descriptor = descriptor
        self._lock = threading.Lock()
        self._line = b""

    def draw(self, text: str) -> None:
        """Replace the line by ``text``, clipped to the terminal's width now."""
        with self._lock:
            self._line = clipped(text, columns(self.descriptor) - 1).encode()
            self._put(_ERASE + self._line)

    def erase(self) -> None:
        """Take the line away for good."""
        with self._lock:
            if self._line:
                self._line = b""
                self._put(_ERASE)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Erase the line, let the caller write whole rows, and draw it again."""
        with self._lock:
            if self._line:
                self._put(_ERASE)
            try:
                yield
            finally:
                if self._line:
                    self._put(self._line)

    def say(self, text: str) -> None:
        """Write one plain line."""
        with self.aside():
            self._put(text.encode() + b"\n")

    def _put(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # a terminal that went away must not end the sweep
            os.write(self.descriptor, data)


class Live:
    """A thread that shows progress until the block ends."""

    def __init__(self, mode: str, screen: Screen, read: Callable[[], Progress]) -> None:
        """``mode``: ``line`` (redrawn), ``plain`` (a line each 30 s), ``json`` (an object a second) or ``none``."""
        self._screen = screen
        self._read = read
        self._ended = threading.Event()
        self._interval_s = {"line": REDRAW_S, "plain": PLAIN_S, "json": JSON_S}.get(mode, 0.0)
        self._show = {"line": self._draw, "plain": self._say, "json": self._say_json}.get(mode)
        self._thread = threading.Thread(target=self._run, name="recon-live", daemon=True)

    def __enter__(self) -> Self:
        """Start to show."""
        if self._show is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and leave a clean line."""
        self._ended.set()
        if self._show is not None:
            self._thread.join()
        self._screen.erase()

    def _run(self) -> None:
        while not self._ended.wait(self._interval_s):
            if self._show is not None:
                self._show(self._read())

    def _draw(self, progress: Progress) -> None:
        self._screen.draw(line_of(progress))

    def _say(self, progress: Progress) -> None:
        self._screen.say("recon: " + line_of(progress))

    def _say_json(self, progress: Progress) -> None:
        self._screen.say(json.dumps({"schema": 1, **asdict(progress)}, separators=(",", ":")))


def line_of(progress: Progress) -> str:
    """Put progress in words, most wanted first, because a narrow terminal clips the end."""
    share = progress.settled / progress.targets if progress.targets else 1.0
    left = "" if progress.left_s is None else f"{clock(progress.left_s)} left"
    parts = (
        f"{int(share * 100):3d} %",
        f"open {progress.open:,}",
        f"{progress.rate_pps:,.0f}/s",
        left,
        f"pass {progress.pass_number}" if progress.pass_number > 1 else "",
        progress.limited_by or "",
        f"sent {progress.sent:,}",
        f"silent {progress.silent:,}",
        f"unknown {progress.unknown:,}",
        f"in flight {progress.in_flight:,}",
    )
    return "  ".join(part for part in parts if part)


def clock(seconds: float) -> str:
    """``0:42``, ``1:02:03``."""
    whole = max(int(seconds + 0.5), 0)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
