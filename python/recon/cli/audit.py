"""A line in the workspace's audit log for each run, refused ones too: who, what, under which scope, how it ended."""

from __future__ import annotations

import getpass
import json
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from recon import config
from recon.cli.exits import ExitCode, code_of, complain
from recon.errors import ReconError, StoreError
from recon.plan import CORE_VERSION
from recon.store.home import workspace

if TYPE_CHECKING:
    from types import TracebackType

    from recon.model import Summary
    from recon.plan import Plan

MOST_WORDS = 20
"""Target words that a line repeats."""


class Audit:
    """One run's line; set ``plan`` and ``summary`` as they come to be known. The line is written when the run ends."""

    def __init__(self, words: tuple[str, ...]) -> None:
        """Begin with the target ``words``."""
        self.plan: Plan | None = None
        self.summary: Summary | None = None
        self._words = words
        self._at = datetime.now(UTC)

    def __enter__(self) -> Self:
        """Return the line itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Write the line; where it is required and cannot be written, StoreError, unless the run failed already."""
        why = self._keep(self._line(error))
        if why is None:
            return
        if config.load().audit_required.value and error is None:
            message = f"the audit line cannot be written, and [audit] required says it must be: {why}"
            raise StoreError(message)
        complain(f"the audit line was not written: {why}")

    def _line(self, error: BaseException | None) -> dict[str, Any]:
        plan, summary = self.plan, self.summary
        return {
            "at": self._at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "uid": os.getuid(),
            "user": _user(),
            "host": socket.gethostname(),
            "recon": CORE_VERSION,
            "words": self._words[:MOST_WORDS],
            "plan": plan and plan.digest,
            "scope": plan.scope.digest if plan and plan.scope else None,
            "shard": plan and list(plan.shard),
            "targets": plan and plan.targets,
            "sent": summary.sent if summary else 0,
            "open": summary.open if summary else 0,
            "exit": summary.exit if summary and error is None else _exit(error),
            "why": str(error) if error is not None else None,
        }

    def _keep(self, line: dict[str, Any]) -> str | None:
        """Append the line; why that failed."""
        try:
            folder = workspace()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = os.open(folder / "audit.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(target, "wb") as file:
                file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        except OSError as error:
            return error.strerror or type(error).__name__
        except StoreError as error:
            return str(error)
        return None


def check() -> None:
    """Raise StoreError before anything is sent if a required line could not be written."""
    if config.load().audit_required.value:
        path = workspace() / "audit.log"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            message = f"{path}: {error.strerror}; [audit] required says it must be writable (nothing was sent)"
            raise StoreError(message) from None


def _exit(error: BaseException | None) -> int:
    if isinstance(error, ReconError):
        return int(code_of(error))
    return int(ExitCode.INTERRUPTED if isinstance(error, KeyboardInterrupt) else ExitCode.RUNTIME)


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
