"""Settings from files and the environment: each with its origin, later ones winning. Must never guess a key."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon.errors import PlanError, ScopeError

if TYPE_CHECKING:
    from recon.plan import Plan

Value = str | int | float | bool | list[str]

KINDS: Mapping[str, tuple[type, ...]] = {
    "ports": (str,), "exclude": (list,), "rate": (str, int), "per_host": (int,), "per_net": (int,), "backend": (str,),
    "timeout": (str, int, float), "recall": (float,), "passes": (int,), "budget": (str,), "max_packets": (int,),
    "interface": (str,), "source_ip": (str,), "threads": (int,), "enumerate": (bool,), "deep": (bool,), "udp": (bool,),
    "allow": (list,), "source_port": (int,), "format": (str,), "show": (str,), "min_confidence": (float, int),
    "progress": (str,), "color": (str,), "scope": (str,), "profile": (str,),
}  # fmt: skip
"""Settings of a sweep, named like its options, and what each may be."""

LIMITS = ("rate", "per_host_pps", "per_24_pps", "max_targets")
"""Ceilings that no option exceeds: probes a second in all, to a host, to a /24 or /64; targets of a run."""

PROFILES: Mapping[str, Mapping[str, Value]] = {
    "polite": {"rate": 200, "per_host": 20, "per_net": 100, "timeout": "3s", "deep": False},
    "normal": {},
    "fast": {"rate": "auto", "timeout": "500ms", "passes": 1, "deep": False},
    "lab": {"rate": "max", "timeout": "2s", "passes": 3, "deep": True},
}
"""What ``--profile`` sets; ``normal`` is what recon does by itself."""

_TABLES = ("sweep", "limits", "audit", "profiles", "store")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it came from."""

    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Config:
    """Settings and ceilings by name, what ``[audit] required`` and ``[store] keep`` say, the files that were read."""

    settings: Mapping[str, Setting]
    limits: Mapping[str, Setting]
    audit_required: Setting
    files: tuple[str, ...]
    keep: Setting | None = None

    def limited(self, plan: Plan) -> Plan:
        """The plan below the ceilings; ScopeError where it asks for more, by a word of its user."""
        self._below("max_targets", plan.targets, "the number of targets")
        rate = plan.rate_pps if plan.rate_pps is not None or plan.is_rate_auto else float("inf")
        return replace(
            plan,
            rate_pps=self._below("rate", rate, "--rate"),
            per_host=self._below("per_host_pps", plan.per_host, "--per-host"),
            per_net=self._below("per_24_pps", plan.per_net, "--per-net"),
        )

    def _below(self, name: str, wanted: Any, what: str) -> Any:  # noqa: ANN401 - a number of either kind
        limit = self.limits.get(name)
        if limit is None:
            return None if wanted == float("inf") else wanted
        assert isinstance(limit.value, int)  # noqa: S101 - read as one
        if wanted is None:
            return limit.value
        if wanted > limit.value:
            asked = "no cap" if wanted == float("inf") else f"{wanted:,.0f}"
            message = (
                f"refused: {what} is {asked}, above the ceiling of {limit.value:,} ({limit.origin}: limits.{name})"
            )
            raise ScopeError(message)
        return wanted


