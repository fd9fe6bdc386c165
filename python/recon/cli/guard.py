"""Guard rails: a very large or very public sweep is asked about first. Must never send anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from recon.errors import ScopeError

if TYPE_CHECKING:
    from recon.plan import Plan

ASK_ABOVE = 1 << 20
"""Targets beyond which a sweep is asked about."""

ASK_ABOVE_PUBLIC = 1 << 16
"""Public addresses, in one range or in many, beyond which a sweep is asked about: what a /16 holds."""


def check(plan: Plan, *, yes: bool) -> None:
    """Return if the sweep may start; ask on a terminal, raise ScopeError with the reason elsewhere."""
    reasons = reasons_to_ask(plan.targets, plan.space.widest_public, plan.space.public_addresses)
    if not reasons or yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = f"refused: {' and '.join(reasons)}; add --yes to sweep it all the same (nothing was sent)"
        raise ScopeError(message)
    _ask(reasons)


def reasons_to_ask(targets: int, widest_public: str | None, public_addresses: int) -> list[str]:
    """Why a sweep of this size should not start unasked; empty if it may."""
    reasons = []
    if targets > ASK_ABOVE:
        reasons.append(f"{targets:,} targets are more than {ASK_ABOVE:,}")
    if widest_public is not None:
        reasons.append(f"the public range {widest_public} is wider than a /16")
    elif public_addresses > ASK_ABOVE_PUBLIC:
        reasons.append(f"{public_addresses:,} public addresses in all are more than a /16 holds")
    return reasons


def _ask(reasons: list[str]) -> None:
    import typer  # noqa: PLC0415 - only to ask

    if not typer.confirm(f"recon: {' and '.join(reasons)}. Sweep it?", default=False, err=True):
        message = "refused: not confirmed (nothing was sent)"
        raise ScopeError(message)
