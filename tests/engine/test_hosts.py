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


def test_a_host_that_speaks_on_one_port_is_none(mute_ports, plugins, serve):
    speaking = serve(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"))
    ports = [*mute_ports[:80], speaking.port]
    plan = recon.Plan.parse("127.0.0.1", ports=",".join(map(str, ports)), rate="max", deep=False)
    with recon.sweep(plan, plugins=plugins) as sweep:
        records = [record for batch in sweep for record in batch]
    assert [record.port for record in records if "host.pattern" in record.facts] == []
