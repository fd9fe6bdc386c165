"""Stored rows are written in other formats, and no line is lost without a word."""

from __future__ import annotations

import json

import pytest

from recon import Batch, Plan, Record, _core, store
from recon.cli.exits import ExitCode


def row(port, **changes):
    values = {
        "at": "2026-11-23T10:00:00.123456Z", "addr": "192.0.2.1", "host": None, "port": port, "transport": "tcp",
        "range": "", "registered": None, "state": "open", "reason": "syn-ack", "rtt_us": 85, "ttl": None,
        "services": [], "facts": {}, "banner": b"",
    }  # fmt: skip
    return Batch.of([Record(**{**values, **changes})]).to_jsonl()


@pytest.fixture
def rows(tmp_path):
    """A file of two rows."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(row(22) + row(80, state="closed"))
    return path


def test_a_file_of_rows_is_written_in_the_format_of_the_suffix(recon, rows, tmp_path):
    done = recon("export", rows, "-o", tmp_path / "rows.xml")
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.COMPLETE, "", "2 rows\n")
    assert '<port protocol="tcp" portid="22"><state state="open"' in (tmp_path / "rows.xml").read_text()


def test_standard_input_and_several_files_are_read(recon, rows):
    done = recon("export", "-", rows, "--format", "jsonl", stdin=row(443).decode())
    assert [json.loads(line)["port"] for line in done.stdout.splitlines()] == [443, 22, 80]


def test_a_list_goes_into_a_pipe_by_itself(recon, rows):
    assert recon("export", rows).stdout == "192.0.2.1:22\n"


def test_a_line_that_is_no_row_is_named_and_the_rest_is_written(recon, rows):
    with rows.open("ab") as file:
        file.write(b'{"schema":1}\n' + row(443) + b"torn")
    done = recon("export", rows)
    assert (done.returncode, done.stdout) == (ExitCode.GAPS, "192.0.2.1:22\n192.0.2.1:443\n")
    assert f"{rows}:3: no row of recon: missing field" in done.stderr
    assert f"{rows}:5: no row of recon" in done.stderr
    assert "3 rows; 2 lines could not be read\n" in done.stderr


def test_a_row_of_a_newer_schema_is_refused_by_its_number(recon, rows):
    rows.write_text(rows.read_text().replace('"schema":1', '"schema":9'))
    done = recon("export", rows)
    assert done.returncode == ExitCode.GAPS
    assert "a row of schema 9; this version reads 1" in done.stderr


def test_the_file_that_is_read_is_not_emptied(recon, rows):
    before = rows.read_bytes()
    assert recon("export", rows, "-o", rows).returncode == ExitCode.USAGE
    assert rows.read_bytes() == before


def test_a_file_that_is_not_there_is_named(recon, tmp_path):
    done = recon("export", tmp_path / "none.jsonl")
    assert done.returncode == ExitCode.USAGE
    assert "cannot be read: No such file or directory" in done.stderr


def test_a_full_disk_is_exit_5(recon, rows):
    done = recon("export", rows, "--format", "markdown", "-o", "/dev/full")
    assert done.returncode == ExitCode.STORAGE
    assert "/dev/full: No space left on device" in done.stderr


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A stored run of two open ports."""
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "home"))
    plan = Plan.parse("192.0.2.0/30", ports="22,443", seed=1)
    run = store.new_run(plan)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    writer.append([(0, row(22).strip()), (1, row(443).strip())])
    writer.finish({"open": 2, "silent": 6, "sent": 14})
    return run


def test_a_stored_run_is_exported_whole_and_filtered(recon, stored):
    assert recon("export", "last").stdout == "192.0.2.1:22\n192.0.2.1:443\n"
    assert recon("export", stored.id[:20], "port=443").stdout == "192.0.2.1:443\n"


@pytest.mark.parametrize("name", ["html", "sarif", "nmap-xml", "markdown", "arrow", "parquet"])
def test_a_stored_run_is_written_in_each_format(recon, stored, tmp_path, name):
    done = recon("export", "last", "--format", name, "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (ExitCode.COMPLETE, ""), stored.id
    begins = {"html": b"<!", "sarif": b"{", "nmap-xml": b"<?", "markdown": b"|", "arrow": b"ARROW1", "parquet": b"PAR1"}
    assert (tmp_path / "out").read_bytes().startswith(begins[name])


def test_a_run_that_is_not_there_is_named(recon, stored):
    done = recon("export", "01ZZ", "--format", "html")
    assert done.returncode == ExitCode.USAGE
    assert "01ZZ" in done.stderr, stored.id
