"""The author's kit: a new plugin passes its tests, conversations are recorded, tortured and measured."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recon import Enumerator, Fact
from recon.cli import plugins_torture
from recon.cli.plugins_new import name_of
from recon.cli.plugins_subjects import Subject
from recon.errors import PlanError
from recon.plugins import load
from recon.testing import FakeServer, greet, load_transcript, replay, stall
from recon.testing.ordeals import strangers

SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
ROOT = Path(__file__).resolve().parents[2]

BAD_PROBES = """
[[probe]]
name = "moo"
[[probe.match]]
pattern = "^HELLO WORLD\\r\\n"
service = "moo"
product = "Whole"
[[probe.match.example]]
data = "HELLO WORLD\\r\\n"
[[probe.match]]
pattern = '^HELLO(?: W?O?R?)?\\z'
service = "moo"
product = "Half"
[[probe.match.example]]
data = "HELLO"
"""


@pytest.fixture
def made(recon, tmp_path):
    """A new plugin's folder."""
    done = recon("plugins", "new", "big-cow", "--dir", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "recon-big-cow"


def test_a_new_plugin_passes_its_own_tests(made):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=made,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_a_new_plugin_is_named_throughout_and_lints(made):
    paths = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert paths == {
        "README.md", "pyproject.toml", "stand_in.py", "src/recon_big_cow/__init__.py", "src/recon_big_cow/py.typed",
        "tests/test_big_cow.py", "tests/conversations/big_cowd.jsonl",
    }  # fmt: skip
    assert [path for path in paths if re.search("@name@|@dist@", (made / path).read_text())] == []
    ruff = [sys.executable, "-m", "ruff"]
    for words in (["check", "--isolated", "."], ["format", "--isolated", "--check", "--line-length", "120", "."]):
        assert subprocess.run([*ruff, *words], cwd=made, capture_output=True, check=False).returncode == 0, words


def test_the_template_that_is_shown_is_the_one_that_is_written():
    assert (ROOT / "plugins" / "template").resolve() == ROOT / "python" / "recon" / "template"


def test_a_new_plugin_never_replaces_what_is_there(recon, made):
    (made / "README.md").write_text("mine")
    done = recon("plugins", "new", "big-cow", "--dir", made.parent)
    assert done.returncode == 2
    assert "there already" in done.stderr
    assert (made / "README.md").read_text() == "mine"


def test_a_folder_that_cannot_be_written_exits_5(recon, tmp_path):
    (tmp_path / "file").write_text("")
    done = recon("plugins", "new", "cow", "--dir", tmp_path / "file")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("word", "name"), [("cow", "cow"), ("recon-cow", "cow"), ("big-cow", "big_cow"), ("a1_b2", "a1_b2")]
)
def test_a_name_is_read(word, name):
    assert name_of(word) == name


@pytest.mark.parametrize(
    "word", ["", "Cow", "1cow", "cow/../..", "c w", "kuh\u00e4", "class", "probes", "-x-", "a" * 41]
)
def test_a_name_that_cannot_be_used_is_refused(word):
    with pytest.raises(PlanError):
        name_of(word)


