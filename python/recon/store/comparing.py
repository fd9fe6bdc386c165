"""What differs between two runs, only where both have asked. Must never call one lost answer a port that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.store.values import sixteen

if TYPE_CHECKING:
    from recon.model import Record, Service
    from recon.store.run import Run

KINDS = ("new", "gone", "changed", "unknown")
SILENT = "no answer in the second run, which may be one lost packet: --confirm asks again"

Key = tuple[bytes, int, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One port that is not what it was: ``new``, ``gone``, ``changed`` or ``unknown``, and what makes us think so."""

    kind: str
    before: Record | None
    after: Record | None
    why: str

    @property
    def record(self) -> Record:
        """The record that tells the target."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is what differs
        return found


@dataclass(frozen=True, slots=True)
class _Cover:
    """What a run has asked, and what it would have told."""

    run: Run
    interval: tuple[int, int]
    until: int
    heard_all: bool

    @classmethod
    def of(cls, run: Run) -> _Cover:
        standing, summary = run.standing, run.summary
        tally = standing.get("tally", {})
        interval = run.plan.line.interval
        finished = bool(standing.get("finished"))
        until = interval[1] if finished else (summary.position if summary else interval[0])
        return cls(run, interval, until, finished and not tally["silent"] and not tally["unknown"])

    def position(self, record: Record) -> int | None:
        """The position of a target; none where the run does not cover it."""
        found = self.run.plan.line.position_of(record.addr, record.port, record.transport)
        return found if found is not None and self.interval[0] <= found < self.interval[1] else None


def compare(first: Run, second: Run, *, facts: bool = False) -> Iterator[Difference]:
    """Yield what differs, by address and port; ``facts``: a fact that differs is a change too.

    A port is open or it is not: states other than open are evidence. What only one run covers is left out.
    """
    before, after = _Cover.of(first), _Cover.of(second)
    for old, new in _pairs(first, second):
        if _is_open(old) and _is_open(new):
            yield from _changed(old, new, facts=facts)
        elif _is_open(new) and new is not None and before.position(new) is not None:
            yield _new(before, old, new)
        elif _is_open(old) and old is not None and after.position(old) is not None:
            yield _gone(after, old, new)


def _pairs(first: Run, second: Run) -> Iterator[tuple[Record | None, Record | None]]:
    """The records of both, side by side, one target at a time; of several records of a target the first."""
    left, right = _keyed(first), _keyed(second)
    old, new = next(left, None), next(right, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old[0] < new[0]):
            assert old is not None  # noqa: S101 - the loop's condition
            yield old[1], None
            old = next(left, None)
        elif old is None or new[0] < old[0]:
            yield None, new[1]
            new = next(right, None)
        else:
            yield old[1], new[1]
            old, new = next(left, None), next(right, None)


def _keyed(run: Run) -> Iterator[tuple[Key, Record]]:
    last = None
    for record in run.records(order="addr"):
        key = (sixteen(record.addr), record.port, record.transport)
        if key != last:
            yield key, record
        last = key


def _is_open(record: Record | None) -> bool:
    return record is not None and record.state == "open"


def _new(before: _Cover, old: Record | None, new: Record) -> Difference:
    position = before.position(new)
    if old is None and (position is None or position >= before.until):
        return Difference("unknown", None, new, "open now; the first run had not come that far")
    return Difference("new", old, new, f"was {old.state} ({old.reason})" if old else "was not open")


def _gone(after: _Cover, old: Record, new: Record | None) -> Difference:
    position = after.position(old)
    if new is not None and new.state in {"closed", "unreachable"}:
        return Difference("gone", old, new, f"{new.state} ({new.reason})")
    if new is None and (position is None or position >= after.until):
        return Difference("unknown", old, None, "the second run had not come that far")
    if after.heard_all:
        return Difference("gone", old, None, "refused: every target of the second run gave an answer")
    return Difference("unknown", old, new, SILENT)


def _changed(old: Record | None, new: Record | None, *, facts: bool) -> Iterator[Difference]:
    if old is None or new is None:
        return
    ours, theirs = list(map(_gist, old.services)), list(map(_gist, new.services))
    if ours != theirs:
        yield Difference("changed", old, new, "services")
    elif facts and old.facts != new.facts:
        names = sorted(name for name in {*old.facts, *new.facts} if old.facts.get(name) != new.facts.get(name))
        yield Difference("changed", old, new, f"facts: {', '.join(names)}")


def _gist(service: Service) -> tuple[object, ...]:
    """What makes a service another one; how sure we are does not."""
    return (service.name, service.product, service.version, service.distro, service.revision, service.tls)
