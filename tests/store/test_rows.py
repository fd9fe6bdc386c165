"""Rows of a run: the projection follows the journal, and is made again whenever it does not fit."""

import contextlib
import os
import sqlite3

import pytest
from store_runs import record, rows_of, service

from recon import Plan, StoreError, _core, store
from recon.store import projection, schema
from recon.store.places import network_kind, writer_of

RECORDS = [record(f"10.0.0.{number}", port, service("OpenSSH", "9.2p1")) for number in range(8) for port in (22, 80)]


def targets(rows):
    """(address, port) of each record."""
    return [(one.addr, one.port) for one in rows]


def test_rows_come_back_as_they_were_written(keep, plan):
    run = keep(RECORDS)
    assert list(run.rows()) == rows_of(RECORDS, plan.line)
    assert [one.services for one in run.records()] == [one.services for one in RECORDS]
    assert sum(map(len, run.batches())) == len(RECORDS)


def test_rows_come_by_address_where_that_is_wanted(keep):
    run = keep(reversed(RECORDS))
    assert targets(run.records()) == targets(reversed(RECORDS))
    assert targets(run.records(order="addr")) == targets(RECORDS)


def test_rows_are_whole_whether_they_fill_their_statements_or_not(keep, monkeypatch):
    monkeypatch.setattr(projection, "BATCH_ROWS", 3 * _core.Tables.GROUP + 1)
    whole = Plan.parse("10.0.0.0/24", ports="22", seed=7)
    many = [
        record(f"10.0.0.{number}", 22, *[service("OpenSSH", f"{number}.2")] * (number % 3), facts={"a": ["x", "y"]})
        for number in range(5 * _core.Tables.GROUP + 3)
    ]
    run = keep(many, whole, pieces=9)
    assert {one.addr: (one.services, one.facts) for one in run.records()} == {
        one.addr: (one.services, one.facts) for one in many
    }
    for words, expected in ((["version=40.2"], ["10.0.0.40"]), (["fact:a=y", "addr=10.0.0.9"], ["10.0.0.9"])):
        assert [one.addr for one in run.records(store.Filter.parse(words))] == expected


def test_a_row_that_nobody_can_read_is_told_with_its_journal(plan):
    run = store.new_run(plan)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    writer.append([(0, b'{"schema":2}')])
    with pytest.raises(StoreError, match=r"journal holds what this recon cannot read: .*"):
        list(run.rows())


def test_a_row_of_no_position_is_a_row(keep):
    foreign = record("192.0.2.1")
    run = keep([*RECORDS, foreign])
    assert [position for position, _ in run.rows()][-1] is None
    assert targets(run.records())[-1] == ("192.0.2.1", 22)


def test_rows_that_come_later_are_added_once(plan):
    run = store.new_run(plan)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    for end in (5, 5, 11, 16):
        done = sum(1 for _ in run.rows())
        writer.append(rows_of(RECORDS[done:end], plan.line))
        assert targets(run.records()) == targets(RECORDS[:end])


def test_a_reader_reads_on_while_others_add(plan):
    run = store.new_run(plan)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    writer.append(rows_of(RECORDS[:8], plan.line))
    with contextlib.closing(run.rows()) as reading:
        next(reading)
        writer.append(rows_of(RECORDS[8:], plan.line))
        assert len(list(run.rows())) == 16
        assert len(list(reading)) == 7


def spoil_header(path, _):
    path.write_bytes(b"no database at all" * 100)


def spoil_middle(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    data = bytearray(path.read_bytes())
    data[len(data) // 4 :] = b"\xaa" * (len(data) - len(data) // 4)
    path.write_bytes(data)


def forget_mark(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM mark")


def drop_table(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE reply")


def make_older(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION - 1}")


def empty(path, _):
    path.write_bytes(b"")


def crash_while_making(path, _):
    path.rename(path.with_name("rows.db.new"))


def remove(path, _):
    path.unlink()


@pytest.mark.parametrize(
    "spoil", [spoil_header, spoil_middle, forget_mark, drop_table, make_older, empty, crash_while_making, remove]
)
def test_a_spoilt_database_is_made_again(keep, spoil, caplog):
    run = keep(RECORDS)
    assert len(list(run.rows())) == 16
    path = run.folder / projection.NAME
    spoil(path, caplog)
    assert targets(run.records()) == targets(RECORDS)
    assert targets(run.records(order="addr")) == targets(RECORDS)
    assert not path.with_name("rows.db.new").exists()


def test_a_crash_between_two_transactions_repeats_nothing(keep, monkeypatch):
    run = keep(RECORDS, pieces=8)
    monkeypatch.setattr(projection, "BATCH_ROWS", 2)
    taken = []

    def take(*arguments):
        if len(taken) == 3:
            raise KeyboardInterrupt
        original(*arguments)
        taken.append(arguments[-1][-1])

    original = projection._take
    with monkeypatch.context() as patch:
        patch.setattr(projection, "_make", lambda path, _: projection._begin(projection._connect(path), run.journal))
        patch.setattr(projection, "_take", take)
        with pytest.raises(KeyboardInterrupt):
            list(run.rows())
    assert taken == [2, 4, 6]
    assert sorted(targets(run.records())) == sorted(targets(RECORDS))


def test_a_journal_that_is_not_the_one_that_was_read_is_read_anew(keep):
    run, other = keep(RECORDS), keep(RECORDS[:3])
    assert len(list(run.rows())) == 16
    run.journal.write_bytes(other.journal.read_bytes())
    assert targets(run.records()) == targets(RECORDS[:3])


def test_a_database_of_a_newer_recon_is_refused(keep):
    run = keep(RECORDS)
    list(run.rows())
    with contextlib.closing(sqlite3.connect(run.folder / projection.NAME)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(StoreError, match="newer recon"):
        list(run.rows())


def test_a_run_without_a_journal_says_so(plan):
    with pytest.raises(StoreError, match="no journal"):
        list(store.new_run(plan).rows())


def test_rows_of_a_folder_that_cannot_be_written_are_read_all_the_same(keep, monkeypatch, caplog):
    run = keep(RECORDS)

    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(projection.os, "open", refuse)
    assert targets(run.records(order="addr")) == targets(RECORDS)
    assert "cannot be written" in caplog.text
    assert {path.name for path in run.folder.iterdir()} == {"plan.json", "journal"}


def test_a_network_file_system_is_known_by_its_mount(tmp_path):
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mounts"
    for kind, expected in (("nfs4", "nfs4"), ("ext4", None)):
        mounts.write_text(
            f"36 35 {os.major(device)}:{os.minor(device)} / /mnt rw,noatime shared:1 - {kind} host:/x rw\n"
        )
        assert network_kind(tmp_path, mounts) == expected
    assert network_kind(tmp_path / "not there", mounts) is None
    assert network_kind(tmp_path, tmp_path / "no mounts") is None


def test_on_a_network_file_system_no_memory_is_shared(keep, monkeypatch, caplog):
    run = keep(RECORDS)
    monkeypatch.setattr(projection, "network_kind", lambda _: "nfs4")
    with contextlib.closing(projection.open_rows(run.folder)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert "nfs4" in caplog.text


def test_whoever_writes_is_known_without_taking_the_lock(plan):
    run = store.new_run(plan)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    assert writer_of(run.journal) == os.getpid()
    assert run.state is store.RunState.RUNNING
    writer.finish({"silent": plan.targets})
    del writer
    assert writer_of(run.journal) is None
    assert run.state is store.RunState.COMPLETE
