"""rows.db: a journal's rows as tables to search. Must never be the only place of anything: it is made again at will."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from recon import _core
from recon.errors import StoreError
from recon.store import schema
from recon.store.errors import telling
from recon.store.places import network_kind
from recon.store.values import VERSION_ORDER

NAME, LOCK = "rows.db", "rows.lock"
BATCH_ROWS = 8192
"""Rows of one transaction: what a crash can cost."""

TAIL_BYTES = 4096
"""What is remembered of the journal before the mark, to see that it is still the same."""

_LONGEST_WAIT_S = 60.0
_CACHE_KIB = 64 * 1024
_BESIDE = ("", "-wal", "-shm", "-journal")
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT})
"""What SQLite says of a file that is none of its own, or not the one that we made."""

_Tables = list[tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]
_Piece = tuple[int, int, _Tables]

log = logging.getLogger(__name__)


def open_rows(folder: Path, indexes: Iterable[str] = ()) -> sqlite3.Connection:
    """Open the tables of a run, brought up to its journal, with these indexes; raises StoreError.

    Where the folder cannot be written, they are made anew in a temporary file of this process.
    """
    journal = folder / "journal"
    if not journal.exists():
        message = f"{folder} has no journal: nothing was stored of this run"
        raise StoreError(message)
    try:
        with _alone(folder / LOCK):
            return _current(folder / NAME, journal, indexes)
    except PermissionError:
        log.warning("%s cannot be written, so its rows are read anew each time", folder)
        return _filled(_connect(""), journal, indexes)
    except sqlite3.Error as error:
        message = f"cannot keep {folder / NAME}: {error}; the journal beside it is whole"
        raise StoreError(message) from None


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of whoever writes; raises PermissionError where the folder is not ours to write in."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise PermissionError from None
        with telling("make", path):
            raise
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is to blame, and another one made of the journal will do."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def discard(folder: Path) -> None:
    """Take a damaged rows.db away; the next reader makes another."""
    with _alone(folder / LOCK):
        _remove(folder / NAME)


def _current(path: Path, journal: Path, indexes: Iterable[str]) -> sqlite3.Connection:
    connection = _usable(path, journal)
    if connection is None:
        _make(path, journal)
        connection = _connect(path)
    kind = network_kind(path)
    if kind is not None:
        log.warning("%s is on a network file system (%s), so it is kept without a write-ahead log", path, kind)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if kind is None else 'DELETE'}")
    connection.execute("PRAGMA synchronous = NORMAL")
    return _filled(connection, journal, indexes)


def _make(path: Path, journal: Path) -> None:
    """Make the file beside its place, fast because nobody misses it, and put it there whole."""
    _remove(path)
    aside = path.with_name(NAME + ".new")
    _remove(aside)
    with contextlib.closing(_connect(aside)) as connection:
        _filled(connection, journal, ())
    with telling("write", aside):
        handle = os.open(aside, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        aside.replace(path)


def _usable(path: Path, journal: Path) -> sqlite3.Connection | None:
    """Open a file that holds the beginning of this journal; none if there is no such. Raises StoreError on a newer."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path, isolation_level=None, timeout=_LONGEST_WAIT_S)
    try:
        _prepare(connection)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application == schema.APPLICATION and version > schema.VERSION:
            connection.close()
            message = (
                f"{path} was written by a newer recon (form {version}, this one knows {schema.VERSION}): update it"
            )
            raise StoreError(message)
        if (application, version) == (schema.APPLICATION, schema.VERSION) and _fits(connection, journal):
            return connection
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        log.warning("%s is damaged (%s), and is made again from the journal", path, error)
    connection.close()
    return None


def _fits(connection: sqlite3.Connection, journal: Path) -> bool:
    offset, tail, _ = connection.execute("SELECT offset, tail, replies FROM mark").fetchone() or (-1, b"", 0)
    return bool(offset >= 0 and tail == _tail(journal, offset))


def _tail(journal: Path, offset: int) -> bytes:
    """A digest of what stands before ``offset``."""
    with telling("read", journal), journal.open("rb") as file:
        first = max(0, offset - TAIL_BYTES)
        file.seek(first)
        return hashlib.sha256(offset.to_bytes(8, "big") + file.read(offset - first)).digest()


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_LONGEST_WAIT_S)
    _prepare(connection)
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.create_function(VERSION_ORDER, 1, _core.version_key, deterministic=True)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _filled(connection: sqlite3.Connection, journal: Path, indexes: Iterable[str]) -> sqlite3.Connection:
    """Bring the tables up to the journal, and make the indexes that are wanted."""
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        _begin(connection, journal)
    offset, replies = connection.execute("SELECT offset, replies FROM mark").fetchone()
    for mark, count, tables in _made(journal, offset, replies):
        replies += count
        _take(connection, tables, (mark, _tail(journal, mark), replies))
    for name in sorted(indexes):
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {schema.INDEXES[name]}")
    return connection


def _begin(connection: sqlite3.Connection, journal: Path) -> None:
    """Make the tables in a file that is not in place yet: a crash only leaves it lying, so nothing need be undone."""
    connection.executescript(
        f"PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema.TABLES}"
        f"PRAGMA application_id = {schema.APPLICATION}; PRAGMA user_version = {schema.VERSION};"
    )
    connection.execute("INSERT INTO mark VALUES (1, 0, ?, 0)", (_tail(journal, 0),))


def _made(journal: Path, offset: int, replies: int) -> Iterator[_Piece]:
    try:
        yield from _core.Tables(journal, offset, replies, BATCH_ROWS)
    except ValueError as error:
        message = f"{journal} holds what this recon cannot read: {error}"
        raise StoreError(message) from None


def _take(connection: sqlite3.Connection, tables: _Tables, mark: tuple[int, bytes, int]) -> None:
    """Put rows and the mark behind them into the tables, all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for (table, columns), (groups, rest) in zip(schema.COLUMNS.items(), tables, strict=True):
            row = f"({', '.join('?' * columns)})"
            connection.executemany(f"INSERT INTO {table} VALUES {', '.join([row] * _core.Tables.GROUP)}", groups)  # noqa: S608 - our own SQL
            connection.executemany(f"INSERT INTO {table} VALUES {row}", rest)  # noqa: S608 - as above
        connection.execute("UPDATE mark SET offset = ?, tail = ?, replies = ?", mark)


def _remove(path: Path) -> None:
    with telling("remove", path):
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
