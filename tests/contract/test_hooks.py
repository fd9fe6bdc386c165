"""Every hook is called when it says, with what it says, and is written down with its signature and an example."""

import inspect
import re
import types

import pytest
import typer

import recon
from recon import Probe, ScopeError, SinkType, hookspecs
from recon import plugins as installed

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"


def hooks():
    """Names of all hooks."""
    return sorted(name for name in vars(hookspecs) if name.startswith("recon_"))


def called_commands(plugins_of, _sweep):
    app = typer.Typer()
    plugins_of(recon_commands=lambda app: app.command("hello")(lambda: None)).commands(app)
    assert [command.name for command in app.registered_commands] == ["hello"]


def called_targets(plugins_of, _sweep):
    known = {"@lab": ["127.0.0.1"]}
    plugins = plugins_of(recon_targets=lambda word: known.get(word))  # noqa: PLW0108 - the hook's argument has a name
    assert plugins.translate("@lab") == ["127.0.0.1"]
    assert plugins.translate("127.0.0.2") is None
    assert recon.Plan.parse("@lab", ports="1", translate=plugins.translate).targets == 1


def called_probes(plugins_of, _sweep):
    plugins = plugins_of(recon_probes=lambda: [Probe("one"), Probe("two")])
    assert [(origin, probe.name) for origin, probe in plugins.probes()] == [("test", "one"), ("test", "two")]


def called_enumerators(plugins_of, sweep):
    class Motd(recon.Enumerator):
        name, service = "ssh.motd", "ssh"

        async def enumerate(self, conn, found):
            yield recon.Fact("motd", f"{found.service.name} said {len(conn.greeting)} bytes")

    probes = installed.load().probes
    plugins = plugins_of(recon_enumerators=lambda: [Motd], recon_probes=lambda: [probe for _, probe in probes()])
    assert plugins.enumerators() == [("test", Motd)]
    facts = {}
    plugins.manager.register(_learner(facts), name="learner")
    sweep(plugins)
    assert facts["ssh.motd"] == f"ssh said {len(GREETING)} bytes"


def _learner(facts):
    """A plugin that keeps every fact of every record."""
    module = types.ModuleType("learner")
    module.recon_modify_records = recon.hookimpl(
        lambda records: [facts.update(record.facts) for record in records] and None
    )
    return module


def called_sinks(plugins_of, _sweep):
    sink = SinkType("mine", "a format of my own", lambda stream, options: (stream, options))
    assert plugins_of(recon_sinks=lambda: [sink]).sinks() == {"mine": sink}


def called_review(plugins_of, sweep):
    def refuse(plan):
        raise ScopeError(plan.ports)

    with pytest.raises(ScopeError, match=r"^7$"):
        sweep(plugins_of(recon_review=refuse), ports="7")


def called_started(plugins_of, sweep):
    seen = []
    sweep(plugins_of(recon_started=lambda plan: seen.append(plan.words)))
    assert seen == [("127.0.0.1",)]


def called_finished(plugins_of, sweep):
    seen = []
    summary = sweep(plugins_of(recon_finished=lambda plan, summary: seen.append((plan.words, summary))))
    assert seen == [(("127.0.0.1",), summary)]


def called_modify_records(plugins_of, sweep):
    seen = []
    sweep(plugins_of(recon_modify_records=lambda records: seen.append([record.state for record in records])))
    assert seen == [["open"]]


CALLED = {
    "recon_commands": called_commands,
    "recon_targets": called_targets,
    "recon_probes": called_probes,
    "recon_enumerators": called_enumerators,
    "recon_sinks": called_sinks,
    "recon_review": called_review,
    "recon_started": called_started,
    "recon_finished": called_finished,
    "recon_modify_records": called_modify_records,
}


def test_every_hook_has_its_test():
    assert sorted(CALLED) == hooks()


@pytest.mark.parametrize("name", hooks())
def test_the_hook_is_called_as_it_says(name, plugins_of, serve):
    port = serve(lambda connection: connection.sendall(GREETING)).port

    def sweep(plugins, ports=None):
        with recon.sweep(recon.Plan.parse("127.0.0.1", ports=ports or str(port)), plugins=plugins) as running:
            for _ in running:
                pass
        return running.summary

    CALLED[name](plugins_of, sweep)


@pytest.mark.parametrize("name", hooks())
def test_the_hook_is_written_down_with_its_signature_and_an_example(name, root):
    page = (root / "docs" / "hooks.md").read_text()
    section = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section, f"docs/hooks.md has no section on {name}"
    signature = f"{name}{inspect.signature(getattr(hookspecs, name), eval_str=False)}".replace("'", "")
    assert f"`{signature}`" in section[1]
    assert re.search(rf"```python\n.*@hookimpl\ndef {name}\(.*```", section[1], re.DOTALL)


def test_the_examples_of_the_page_run(root):
    page = (root / "docs" / "hooks.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= len(hooks())
    for block in blocks:
        made = {}
        exec(compile(block, "docs/hooks.md", "exec"), made)  # noqa: S102 - our own page
        implemented = [value for name, value in made.items() if name.startswith("recon_")]
        assert implemented
        assert all(set(arguments(value)) <= set(arguments(getattr(hookspecs, value.__name__))) for value in implemented)


def arguments(function):
    """Names that a function takes."""
    return inspect.signature(function).parameters