def test_a_recorded_conversation_replays_to_what_a_sweep_said(recon, tmp_path, ssh_probe):
    path = tmp_path / "new" / "ssh.jsonl"
    with FakeServer(greet(SSH)) as server:
        done = recon("plugins", "record", server.target, "-o", path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "OpenSSH 9.2p1" in done.stderr
    told = load_transcript(path)
    assert (told.port, told.product, told.received) == (server.port, "OpenSSH", SSH)
    assert replay(told, [ssh_probe]).services[0].version == "9.2p1"


def test_a_recording_goes_to_standard_output_without_a_file(recon):
    with FakeServer(greet(SSH)) as server:
        done = recon("plugins", "record", server.target)
    header, said = (json.loads(line) for line in done.stdout.splitlines())
    assert (header["schema"], header["port"]) == (1, server.port)
    assert said["text"] == SSH.decode()


FEATURES = {b"FEAT": b"211-Features:\r\n SIZE\r\n211 End\r\n", b"SYST": b"215 UNIX Type: L8\r\n"}


def test_what_an_enumerator_said_and_heard_is_recorded(recon, tmp_path, run_enumerator):
    path = tmp_path / "features.jsonl"
    with FakeServer(greet(b"220 (vsFTPd 3.0.3)\r\n", FEATURES)) as server:
        done = recon("plugins", "record", server.target, "--enumerator", "ftp.features", "-o", path)
    assert (done.returncode, done.stdout) == (0, "")
    [features] = [kind for _, kind in load().enumerators() if kind.name == "ftp.features"]
    assert run_enumerator(features, path)[0] == {
        "ftp.features": ["SIZE"], "ftp.tls_offered": False, "ftp.system": "UNIX Type: L8",
    }  # fmt: skip


def test_an_enumerator_that_did_not_run_is_named_with_those_that_did(recon):
    with FakeServer(greet(b"220 (vsFTPd 3.0.3)\r\n", FEATURES)) as server:
        done = recon("plugins", "record", server.target, "-e", "ftp.moo")
    assert done.returncode == 2
    assert "ftp.moo" in done.stderr
    assert "ftp.features, ftp.anonymous" in done.stderr


def test_silence_is_not_recorded(recon, tmp_path):
    with FakeServer(stall()) as server:
        done = recon("plugins", "record", server.target, "-o", tmp_path / "none.jsonl")
    assert done.returncode == 1
    assert "nothing to record" in done.stderr
    assert not (tmp_path / "none.jsonl").exists()


def test_torture_of_a_plugin_with_its_recordings_finds_nothing_wrong(recon):
    recordings = sorted((ROOT / "plugins" / "recon-ssh" / "tests" / "conversations").glob("*.jsonl"))
    done = recon("plugins", "torture", "ssh", *recordings, "--json")
    assert done.returncode == 0, done.stderr
    row, *enumerated = json.loads(done.stdout)
    assert (row["plugin"], row["enumerator"], row["conversations"], row["wrong"]) == ("ssh", None, len(recordings), 0)
    assert row["cases"] > 1000
    assert [each["enumerator"] for each in enumerated] == ["ssh.kex", "ssh.hostkey"]


def test_torture_of_enumerators_takes_their_own_recordings_and_strangers(recon):
    recordings = sorted((ROOT / "plugins" / "recon-ssh" / "tests" / "enumerated").glob("*.jsonl"))
    _, kex, keys = json.loads(recon("plugins", "torture", "ssh", *recordings, "--json").stdout)
    assert (kex["conversations"], keys["conversations"]) == (len(recordings) + len(strangers()), 3 + len(strangers()))
    assert (kex["wrong"], keys["wrong"]) == (0, 0)


def test_torture_shows_the_enumerator_that_breaks():
    class Careless(Enumerator):
        name, service = "moo.careless", "moo"

        async def enumerate(self, conn, found):  # noqa: ARG002 - the hook's
            yield Fact("first", conn.greeting[0])

    [(plugin, name, ordeal)] = plugins_torture._ordeals("moo", Subject(enumerators=[Careless]), [], 0)
    assert (plugin, name) == ("moo", "moo.careless")
    assert {fault.why for fault in ordeal.faults} == {"it raised IndexError: index out of range"}


def test_torture_leaves_out_conversations_that_others_read(recon):
    recordings = sorted((ROOT / "plugins" / "recon-ssh" / "tests" / "conversations").glob("*.jsonl"))
    row, *enumerated = json.loads(recon("plugins", "torture", "ftp", *recordings, "--json").stdout)
    assert row["conversations"] == 0
    assert {each["conversations"] for each in enumerated} == {len(strangers())}


def test_torture_shows_what_was_read_wrong_and_exits_1(recon, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(BAD_PROBES)
    done = recon("plugins", "torture", path)
    assert done.returncode == 1
    assert "cut after 9 bytes: its product became 'Half': HELLO WOR" in done.stdout


@pytest.mark.parametrize("word", ["no-such-plugin", "none.toml", "none.jsonl"])
def test_an_unknown_subject_of_torture_is_named(recon, word):
    done = recon("plugins", "torture", word)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bench_gives_a_figure_for_each_plugin(recon):
    rows = json.loads(recon("plugins", "bench", "ssh", "ftp", "--json").stdout)
    assert [row["plugin"] for row in rows] == ["ssh", "ftp"]
    assert all(row["answers_per_s"] > 1000 and row["named"] == row["answers"] for row in rows)
    shown = recon("plugins", "bench", "ssh").stdout
    assert "ANSWERS A SECOND" in shown


@pytest.mark.parametrize(
    "words",
    [["explain"], ["trace"], ["probes", "list"], ["probes", "check"], ["plugins", "new"], ["plugins", "record"],
     ["plugins", "torture"], ["plugins", "bench"]],
)  # fmt: skip
def test_every_command_of_the_kit_shows_examples(recon, words):
    shown = recon(*words, "--help").stdout
    assert "Examples" in shown
    assert f"recon {' '.join(words)}" in shown
