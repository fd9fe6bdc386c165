"""The raw backend when things go wrong: links, filters, addresses and the process itself. As root."""

import json
import re
import socket
import subprocess
import sys

import pytest
from namespaces import LONGEST_S
from steered import begin, wait_for

pytestmark = [pytest.mark.root, pytest.mark.lab]

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
HOOK = "chain in { type filter hook input priority 0; policy accept; %s }"
PATIENT = {"timeout_ms": 2000, "passes": 3}
"""For labs where everybody answers: nobody waits so long, unless the machine is busy."""


def found(rows):
    """How many addresses have an open port."""
    return len({addr for addr, _, state in rows if state == "open"})


def test_an_interface_that_goes_down_pauses_the_sweep_and_loses_nothing(cable, stack):
    port = cable.listen(stack)
    sweep = begin(stack, cable.scanner.prefix, "10.98.0.0/17", backend="raw", ports=str(port), rate=5000, **PATIENT)
    sweep.until(lambda seen: seen["open"] >= 100)
    cable.scanner.run("ip", "link", "set", "cable", "down")
    sweep.until(lambda seen: seen["errors"].get("ENETDOWN", 0) >= 100)
    assert sweep.progress()["sent"] < 32768
    cable.scanner.run("ip", "link", "set", "cable", "up")
    rows, summary = sweep.end()
    assert (found(rows), summary["open"], summary["unknown"], summary["exit"]) == (32768, 32768, 0, 0)


def test_an_interface_that_stays_down_ends_the_sweep_with_what_is_known(cable, stack):
    port = cable.listen(stack)
    prefix = (*cable.scanner.prefix, "env", "RECON_LINK_PATIENCE_MS=1000")
    sweep = begin(stack, prefix, "10.98.0.0/17", backend="raw", ports=str(port), rate=2000, **PATIENT)
    sweep.until(lambda seen: seen["open"] >= 100)
    cable.scanner.run("ip", "link", "set", "cable", "down")
    rows, summary = sweep.end()
    assert (summary["exit"], summary["silent"], summary["closed"]) == (3, 0, 0)
    assert found(rows) == summary["open"] == 32768 - summary["unknown"]
    assert summary["unknown"] > 0
    assert summary["errors"]["ENETDOWN"] > 0


def test_what_the_filter_forbids_is_unknown_not_silent(namespace, stack):
    listener = namespace.inside(lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    stack.callback(listener.close)
    port = listener.getsockname()[1]
    namespace.filter("chain out { type filter hook output priority 0; policy accept; tcp dport 7001 drop; }")
    rows, summary = namespace.sweep(
        "127.0.0.1", ports=f"{port},7001", backend="raw", show=["open", "closed", "unknown"], **PATIENT
    )
    assert {(row["port"], row["state"], row["reason"]) for row in rows} == {
        (port, "open", "syn-ack"),
        (7001, "unknown", "EPERM"),
    }
    assert (summary["silent"], summary["exit"]) == (0, 3)
    assert summary["errors"]["EPERM"] >= 1


def test_an_interface_that_is_not_there_is_refused_by_name(namespace):
    words = [*namespace.prefix, sys.executable, "-m", "recon.cli", "sweep", "127.0.0.1", "-p", "80"]
    done = subprocess.run(
        [*words, "--backend", "raw", "--interface", "eth9"],
        capture_output=True, text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "'eth9': no such interface; there are lo" in done.stderr


def test_the_way_of_each_range_is_explained(cable):
    words = [sys.executable, "-m", "recon.cli", "sweep", "10.98.0.0/16", "10.99.0.2", "10.97.0.1", "-p", "80"]
    cable.scanner.run("ip", "route", "add", "unreachable", "10.97.0.0/24")
    told = cable.scanner.run(*words, "--backend", "raw", "--explain")
    assert re.search(
        r"way +10\.98\.0\.0 - 10\.98\.255\.255 by cable from 10\.99\.0\.1 via 10\.99\.0\.2, af_\w+\n", told
    )
    assert re.search(r"way +10\.99\.0\.2 - 10\.99\.0\.2 by cable from 10\.99\.0\.1, af_\w+\n", told)
    assert re.search(r"way +10\.97\.0\.1 - 10\.97\.0\.1 unreachable: a route forbids it\n", told)


def test_answers_to_an_address_that_is_not_ours_come_all_the_same(cable, stack):
    port = cable.listen(stack)
    rows, summary = cable.scanner.sweep(
        "10.98.0.0/22", ports=str(port), backend="raw", source_ip="10.99.0.77", **PATIENT
    )
    assert len({row["addr"] for row in rows}) == len(rows) == 1024
    assert (summary["unknown"], summary["silent"]) == (0, 0)
    learnt = cable.target.run("ip", "neigh", "show", "10.99.0.77")
    assert cable.scanner.run("cat", "/sys/class/net/cable/address").strip() in learnt


def test_segments_fit_a_narrow_route(cable, stack):
    """What we take is said in our SYN, so that the target cuts what it says to size."""
    cable.scanner.run("ip", "route", "change", cable.range, "via", "10.99.0.2", "mtu", "600")
    sizes = []

    def speak(connection):
        sizes.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
        connection.sendall(GREETING)

    port = cable.listen(stack, speak=speak)
    rows, _ = cable.scanner.sweep("10.98.0.9", ports=str(port), backend="raw", enumerate=True, deep=False, **PATIENT)
    assert [row["banner"] for row in rows] == [GREETING.decode()]
    assert set(sizes) == {560}


def belongings(namespace):
    """What a process could leave behind: sockets, rules, links."""
    words = (("ss", "-tulnwH"), ("ss", "-0naH"), ("nft", "list", "ruleset"), ("ip", "-d", "-o", "link"))
    return [namespace.run(*each) for each in words]


def test_a_killed_sweep_leaves_nothing_here_and_nothing_half_open_there(cable, stack):
    port = cable.listen(stack)
    cable.target.run("sysctl", "-qw", "net.ipv4.tcp_synack_retries=20")
    before = belongings(cable.scanner)
    # Our resets do not arrive, so that what we began stays half open until somebody resets it.
    cable.target.filter(HOOK % "tcp flags rst drop;")
    sweep = begin(
        stack, cable.scanner.prefix, "10.98.0.0/16", backend="raw", ports=str(port), rate=200, timeout_ms=60000
    )
    half_open = ("ss", "-tnH", "state", "syn-recv")
    wait_for(lambda: len(cable.target.run(*half_open).splitlines()) >= 20)
    assert belongings(cable.scanner) != before
    sweep.kill()
    wait_for(lambda: belongings(cable.scanner) == before)
    cable.target.filter("")
    # The kernel, whose ports they are again, answers each repeated SYN-ACK with a reset.
    wait_for(lambda: cable.target.run(*half_open) == "")


def test_no_privilege_is_told_apart_for_each_link(cable):
    bare = ["setpriv", "--bounding-set", "-net_raw", sys.executable, "-m", "recon.cli", "doctor", "--json"]
    found = {check["name"]: check for check in json.loads(cable.scanner.run(*bare))}
    for name in ("raw_ip", "af_packet on cable"):
        assert found[name]["verdict"] == "missing"
        assert "CAP_NET_RAW" in found[name]["change"]
    held = json.loads(cable.scanner.run(sys.executable, "-m", "recon.cli", "doctor", "--json"))
    assert {check["name"]: check["verdict"] for check in held}["af_packet on cable"] == "good"
