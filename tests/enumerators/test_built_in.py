"""Every built-in enumerator: proven by a recording, endures torture, written down in the docs. No test opens a socket.

A recording is named ``port.enumerator``; a new enumerator without one fails here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recon import plugins
from recon.enumeration import in_order
from recon.enumerators import FAMILIES, recon_enumerators
from recon.testing import load_transcript, run_enumerator

HERE = Path(__file__).parent
KINDS = {kind.name: kind for kind in recon_enumerators()}
RECORDINGS = sorted((HERE / "recordings").glob("*.jsonl"))
EACH = [pytest.param(KINDS[path.stem.partition(".")[2]], path, id=path.stem) for path in RECORDINGS]
DOCS = HERE.parents[1] / "docs" / "enumerators.md"

NEVER_SENT = re.compile(
    rb"(?im)^(?:\w+ )?(?:LOGIN|AUTHENTICATE|AUTH|USER|PASS|APOP|MAIL|RCPT|DATA|VRFY|EXPN|SET|FLUSHALL|CONFIG|DEBUG|"
    rb"add|get|gets|delete|flush_all)\b|NTLMSSP\x00\x03"
)
"""Words that log in, ask about users, or change something, at the start of a line; and NTLM's third message."""


def test_each_enumerator_has_a_recording_of_a_real_server():
    assert set(KINDS) == {path.stem.partition(".")[2] for path in RECORDINGS}


def test_they_are_loaded_as_a_plugin_like_any_other():
    loaded = [kind for plugin, kind in plugins.load().enumerators() if plugin == "enumerators"]
    assert loaded == list(KINDS.values())
    assert len(in_order(("enumerators", kind) for kind in loaded)) >= len(FAMILIES)


@pytest.mark.parametrize(("kind", "path"), EACH)
def test_a_recording_teaches_something(kind, path):
    facts, _ = run_enumerator(kind, load_transcript(path))
    assert facts
    assert all(name.startswith(f"{kind.service}.") for name in facts)


@pytest.mark.parametrize(("kind", "path"), EACH)
def test_no_distortion_of_a_recording_breaks_it(torture_enumerator, kind, path):
    assert torture_enumerator(kind, path).cases > 100


@pytest.mark.parametrize(("kind", "path"), EACH)
def test_nobody_is_logged_in_and_nothing_changed(kind, path):
    sent = [data for who, data, _, _ in load_transcript(path).entries if who == "sent"]
    assert [data for data in sent if NEVER_SENT.search(data)] == [], kind


@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])
@pytest.mark.parametrize("said", [b"", b"\x00", b"\xff" * 64, b"220 \r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_speaks_another_language_teaches_nothing_wrong(kind, said):
    facts, services = run_enumerator_loosely(kind, [("received", said), ("sent", b"")])
    assert services == []
    assert set(facts) <= {"vnc.refusal", "dns.recursion", "telnet.text", "telnet.prompt"}


def run_enumerator_loosely(kind, told):
    """As ``run_enumerator``, whatever the enumerator sends."""
    from recon.testing.enumerators import Recording, connections_of, drive, found_by  # noqa: PLC0415 - only here

    return drive(kind, Recording(connections_of(told)), found_by(kind, told))


@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])
def test_every_fact_that_its_file_names_is_in_the_docs(kind):
    words = re.findall(r"``(\w+)``", __import__(kind.__module__, fromlist=["__doc__"]).__doc__)
    [section] = [part for part in DOCS.read_text().split("\n## ") if f"`{kind.name}`" in part]
    facts = [name.partition(".")[2] for path in RECORDINGS for name in learnt(kind, path)]
    assert facts
    assert [name for name in facts if f"`{name}`" not in section] == []
    assert [word for word in words if word not in VALUES and f"`{word}`" not in section] == []


VALUES = {"none", "required", "allowed", "refused", "enabled"}
"""Words in the files' first sentences that are values of facts, not names."""


def learnt(kind, path):
    """Names of the facts that an enumerator learns from a recording of its own."""
    return run_enumerator(kind, load_transcript(path))[0] if path.stem.endswith(f".{kind.name}") else {}
