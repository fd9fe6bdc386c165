"""Sweeps one port and keeps all that happened, for commands that show it. Must never print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recon.cli.exits import complain
from recon.cli.loading import load_plugins
from recon.cli.signals import Interrupts
from recon.cli.watching import Watch, WatchedPlugins
from recon.config import load as load_config
from recon.errors import PlanError
from recon.pipeline import pack_of
from recon.pipeline import sweep as start_sweep
from recon.plan import SHOWABLE, Plan

if TYPE_CHECKING:
    from recon import Batch
    from recon._core import Pack
    from recon.model import Record, Summary

_SHAPE = re.compile(r"(\[[^\]]+\]|[^:/,\s@]+):([0-9]{1,5})(?:/(tcp|udp))?")
EXAMPLE = "127.0.0.1:22, 127.0.0.1:53/udp"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: microseconds since the port opened, connection from 0, and what.

    ``kind`` is ``step`` (``text`` says what), ``sent``, ``received`` or ``secured`` (``data`` holds the bytes).
    """

    at_us: int
    wire: int
    kind: str
    text: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to one question on one connection."""

    wire: int
    asked: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Talked:
    """A port that was swept alone; ``record`` is none where nothing came back.

    ``happened`` and ``entries`` are the sweep's own conversation, ``watches`` those of enumerators, in their order.
    """

    target: str
    record: Record | None
    happened: tuple[Happening, ...]
    entries: tuple[tuple[str, bytes, int, int], ...]
    summary: Summary
    pack: Pack
    interrupted: int | None = None
    watches: tuple[Watch, ...] = ()

    @property
    def state(self) -> str:
        """How the port was found: a record's state, or ``silent`` or ``unknown``."""
        if self.record is not None:
            return self.record.state
        return "unknown" if self.summary.unknown else "silent"


def talk_to(word: str, probe_files: Sequence[str] = ()) -> Talked:
    """Sweep the one port that ``word`` (``HOST:PORT``, ``HOST:PORT/udp``) names, with all plugins and those probes.

    A name with several addresses stands for the first. Raises PlanError on any other word and on a name without an
    address, ScopeError if a plugin refuses the plan.
    """
    if not _SHAPE.fullmatch(word):
        raise PlanError(word, "not one host and one port", EXAMPLE)
    loaded = load_plugins(probe_files=probe_files)
    plugins = WatchedPlugins(loaded.manager, loaded.faults)
    plan = _plan(word)
    with start_sweep(plan, plugins=plugins) as running, Interrupts(running.stop) as interrupts:
        batches = list(running)
    if interrupts.exit_code is not None:
        complain(f"interrupted: {word} was not asked to the end, so what follows is no verdict")
    pack, watches = pack_of(plugins), tuple(plugins.watches)
    talked = Talked(word, None, (), (), running.summary, pack, interrupts.exit_code, watches)
    full = next((batch for batch in batches if len(batch)), None)
    if full is None:
        return talked
    return _with_first(talked, full)


def watched(watch: Watch) -> list[Happening]:
    """An enumerator's conversation as things that happened since it began."""
    said = [Happening(at_us, wire, who, data=data) for who, data, at_us, wire in watch.entries]
    said += [Happening(one.at_us, one.wire, "step", text=one.why) for one in watch.ended]
    return sorted(said, key=lambda one: (one.wire, one.at_us))


def answers(happened: Sequence[Happening]) -> list[Answer]:
    """Join what was received between one question and the next, on each connection."""
    asked: dict[int, str] = {}
    open_: dict[int, bytearray] = {}
    found: list[tuple[int, str, bytearray]] = []
    for one in happened:
        if one.kind == "step" and (question := _question(one.text)):
            asked[one.wire] = question
            open_.pop(one.wire, None)
        elif one.kind in {"sent", "secured"}:
            open_.pop(one.wire, None)
        elif one.kind == "received":
            if one.wire not in open_:
                open_[one.wire] = bytearray()
                found.append((one.wire, asked.get(one.wire, "listen"), open_[one.wire]))
            open_[one.wire] += one.data
    return [Answer(wire, question, bytes(data)) for wire, question, data in found]


def _question(step: str) -> str | None:
    """Name what a step asks, as evidence does; none if it asks nothing."""
    word, _, rest = step.partition(" ")
    if word in {"ask", "starttls"}:
        return rest.removeprefix("of ").split(" ")[0].rstrip(",")
    return {"listen": "listen", "send newlines": "newlines", "tls": "tls", "tls as an older client": "tls"}.get(step)


def _plan(word: str) -> Plan:
    plan = _parse(word)
    if plan.targets > 1 and plan.names:
        plan = _parse(word, first=next(iter(plan.names)))
    if plan.targets != 1:
        raise PlanError(word, f"stands for {plan.targets:,} ports, not for one", EXAMPLE)
    return plan


def _parse(word: str, first: str | None = None) -> Plan:
    target, _, transport = word.partition("/")
    port = "1"
    if transport == "udp":
        target, _, number = target.rpartition(":")
        target, port = target.strip("[]"), f"U:{number}"
    allowed = load_config().settings.get("scope")
    return Plan.parse(
        target, ports=port, rate="max", threads=1, show=SHOWABLE, transcripts=True,
        scope=str(allowed.value) if allowed else None, resolve=None if first is None else lambda _: [first],
    )  # fmt: skip


def _with_first(talked: Talked, batch: Batch) -> Talked:
    trace, entries = batch.traces()[0] or (), batch.transcripts()[0] or ()
    happened = sorted((_happening(*one) for one in trace), key=lambda one: (one.at_us, _rank(one)))
    return replace(talked, record=batch[0], happened=tuple(happened), entries=tuple(entries))


def _rank(one: Happening) -> int:
    """Order what happened in the same microsecond: what came, what follows from it, and then what is asked next."""
    if one.kind != "step":
        return {"received": 0, "secured": 2}.get(one.kind, 5)
    if _question(one.text):
        return 4
    return 1 if one.text.startswith("tls ") else 3


def _happening(at_us: int, wire: int, kind: str, what: bytes | str) -> Happening:
    if isinstance(what, str):
        return Happening(at_us, wire, kind, text=what)
    return Happening(at_us, wire, kind, data=what)
