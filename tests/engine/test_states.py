"""What the connect backend says of targets on loopback: each once, in the right state, and the counters add up."""

import socket
import threading
from pathlib import Path

import pytest

import recon
from recon.errors import PlanError

LISTENING = "0A"
LOCALHOST_OR_ANY = {"0100007F", "00000000", "0" * 32, "0000000000000000FFFF00000100007F"}


def listeners():
    """Ports with a TCP listener that 127.0.0.1 reaches, as the kernel tells."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            cells = row.split()
            addr, _, port = cells[1].rpartition(":")
            if cells[3] == LISTENING and addr in LOCALHOST_OR_ANY:
                found.add(int(port, 16))
    return found


def test_open_and_closed_ports_are_told_apart_and_counted(run, serve, closed_port):
    ports = [serve().port for _ in range(5)]
    outcome = run("127.0.0.1", ports=",".join(map(str, [*ports, closed_port])), enumerate=False)
    assert outcome.states == {("127.0.0.1", port): "open" for port in ports}
    assert (outcome.summary.open, outcome.summary.closed, outcome.summary.unknown) == (5, 1, 0)
    assert outcome.summary.exit == 0


def test_closed_ports_become_rows_only_on_request(run, closed_port):
    assert run("127.0.0.1", ports=str(closed_port)).records == []
    outcome = run("127.0.0.1", ports=str(closed_port), show=("closed",))
    assert [(one.state, one.reason, one.banner, one.services) for one in outcome.records] == [
        ("closed", "refused", b"", [])
    ]


def test_every_host_of_a_range_is_asked_once(run, wildcard):
    outcome = run("127.3.0.0/22", ports=str(wildcard), enumerate=False)
    addresses = [record.addr for record in outcome.records]
    assert len(addresses) == len(set(addresses)) == 1024 == outcome.summary.open
    assert outcome.summary.sent >= 1024


def test_ipv6_targets_are_swept_too(run, serve, closed_port):
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=64)
    except OSError:
        pytest.skip("this machine has no ::1")
    port = serve(listener=listener).port
    outcome = run("::1", ports=f"{port},{closed_port}", enumerate=False, show=("open", "closed"))
    assert outcome.states == {("::1", port): "open", ("::1", closed_port): "closed"}


def test_a_sweep_of_the_ephemeral_range_finds_the_listeners_and_never_itself(run, serve):
    known = {serve().port for _ in range(3)}
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    for _ in range(3):
        before = listeners()
        outcome = run("127.0.0.1", ports=f"{first}-{last}", enumerate=False)
        assert known <= outcome.open_ports
        assert outcome.open_ports <= before | listeners(), "a port without a listener was called open"
        assert outcome.summary.unknown == 0


def test_the_name_the_user_gave_is_kept(run, serve):
    server = serve()
    outcome = run("ssh.example", ports=str(server.port), resolve={"ssh.example": ["127.0.0.1"]}.get)
    assert [(record.host, record.addr) for record in outcome.records] == [("ssh.example", "127.0.0.1")]


def test_a_name_without_address_is_a_gap_and_the_rest_goes_on(run, wildcard):
    outcome = run("127.0.0.1", "nowhere.example", ports=str(wildcard), resolve=lambda _: [])
    assert outcome.summary.unresolved == ("nowhere.example",)
    assert (outcome.summary.open, outcome.summary.exit) == (1, 3)


def test_a_record_says_what_the_port_number_is_registered_for_and_never_as_detected(run, serve):
    outcome = run("127.0.0.1", ports=str(serve().port))
    (record,) = outcome.records
    assert (record.services, record.transport, record.reason, record.ttl) == ([], "tcp", "syn-ack", None)
    assert record.rtt_us is not None
    assert record.range in {"registered", "dynamic"}


def test_shards_are_disjoint_and_together_the_whole(run, wildcard):
    whole = run("127.4.0.0/24", ports=str(wildcard), seed=5, enumerate=False)
    parts = [run("127.4.0.0/24", ports=str(wildcard), seed=5, shard=(i, 7), enumerate=False) for i in range(7)]
    targets = [key for part in parts for key in part.states]
    assert len(targets) == len(set(targets))
    assert set(targets) == set(whole.states)
    assert sum(part.summary.targets for part in parts) == whole.summary.targets == 256


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads_asks_the_same_targets(run, wildcard, closed_port, threads):
    outcome = run("127.5.0.0/24", ports=f"{wildcard},{closed_port}", threads=threads, enumerate=False)
    assert (outcome.summary.open, outcome.summary.closed) == (256, 256)


def test_a_source_port_is_used_for_every_connection(run, serve):
    heard = []
    done = threading.Event()

    def speak(connection):
        heard.append(connection.getpeername()[1])
        done.set()

    server = serve(speak, addr="0.0.0.0")
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        source = keeper.getsockname()[1]
    outcome = run("127.6.0.0/30", ports=str(server.port), source_port=source)
    assert outcome.summary.open + outcome.summary.unknown == 4
    assert done.wait(10)
    assert set(heard) == {source}


def test_a_source_port_that_equals_the_asked_port_is_unknown(run):
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        port = keeper.getsockname()[1]
    outcome = run("127.0.0.1", ports=str(port), source_port=port, passes=1, show=("unknown",))
    assert outcome.states == {("127.0.0.1", port): "unknown"}
    assert outcome.summary.errors["ESELF"] > 0


def test_a_source_port_that_is_taken_is_unknown(run, closed_port):
    outcome = run("127.0.0.1", ports=str(closed_port), source_port=closed_port, passes=1, show=("unknown",))
    assert [(record.state, record.reason) for record in outcome.records] == [("unknown", "EADDRINUSE")]


def test_a_rate_cap_holds_over_the_whole_run(run, closed_port):
    outcome = run("127.7.0.0/21", ports=str(closed_port), rate=2000)
    assert outcome.summary.closed == 2048
    assert outcome.summary.elapsed_s >= 2048 / 2000 * 0.95
    assert outcome.summary.bottleneck == "rate cap"


def test_the_window_bounds_what_is_in_flight(serve, plugins, check_identity):
    gate = threading.Event()

    def speak(connection):
        gate.wait(30)
        connection.sendall(b"late\r\n")

    server = serve(speak, addr="0.0.0.0")
    plan = recon.Plan.parse("127.8.0.0/27", ports=str(server.port), rate="max", threads=1, window=3)
    with recon.sweep(plan, plugins=plugins) as sweep:
        highest = 0
        while sweep.progress().in_flight < 3:
            highest = max(highest, sweep.progress().in_flight)
        gate.set()
        for _ in sweep:
            highest = max(highest, sweep.progress().in_flight)
    assert highest <= 3
    assert sweep.summary.open == 32
    check_identity(sweep.summary)


def test_an_unknown_state_to_show_is_a_plan_error():
    with pytest.raises(PlanError, match="no such state"):
        recon.Plan.parse("127.0.0.1", ports="1", show=("filtered",))
