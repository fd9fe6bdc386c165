"""The raw backend over a cable and over loopback: the same rows as with kernel sockets, and a tidy wire. As root."""

import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from capture import Tap, packet_socket

SCANNER_ADDR, TARGET_ADDR = "10.99.0.1", "10.99.0.2"

pytestmark = [pytest.mark.root, pytest.mark.lab]

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
ETH_ALL = 3
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
HOOK = "chain in { type filter hook input priority 0; policy accept; %s }"
PATIENT = {"timeout_ms": 2000, "passes": 3}
"""For labs where everybody answers: nobody waits so long, unless the machine is busy."""


def greet(connection):
    """Greet, then wait until the peer is gone."""
    connection.settimeout(20)
    connection.sendall(GREETING)
    with contextlib.suppress(OSError):
        while connection.recv(4096):
            pass


def page(connection):
    """Answer one request for a page."""
    connection.settimeout(20)
    if connection.recv(4096).startswith(b"GET "):
        connection.sendall(b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class Watch(Tap):
    """Each TCP segment as the target's interface sees it: (is it ours, port of the target, flags, payload length).

    What a raw sender sends passes by the taps of its own interface.
    """

    def __init__(self, namespace):
        self.seen = []
        super().__init__(namespace.inside(lambda: packet_socket(ETH_ALL)), 65536)

    def stop(self):
        """What was seen."""
        self.end()
        return self.seen

    def take(self, frame, _ancillary, address):
        """Keep what a TCP segment says."""
        _, _, kind, *_ = address
        if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP:
            return
        length = int.from_bytes(frame[16:18], "big") - 20 - (frame[46] >> 4) * 4
        source, target = struct.unpack("!HH", frame[34:38])
        ours = kind != socket.PACKET_OUTGOING
        self.seen.append((ours, target if ours else source, frame[47], length))


def what(rows):
    """Rows without what differs from run to run, or is known to one backend only."""
    differs = ("at", "rtt_us", "ttl", "transcript")
    bare = [{name: value for name, value in row.items() if name not in differs} for row in rows]
    return sorted(bare, key=lambda row: (row["addr"], row["port"], row["transport"]))


def test_every_host_of_a_range_is_found_once_and_named(cable, stack):
    port = cable.listen(stack, speak=lambda connection: connection.sendall(GREETING))
    rows, summary = cable.scanner.sweep(
        "10.98.0.0/19", ports=str(port), backend="raw", enumerate=True, installed=True, **PATIENT
    )
    assert (summary["open"], summary["unknown"], summary["errors"]) == (8192, 0, {})
    assert len({row["addr"] for row in rows}) == len(rows) == 8192
    named = Counter((row["services"][0]["product"], row["services"][0]["version"]) for row in rows)
    assert named == {("OpenSSH", "9.2p1"): 8192}
    assert summary["backend"].startswith("raw:af_")
    assert all(row["ttl"] == 64 for row in rows)


def test_raw_and_connect_tell_the_same(cable, stack):
    ports = [cable.listen(stack, speak=greet), cable.listen(stack, speak=page)]
    forbidden, closed = 7003, 7002
    cable.target.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
    cable.target.filter(HOOK % f"tcp dport {forbidden} reject with icmp admin-prohibited;")
    options = {
        "ports": ",".join(map(str, [*ports, forbidden, closed])),
        "show": ["open", "closed", "unreachable"],
        "enumerate": True,
        "installed": True,
        "deep": True,
        **PATIENT,
    }
    told = {backend: cable.scanner.sweep("10.98.7.0/30", backend=backend, **options) for backend in ("connect", "raw")}
    # Which ICMP error it was the kernel tells nobody.
    assert {row["reason"] for row in told["raw"][0] if row["port"] == forbidden} == {"admin-prohibited"}
    for rows, _ in told.values():
        for row in rows:
            row["reason"] = None if row["port"] == forbidden else row["reason"]
    assert what(told["raw"][0]) == what(told["connect"][0])
    assert len(told["raw"][0]) == 16


def test_one_greeting_costs_five_kinds_of_segments_and_the_kernel_says_nothing(cable, stack):
    port = cable.listen(stack, speak=greet)
    watch = Watch(cable.target)
    rows, _ = cable.scanner.sweep(
        "10.98.0.9", ports=str(port), backend="raw", enumerate=True, installed=True, deep=False, **PATIENT
    )
    seen = [(ours, flags, length > 0) for ours, there, flags, length in watch.stop() if there == port]
    assert rows[0]["services"][0]["version"] == "9.2p1"
    assert seen[:2] == [(True, SYN, False), (False, SYN | ACK, False)]
    assert seen[2] == (True, ACK, False)
    assert (False, PSH | ACK, True) in seen
    assert [at for at, (ours, flags, _) in enumerate(seen) if ours and flags & RST] == [len(seen) - 1]
    assert not [flags for ours, flags, _ in seen if not ours and flags & (RST | FIN)]


def test_only_the_handshake_is_answered_with_one_reset(cable, stack):
    port = cable.listen(stack, speak=greet)
    watch = Watch(cable.target)
    _, summary = cable.scanner.sweep("10.98.1.0/25", ports=str(port), backend="raw", **PATIENT)
    seen = Counter((ours, flags) for ours, there, flags, _ in watch.stop() if there == port)
    assert (summary["open"], summary["sent"]) == (128, 128)
    assert seen == {(True, SYN): 128, (False, SYN | ACK): 128, (True, RST): 128}


def test_a_neighbour_is_asked_for_and_an_absent_one_is_silent(cable, stack):
    port = cable.listen(stack)
    cable.scanner.run("ip", "neigh", "flush", "all")
    rows, summary = cable.scanner.sweep(TARGET_ADDR, "10.99.0.77", ports=str(port), backend="raw", timeout_ms=500)
    assert [row["addr"] for row in rows] == [TARGET_ADDR]
    assert (summary["open"], summary["silent"], summary["unknown"]) == (1, 1, 0)


def test_a_router_that_does_not_answer_is_our_failure_not_their_silence(cable):
    cable.scanner.run("ip", "route", "add", "10.97.0.0/24", "via", "10.99.0.77")
    _, summary = cable.scanner.sweep("10.97.0.0/30", ports="80", backend="raw", timeout_ms=300)
    assert (summary["unknown"], summary["silent"]) == (4, 0)
    assert summary["errors"]["EHOSTUNREACH"] == 4


def test_ipv6_is_swept_by_its_own_neighbours(cable, stack):
    for end, addr in ((cable.scanner, "fd00:99::1"), (cable.target, "fd00:99::2")):
        end.run("ip", "addr", "add", f"{addr}/64", "dev", "cable", "nodad")
    make = lambda: socket.create_server(("::", 0), family=socket.AF_INET6, backlog=64)  # noqa: E731
    listener = cable.target.inside(make)
    stack.callback(listener.close)
    port = listener.getsockname()[1]
    rows, summary = cable.scanner.sweep(
        "fd00:99::2", ports=f"{port},7002", backend="raw", show=["open", "closed"], **PATIENT
    )
    assert {(row["port"], row["state"]) for row in rows} == {(port, "open"), (7002, "closed")}
    assert summary["silent"] == 0


def test_what_nobody_asked_for_proves_nothing(cable):
    """Answers to SYNs that we never sent, a thousand of them while a sweep waits for a silent range."""
    cable.target.filter(HOOK % "tcp dport 7001 drop;")
    watch = Watch(cable.target)
    over = threading.Event()

    def lie():
        forged = cable.target.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
        with forged:
            while not over.is_set():
                asked = [there for ours, there, flags, _ in list(watch.seen) if ours and flags == SYN]
                for source in (10_000, 40_000) if asked else ():
                    for flags in (SYN | ACK, RST | ACK):
                        forged.sendto(forge("10.98.0.7", 7001, source, flags), (SCANNER_ADDR, 0))
                time.sleep(0.001)

    thread = threading.Thread(target=lie, daemon=True)
    thread.start()
    try:
        _, summary = cable.scanner.sweep("10.98.0.0/28", ports="7001", backend="raw", timeout_ms=1000)
    finally:
        over.set()
        thread.join(60)
        watch.stop()
    assert (summary["open"], summary["closed"], summary["silent"]) == (0, 0, 16)


def forge(addr, port, our_port, flags):
    """A segment from ``addr`` that acknowledges a number nobody sent; the kernel fills in IP's checksum."""
    source, target = socket.inet_aton(addr), socket.inet_aton(SCANNER_ADDR)
    segment = struct.pack("!HHIIBBHHH", port, our_port, 7, 12345, 5 << 4, flags, 1024, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(segment))
    total = sum(struct.unpack(f"!{(len(pseudo) + len(segment)) // 2}H", pseudo + segment))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    segment = segment[:16] + struct.pack("!H", ~total & 0xFFFF) + segment[18:]
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0, source, target) + segment


