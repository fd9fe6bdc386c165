"""One stored run: its plan, how it ended, and its rows. Must never change the journal."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon import _core
from recon.errors import StoreError
from recon.model import Recall, Record, Summary
from recon.plan import Plan
from recon.store import documents, projection
from recon.store.places import writer_of
from recon.store.ulid import is_id, made_at

if TYPE_CHECKING:
    from recon.store.filters import Filter

JOURNAL = "journal"
BATCH_ROWS = 1024

Rows = Generator[tuple[int | None, bytes], None, None]
ORDERS = {"addr": "addr, port, transport, number", "found": "number"}
"""Orders of rows: by target, or as they were found."""


class RunState(Enum):
    """How a run stands: ``running`` in some process, ``complete``, ``interrupted`` in order, or ``broken`` off."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    BROKEN = "broken"


class Run:
    """A run folder. Reading rows brings ``rows.db`` up to the journal first, also while the run goes on."""

    def __init__(self, folder: Path) -> None:
        """Look at ``folder``; what is in it is read when it is asked for."""
        self.folder = folder

    @property
    def journal(self) -> Path:
        """Where the engine writes what it finds: all else that is known of the rows is made of it."""
        return self.folder / JOURNAL

    @cached_property
    def about(self) -> Mapping[str, Any]:
        """What stands in ``plan.json``; raises StoreError where that cannot be read."""
        return documents.read(self.folder / documents.PLAN)

    @property
    def id(self) -> str:
        """The run's name; a copied folder keeps it."""
        return str(self.about.get("run", {}).get("id", self.folder.name))

    @property
    def kind(self) -> str:
        """``sweep``, ``merge`` or ``import``."""
        return str(self.about.get("run", {}).get("kind", "sweep"))

    @property
    def made_at(self) -> datetime:
        """When the run began, as its name says; the folder's time where it has another name."""
        if is_id(self.id):
            return made_at(self.id)
        return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)

    @cached_property
    def plan(self) -> Plan:
        """The plan, built again without resolving a name; raises PlanError on one that this recon cannot build."""
        return Plan.from_json((self.folder / documents.PLAN).read_bytes())

    @property
    def summary(self) -> Summary | None:
        """How it ended; none while it runs, and of a run that was broken off."""
        path = self.folder / documents.SUMMARY
        if not path.exists():
            return None
        found = dict(documents.read(path))
        known = {field.name for field in fields(Summary)}
        recall = found.get("recall")
        found["recall"] = Recall(**recall) if recall else None
        found["unresolved"] = tuple(found.get("unresolved", ()))
        try:
            return Summary(**{name: value for name, value in found.items() if name in known})
        except TypeError as error:
            message = f"{path} is damaged: {error}"
            raise StoreError(message) from None

    @property
    def state(self) -> RunState:
        """How it stands now."""
        if writer_of(self.journal) is not None:
            return RunState.RUNNING
        if self.standing.get("finished"):
            return RunState.COMPLETE
        summary = self.folder / documents.SUMMARY
        return RunState.INTERRUPTED if summary.exists() else RunState.BROKEN

    @property
    def standing(self) -> Mapping[str, Any]:
        """What the journal adds up to now (``tally``, ``settled``, ``rows``, ``finished``); empty without one."""
        return _core.JournalReader(self.journal).state() if self.journal.exists() else {}

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())

    def rows(self, where: Filter | None = None, *, order: str = "found") -> Rows:
        """Yield (position, JSON row without its line feed), as ``ORDERS`` names them; raises StoreError.

        The position is none for a row that a plugin added.
        """
        sql, values = _select(where, ORDERS[order])
        indexes = set(where.indexes) if where else set()
        if order == "addr" and not indexes:
            indexes.add("reply_addr")
        given = 0
        for attempt in range(2):
            try:
                for row in self._read(f"{sql} LIMIT -1 OFFSET {given}", values, indexes):
                    given += 1
                    yield row
            except sqlite3.Error as error:
                if attempt or not projection.is_damage(error):
                    message = f"cannot read {self.folder / projection.NAME}: {error}"
                    raise StoreError(message) from None
                projection.discard(self.folder)
            else:
                return

    def batches(self, where: Filter | None = None, *, order: str = "found") -> Generator[_core.Batch, None, None]:
        """Yield the rows as batches, which is what sinks take."""
        held: list[bytes] = []
        for _, row in self.rows(where, order=order):
            held.append(row)
            if len(held) == BATCH_ROWS:
                yield _core.Batch.parse(b"\n".join(held))
                held = []
        if held:
            yield _core.Batch.parse(b"\n".join(held))

    def records(self, where: Filter | None = None, *, order: str = "found") -> Iterator[Record]:
        """Yield the rows as records."""
        for batch in self.batches(where, order=order):
            yield from batch

    def _read(self, sql: str, values: Iterable[object], indexes: Iterable[str]) -> Rows:
        with contextlib.closing(projection.open_rows(self.folder, indexes)) as connection:
            yield from connection.execute(sql, tuple(values))


def _select(where: Filter | None, order: str) -> tuple[str, tuple[object, ...]]:
    condition = f" WHERE {where.where.sql}" if where and where.where.sql else ""
    sql = f"SELECT position, row FROM reply{condition} ORDER BY {order}"  # noqa: S608 - our own SQL; values are parameters
    return sql, where.where.values if where else ()
