"""``recon diff`` and ``recon merge`` as their user meets them, on loopback."""

from __future__ import annotations

import html.parser
import json

import pytest

from recon import Batch, Plan, Record, Service, _core, store

EVIL = "<script>|`\x1b[31m"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A workspace for each test."""
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def stored():
    """A complete run over 127.66.0.0/30 with these products by last part of the address; silent elsewhere."""

    def make(port, **products):
        plan = Plan.parse("127.66.0.0/30", ports=str(port), seed=1, rate=1000)
        run = store.new_run(plan)
        records = [record(f"127.66.0.{name[1:]}", port, product) for name, product in products.items()]
        writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
        rows = Batch.of(records).to_jsonl().splitlines()
        writer.append([(None, row) for row in rows])
        writer.finish({"open": len(rows), "silent": 4 - len(rows), "sent": 4})
        return run.id

    return make


def record(addr, port, product):
    """An open port."""
    service = Service("ssh", product=product, version="1", confidence=0.9, evidence={})
    return Record(
        at="2026-11-23T10:00:00.000000Z", addr=addr, host=None, port=port, transport="tcp", range="", registered=None,
        state="open", reason="syn-ack", rtt_us=5, ttl=None, services=[service], facts={}, banner=b"",
    )  # fmt: skip


def test_differences_are_told_with_an_exit_code(recon, stored):
    first, second = stored(22, a0="A", a1="B"), stored(22, a0="A", a1="C", a2="D")
    done = recon("diff", first, second)
    assert done.returncode == 1
    assert [line.split()[:3] for line in done.stdout.splitlines()] == [
        ["~", "changed", "127.66.0.1:22/tcp"],
        ["+", "new", "127.66.0.2:22/tcp"],
    ]
    assert "B 1 -> C 1" in done.stdout
    assert "1 new, 0 gone, 1 changed, 0 unknown" in done.stderr
    assert recon("diff", first, first).returncode == 0
    assert recon("diff", first, second, "--fail-on", "gone").returncode == 0
    assert recon("diff", first, second, "--fail-on", "new").returncode == 1
    assert recon("diff", first, second, "--fail-on", "old").returncode == 2
    assert recon("diff", second, first, "--fail-on", "new").returncode == 0


def test_what_only_is_unknown_is_a_gap(recon, stored):
    done = recon("diff", stored(22, a0="A"), stored(22))
    assert done.returncode == 3
    assert "--confirm" in done.stdout


def test_each_format_keeps_what_a_target_said_as_text(recon, stored):
    runs = stored(22), stored(22, a0=EVIL)
    row = json.loads(recon("diff", *runs, "--format", "json").stdout)
    assert (row["kind"], row["before"], row["after"]["services"][0]["product"]) == ("new", None, EVIL)
    text = recon("diff", *runs).stdout
    assert "\x1b" not in text
    table = recon("diff", *runs, "--format", "markdown").stdout.splitlines()
    assert len(table[-3].replace("\\|", "").split("|")) == 6
    assert "| `<script>" in table[-3]
    page = recon("diff", *runs, "--format", "html").stdout
    tags, reader = set(), html.parser.HTMLParser()
    reader.handle_starttag = lambda tag, _: tags.add(tag)
    reader.feed(page)
    assert tags == {"html", "meta", "title", "style", "h1", "table", "tr", "th", "td", "p"}


def test_what_is_silent_is_asked_again_before_it_is_called_gone(recon, stored, greeter, closed_port):
    alive = stored(greeter.port, a0="A"), stored(greeter.port)
    done = recon("diff", *alive, "--confirm")
    assert (done.returncode, done.stdout) == (0, "")
    dead = stored(closed_port, a0="A"), stored(closed_port)
    done = recon("diff", *dead, "--confirm")
    assert done.returncode == 1
    assert "- gone" in done.stdout
    assert "closed when asked again" in done.stdout


def test_shards_that_were_swept_apart_become_the_whole(recon, greeter, home, tmp_path):
    plan = ("127.66.0.0/28", "-p", greeter.port, "--seed", "5", "--no-enumerate")
    for index in (2, 0, 1, 0):
        assert recon("sweep", *plan, "--shard", f"{index}/3").returncode == 0
    done = recon("merge", *sorted((home / "runs").iterdir()), "-o", tmp_path / "whole")
    assert done.returncode == 0
    assert "merged 3 shards" in done.stderr
    assert "left out" in done.stderr
    whole = recon("show", tmp_path / "whole").stdout
    assert whole == "".join(f"127.66.0.{last}:{greeter.port}\n" for last in range(16))
    assert recon("sweep", *plan).returncode == 0
    assert recon("diff", "last", tmp_path / "whole").returncode == 0
    part = recon("merge", *sorted((home / "runs").iterdir())[:1])
    assert part.returncode == 3
    assert "missing: positions 0 to 9" in part.stderr
    assert recon("resume", tmp_path / "whole").returncode == 2
