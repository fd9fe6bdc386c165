"""Real servers from Debian packages: named as the package says, and nothing that is not on the wire.

The same assertions run without a network over ``recordings/``, made by ``record.py``.
"""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from server_lab import expected, question, upstream
from server_table import PORTS, SERVERS, Port, Server

from recon import _core, plugins
from recon.testing import load_transcript

RECORDINGS = Path(__file__).with_name("recordings")
EACH = [pytest.param(server, port, id=port.name) for server in SERVERS for port in server.ports]
TCP = [each for each in EACH if each.values[1].transport == "tcp"]
MOVED = [each for each in TCP if not each.values[1].hinted]
UDP = [each for each in EACH if each.values[1].transport == "udp"]


@pytest.fixture(scope="module")
def pack() -> _core.Pack:
    return _core.Pack(plugins.load().probes())


def _check(server: Server, port: Port, services: list[dict], version: str) -> None:
    wanted = expected(port, version)
    named = [one for one in services if (one["name"], one["product"]) == (port.service, port.product)]
    assert named, f"{server.name}: {port.service} of {port.product} is not among {services}"
    found = {key: named[0][key] for key in wanted}
    assert found == wanted
    said = "not on the wire" if named[0]["version"] is None else named[0]["version_source"]
    assert (said == "not on the wire") == (named[0]["version_source"] == "none") == (not port.version)


def _version(running, server: Server) -> str:
    if server.name not in running.versions:
        pytest.skip(f"{server.package} is not installed: run tests/servers/install")
    assert server.name not in running.failed, running.failed[server.name]
    return running.versions[server.name]


@pytest.mark.root
@pytest.mark.lab
@pytest.mark.parametrize(("server", "port"), TCP)
def test_a_real_server_is_named_as_its_package_says(running, request, server, port) -> None:
    version = _version(running, server)
    row = request.getfixturevalue("swept")[port.number]
    _check(server, port, row["services"], version)
    assert row["services"][0]["tls"] is port.tls


@pytest.mark.root
@pytest.mark.lab
@pytest.mark.parametrize(("server", "port"), MOVED)
def test_a_real_server_on_an_odd_port_is_named_all_the_same(running, request, server, port) -> None:
    version = _version(running, server)
    _check(server, port, request.getfixturevalue("moved")[port.number]["services"], version)


STARTTLS = {
    "vsftpd": 21,
    "proftpd": 2121,
    "exim": 2525,
    "imap": 143,
    "pop3": 110,
    "lmtp": 24,
    "sieve": 4190,
    "ldap": 389,
    "xmpp": 5222,
    "mysql": 3306,
    "postgresql": 5432,
}


@pytest.mark.root
@pytest.mark.lab
@pytest.mark.parametrize("port", [pytest.param(port, id=name) for name, port in STARTTLS.items()])
def test_a_server_that_offers_starttls_shows_its_certificate(swept, port) -> None:
    assert swept[port]["facts"]["tls.subject"] == "CN=example.test"


@pytest.mark.root
@pytest.mark.lab
@pytest.mark.parametrize(("server", "port"), UDP)
def test_a_real_server_over_udp_is_named_as_its_package_says(running, request, server, port) -> None:
    version = _version(running, server)
    _check(server, port, request.getfixturevalue("swept_udp")[port.number]["services"], version)


@pytest.mark.root
@pytest.mark.lab
@pytest.mark.parametrize("server", [pytest.param(server, id=server.name) for server in SERVERS])
def test_every_port_of_a_real_server_listens(running, server) -> None:
    assert _version(running, server)


@pytest.mark.parametrize(("server", "port"), TCP)
def test_a_recorded_conversation_is_read_without_a_network(pack, server, port) -> None:
    transcript = load_transcript(RECORDINGS / f"{port.name}.jsonl")
    package, _, version = (transcript.product or "").partition(" ")
    assert package == server.package
    record = pack.replay(transcript.entries, port=transcript.port)
    services = [{key: getattr(one, key) for key in one.__slots__} for one in record.services]
    _check(server, port, services, version)


@pytest.mark.parametrize(("server", "port"), UDP)
def test_a_recorded_datagram_is_read_without_a_network(pack, server, port) -> None:
    transcript = load_transcript(RECORDINGS / f"{port.name}.jsonl")
    package, _, version = (transcript.product or "").partition(" ")
    assert package == server.package
    answers = _answers(transcript.entries, port.number)
    found = [service for probe, answer in answers for service in pack.identify(answer, asked=probe)[0]]
    found.sort(key=lambda service: -service.confidence)
    _check(server, port, [{key: getattr(one, key) for key in one.__slots__} for one in found], version)


def _answers(entries, port: int) -> list[tuple[str, bytes]]:
    """(probe, answer) of each question over UDP that was answered."""
    probes = {
        question(probe.send, port): probe.name for _, probe in plugins.load().probes() if probe.transport == "udp"
    }
    return [(probes[sent[1]], got[1]) for sent, got in pairwise(entries) if (sent[0], got[0]) == ("sent", "received")]


def test_each_port_has_a_recording_and_each_recording_a_port() -> None:
    assert {path.stem for path in RECORDINGS.glob("*.jsonl")} == {port.name for port in PORTS}


@pytest.mark.parametrize(
    ("debian", "own"),
    [
        ("1:9.2p1-2+deb12u10", ("9.2p1", "2+deb12u10")),
        ("1.3.8+dfsg-4+deb12u5", ("1.3.8", "4+deb12u5")),
        ("3.5.0+ds1-0+deb12u1", ("3.5.0", "0+deb12u1")),
        ("5:7.0.15-1~deb12u10", ("7.0.15", "1~deb12u10")),
        ("4.96-15+deb12u10", ("4.96", "15+deb12u10")),
    ],
)
def test_a_debian_version_is_split_into_upstream_and_revision(debian, own) -> None:
    assert upstream(debian) == own


@pytest.mark.root
@pytest.mark.lab
def test_the_servers_are_cut_off_from_every_network(running) -> None:
    links = subprocess.run(running.inside("ip", "-br", "link"), capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in links.splitlines()] == ["lo"]
