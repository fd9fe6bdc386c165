"""A host on which everything is open and nothing speaks is named, and asked no more questions."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

import recon

PORTS = 100
ASKED_BEFORE_IT_IS_KNOWN = 64


@pytest.fixture
def mute_ports():
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(PORTS)]
        yield [server.getsockname()[1] for server in servers]


def test_a_host_that_is_open_everywhere_and_silent_is_named(mute_ports, plugins):
    plan = recon.Plan.parse("127.0.0.1", ports=",".join(map(str, mute_ports)), rate="max", deep=False)
    with recon.sweep(plan, plugins=plugins) as sweep:
        records = [record for batch in sweep for record in batch]
    assert len(records) == PORTS
    named = [record for record in records if record.facts.get("host.pattern") == "tarpit"]
    assert len(named) == PORTS
    assert sweep.summary.sent <= PORTS + 6 * ASKED_BEFORE_IT_IS_KNOWN


def patterns(ports, plugins):
    plan = recon.Plan.parse("127.0.0.1", ports=",".join(map(str, ports)), rate="max", deep=False)
    with recon.sweep(plan, plugins=plugins) as sweep:
        return {record.port: record.facts.get("host.pattern") for batch in sweep for record in batch}


def greeter(connection):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n")


def test_one_server_does_not_hide_the_pattern_and_is_not_of_it(mute_ports, plugins, serve):
    speaking = serve(greeter).port
    found = patterns([*mute_ports, speaking], plugins)
    assert found.pop(speaking) is None
    assert set(found.values()) == {"tarpit"}


def test_a_host_of_several_servers_is_none(mute_ports, plugins, serve):
    found = patterns([*mute_ports[:80], *(serve(greeter).port for _ in range(6))], plugins)
    assert set(found.values()) == {None}
