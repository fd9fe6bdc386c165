"""Shards become one run. Must never take a shard that is not whole, one of another plan, or one position twice."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon import _core
from recon.errors import PlanError, StoreError
from recon.model import Summary
from recon.plan_parts import differences
from recon.store import documents, receipts
from recon.store.errors import telling
from recon.store.home import new_run
from recon.store.places import writer_of

if TYPE_CHECKING:
    from recon.store.run import Run

ROWS = 4096
"""Rows held at a time."""

_NOT_SHARED = "shard"


@dataclass(frozen=True, slots=True)
class Shard:
    """A complete attempt at an interval of positions."""

    run: Run
    interval: tuple[int, int]
    receipt: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a merge takes: shards in the order of their intervals, and what is missing between them."""

    shards: list[Shard]
    missing: list[tuple[int, int]]
    left_out: list[tuple[Run, str]]


def choose(runs: Iterable[Run]) -> Chosen:
    """Choose one complete attempt a shard, whatever the order of ``runs`` and however often one is named.

    Of several attempts at one interval it is the one whose name is the first. Raises PlanError on runs of different
    plans, StoreError on a receipt that does not fit its journal.
    """
    known = sorted({run.id: run for run in runs}.values(), key=lambda run: run.id)
    if not known:
        raise PlanError("DIR", "no run folder was named", "recon merge shard-*")
    _refuse_foreign(known)
    complete, left_out = [], []
    for run in known:
        why = _why_not(run)
        if why is None:
            complete.append(_checked(run))
        else:
            left_out.append((run, why))
    complete.sort(key=lambda shard: (shard.interval[0], -shard.interval[1], shard.run.id))
    return _tiled(complete, left_out, len(known[0].plan.space))


def merge(chosen: Chosen, folder: Path | None = None) -> Run:
    """Write the shards as one run, in their order, a few thousand rows at a time; raises StoreError.

    ``folder`` is replaced if it is a merged run of the same plan, and otherwise has to be new.
    """
    first = chosen.shards[0].run
    plan = replace(first.plan, shard=(0, 1))
    if folder is not None:
        _make_room(folder, plan.whole_digest)
    run = new_run(plan, kind="merge", versions=first.about["run"]["plugins"], folder=folder)
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    for shard in chosen.shards:
        for rows in _rows_of(shard.run):
            writer.append(rows)
    counts = _added(chosen)
    if chosen.missing:
        counts["unknown"] += sum(after - begin for begin, after in chosen.missing)
    writer.finish(counts, max(_elapsed(shard) for shard in chosen.shards))
    del writer
    receipts.end(run, _summary(run, chosen, counts))
    return run


def _refuse_foreign(runs: list[Run]) -> None:
    first = runs[0]
    for run in runs[1:]:
        if run.about["whole_digest"] != first.about["whole_digest"]:
            parts = [name for name in differences(first.about["parts"], run.about["parts"]) if name != _NOT_SHARED]
            why = f"is of another plan than {first.folder}: {', '.join(parts)} differ"
            raise PlanError(str(run.folder), why, "the folders of one plan's shards")


def _why_not(run: Run) -> str | None:
    """Why a run is no complete attempt."""
    if writer_of(run.journal) is not None:
        return "still goes on"
    if not (run.folder / documents.RECEIPT).exists():
        return "is not complete: recon resume finishes it"
    lacks_some = run.kind == "merge" and documents.read(run.folder / documents.RECEIPT)["counts"]["unknown"]
    return "is a merge that lacks positions" if lacks_some else None


def _checked(run: Run) -> Shard:
    """Check the journal of a run against its receipt."""
    receipt = documents.read(run.folder / documents.RECEIPT)
    reader = _core.JournalReader(run.journal)
    standing = reader.state()
    found = {
        "plan": run.about["whole_digest"],
        "interval": list(standing["interval"]),
        "counts": {name: standing["tally"][name] for name in receipts.COUNTS},
        "rows": standing["rows"],
        "sha256": reader.digest(),
    }
    wrong = [name for name, value in found.items() if receipt.get(name) != value]
    if wrong or not standing["finished"]:
        message = f"{run.folder} is not what its receipt says: {', '.join(wrong) or 'its end is missing'}"
        raise StoreError(message)
    begin, after = found["interval"]
    return Shard(run, (begin, after), receipt)


def _tiled(shards: list[Shard], left_out: list[tuple[Run, str]], length: int) -> Chosen:
    """Take shards from the left, each beginning where those before it end, or later."""
    taken: list[Shard] = []
    missing, covered = [], 0
    for shard in shards:
        begin, after = shard.interval
        if begin < covered or begin == after:
            left_out.append((shard.run, "covers what another attempt covers"))
            continue
        if begin > covered:
            missing.append((covered, begin))
        taken.append(shard)
        covered = after
    if covered < length:
        missing.append((covered, length))
    if not taken:
        raise PlanError(str(left_out[0][0].folder), f"{left_out[0][1]}, and no other shard is complete", "recon resume")
    return Chosen(taken, missing, left_out)


def _rows_of(run: Run) -> Iterator[list[tuple[int | None, bytes]]]:
    reader = _core.JournalReader(run.journal)
    while rows := reader.rows(ROWS):
        yield rows


def _added(chosen: Chosen) -> dict[str, int]:
    return {name: sum(shard.receipt["counts"][name] for shard in chosen.shards) for name in receipts.COUNTS}


def _elapsed(shard: Shard) -> float:
    summary = shard.run.summary
    return summary.elapsed_s if summary else 0.0


def _summary(run: Run, chosen: Chosen, counts: dict[str, int]) -> Summary:
    """One summary of all shards; a recall is not added up, since each was measured on a path of its own."""
    parts = [summary for shard in chosen.shards if (summary := shard.run.summary) is not None]
    elapsed = max((part.elapsed_s for part in parts), default=0.0)
    errors: dict[str, int] = {}
    counted: dict[str, Any] = {name: counts[name] for name in receipts.COUNTS}
    for part in parts:
        for name, count in part.errors.items():
            errors[name] = errors.get(name, 0) + count
    return Summary(
        **counted, targets=run.plan.targets, errors=errors, elapsed_s=elapsed,
        rate_pps=sum(part.rate_pps for part in parts), backend=" and ".join(sorted({part.backend for part in parts})),
        bottleneck=None, recall=None, recall_why="of a merged run each shard tells its own",
        exit=3 if counts["unknown"] else 0, run=run.id, seed=run.plan.seed, passes=run.plan.passes,
        position=run.plan.targets, unresolved=run.plan.unresolved,
    )  # fmt: skip


def _make_room(folder: Path, whole_digest: str) -> None:
    """Take away an earlier merge of the same plan; raises StoreError on anything else that is there."""
    if not folder.exists():
        return
    with contextlib.suppress(StoreError, KeyError):
        about = documents.read(folder / documents.PLAN)
        if about["run"]["kind"] == "merge" and about["whole_digest"] == whole_digest:
            with telling("replace", folder):
                shutil.rmtree(folder)
            return
    message = f"{folder} is there already, and is no earlier merge of these shards"
    raise StoreError(message)
