"""A run that is killed, cut short or stopped goes on from its journal: every target has its state once, and one row."""

import random
from collections import Counter

import journal_lab
import pytest
from journal_lab import HOSTS, LONGEST_S, RATE, WORDS, options

import recon
from recon import Plan
from recon import plugins as loader
from recon._core import JournalReader
from recon.errors import StoreError

KILLS = 20
CUTS = 24


@pytest.fixture
def listener():
    """A port that is open at every loopback address."""
    opened = journal_lab.Listener()
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path):
    """Where a journal is to be."""
    return tmp_path / "journal"


def places(rows):
    """How often each target has a row."""
    return Counter((row["addr"], row["port"], row["state"]) for row in rows)


def sweep(plan, path):
    """Sweep to the end; the rows that came this time, and the summary."""
    with recon.sweep(plan, journal=path) as running:
        rows = [(record.addr, record.port, record.state) for batch in running for record in batch]
    return rows, running.summary


def test_a_run_killed_at_random_instants_ends_as_if_it_never_was(listener, path):
    run = journal_lab.Run(path, WORDS, f"{listener.port},1", options())
    instants = random.Random(3)  # noqa: S311 - the same instants each time
    trial = run.trial(listener, [instants.uniform(0, LONGEST_S) for _ in range(KILLS)])
    assert trial.killed >= KILLS // 2
    assert trial.is_whole(HOSTS), trial
    # What was in flight, what waited for its batch, and what left since the last row: half of it to the open port.
    assert trial.again <= trial.killed * RATE


def test_counts_without_rows_survive_a_kill_too(listener, path):
    run = journal_lab.Run(path, WORDS, f"{listener.port},1", options(show=["open"]))
    run.finish([0.9, 0.6])
    rows, state = run.told()
    assert set(places(rows).values()) == {1}
    assert (len(rows), state["tally"]["open"], state["tally"]["closed"]) == (HOSTS, HOSTS, HOSTS)


def test_a_journal_cut_at_any_byte_leads_to_the_same_end(listener, path, tmp_path):
    plan = Plan.parse("127.4.0.0/24", ports=f"{listener.port},1", **options(rate="max"))
    sweep(plan, path)
    whole = path.read_bytes()
    for number in range(CUTS):
        cut = tmp_path / f"cut-{number}"
        cut.write_bytes(whole[: len(whole) * number // CUTS])
        _, summary = sweep(plan, cut)
        rows, state = journal_lab.Run(cut, "", "", {}).told()
        assert set(places(rows).values()) == {1}
        assert (len(rows), summary.open, summary.closed) == (512, 256, 256)
        assert state["finished"]


def test_a_run_that_was_stopped_goes_on(listener, path):
    plan = Plan.parse(WORDS, ports=str(listener.port), **options(rate=4000.0))
    with recon.sweep(plan, journal=path) as running:
        first = [(record.addr, record.port) for record in next(iter(running))]
    assert running.summary.interrupted
    assert not JournalReader(path).state()["finished"]
    kept = {(row["addr"], row["port"]) for row in journal_lab.Run(path, "", "", {}).told()[0]}
    assert set(first) <= kept
    rows, summary = sweep(plan, path)
    assert not kept & {(addr, port) for addr, port, _ in rows}
    assert (summary.open, len(kept) + len(rows)) == (HOSTS, HOSTS)


def test_a_finished_run_asks_nobody_again(listener, path):
    plan = Plan.parse("127.5.0.0/24", ports=str(listener.port), **options())
    _, summary = sweep(plan, path)
    asked = sum(listener.asked.values())
    rows, again = sweep(plan, path)
    assert rows == []
    assert (again.open, again.sent, again.exit) == (summary.open, summary.sent, 0)
    assert sum(listener.asked.values()) == asked


def test_another_plan_s_journal_is_refused(path):
    sweep(Plan.parse("127.6.0.1", ports="1", seed=1), path)
    with pytest.raises(StoreError, match="belongs to another plan"):
        recon.sweep(Plan.parse("127.6.0.1", ports="1", seed=2), journal=path)


def test_a_running_sweep_has_its_journal_for_itself(listener, path):
    plan = Plan.parse(WORDS, ports=str(listener.port), **options())
    with (
        recon.sweep(plan, journal=path),
        pytest.raises(StoreError, match="is in use by process"),
    ):
        recon.sweep(plan, journal=path)


def test_a_row_that_a_plugin_drops_is_settled_all_the_same(listener, path):
    class Drops:
        @recon.hookimpl
        def recon_modify_records(self, records):
            records[:] = [record for record in records if record.state == "open"]

    plugins = loader.load()
    plugins.manager.register(Drops())
    plan = Plan.parse("127.7.0.0/24", ports=f"{listener.port},1", **options())
    with recon.sweep(plan, journal=path, plugins=plugins) as running:
        for _ in running:
            pass
    reader = JournalReader(path)
    assert len(reader.rows(1000)) == 256
    tally = reader.state()["tally"]
    assert (tally["open"], tally["closed"]) == (256, 256)


@pytest.mark.parametrize("budget", [{"max_packets": 300}, {"budget_s": 0.2}], ids=["packets", "time"])
def test_what_an_earlier_attempt_spent_is_not_spent_again(listener, path, budget):
    plan = Plan.parse(WORDS, ports=str(listener.port), **options(rate=2000.0), **budget)
    _, first = sweep(plan, path)
    assert 0 < first.sent < HOSTS
    rows, second = sweep(plan, path)
    assert (rows, second.sent) == ([], first.sent)
