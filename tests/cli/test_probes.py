"""Probes listed and checked: files of TOML are sound, or the key that is not is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recon.errors import PluginError
from recon.probes.toml import load_probes
from recon.testing import greet

README = Path(__file__).parents[2] / "README.md"
SOUND = r"""
[[probe]]
name = "moo"
ports = "7171"
send = { hex = "4d 4f 4f 0d 0a" }
wait_ms = 700
rarity = 7

[[probe.match]]
pattern = '^MOO/(?P<version>[\d.]+) (?P<breed>\w+)'
service = "moo"
vendor = "example"
product = "Cow"

[[probe.match.example]]
data = "MOO/1.2 angus\r\n"
expect = { version = "1.2", breed = "angus" }

[[probe.starttls]]
send = "SECURE\r\n"
expect = "OK"
"""


@pytest.fixture
def file(tmp_path):
    """Write a file of probes."""

    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return write


def test_a_file_holds_what_python_would(file, identify):
    [probe] = load_probes(file(SOUND))
    assert (probe.name, probe.send, probe.wait_ms, probe.rarity) == ("moo", b"MOO\r\n", 700, 7)
    assert probe.starttls == ((b"SECURE\r\n", b"OK"),)
    [service], facts = identify(b"MOO/3.1 galloway\r\n", [probe], "moo")
    assert (service.product, service.version, facts) == ("Cow", "3.1", {"moo.breed": "galloway"})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("rarity", "rarety"), "probe 1: no such key: rarety (did you mean rarity?)"),
        (("vendor =", "vender ="), "probe 1, match 1: no such key: vender (did you mean vendor?)"),
        (('name = "moo"', ""), "probe 1: name is missing"),
        (("rarity = 7", 'rarity = "7"'), "probe 1: rarity must be a whole number"),
        (("rarity = 7", "rarity = true"), "probe 1: rarity must be a whole number"),
        (('"4d 4f 4f 0d 0a"', '"4"'), "probe 1: send: hex holds pairs of hexadecimal digits"),
        (('{ hex = "4d 4f 4f 0d 0a" }', "7"), 'probe 1: send must be a text or { hex = "16 03 01" }'),
        (('breed = "angus"', "breed = 1"), "probe 1, match 1, example 1: the values of expect must be texts"),
        (("[[probe.match.example]]", "[probe.match.example]"), "example must be an array"),
        (("[[probe]]", "[probe]"), "not TOML|probe must be an array"),
        (("pattern =", "pattern"), "not TOML"),
        (('service = "moo"', ""), "probe 1, match 1: service is missing"),
    ],
)
def test_a_mistake_is_named_by_table_and_key(file, change, complaint):
    assert change[0] in SOUND
    with pytest.raises(PluginError) as caught:
        load_probes(file(SOUND.replace(*change, 1)))
    assert any(part in caught.value.why for part in complaint.split("|"))


def test_an_empty_file_is_a_mistake(file):
    with pytest.raises(PluginError, match=r"no .*probe"):
        load_probes(file(""))


def test_a_sound_file_is_said_to_be_sound(recon, file):
    done = recon("probes", "check", file(SOUND))
    assert (done.returncode, done.stderr) == (0, "")
    assert "sound, 1 probes and 1 matches" in done.stdout


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("rarity = 7", "rarety = 7"), "rarety"),
        (("MOO/1.2 angus", "QUACK"), "does not read its example"),
        ((r"[\d.]+", r"[\d.+"), "pattern"),
        (('version = "1.2"', 'version = "1.3"'), "should yield"),
        (('ports = "7171"', 'ports = "no-such-port"'), "no-such-port"),
        (("[[probe.match.example]]\n", "[[probe.match.exemple]]\n"), "exemple"),
    ],
)
def test_a_faulty_file_exits_2_and_says_why(recon, file, change, why):
    path = file(SOUND.replace(*change, 1))
    done = recon("probes", "check", path)
    assert done.returncode == 2
    assert why in done.stdout
    [row] = json.loads(recon("probes", "check", path, "--json").stdout)
    assert why in row["faults"][0]["why"]


def test_a_file_that_cannot_be_read_exits_2(recon, tmp_path):
    done = recon("probes", "check", tmp_path / "none.toml")
    assert done.returncode == 2
    assert "cannot be read" in done.stdout


def test_probes_are_listed_with_their_plugin_and_counts(recon):
    rows = {row["name"]: row for row in json.loads(recon("probes", "list", "--json").stdout)}
    assert (rows["ssh"]["plugin"], rows["ssh"]["sends"]) == ("ssh", False)
    assert (rows["http"]["plugin"], rows["http"]["sends"]) == ("http", True)
    assert all(row["examples"] >= len(row["matches"]) for row in rows.values())
    shown = recon("probes", "list").stdout
    assert f"all: {len(rows)} probes, {sum(len(row['matches']) for row in rows.values()):,} matches" in shown


def test_probes_are_listed_by_probe_or_plugin_name(recon):
    assert [row["name"] for row in json.loads(recon("probes", "list", "ssh", "--json").stdout)] == ["ssh"]
    done = recon("probes", "list", "no-such-probe")
    assert done.returncode == 1
    assert "no-such-probe" in done.stderr


def test_a_sweep_and_an_explanation_use_the_probes_of_a_file(recon, file, fake_server):
    path = file(SOUND)
    server = fake_server(greet(b"MOO/2.0 angus\r\n"))
    done = recon("sweep", server.addr, "-p", server.port, "--probes", path, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["services"][0]["product"] == "Cow"
    told = json.loads(recon("explain", server.target, "--probes", path, "--json").stdout)
    assert told["services"][0]["evidence"]["match"] == "moo.cow"


@pytest.mark.parametrize("command", [("sweep", "127.0.0.1", "-p", "1"), ("trace", "127.0.0.1:1")])
def test_a_wrong_file_of_probes_is_refused_before_the_first_packet(recon, file, command):
    done = recon(*command, "--probes", file(SOUND.replace("rarity", "rarety")))
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean rarity?" in done.stderr


def test_the_readme_states_the_counts_of_the_pack(recon):
    total = recon("probes", "list").stdout.split("\nall ")[1].split("\n")[0].split()
    protocols, probes, matches, products = total
    stated = f"{protocols} protocols, {probes} probes, {matches} matches, {products} products known by name"
    assert stated in README.read_text()
