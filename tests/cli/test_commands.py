"""The small commands, and the demo as a whole."""

from __future__ import annotations

import json
import os
import re
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from recon.cli.announced import any_commands
from recon.cli.app import needs_plugins
from recon.cli.demo import is_named, is_wrong
from recon.cli.machine import checks
from recon.model import Record, Service
from recon.testing.lab import Lab, Place, RunningLab
from recon.testing.lab_servers import Server


def test_version_names_everything_a_bug_report_needs(recon):
    done = recon("--version")
    assert done.returncode == 0
    for word in ("recon ", "core ", "Python 3.", "shuffle "):
        assert word in done.stdout


def test_ports_are_found_by_number_name_glob_and_range(recon):
    def found(*words):
        return {(row["port"], row["service"]) for row in json.loads(recon("ports", *words, "--json").stdout)}

    assert (22, "ssh") in found("22")
    assert (22, "ssh") in found("ssh")
    assert {port for port, _ in found("https*")} >= {443}
    assert len(found("well-known")) > 500
    assert found("22", "80") >= {(22, "ssh"), (80, "http")}


def test_every_row_of_the_registry_can_be_looked_up(recon):
    rows = json.loads(recon("ports", "*", "--json").stdout)
    counts = {kind: sum(row["transport"] == kind for row in rows) for kind in ("tcp", "udp", "sctp")}
    assert counts == {"tcp": 5951, "udp": 5557, "sctp": 88}
    assert "80/sctp" in recon("ports", "80").stdout


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("52000-53000", [(52000, 53000, "tcp", None)]),
        ("49152-49153", [(49152, 49153, "tcp", None)]),
        ("U:53", [(53, 53, "udp", "domain")]),
        ("T:6-7,U:domain", [(6, 6, "tcp", None), (7, 7, "tcp", "echo"), (53, 53, "udp", "domain")]),
        ("65534-", [(65534, 65535, "tcp", None)]),
    ],
)
def test_ports_reads_port_words_and_names_ports_nobody_registered(recon, query, expected):
    rows = json.loads(recon("ports", query, "--json").stdout)
    assert [(row["port"], row["last"], row["transport"], row["service"]) for row in rows] == expected


def test_a_range_without_registrations_says_what_it_is_for(recon):
    done = recon("ports", "dynamic")
    assert done.returncode == 0
    assert re.search(r"^49152-\d+/tcp +dynamic +- +-$", done.stdout, re.MULTILINE)
    assert "dynamic (49152-65535): never assigned" in done.stdout


def test_top_ports_are_looked_up_by_their_number(recon):
    assert {row["port"] for row in json.loads(recon("ports", "top:2", "--json").stdout)} == {80, 443}


def test_a_word_that_names_nothing_is_named_beside_what_was_found(recon):
    done = recon("ports", "22", "no-such-service-name")
    assert done.returncode == 1
    assert "22/tcp" in done.stdout
    assert "'no-such-service-name'" in done.stderr


def test_ports_without_a_word_gives_the_three_ranges(recon):
    rows = json.loads(recon("ports", "--json").stdout)
    assert [(row["range"], row["first"], row["last"]) for row in rows] == [
        ("well-known", 0, 1023), ("registered", 1024, 49151), ("dynamic", 49152, 65535),
    ]  # fmt: skip
    assert rows[0]["registered"] > 500
    assert "well-known" in recon("ports").stdout


PROBE_PLUGIN = """
from recon import Match, Probe, hookimpl

@hookimpl
def recon_probes():
    match = Match(rb"^MOO", service="cow", examples={b"MOO": {}})
    yield Probe("cow", ports="22,70-72", send=b"MOO?\\x1b\\r\\nmore", matches=[match])
    yield Probe("calf", ports="22", tls_ports="59999", matches=[match])
    yield Probe("broken", ports="nonsense-words", matches=[match])
"""


def test_ports_tells_what_recon_asks_there(recon, installed):
    env = installed(PROBE_PLUGIN)
    row = json.loads(recon("ports", "22", "--json", env=env).stdout)[0]
    asked = {ask["probe"]: ask["sends"] for ask in row["asks"]}
    assert (asked["cow"], asked["calf"]) == (r"MOO?\x1b", "")
    assert r'cow ("MOO?\x1b"), calf (listens)' in recon("ports", "22", env=env).stdout


