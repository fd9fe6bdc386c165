"""Finds, loads and calls plugins. One that is broken is named and left out; it never costs the run."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy

from recon import hookspecs
from recon.errors import PluginError, ReconError

if TYPE_CHECKING:
    import typer

    from recon._core import Batch
    from recon.enumerator import Enumerator
    from recon.model import Probe, SinkType, Summary
    from recon.plan import Plan

GROUP = "recon"
DISABLE = "RECON_DISABLE_PLUGINS"
BUILT_IN = {"sinks": "recon.sinks", "probes": "recon.probes", "enumerators": "recon.enumerators"}

PATIENCE_S = 5.0
"""How long a plugin may take to be imported, or to say what it brings."""

MOST_FAULTS = 10
"""Faults of one plugin that are told."""

BETWEEN = "; "

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin as its distribution announces it, known without importing it."""

    name: str
    value: str
    distribution: str
    version: str
    enabled: bool


@dataclass(slots=True)
class Plugins:
    """The loaded plugins; ``faults`` says why each missing or failing one is missing or failing."""

    manager: pluggy.PluginManager
    faults: dict[str, str] = field(default_factory=dict)

    def probes(self) -> list[tuple[str, Probe]]:
        """(plugin, probe) of every plugin, in order of loading."""
        return self._collect("recon_probes")

    def enumerators(self) -> list[tuple[str, type[Enumerator]]]:
        """(plugin, enumerator) of every plugin, in order of loading."""
        return self._collect("recon_enumerators")

    def sinks(self) -> dict[str, SinkType]:
        """Output formats by name; the first that claims a name keeps it."""
        found: dict[str, SinkType] = {}
        for name, sink in self._collect("recon_sinks"):
            if found.setdefault(sink.name, sink) is not sink:
                self.fault(name, f"the format {sink.name} is taken")
        return found

    def commands(self, app: typer.Typer) -> None:
        """Let every plugin add its sub-commands."""
        self._each("recon_commands", app=app)

    def translate(self, word: str) -> list[str] | None:
        """Target words that the first plugin which knows ``word`` puts in its place."""
        for name, call in self._calls("recon_targets"):
            meaning = self._guard(name, partial(_words, call, word))
            if meaning is not None:
                return list(meaning)
        return None

    def review(self, plan: Plan) -> None:
        """Let every plugin refuse ``plan``: a ReconError passes through."""
        self._each("recon_review", plan=plan)

    def started(self, plan: Plan) -> None:
        """Tell every plugin that a sweep started."""
        self._each("recon_started", plan=plan)

    def finished(self, plan: Plan, summary: Summary) -> None:
        """Tell every plugin that a sweep ended."""
        self._each("recon_finished", plan=plan, summary=summary)

    @property
    def edits_records(self) -> bool:
        """Whether any plugin wants to edit records."""
        return bool(self._calls("recon_modify_records"))

    def modify(self, batch: Batch) -> Batch:
        """Let every plugin edit the records of ``batch``; what a plugin that raises did to this batch is dropped."""
        for name, call in self._calls("recon_modify_records"):
            edited = self._guard(name, partial(_edited, batch, call))
            batch = batch if edited is None else edited
        return batch

    def fault(self, name: str, why: str) -> None:
        """Remember what is wrong with a plugin, and warn; a plugin that keeps failing is quoted a few times only."""
        known = self.faults.get(name)
        if known is not None and (why in known or known.count(BETWEEN) >= MOST_FAULTS - 1):
            return
        self.faults[name] = why if known is None else known + BETWEEN + why
        log.warning("plugin %s: %s", name, why)

    def _collect(self, hook: str) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for name, call in self._calls(hook):
            values = self._guard(name, partial(in_time, partial(_listed, call)))
            found += [(name, value) for value in values or ()]
        return found

    def _each(self, hook: str, **values: object) -> None:
        for name, call in self._calls(hook):
            self._guard(name, partial(call, **values))

    def _calls(self, hook: str) -> list[tuple[str, Callable[..., Any]]]:
        """(plugin, callable) of one hook in order of loading; each is called by itself so that faults have a name."""
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        return [(each.plugin_name, _accepting(each)) for each in implementations]

    def _guard(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the hook returns
        try:
            return call()
        except ReconError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything, and must not cost the run
            self.fault(name, f"{type(error).__name__}: {error}")
            return None


def load(disable: Iterable[str] = ()) -> Plugins:
    """Load the built-ins, then every enabled plugin that is installed.

    ``disable`` adds names to those in ``RECON_DISABLE_PLUGINS``. Raises PluginError on a misspelt hook.
    """
    manager = pluggy.PluginManager("recon")
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(manager)
    for name, module in BUILT_IN.items():
        _register(plugins, name, partial(importlib.import_module, module))
    off = _disabled(disable)
    for entry in _entries():
        if entry.name not in off:
            _register(plugins, entry.name, partial(in_time, entry.load))
    for entry in _entries(doubles=True):
        plugins.fault(entry.name, f"{_from(entry)} brings a second plugin of this name, which was left out")
    return plugins


def listing(disable: Iterable[str] = ()) -> list[PluginInfo]:
    """Every installed plugin, without importing one."""
    off = _disabled(disable)
    return [
        PluginInfo(
            name=entry.name,
            value=entry.value,
            distribution=entry.dist.name if entry.dist else "",
            version=entry.dist.version if entry.dist else "",
            enabled=entry.name not in off,
        )
        for entry in _entries()
    ]


def _entries(*, doubles: bool = False) -> list[EntryPoint]:
    """Entry points by name, each name once; or, as ``doubles``, those whose name another has taken."""
    found = sorted(entry_points(group=GROUP), key=lambda one: (one.name, _from(one)))
    taken: dict[str, EntryPoint] = {}
    again = [entry for entry in found if taken.setdefault(entry.name, entry).value != entry.value]
    return again if doubles else list(taken.values())


def _from(entry: EntryPoint) -> str:
    """The distribution that announces an entry point."""
    return entry.dist.name if entry.dist else entry.value


def _disabled(names: Iterable[str]) -> set[str]:
    from_environment = os.environ.get(DISABLE, "").split(",")
    return {name.strip() for name in (*names, *from_environment) if name.strip()}


def in_time(call: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Return what ``call`` returns, or raise what it raises; raises TimeoutError if it takes longer than that.

    A call that hangs is left behind on a thread that does not outlive the process.
    """
    outcome: Queue[tuple[T | None, BaseException | None]] = Queue(1)

    def run() -> None:
        try:
            outcome.put((call(), None))
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            outcome.put((None, error))

    Thread(target=run, daemon=True, name="recon-plugin").start()
    try:
        value, error = outcome.get(timeout=patience_s)
    except Empty:
        raise TimeoutError(f"it hangs: no end after {patience_s:g} s") from None
    if error is not None:
        raise error
    return cast("T", value)


def _register(plugins: Plugins, name: str, load_one: Callable[[], object]) -> None:
    try:
        module = load_one()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything
        plugins.fault(name, f"cannot be imported: {type(error).__name__}: {error}")
        return
    if plugins.manager.has_plugin(name):
        plugins.fault(name, "another plugin has this name; this one was left out")
        return
    misspelt = [hook for hook in _hooks_of(module) if not hasattr(hookspecs, hook)]
    if misspelt:
        raise PluginError(name, f"there is no hook {misspelt[0]}")
    try:
        plugins.manager.register(module, name=name)
    except pluggy.PluginValidationError as error:
        raise PluginError(name, str(error)) from error


def _listed(call: Callable[[], Iterable[object]]) -> list[object]:
    """Run a generator hook to its end, so that what it raises is raised here."""
    return list(call())


def _words(call: Callable[..., Iterable[str] | None], word: str) -> list[str] | None:
    """What a plugin makes of a target word; raises TypeError when that is no list of words."""
    meaning = call(word=word)
    if meaning is None:
        return None
    words = list(meaning)
    if isinstance(meaning, str) or not all(isinstance(each, str) for each in words):
        raise TypeError(f"recon_targets gives a list of words, not {meaning!r}")
    return words


def _edited(batch: Batch, call: Callable[..., None]) -> Batch:
    """Return ``batch`` as one plugin wants it; raises when it left a record that is none."""
    records = list(batch)
    call(records=records)
    return batch.edited(records)


def _hooks_of(module: object) -> list[str]:
    """Names that a plugin marked as hooks, or spelt like one."""
    return [name for name in dir(module) if name.startswith("recon_") and hasattr(getattr(module, name), "recon_impl")]


def _accepting(implementation: pluggy.HookImpl) -> Callable[..., Any]:
    """Call a hook with only the arguments that it names, as pluggy does."""

    def call(**values: object) -> object:
        return implementation.function(*[values[name] for name in implementation.argnames])

    return call
