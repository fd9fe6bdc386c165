"""Merging: any order and any repetition give the same run; what is foreign, damaged or missing is told."""

import json
import random

import pytest
from store_runs import record, rows_of

from recon import Plan, PlanError, StoreError, Summary, _core, store
from recon.store import receipts
from recon.store.merging import choose, merge

SHARDS = 8


def plan_of(shard, **options):
    """One shard of a plan over 64 addresses."""
    return Plan.parse("10.0.0.0/26", **{"ports": "22,80", "seed": 7, "shard": shard, **options})


def attempt(index, *, shards=SHARDS, complete=True, keep=1.0, **options):
    """An attempt at a shard in which every other target is open; ``keep`` is the part of its rows that it has."""
    plan = plan_of((index, shards), **options)
    run = store.new_run(plan)
    begin, after = plan.line.interval
    targets = plan.line.text(begin, after).decode().split()[::2]
    rows = rows_of([record(*(word.partition(":")[0], int(word.partition(":")[2]))) for word in targets], plan.line)
    writer = _core.JournalWriter(run.journal, (begin, after), plan.digest)
    writer.append(rows[: round(len(rows) * keep)])
    if complete:
        counts = {"sent": after - begin, "open": len(rows), "silent": after - begin - len(rows)}
        writer.finish(counts)
        del writer
        receipts.end(run, summary_of(plan, counts))
    return run


def summary_of(plan, counts):
    """The summary of an attempt."""
    counts = {name: counts.get(name, 0) for name in receipts.COUNTS}
    return Summary(
        **counts, targets=plan.targets, errors={"EMFILE": 1}, elapsed_s=2.0, rate_pps=10.0, backend="connect",
        bottleneck=None, recall=None, recall_why="none", exit=0,
    )  # fmt: skip


def content(run):
    """All that a merged run says, but for its name."""
    return (sorted(run.rows()), {**json.loads(run.summary.to_json()), "run": None}, run.plan.digest, list(run.rows()))


def test_any_order_and_any_repetition_give_the_same_run():
    runs = [attempt(index) for index in range(SHARDS)]
    runs += [attempt(index) for index in (2, 5, 5)]
    runs += [attempt(index, complete=False, keep=0.5) for index in (1, 2, 7)]
    first = merge(choose(runs))
    for seed in range(5):
        shuffled = runs + runs[:3]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
        assert content(merge(choose(shuffled))) == content(first)
    whole = attempt(0, shards=1)
    assert sorted(first.rows()) == sorted(whole.rows())
    assert first.plan.digest == whole.plan.digest
    assert first.state is store.RunState.COMPLETE
    assert (first.summary.open, first.summary.silent, first.summary.targets) == (64, 64, 128)
    assert first.summary.errors == {"EMFILE": SHARDS}


def test_what_is_missing_is_listed_and_counted_as_unknown():
    chosen = choose([attempt(index) for index in (1, 2, 5)] + [attempt(3, complete=False)])
    assert chosen.missing == [(0, 16), (48, 80), (96, 128)]
    assert [why for _, why in chosen.left_out] == ["is not complete: recon resume finishes it"]
    summary = merge(chosen).summary
    assert (summary.unknown, summary.exit) == (80, 3)
    assert summary.open + summary.silent + summary.unknown == summary.targets == 128


def test_shards_of_another_plan_are_refused_with_the_difference():
    with pytest.raises(PlanError, match="ports, space differ"):
        choose([attempt(0), attempt(1, ports="22,81")])
    with pytest.raises(PlanError, match="seed differ"):
        choose([attempt(0), attempt(1, seed=8)])


def test_a_journal_that_does_not_fit_its_receipt_is_refused():
    run, other = attempt(0), attempt(0, keep=0.5)
    (run.folder / "journal").write_bytes(other.journal.read_bytes())
    with pytest.raises(StoreError, match="not what its receipt says: rows, sha256"):
        choose([run])


def test_a_merged_run_is_merged_again_into_its_place_and_nothing_else_is(tmp_path):
    runs = [attempt(index) for index in range(SHARDS)]
    part = merge(choose(runs[:3]), tmp_path / "whole")
    assert part.summary.unknown == 80
    whole = merge(choose(runs), tmp_path / "whole")
    assert whole.summary.unknown == 0
    assert content(merge(choose([whole]))) == content(whole)
    part = merge(choose(runs[:3]))
    assert choose([part, *runs]).left_out[0] == (part, "is a merge that lacks positions")
    assert content(merge(choose([part, *runs]))) == content(whole)
    (tmp_path / "mine").mkdir()
    with pytest.raises(StoreError, match="there already"):
        merge(choose(runs), tmp_path / "mine")
    with pytest.raises(StoreError, match="there already"):
        merge(choose(runs), runs[0].folder)


def test_nothing_complete_is_nothing_to_merge():
    with pytest.raises(PlanError, match="not complete"):
        choose([attempt(0, complete=False)])
    with pytest.raises(PlanError):
        choose([])


def test_a_merge_holds_few_rows_at_a_time(monkeypatch):
    monkeypatch.setattr("recon.store.merging.ROWS", 4)
    runs = [attempt(index) for index in range(SHARDS)]
    assert len(list(merge(choose(runs)).rows())) == 64
