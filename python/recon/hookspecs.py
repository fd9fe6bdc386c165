"""The hooks of recon, as a menu. For registration, lifecycle and batches: never per target, never per reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import typer

    from recon.enumerator import Enumerator
    from recon.model import Probe, Record, SinkType, Summary
    from recon.plan import Plan

hookspec = pluggy.HookspecMarker("recon")
hookimpl = pluggy.HookimplMarker("recon")


@hookspec
def recon_commands(app: typer.Typer) -> None:
    """Add sub-commands to ``recon``. Called once."""


@hookspec(firstresult=True)
def recon_targets(word: str) -> Iterable[str] | None:
    """Translate a target word that only this plugin understands into target words; the first answer counts."""


@hookspec
def recon_probes() -> Iterable[Probe]:
    """Yield declarative questions and readings. Called once."""


@hookspec
def recon_enumerators() -> Iterable[type[Enumerator]]:
    """Yield classes that continue a conversation in Python. Called once."""


@hookspec
def recon_sinks() -> Iterable[SinkType]:
    """Yield output formats. Called once."""


@hookspec
def recon_review(plan: Plan) -> None:
    """Look at a plan before it starts; may raise ScopeError. Called once."""


@hookspec
def recon_started(plan: Plan) -> None:
    """Learn that a sweep started. Called once."""


@hookspec
def recon_finished(plan: Plan, summary: Summary) -> None:
    """Learn that a sweep ended, also after Ctrl-C. Called once."""


@hookspec
def recon_modify_records(records: list[Record]) -> None:
    """Edit the records of a batch in place. Called once per batch."""