def test_ports_tells_what_is_asked_inside_tls(recon, installed):
    env = installed(PROBE_PLUGIN)
    rows = json.loads(recon("ports", "59998-60000", "--json", env=env).stdout)
    assert [(row["port"], row["asks"]) for row in rows] == [
        (59998, []), (59999, [{"probe": "calf", "sends": "", "tls": True}]), (60000, []),
    ]  # fmt: skip
    assert "TLS, then http" in recon("ports", "443").stdout


def test_ports_for_people_says_that_a_name_is_only_a_convention(recon):
    done = recon("ports", "ssh")
    assert "22/tcp" in done.stdout
    assert "convention" in done.stdout


@pytest.mark.parametrize(("word", "code"), [("no-such-service-name", 1), ("70000", 2)])
def test_an_unknown_port_is_an_error_not_a_traceback(recon, word, code):
    done = recon("ports", word)
    assert (done.returncode, done.stdout) == (code, "")
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_listing_plugins_imports_none(recon, installed):
    done = recon("plugins", "list", "--json", env=installed("raise SystemExit('imported')\n"))
    assert done.returncode == 0
    boom = {"name": "boom", "value": "boom_module", "distribution": "boom", "version": "1.0", "enabled": True}
    assert boom in json.loads(done.stdout)


def test_a_plugin_that_cannot_be_imported_is_named_and_the_sweep_goes_on(recon, installed, greeter):
    env = installed("raise ValueError('\\x1b[2Jno')\n")
    done = recon("sweep", "127.1.2.3", "-p", greeter.port, env=env)
    assert (done.returncode, done.stdout) == (0, f"127.1.2.3:{greeter.port}\n")
    assert r"boom: cannot be imported: ValueError: \x1b[2Jno" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_built_in_command_loads_no_plugin_for_its_name():
    assert not any(needs_plugins([word]) for word in ("sweep", "ports", "plugins", "doctor", "demo", "--version"))
    assert needs_plugins(["from-a-plugin"])


COMMAND_PLUGIN = """
from recon import hookimpl

@hookimpl
def recon_commands(app):
    @app.command("shout")
    def shout() -> None:
        "Say it loud."
        print("HELLO")
"""


def test_a_plugin_command_is_listed_and_runs(recon, installed):
    env = installed(COMMAND_PLUGIN)
    listed = recon("--help", env=env).stdout
    assert "shout" in listed
    assert "sweep" in listed
    assert recon("shout", env=env).stdout == "HELLO\n"


def test_help_imports_no_plugin_without_commands(recon, installed):
    done = recon("--help", env=installed("raise SystemExit(7)\n"))
    assert (done.returncode, done.stderr) == (0, "")


BROKEN_SINK = """
from recon import SinkType, hookimpl

class Broken:
    def __init__(self, stream, options): ...
    def write(self, batch): raise KeyError("no such thing")
    def close(self, summary): ...

@hookimpl
def recon_sinks():
    yield SinkType("broken", "fails", Broken)
"""


def test_a_sink_that_raises_ends_the_sweep_in_order(recon, installed, greeter):
    done = recon("sweep", "127.1.0.0/24", "-p", greeter.port, "--format", "broken", env=installed(BROKEN_SINK))
    assert done.returncode == 1
    assert "KeyError: 'no such thing'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "stopped" in done.stderr


def test_an_unknown_command_exits_2(recon):
    assert recon("no-such-command").returncode == 2