def files(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> tuple[Path, Path]:
    """The files that are read if they are there, the weaker first: this folder's and the user's."""
    base = environment.get("XDG_CONFIG_HOME", "")
    home = Path(base) if Path(base).is_absolute() else Path(environment.get("HOME", "/")) / ".config"
    return (folder or Path.cwd()) / "recon.toml", home / "recon" / "config.toml"


def load(profile: str | None = None, environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Config:
    """Read all there is; ``profile`` is what the command line chose. PlanError names the file and the bad key."""
    here, own = files(environment, folder)
    tables = [(str(path), found) for path in (here, own) if (found := _read(path)) is not None]
    layers = [(path, _checked(found.get("sweep", {}), f"{path}: sweep")) for path, found in tables]
    layers.append(("environment", _from(environment)))
    known = _profiles(tables)
    settings: dict[str, Setting] = {}
    if profile is not None:
        layers.append(("--profile", {"profile": profile}))
    for origin, values in layers:
        if isinstance(name := values.get("profile"), str):
            settings |= _of_profile(name, known, origin)
        settings |= {key: Setting(value, origin) for key, value in values.items()}
    return Config(settings, _limits(tables), _audit(tables), tuple(path for path, _ in tables), _keep(tables, str(own)))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(str(path), f"cannot be read as settings: {error}", "[sweep]") from None
    for name, table in found.items():
        _expect(name, _TABLES, str(path))
        if not isinstance(table, dict):
            raise PlanError(f"{path}: {name}", "is a table", f"[{name}]")
    return found


def _expect(name: str, known: Iterable[str], where: str) -> None:
    if name not in (names := list(known)):
        near = get_close_matches(name, names, 1, 0.0)
        raise PlanError(f"{where}: {name}", f"no such key; the nearest is {near[0]}", near[0])


def _checked(values: Mapping[str, Any], where: str) -> dict[str, Value]:
    for key, value in values.items():
        _expect(key, KINDS, where)
        is_wrong_list = isinstance(value, list) and not all(isinstance(each, str) for each in value)
        if type(value) not in KINDS[key] or is_wrong_list:
            kinds = " or ".join(kind.__name__ for kind in KINDS[key])
            raise PlanError(f"{where}.{key}", f"is {value!r}, and must be {kinds}", key)
    return dict(values)


def _from(environment: Mapping[str, str]) -> dict[str, Value]:
    """Settings of ``RECON_*`` variables; lists are separated by commas."""
    named = {key: environment.get(f"RECON_{key.upper()}", "") for key in KINDS}
    return {key: _meant(key, text) for key, text in named.items() if text}


def _meant(key: str, text: str) -> Value:
    kinds = KINDS[key]
    if kinds == (bool,):
        if text.lower() not in _TRUE | _FALSE:
            raise PlanError(f"RECON_{key.upper()}={text}", "is neither true nor false", "true")
        return text.lower() in _TRUE
    if list in kinds:
        return [word.strip() for word in text.split(",")]
    return text if str in kinds else _number(key, text, float if float in kinds else int)


def _number(key: str, text: str, kind: Callable[[str], int | float]) -> int | float:
    try:
        return kind(text)
    except ValueError:
        raise PlanError(f"RECON_{key.upper()}={text}", "is no number of the right kind", "2") from None


def _profiles(tables: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Mapping[str, Value]]:
    known = dict(PROFILES)
    for path, found in tables:
        for name, values in found.get("profiles", {}).items():
            where = f"{path}: profiles.{name}"
            if not isinstance(values, dict) or "profile" in values:
                raise PlanError(where, "is a table of settings without a profile of its own", "[profiles.night]")
            known[name] = _checked(values, where)
    return known


def _of_profile(name: str, known: Mapping[str, Mapping[str, Value]], origin: str) -> dict[str, Setting]:
    if name not in known:
        raise PlanError(name, f"no such profile ({origin}); there are {', '.join(known)}", "polite")
    return {key: Setting(value, f"profile {name} ({origin})") for key, value in known[name].items()}


def _limits(tables: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Setting]:
    """The strictest of all files: a file can lower another's ceiling and never raise it."""
    limits: dict[str, Setting] = {}
    for path, found in tables:
        for name, value in found.get("limits", {}).items():
            _expect(name, LIMITS, f"{path}: limits")
            if type(value) is not int or value < 1:
                raise PlanError(f"{path}: limits.{name}", f"is {value!r}, and must be a whole number from 1", "5000")
            before = limits.get(name)
            if before is None or not isinstance(before.value, int) or value < before.value:
                limits[name] = Setting(value, path)
    return limits


def _audit(tables: Iterable[tuple[str, Mapping[str, Any]]]) -> Setting:
    """Whether a run must have its audit line: as soon as one file says so."""
    required = Setting(value=False, origin="default")
    for path, found in tables:
        for name, value in found.get("audit", {}).items():
            _expect(name, ("required",), f"{path}: audit")
            if type(value) is not bool:
                raise PlanError(f"{path}: audit.{name}", f"is {value!r}, and must be true or false", "true")
            required = Setting(value, path) if value else required
    return required


def _keep(tables: Iterable[tuple[str, Mapping[str, Any]]], own: str) -> Setting | None:
    """How many runs are kept: the user's own file alone may say it, since a folder of others must not remove any."""
    keep = None
    for path, found in tables:
        for name, value in found.get("store", {}).items():
            _expect(name, ("keep",), f"{path}: store")
            if path != own:
                raise PlanError(f"{path}: store.{name}", f"removes runs, so it may stand in {own} alone", own)
            if type(value) not in {str, int}:
                raise PlanError(f"{path}: store.{name}", f"is {value!r}, and must be str or int", "100, or '30d'")
            keep = Setting(str(value), path)
    return keep
