"""A plan's identity, part by part, and its form on disk. Must never resolve a name or read a target word again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from recon import _core
from recon.errors import PlanError
from recon.plan_words import DIGITS, digest_of
from recon.scope import Scope

if TYPE_CHECKING:
    from recon.model import Probe
    from recon.plan import Plan

SCHEMA = 1
"""Bumped when an older recon could not read what ``stored`` writes."""

_APART = {"space", "scope"}
"""Fields that are stored in a form of their own."""

_EXAMPLE = "a plan.json that recon wrote"


def parts_of(plan: Plan) -> dict[str, str]:
    """What two plans must share to be one run, by name; pace, patience, threads and backend are no part of it."""
    pieces = plan.space.pieces
    return {
        "targets": digest_of(_ranges(pieces)),
        "ports": digest_of(sorted({ports for _, _, ports in pieces})),
        "space": plan.space.digest,
        "scope": plan.scope.digest if plan.scope else "none",
        "exclusions": digest_of(sorted(plan.exclude)),
        "names": digest_of(sorted(plan.names.items())),
        "transports": ",".join(name for name in ("tcp", "udp") if plan.space.has_transport(name)),
        "shuffle": str(_core.Line.VERSION),
        "seed": str(plan.seed),
        "shard": f"{plan.shard[0]}/{plan.shard[1]}",
        "passes": str(plan.passes) if plan.goal is None else f"{plan.passes} for {plan.goal}",
        "questions": digest_of([plan.enumerate, plan.is_deep, sorted(plan.allow), plan.community]),
        "probes": plan.probes,
        "states": ",".join(sorted(plan.show)),
    }


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Names of the parts that differ, in their usual order; a part that only one side has differs too."""
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [name for name in names if ours.get(name) != theirs.get(name)]


def digest_of_probes(probes: Iterable[tuple[str, Probe]]) -> str:
    """A digest of all that is asked and read, plugin by plugin; another version of a probe gives another one."""
    known = sha256()
    for plugin, probe in probes:
        known.update(f"{plugin}\n{probe!r}\n".encode())
    return known.hexdigest()[:DIGITS]


def stored(plan: Plan) -> str:
    """The plan as JSON, one object, with its digest and parts; it holds the SNMP community, if the plan has one."""
    options = {field.name: getattr(plan, field.name) for field in fields(plan) if field.name not in _APART}
    found = {
        "schema": SCHEMA,
        "recon": _core.__version__,
        "digest": plan.digest,
        "whole_digest": plan.whole_digest,
        "parts": plan.parts(),
        "options": options,
        "scope": plan.scope.stored() if plan.scope else None,
        "space": _stored_space(plan.space),
    }
    return json.dumps(found, ensure_ascii=True, indent=1, default=dict) + "\n"


def restored(text: str | bytes, kind: type[Plan]) -> Plan:
    """The plan that ``stored`` wrote; PlanError where it is none, is of a newer recon, or was changed since."""
    found = _read(text)
    options = {name: _frozen(value) for name, value in found["options"].items()}
    known = {field.name for field in fields(kind)} - _APART
    if strange := sorted(set(options) - known):
        raise PlanError(strange[0], "this version of recon does not know this option of a stored plan", _EXAMPLE)
    try:
        plan = kind(space=_restored_space(found["space"]), scope=_restored_scope(found["scope"]), **options)
        differing = differences(plan.parts(), found["parts"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise PlanError("plan.json", f"is not a whole plan: {error}", _EXAMPLE) from None
    if differing:
        why = f"the stored plan does not give the line it was made for: {', '.join(differing)} differ"
        raise PlanError("plan.json", why, _EXAMPLE)
    return plan


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("options"), dict):
        raise PlanError("plan.json", "is no stored plan", _EXAMPLE)
    if found.get("schema") != SCHEMA:
        why = f"was written in form {found.get('schema')!r}; this version of recon reads form {SCHEMA}"
        raise PlanError("plan.json", why, _EXAMPLE)
    return found


def _stored_space(space: _core.Space) -> dict[str, object]:
    """Blocks that name their port words by place, since many share them."""
    places: dict[str, int] = {}
    blocks = [(first, last, places.setdefault(ports, len(places))) for first, last, ports in space.pieces]
    return {"ports": list(places), "blocks": blocks, "left_out": space.left_out}


def _restored_space(found: Mapping[str, Any]) -> _core.Space:
    blocks = [(first, last, found["ports"][place]) for first, last, place in found["blocks"]]
    return _core.Space.restore(blocks, [(first, last) for first, last in found["left_out"]])


def _restored_scope(found: Mapping[str, Any] | None) -> Scope | None:
    return None if found is None else Scope(tuple(found["allow"]), tuple(found["deny"]), found["where"])


def _ranges(pieces: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(first, last) for first, last, _ in pieces]


def _frozen(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