def test_udp_is_asked_raw_too(cable, stack):
    def make():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("0.0.0.0", 0))
        made.settimeout(0.2)
        return made

    cable.target.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
    echo = cable.target.inside(make)
    over = threading.Event()

    def serve():
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                data, peer = echo.recvfrom(2048)
                echo.sendto(data or b"empty", peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    stack.callback(echo.close)
    stack.callback(thread.join, 60)
    stack.callback(over.set)
    port = echo.getsockname()[1]
    rows, summary = cable.scanner.sweep(
        TARGET_ADDR, ports=f"U:{port},U:7005", backend="raw", show=["open", "closed"], **PATIENT
    )
    assert {(row["port"], row["state"]) for row in rows} == {(port, "open"), (7005, "closed")}
    assert summary["unknown"] == 0


def test_loopback_is_swept_raw(namespace, stack):
    listener = namespace.inside(lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    stack.callback(listener.close)
    port = listener.getsockname()[1]
    rows, summary = namespace.sweep(
        "127.0.0.1", ports=f"{port},7002", backend="raw", show=["open", "closed"], **PATIENT
    )
    assert {(row["port"], row["state"]) for row in rows} == {(port, "open"), (7002, "closed")}
    assert summary["backend"] == "raw:raw_ip"


def test_a_stop_counts_what_was_not_awaited_as_unknown(cable):
    cable.target.filter(HOOK % "tcp dport 7001 drop;")
    stop = """
import json, recon
plan = recon.Plan.parse("10.98.0.0/16", ports="7001", backend="raw", rate=2000, enumerate=False, timeout_ms=60000)
with recon.sweep(plan) as sweep:
    while sweep.progress().sent < 500:
        pass
    sweep.stop()
    list(sweep)
print(sweep.summary.to_json())
"""
    summary = json.loads(cable.scanner.run(sys.executable, "-c", stop))
    assert summary["interrupted"]
    assert (summary["silent"], summary["unknown"]) == (0, 65536)


def test_without_the_privilege_it_is_refused_with_what_to_do(namespace):
    words = [*namespace.prefix, "setpriv", "--bounding-set", "-net_raw", sys.executable, "-m", "recon.cli"]
    done = subprocess.run(
        [*words, "sweep", "127.0.0.1", "-p", "80", "--backend", "raw"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert "CAP_NET_RAW" in done.stderr
    assert "--backend connect" in done.stderr
