"""Measures the way to a target that the user names: loss, round trip, and a rate that it carries. Asks nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from recon.cli import guard
from recon.config import load as load_config
from recon.pipeline import sweep
from recon.plan import Plan
from recon.plugins import load as load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.model import Summary

PORTS = "1-4096"
"""Where the user names none: closed ports answer as well as open ones."""

LONGEST_S = 30.0
TARGETS_MOST = 65_536
_LARGE_SWEEP = 65_536
_FEW = 20


@dataclass(frozen=True, slots=True)
class PathReport:
    """What was measured.

    ``answered`` of ``asked`` probes got an answer; ``rtt_us`` is the middle one and what 95 of 100 stay below;
    ``rate_pps`` is in probes a second, ``limit_pps`` in packets a second, none where no limit was met; ``loss`` is a
    share of control probes, none where too few ports are open for them.
    """

    target: str
    asked: int
    answered: int
    loss: float | None
    rtt_us: tuple[float, float] | None
    rate_pps: float
    limit_pps: float | None
    limited_by: str | None

    def lines(self) -> Iterator[str]:
        """Put it in words, a line at a time."""
        yield f"path to {self.target}: {self.answered:,} of {self.asked:,} probes answered"
        if not self.answered:
            yield "      nothing answered, so that nothing can be said of the path; name ports that do (-p 22,80)"
            return
        if self.rtt_us is not None:
            middle, most = (trip / 1000 for trip in self.rtt_us)
            yield f"      round trip {middle:.2f} ms in the middle, at most {most:.2f} ms for 95 of 100"
        if self.loss is not None:
            yield f"      loss {self.loss:.2%} of single probes"
        if self.asked > self.answered:
            yield f"      {self.asked - self.answered:,} stayed silent: filtered, or lost"
        if self.limit_pps is not None:
            yield f"      it carries about {self.limit_pps:,.0f} packets a second; more was lost"
        yield f"      {self.rate_pps:,.0f} probes a second were sent, held by: {self.limited_by or 'nothing'}"
        yield f"      {_LARGE_SWEEP:,} targets at that rate take {_LARGE_SWEEP / self.rate_pps:,.0f} s a pass"


def measure(target: str, ports: str | None) -> PathReport:
    """Ask a target's ports once each, at a rate that finds itself; raises PlanError, ScopeError or EngineError."""
    plugins, config = load_plugins(), load_config()
    allowed = config.settings.get("scope")
    plan = Plan.parse(
        target, ports=ports or PORTS, rate="auto", passes=1, enumerate=False, show=("open", "closed"),
        budget_s=LONGEST_S, max_packets=TARGETS_MOST, translate=plugins.translate,
        scope=str(allowed.value) if allowed else None,
    )  # fmt: skip
    plan = config.limited(plan)
    guard.check(plan, yes=False)
    with sweep(plan, plugins=plugins) as running:
        trips = [record.rtt_us for batch in running for record in batch if record.rtt_us is not None]
    return _report(target, running.summary, trips)


def _report(target: str, summary: Summary, trips: list[int]) -> PathReport:
    answered = summary.open + summary.closed + summary.unreachable
    asked = summary.targets - summary.unknown
    recall = summary.recall
    return PathReport(
        target=target,
        asked=asked,
        answered=answered,
        loss=recall.loss if recall is not None and recall.canaries >= _FEW else None,
        rtt_us=_middle_and_most(trips),
        rate_pps=summary.rate_pps,
        limit_pps=summary.path_limit_pps,
        limited_by=summary.bottleneck,
    )


def _middle_and_most(trips: list[int]) -> tuple[float, float] | None:
    if len(trips) < _FEW:
        return None
    parts = quantiles(trips, n=20)
    return parts[9], parts[18]
