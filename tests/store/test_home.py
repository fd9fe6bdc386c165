"""Run folders: where they are, and how a word finds one."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from recon import PlanError, StoreError, store
from recon.store.retention import Keep, remove
from recon.store.ulid import is_id, made_at, new_id


def test_names_sort_by_time_and_tell_it():
    names = [new_id(second * 1_000_000_000) for second in (1, 2, 1_795_428_000)]
    assert names == sorted(names)
    assert all(map(is_id, names))
    assert made_at(names[2]) == datetime.fromtimestamp(1_795_428_000, UTC)
    assert len({new_id(5) for _ in range(100)}) == 100
    assert not is_id("last")
    assert not is_id("U" * 26)


def test_a_run_is_found_by_last_by_its_beginning_and_by_its_path(keep):
    first, last = keep(), keep()
    assert store.find_run("last").folder == last.folder
    assert store.find_run(first.id).folder == first.folder
    differ = next(at for at in range(26) if first.id[at] != last.id[at])
    assert store.find_run(first.id[: differ + 1].lower()).folder == first.folder
    assert store.find_run(str(first.folder)).id == first.id
    assert [run.id for run in store.runs()] == [first.id, last.id]


def test_a_beginning_of_several_runs_is_refused_with_their_names(keep):
    runs = [keep(), keep()]
    with pytest.raises(PlanError, match="several") as caught:
        store.find_run(runs[0].id[:2])
    assert all(run.id in str(caught.value) for run in runs)


@pytest.mark.parametrize("word", ["last", "01K", "", "..", "/nowhere/at/all"])
def test_a_word_that_finds_nothing_is_named(word):
    with pytest.raises(PlanError):
        store.find_run(word)


def test_a_copied_folder_keeps_its_name_and_its_plan(keep, tmp_path):
    run = keep()
    known = run.id, run.plan.digest
    run.folder.rename(tmp_path / "copy")
    copy = store.find_run(str(tmp_path / "copy"))
    assert (copy.id, copy.plan.digest) == known


def test_the_plan_stands_with_its_parts_and_versions(plan):
    run = store.new_run(plan, versions={"recon-ssh": "1.2"})
    found = json.loads((run.folder / "plan.json").read_text())
    assert found["digest"] == plan.digest
    assert found["run"] == {"id": run.id, "kind": "sweep", "plugins": {"recon-ssh": "1.2"}}
    assert run.plan.digest == plan.digest
    assert run.state is store.RunState.BROKEN
    assert (run.summary, run.standing) == (None, {})


def test_a_workspace_that_cannot_be_made_says_where_and_why(plan, home):
    home.write_text("a file")
    with pytest.raises(StoreError, match=f"cannot make {home}.*: "):
        store.new_run(plan)


def test_half_a_plan_is_told_as_damage(plan):
    run = store.new_run(plan)
    (run.folder / "plan.json").write_text('{"digest": ')
    with pytest.raises(StoreError, match="damaged"):
        _ = run.about


def test_what_is_kept_are_the_newest_or_the_youngest(keep):
    runs = [keep() for _ in range(3)]
    now = runs[2].made_at
    assert [run.id for run in Keep.parse("2").spare(runs, now)] == [runs[0].id]
    assert Keep.parse("9").spare(runs, now) == []
    assert Keep.parse("0").spare(runs, now) == runs
    assert Keep.parse("1d").spare(runs, now) == []
    assert Keep.parse("1d").spare(runs, now + timedelta(days=2)) == runs
    with pytest.raises(PlanError, match="30d"):
        Keep.parse("some")


def test_a_run_that_can_go_on_is_never_spared(keep):
    runs = [keep(finished=False), keep()]
    assert Keep.parse("0").spare(runs, runs[1].made_at) == [runs[1]]


def test_a_removed_run_is_gone_whole(keep):
    run = keep()
    remove(run)
    assert list(run.folder.parent.iterdir()) == []