def test_commands_are_announced_by_the_module_in_the_right_group_only(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "announcer" / "inner.py"
    package.parent.mkdir()
    (package.parent / "__init__.py").write_text("")
    package.write_text("def recon_commands(app): ...\n")
    info = tmp_path / "announcer-1.0.dist-info"
    info.mkdir()
    for text, expected in [
        ("[recon]\na = announcer.inner\n", True),
        ("[recon]\na = announcer.inner:thing\n", True),
        ("[recon]\na = announcer\n", False),
        ("[other]\na = announcer.inner\n[recon]\n", False),
        ("[recon]\na = not_there\n", False),
        ("nonsense", False),
    ]:
        (info / "entry_points.txt").write_text(text)
        assert any_commands([str(tmp_path), "/nowhere"]) is expected


def test_help_imports_neither_core_nor_engine_room():
    code = (
        "import sys\nfrom recon.cli.app import build\nbuild(['--help'])\n"
        "idle = ('recon._core', 'recon.cli.sweep', 'recon.plan', 'recon.pipeline', 'rich')\n"
        "print([name for name in idle if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_doctor_explains_every_limit(recon):
    done = recon("doctor", "--json")
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert {"open files", "processors"} <= found.keys()
    assert all(check["meaning"] for check in found.values())
    assert "open files" in recon("doctor").stdout


def test_doctor_tells_how_to_change_what_is_low(tmp_path):
    files = {
        "sys/net/ipv4/ip_local_port_range": "40000 40031",
        "sys/net/ipv4/ip_local_reserved_ports": "40000-40009,40031,50000",
        "sys/net/core/somaxconn": "128",
        "sys/net/netfilter/nf_conntrack_max": "1000",
        "sys/net/netfilter/nf_conntrack_count": "900",
        "self/status": "Name:\tx\nCapEff:\t0000000000001000\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    found = {check.name: check for check in checks(tmp_path)}
    assert "21 usable" in found["ephemeral ports"].value
    for name in ("ephemeral ports", "listen backlog", "connection tracking"):
        assert found[name].verdict == "low"
        assert found[name].change
    assert found["CAP_NET_RAW"].verdict == "missing"
    assert found["CAP_NET_ADMIN"].verdict == "good"


def test_doctor_survives_a_machine_without_proc(tmp_path):
    assert {check.name for check in checks(tmp_path / "none")} >= {"open files", "processors"}


def _talk(place: Place, said: bytes = b"") -> bytes:
    with socket.create_connection((place.addr, place.port), timeout=10) as connection:
        if said:
            connection.sendall(said)
        return connection.recv(4096)


def test_the_lab_speaks_as_it_says():
    with RunningLab() as lab:
        places = {place.name: place for place in lab.places}
        assert all(place.addr.startswith("127.77.") for place in lab.places)
        assert _talk(places["dropbear"]) == b"SSH-2.0-dropbear_2022.83\r\n"
        assert b"\r\nServer: nginx/1.22.1\r\n" in _talk(places["nginx"], b"GET / HTTP/1.1\r\n\r\n")
        assert _talk(places["redis"], b"PING\r\n") == b"+PONG\r\n"
        assert b"MariaDB" in _talk(places["mariadb"])


def test_the_lab_steps_aside_for_ports_that_are_taken():
    with socket.create_server(("0.0.0.0", 0)) as own:
        taken = own.getsockname()[1]
        with Lab([Server("x", "127.77.0.9", taken, 24_321), Server("y", "127.77.0.8", taken, 24_321)]) as lab:
            ports = {place.port for place in lab.places}
    assert len(ports) == 1
    assert ports <= {24_321, 34_321, 44_321}


def test_the_lab_ends_with_its_parent():
    """The child holds a pipe's end; when the parent is killed, reading the other end comes to an end."""
    code = "from recon.testing.lab import RunningLab\nwith RunningLab() as lab:\n print(lab.pid, flush=True)\n input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        watch = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert select.select([watch], [], [], 20)[0], "the lab outlived its parent"
    os.close(watch)


def _record(*services: Service) -> Record:
    return Record(
        "", "127.77.0.1", None, 22, "tcp", "", None, "open", "", 1, None, list(services), {}, b""
    )  # fmt: skip


def test_the_demo_judges_products_and_versions():
    place = Place("openssh", "127.77.0.1", 22, "OpenSSH", "9.2p1")
    right = _record(Service("ssh", product="OpenSSH", version="9.2p1"))
    wrong = _record(Service("ssh", product="OpenSSH", version="9.3p1"))
    assert is_named(place, right)
    assert not is_wrong(place, right)
    assert is_wrong(place, wrong)
    assert not is_wrong(place, _record())
    assert not is_named(place, _record())


def test_the_demo_finds_every_server_and_cleans_up(recon, environment):
    mark = f"DEMO_OF_TEST={os.getpid()}"
    done = recon("demo", "--progress", "none", env=environment(DEMO_OF_TEST=str(os.getpid())))
    assert done.returncode == 0, done.stderr
    assert "found 18 of 18 servers" in done.stderr
    assert len(done.stdout.splitlines()) == 19
    left = [path for path in Path("/proc").glob("[0-9]*/environ") if mark.encode() in _read(path).split(b"\0")]
    assert left == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
