"""A plugin that is broken is named and left out, whatever it does; the others work on."""

from __future__ import annotations

import sys
import time
import types
from importlib.metadata import EntryPoint

import pytest

from recon import Match, Probe, hookimpl
from recon import plugins as loader
from recon.errors import PluginError
from recon.pipeline import pack_of

PATIENCE_S = 1.0
"""Long for a hook that only has to start, however busy the machine; short beside one that hangs."""


def announce(monkeypatch, **modules):
    """Install plugins by name: a module, or a function that makes one when it is imported."""
    entries = []
    for name, module in modules.items():
        path = f"made_up_{name}"
        monkeypatch.setitem(sys.modules, path, module)
        entries.append(EntryPoint(name, path, loader.GROUP))
    monkeypatch.setattr(loader, "entry_points", lambda **_: entries)


def plugin(**hooks):
    """A module with the given hooks."""
    module = types.ModuleType("made_up")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def entry(name, act):
    """An entry point whose import runs ``act``."""
    made = EntryPoint(name, "nowhere", loader.GROUP)
    kind = type("Acting", (EntryPoint,), {"load": lambda _: act()})
    return kind(made.name, made.value, made.group)


def test_a_plugin_that_hangs_at_import_is_left_out_in_time(monkeypatch):
    good = plugin(recon_probes=lambda: [Probe("one")])
    monkeypatch.setitem(sys.modules, "made_up_good", good)
    hanging = entry("slow", lambda: time.sleep(60))
    entries = [hanging, EntryPoint("good", "made_up_good", loader.GROUP)]
    monkeypatch.setattr(loader, "entry_points", lambda **_: entries)
    monkeypatch.setattr(loader.in_time, "__defaults__", (PATIENCE_S,))
    plugins = loader.load()
    assert "hangs" in plugins.faults["slow"]
    assert ("good", Probe("one")) in plugins.probes()


def test_a_hook_that_hangs_is_left_out_in_time(monkeypatch):
    announce(monkeypatch, slow=plugin(recon_sinks=lambda: time.sleep(60)))
    monkeypatch.setattr(loader.in_time, "__defaults__", (PATIENCE_S,))
    plugins = loader.load()
    assert "table" in plugins.sinks()
    assert "hangs" in plugins.faults["slow"]


@pytest.mark.parametrize("error", [ImportError("no such thing"), SystemExit(7), RuntimeError("half done")])
def test_a_plugin_that_ends_its_import_with_an_error_is_left_out(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(loader, "entry_points", lambda **_: [entry("bad", fail)])
    assert type(error).__name__ in loader.load().faults["bad"]


def test_a_hook_that_exits_costs_a_fault_and_not_the_run(monkeypatch):
    def leave():
        sys.exit(9)

    announce(monkeypatch, bad=plugin(recon_probes=leave))
    plugins = loader.load()
    plugins.probes()
    assert plugins.faults["bad"] == "SystemExit: 9"


@pytest.mark.parametrize("name", ["probes", "sinks"])
def test_a_plugin_with_the_name_of_a_built_in_is_left_out(monkeypatch, name):
    announce(monkeypatch, **{name: plugin(recon_probes=lambda: [Probe("mine")])})
    plugins = loader.load()
    assert "another plugin has this name" in plugins.faults[name]
    assert "mine" not in [probe.name for _, probe in plugins.probes()]


def test_a_second_plugin_of_one_name_is_named(monkeypatch):
    announce(monkeypatch, ssh=plugin())
    entries = [*loader.entry_points(group=loader.GROUP), EntryPoint("ssh", "made_up_other", loader.GROUP)]
    monkeypatch.setattr(loader, "entry_points", lambda **_: entries)
    assert "second plugin of this name" in loader.load().faults["ssh"]


def test_every_bad_match_of_a_plugin_is_named(monkeypatch):
    bad = [Probe(f"bad{n}", matches=[Match(b"(", service="x", examples={b"x": {}})]) for n in range(5)]
    announce(monkeypatch, bad=plugin(recon_probes=lambda: [*bad, Probe("good")]))
    plugins = loader.load()
    pack_of(plugins)
    assert all(f"probe bad{n} left out" in plugins.faults["bad"] for n in range(5))


def test_a_plugin_that_keeps_failing_is_quoted_a_few_times_only(monkeypatch):
    announce(monkeypatch, bad=plugin())
    plugins = loader.load()
    for number in range(1000):
        plugins.fault("bad", f"fault {number}")
    assert plugins.faults["bad"].count(loader.BETWEEN) == loader.MOST_FAULTS - 1


@pytest.mark.parametrize("meaning", [5, "127.0.0.1", [1, 2]])
def test_target_words_that_are_none_cost_a_fault(monkeypatch, meaning):
    announce(monkeypatch, bad=plugin(recon_targets=lambda word: meaning))  # noqa: ARG005 - the hook's argument has a name
    plugins = loader.load()
    assert plugins.translate("@lab") is None
    assert "TypeError" in plugins.faults["bad"]


def test_a_misspelt_hook_is_an_error(monkeypatch):
    def recon_probse():
        return []

    announce(monkeypatch, bad=plugin(recon_probse=recon_probse))
    with pytest.raises(PluginError, match="recon_probse"):
        loader.load()


def test_a_disabled_plugin_is_not_imported(monkeypatch):
    def fail():
        raise AssertionError

    monkeypatch.setattr(loader, "entry_points", lambda **_: [entry("off", fail)])
    assert loader.load(["off"]).faults == {}
    assert [info.enabled for info in loader.listing(["off"])] == [False]
