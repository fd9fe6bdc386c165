"""A running sweep as Python sees it: batches forward, stop backward. Owns the hooks around a run."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from recon import _core, proofs
from recon import plugins as plugin_loader
from recon.enumeration import Driver
from recon.errors import EngineError, StoreError
from recon.model import Probe, Progress, Summary
from recon.plan import Plan
from recon.probes.snmp import community_probe

if TYPE_CHECKING:
    from recon.plugins import Plugins

COMPLETE, GAPS, INTERRUPTED = 0, 3, 130

log = logging.getLogger(__name__)


class Sweep:
    """A running plan. Iterate it for batches; use it as a context manager so that it always ends."""

    def __init__(
        self, plan: Plan, plugins: Plugins | None = None, *, journal: str | PathLike[str] | None = None
    ) -> None:
        """Start ``plan`` with the given ``plugins`` (none: load the installed ones).

        ``journal`` is a file that survives any end of the process: where it exists, the run that it tells of goes on.
        Raises StoreError when it is another plan's, in use, or cannot be written.
        """
        self.plan = plan
        self._plugins = plugins if plugins is not None else plugin_loader.load()
        self._plugins.review(plan)
        self._edits = self._plugins.edits_records
        self._summary: Summary | None = None
        self._stopped = False
        self._cut_short = False
        self._keeps = journal is not None
        pack = pack_of(self._plugins, plan.allow, community=plan.community) if plan.enumerate else None
        self._core = _core.Sweep(
            plan.space,
            pack,
            seed=plan.seed,
            shard=plan.shard,
            rate=plan.rate_pps,
            auto=plan.is_rate_auto,
            goal=plan.goal,
            budget_s=plan.budget_s,
            max_packets=plan.max_packets,
            timeout_ms=plan.timeout_ms,
            passes=plan.passes,
            threads=plan.threads,
            window=plan.window,
            source_port=plan.source_port,
            show=plan.show,
            names=plan.names,
            transcripts=plan.transcripts,
            deep=plan.is_deep,
            raw=(plan.interface, plan.source_ip) if plan.is_raw else None,
            scope=plan.scope.core if plan.scope else None,
            caps=(plan.per_host, plan.per_net),
            journal=journal,
        )
        self._driver = self._make_driver() if pack and plan.is_deep else None
        self._plugins.started(plan)

    def __enter__(self) -> Self:
        """Return the sweep itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop if still running, and finish."""
        self.stop()
        if self._summary is None and not isinstance(error, EngineError | StoreError):
            for _ in self._acknowledged() if self._keeps else self._batches():
                pass
            self._finish()

    def __iter__(self) -> Iterator[_core.Batch]:
        """Yield batches as they come; waiting releases the GIL, and Ctrl-C is raised within 100 ms."""
        yield from self._acknowledged()
        self._finish()

    def _acknowledged(self) -> Iterator[_core.Batch]:
        """Batches as plugins leave them; the journal has them before anybody else."""
        for taken, is_whole in self._batches():
            kept = self._plugins.modify(taken) if self._edits else taken
            if self._keeps and is_whole:
                self._core.record(taken, kept)
            yield kept

    def _batches(self) -> Iterator[tuple[_core.Batch, bool]]:
        """Batches, and whether their conversations came to their end."""
        if self._driver is not None:
            return self._enumerated(self._driver)
        is_whole = True  # what the engine itself cuts short it knows
        return zip(self._core, repeat(is_whole))

    def _enumerated(self, driver: Driver) -> Iterator[tuple[_core.Batch, bool]]:
        """Batches whose enumerators have run; a record waits for no other record's."""
        done = False
        while not done or driver.in_flight:
            batch, answers, over = self._core.wait(batches=driver.has_room)
            done = done or over
            driver.hear(answers)
            if self._stopped:
                self._cut_short = self._cut_short or driver.in_flight > 0
                driver.abandon()
            if batch is not None:
                yield from self._begun(driver, batch)
            orders = driver.orders()
            if orders:
                self._core.order(orders)
            yield from zip(driver.finished(), repeat(not self._stopped))
        self._core.finish()

    def _begun(self, driver: Driver, batch: _core.Batch) -> Iterator[tuple[_core.Batch, bool]]:
        """What of a batch no enumerator is for; after a stop also what one was for, which is cut short."""
        if self._stopped:
            wanted, others = batch.split(driver.services)
        else:
            wanted, others = None, driver.take(batch)
        if wanted:
            yield wanted, False
        if len(others):
            yield others, True

    def _make_driver(self) -> Driver | None:
        enumerators = self._plugins.enumerators()
        return Driver(enumerators, self._plugins.fault) if enumerators else None

    def stop(self) -> None:
        """End early; what is under way is concluded. Safe from any thread and from signal handlers."""
        self._stopped = True
        self._core.stop()

    def progress(self) -> Progress:
        """Counters now."""
        return self._core.progress()

    @property
    def summary(self) -> Summary:
        """The finished run's summary; raises EngineError while it is running."""
        if self._summary is None:
            message = "the sweep is still running; iterate it to its end, or stop() it, before asking for its summary"
            raise EngineError(message)
        return self._summary

    def _finish(self) -> None:
        if self._summary is not None:
            return
        self._core.close_journal()
        values: dict[str, Any] = self._core.summary()
        values["interrupted"] = values["interrupted"] or self._cut_short
        summary = Summary(
            **values,
            exit=COMPLETE,
            seed=self.plan.seed,
            unresolved=self.plan.unresolved,
            plugin_faults=dict(self._plugins.faults),
        )
        self._summary = summary.with_exit(_exit_code(summary))
        self._plugins.finished(self.plan, self._summary)


def sweep(
    plan: Plan | str,
    *targets: str,
    plugins: Plugins | None = None,
    journal: str | PathLike[str] | None = None,
    **options: Any,  # noqa: ANN401
) -> Sweep:
    """Start a plan, or the plan made of target words and the options of ``Plan.parse``.

    ``recon.sweep("10.0.0.0/16", ports="22")``. Raises PlanError, ScopeError or EngineError.
    """
    if isinstance(plan, str):
        plugins = plugins if plugins is not None else plugin_loader.load()
        plan = Plan.parse(plan, *targets, translate=plugins.translate, **options)
    return Sweep(plan, plugins, journal=journal)


def pack_of(plugins: Plugins, allow: Sequence[str] = (), *, community: str | None = None) -> _core.Pack:
    """Compile the probes of all plugins; a broken probe is a fault of its plugin and left out.

    A probe that needs what ``allow`` does not name is never sent; its matches stay. SNMP agents are asked
    with ``community`` first, if there is one.

    What was proven of a match in an earlier run (its pattern, its examples) is not proven again.
    """
    asked = [] if community is None else [("snmp", community_probe(community))]
    pack = _core.Pack(asked + _muted(plugins.probes(), allow), proofs.load())
    if (fresh := pack.new_proofs) is not None:
        proofs.keep(fresh)
    for name, probe, why in pack.faults:
        plugins.fault(name, f"probe {probe} left out: {why}")
    return pack


def _muted(probes: Iterable[tuple[str, Probe]], allow: Sequence[str]) -> list[tuple[str, Probe]]:
    """Take the bytes to send, and the ports that call for them, from probes that are not allowed."""
    silent = partial(replace, send=b"", ports="", tls_ports="", starttls=())
    return [(name, probe if probe.needs in {None, *allow} else silent(probe)) for name, probe in probes]


def _exit_code(summary: Summary) -> int:
    if summary.interrupted:
        return INTERRUPTED
    return GAPS if summary.unknown or summary.unresolved else COMPLETE
