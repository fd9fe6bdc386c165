"""Not one packet leaves for an address outside the scope, whatever line the engine is handed."""

import contextlib
import socket
from dataclasses import replace

import pytest

import recon
from recon import _core
from recon.scope import Scope

ADDRESSES = [f"127.31.7.{last}" for last in range(1, 7)]
RANGE = "127.31.7.0/29"
INSIDE = "127.31.7.1"
ONLY = Scope(allow=(INSIDE,), deny=())


def beyond(**options):
    """A plan over all the addresses whose scope holds but one: what a planner with a bug would hand over."""
    plan = recon.Plan.parse(RANGE, rate="max", threads=2, show=["open", "unknown"], **options)
    return replace(plan, scope=ONLY)


def swept(plan, plugins):
    """States by address, and the summary."""
    with recon.sweep(plan, plugins=plugins) as sweep:
        states = {record.addr: record.state for batch in sweep for record in batch}
    return states, sweep.summary


def accepted(listener):
    """How many connections came to a listener."""
    listener.settimeout(0)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


@pytest.mark.parametrize("talk", [False, True])
def test_no_connection_is_opened_out_of_scope(plugins, check_identity, talk):
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(socket.create_server((INSIDE, 0)))
        port = first.getsockname()[1]
        listeners = [stack.enter_context(socket.create_server((addr, port))) for addr in ADDRESSES[1:]]
        states, summary = swept(beyond(ports=str(port), enumerate=talk, deep=talk), plugins)
        assert [accepted(listener) for listener in listeners] == [0] * len(listeners)
        assert accepted(first) >= 1
    check_identity(summary)
    assert states.pop(INSIDE) == "open"
    assert (set(states.values()), summary.unknown, summary.errors) == ({"unknown"}, 7, {"ESCOPE": 7})
    assert summary.exit == 3


def test_no_datagram_leaves_out_of_scope(plugins):
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(bound(INSIDE))
        port = first.getsockname()[1]
        others = [stack.enter_context(bound(addr, port)) for addr in ADDRESSES[1:]]
        _, summary = swept(beyond(ports=f"U:{port}", timeout_ms=100), plugins)
        assert first.recv(2048) is not None
        for other in others:
            with pytest.raises(BlockingIOError):
                other.recv(2048)
    assert summary.errors == {"ESCOPE": 7}


def bound(addr, port=0):
    """A datagram socket that never waits."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((addr, port))
    made.settimeout(0)
    return made


def test_an_enumerator_gets_no_connection_out_of_scope():
    with socket.create_server((ADDRESSES[1], 0)) as outside, socket.create_server((INSIDE, 0)) as inside:
        core = _core.Sweep(
            _core.Space([INSIDE], "1"), None, seed=1, shard=(0, 1), rate=None, timeout_ms=500, passes=1, threads=1,
            window=None, source_port=None, show=["open"], names={}, transcripts=False, deep=True, scope=ONLY.core,
        )  # fmt: skip
        wanted = enumerate([(ADDRESSES[1], outside.getsockname()[1]), (INSIDE, inside.getsockname()[1])])
        core.order([(place, "open", addr, port, None, False, False, False) for place, (addr, port) in wanted])
        told, over = {}, False
        while len(told) < 2 or not over:
            _, events, ended = core.wait()
            over = over or ended
            told |= {place: (kind, why) for place, kind, _, why in events}
        core.finish()
        assert accepted(outside) == 0
    assert told == {0: ("closed", "ESCOPE"), 1: ("done", "")}
