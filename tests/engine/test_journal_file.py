"""A journal as a file: what is written is read, whatever was torn off or flipped at its end; nobody else writes it."""

import hashlib
import os
import subprocess
import sys

import pytest

from recon._core import JournalReader, JournalWriter
from recon.errors import StoreError

COUNTS = {"sent": 9, "open": 4, "closed": 1, "unreachable": 0, "silent": 0, "unknown": 0}
FRAMES = [[(1, b'{"port":1}'), (None, b'{"added":true}')], [(7, b'{"port":7}')], [(3, b"{}"), (2, b'{"port":2}')]]
ROWS = [row for frame in FRAMES for row in frame]
PREAMBLE = 24
VERSION_AT = 8


@pytest.fixture
def path(tmp_path):
    """Where a journal is to be."""
    return tmp_path / "journal"


def write(path, *, finish=True):
    """A journal of three frames of rows, and the offset behind each."""
    writer = JournalWriter(path, (0, 5), "line")
    ends = [path.stat().st_size]
    for frame in FRAMES:
        writer.append(frame)
        ends.append(path.stat().st_size)
    if finish:
        writer.finish(COUNTS)
    return ends


def whole_frames(ends, length):
    """The rows of the frames that end within ``length`` bytes."""
    return [row for end, frame in zip(ends[1:], FRAMES, strict=True) if end <= length for row in frame]


def test_what_is_written_is_read(path):
    write(path)
    reader = JournalReader(path)
    assert reader.rows(100) == ROWS
    assert reader.rows(100) == []
    state = reader.state()
    assert {name: state["tally"][name] for name in COUNTS} == COUNTS
    told = {name: state[name] for name in ("settled", "rows", "torn", "finished", "interval", "line")}
    assert told == {"settled": 5, "rows": 5, "torn": 0, "finished": True, "interval": (0, 5), "line": "line"}
    assert reader.digest() == hashlib.sha256(b"".join(row + b"\n" for _, row in ROWS)).hexdigest()


def test_a_reader_goes_on_where_another_left_off_and_sees_what_came_since(path):
    writer = JournalWriter(path, (0, 5), "line")
    writer.append(FRAMES[0])
    reader = JournalReader(path)
    assert reader.rows(1) == FRAMES[0]
    assert reader.rows(1) == []
    for frame in FRAMES[1:]:
        writer.append(frame)
    assert JournalReader(path, reader.offset).rows(1) == FRAMES[1]
    assert reader.rows(100) == FRAMES[1] + FRAMES[2]


def test_a_journal_cut_at_any_byte_gives_its_whole_frames(path, tmp_path):
    ends = write(path, finish=False)
    whole = path.read_bytes()
    cut = tmp_path / "cut"
    for length in range(ends[0], len(whole) + 1):
        cut.write_bytes(whole[:length])
        reader = JournalReader(cut)
        assert reader.rows(100) == whole_frames(ends, length)
        assert reader.state()["torn"] == length - max(end for end in ends if end <= length)


def test_a_journal_cut_within_its_head_is_begun_again(path):
    ends = write(path, finish=False)
    whole = path.read_bytes()
    for length in range(ends[0]):
        path.write_bytes(whole[:length])
        with pytest.raises(StoreError, match="is no journal"):
            JournalReader(path)
        write(path)
        assert JournalReader(path).rows(100) == ROWS


def test_a_torn_end_is_cut_before_more_is_written(path):
    ends = write(path, finish=False)
    path.write_bytes(path.read_bytes()[: ends[-1] - 3])
    JournalWriter(path, (0, 5), "line").append(FRAMES[2])
    assert JournalReader(path).rows(100) == ROWS
    assert path.stat().st_size == ends[-1]


def test_a_byte_flipped_anywhere_in_the_last_frame_costs_that_frame_only(path):
    ends = write(path, finish=False)
    whole = path.read_bytes()
    for at in range(ends[-2], len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        reader = JournalReader(path)
        assert reader.rows(100) == FRAMES[0] + FRAMES[1]
        assert reader.state()["torn"] == ends[-1] - ends[-2]


def test_a_byte_flipped_before_the_last_frame_is_damage_not_an_end(path):
    ends = write(path, finish=False)
    whole = path.read_bytes()
    for at in range(PREAMBLE, ends[-2]):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        with pytest.raises(StoreError, match="is damaged at byte"):
            JournalReader(path).rows(100)
        with pytest.raises(StoreError, match="is damaged at byte"):
            JournalWriter(path, (0, 5), "line")


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"reconjnX" + bytes(100)])
def test_what_is_no_journal_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is no journal of recon"):
        JournalReader(path)


def test_another_s_file_is_never_written_to(path):
    path.write_bytes(b"something else")
    with pytest.raises(StoreError, match="is no journal of recon"):
        JournalWriter(path, (0, 5), "line")
    assert path.read_bytes() == b"something else"


def test_a_newer_format_is_named(path):
    write(path)
    whole = bytearray(path.read_bytes())
    whole[VERSION_AT] = 9
    path.write_bytes(whole)
    with pytest.raises(StoreError, match="written by a newer recon: its format is 9, this version reads up to 1"):
        JournalReader(path)


def test_a_journal_of_another_line_is_refused(path):
    write(path)
    for interval, line in (((0, 5), "another"), ((0, 6), "line")):
        with pytest.raises(StoreError, match="belongs to another plan"):
            JournalWriter(path, interval, line)


def test_two_processes_cannot_write_one_journal(path):
    held = JournalWriter(path, (0, 5), "line")
    code = f"from recon._core import JournalWriter; JournalWriter({str(path)!r}, (0, 5), 'line')"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert f"is in use by process {os.getpid()}" in other.stderr
    del held
    JournalWriter(path, (0, 5), "line").append(FRAMES[0])
    assert JournalReader(path).rows(100) == FRAMES[0]


def test_an_offset_within_a_frame_is_refused(path):
    ends = write(path)
    with pytest.raises(StoreError, match="damaged"):
        JournalReader(path, ends[1] + 1)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        JournalWriter(tmp_path / "nowhere" / "journal", (0, 5), "line")
    with pytest.raises(StoreError, match="nowhere"):
        JournalReader(tmp_path / "nowhere" / "journal")
