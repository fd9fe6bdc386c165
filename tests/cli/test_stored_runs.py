"""The commands about stored runs, as their user meets them."""

from __future__ import annotations

import json

import pytest

from recon import Batch, Plan, Record, Service, _core, store


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A workspace for each test."""
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def record(number, version, banner=b""):
    """An open port with OpenSSH."""
    service = Service("ssh", product="OpenSSH", version=version, confidence=0.98, evidence={})
    return Record(
        at="2026-11-23T10:00:00.000000Z", addr=f"10.0.0.{number}", host=None, port=22, transport="tcp", range="",
        registered=None, state="open", reason="syn-ack", rtt_us=5, ttl=None, services=[service], facts={},
        banner=banner,
    )  # fmt: skip


@pytest.fixture
def stored():
    """A run with three open ports; ``finished`` or not."""

    def make(*, finished=True):
        plan = Plan.parse("10.0.0.0/29", ports="22", seed=1)
        run = store.new_run(plan)
        writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
        lines = Batch.of([record(3, "9.10"), record(1, "8.9p1", b"\x1b[31m"), record(2, "9.2")]).to_jsonl().splitlines()
        writer.append([(place, line) for place, line in enumerate(lines)])
        if finished:
            writer.finish({"open": 3, "silent": 5, "sent": 8})
        return run

    return make


def test_runs_are_listed_and_shown(recon, stored):
    run = stored()
    done = recon("runs")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    for word in (run.id, "complete", " 8 ", " 3 ", "10.0.0.0/29 -p 22"):
        assert word in done.stdout
    assert done.stderr.startswith("1 run, ")
    row = json.loads(recon("runs", "--format", "jsonl").stdout)
    assert (row["run"], row["state"], row["targets"], row["open"]) == (run.id, "complete", 8, 3)


def test_rows_are_shown_by_address_in_each_format(recon, stored):
    run = stored()
    assert recon("show", "last").stdout == "10.0.0.1:22\n10.0.0.2:22\n10.0.0.3:22\n"
    assert recon("show", run.id[:20], "--order", "found", "port=22").stdout.split() == [
        "10.0.0.3:22",
        "10.0.0.1:22",
        "10.0.0.2:22",
    ]
    rows = recon("show", run.folder, "product=openssh", "version<9.2", "--format", "jsonl").stdout
    assert json.loads(rows)["services"][0]["version"] == "8.9p1"
    assert "\\x1b[31m" in recon("show", "last", "--format", "csv").stdout
    table = recon("show", "last", "version>9.2", "--format", "table")
    assert "OpenSSH 9.10" in table.stdout
    assert table.stderr == ""


def test_a_file_takes_rows_and_its_name_says_how(recon, stored, tmp_path):
    stored()
    assert recon("show", "last", "-o", tmp_path / "rows.jsonl").stdout == ""
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 3


def test_a_run_that_was_broken_off_is_shown_and_said_to_be(recon, stored):
    run = stored(finished=False)
    done = recon("show", "last")
    assert (done.returncode, len(done.stdout.split())) == (0, 3)
    assert f"run {run.id} was broken off; to finish it: recon resume {run.id}" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "nothing"), 2, "no such run"),
        (("show", "last", "prodct=x"), 2, "did you mean product"),
        (("show", "last", "--order", "size"), 2, "not one of addr, found"),
        (("rm",), 2, "Missing|name the runs|Usage"),
        (("rm", "last", "--keep", "3"), 2, "--keep"),
        (("rm", "--keep", "some"), 2, "30d"),
    ],
)
def test_a_bad_word_is_named(recon, stored, words, code, said):
    stored()
    done = recon(*words)
    assert done.returncode == code
    assert any(word in done.stderr + done.stdout for word in said.split("|"))


def test_without_a_run_that_is_said(recon, home):
    done = recon("show", "last")
    assert done.returncode == 2
    assert f"no run is stored in {home}" in done.stderr
    assert recon("runs").stdout == ""


def test_damage_is_exit_5(recon, stored):
    run = stored()
    data = bytearray(run.journal.read_bytes())
    data[len(data) // 3] ^= 0xFF
    run.journal.write_bytes(data)
    done = recon("show", "last")
    assert done.returncode == 5
    assert str(run.journal) in done.stderr
    assert "Traceback" not in done.stderr


def test_runs_are_removed_by_name_or_by_age(recon, stored):
    runs = [stored(), stored(finished=False), stored()]
    dry = recon("rm", "--keep", "1", "--dry-run")
    assert dry.stderr == f"would remove {runs[0].id}\n"
    assert recon("rm", "--keep", "1").returncode == 0
    assert [run.id for run in store.runs()] == [runs[1].id, runs[2].id]
    assert recon("rm", runs[1].id).stderr == f"removed {runs[1].id}\n"
    assert [run.id for run in store.runs()] == [runs[2].id]
