"""What a network does to a sweep: silence, loss, ICMP, no route, few local ports. In namespaces, as root."""

from collections import Counter

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

HOOK = "chain in { type filter hook input priority 0; policy accept; %s }"
SYN = "tcp flags & (syn|ack) == syn"


def test_silent_targets_are_counted_and_never_reported(cable, stack):
    port = cable.listen(stack)
    cable.target.filter(HOOK % f"ip daddr 10.98.0.128-10.98.0.255 tcp dport {port} drop;")
    rows, summary = cable.scanner.sweep("10.98.0.0/24", ports=str(port), timeout_ms=300)
    assert (summary["open"], summary["silent"], summary["closed"]) == (128, 128, 0)
    assert sorted(int(row["addr"].split(".")[3]) for row in rows) == list(range(128))
    assert summary["sent"] == 128 + 2 * 128


def test_silent_closed_and_open_are_told_apart_in_one_sweep(cable, stack):
    port = cable.listen(stack)
    silent, closed = 7001, 7002
    cable.target.filter(HOOK % f"tcp dport {silent} drop;")
    rows, summary = cable.scanner.sweep(
        "10.98.3.0/26", ports=f"{port},{silent},{closed}", timeout_ms=300, show=["open", "closed"]
    )
    assert (summary["open"], summary["silent"], summary["closed"]) == (64, 64, 64)
    assert Counter((row["port"], row["state"]) for row in rows) == {(port, "open"): 64, (closed, "closed"): 64}


def test_a_second_pass_hears_what_loss_had_dropped(cable, stack):
    port = cable.listen(stack)
    lossy = HOOK % f"tcp dport {port} {SYN} numgen inc mod 10 < 3 drop;"
    silent = {}
    for passes in (1, 2, 3):
        cable.target.filter(lossy)
        rows, summary = cable.scanner.sweep("10.98.4.0/22", ports=str(port), passes=passes, timeout_ms=500)
        assert len(rows) == summary["open"] == 1024 - summary["silent"]
        assert len({row["addr"] for row in rows}) == len(rows)
        silent[passes] = summary["silent"]
    assert 270 <= silent[1] <= 340
    assert 75 <= silent[2] <= 110
    assert silent[3] <= 45


@pytest.mark.parametrize("kind", ["host-prohibited", "admin-prohibited", "net-unreachable", "host-unreachable"])
def test_an_icmp_refusal_is_unreachable(cable, kind):
    cable.target.filter(HOOK % f"tcp dport 7003 reject with icmp {kind};")
    cable.target.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
    rows, summary = cable.scanner.sweep("10.98.0.0/28", ports="7003", show=["unreachable"], timeout_ms=500)
    assert {row["state"] for row in rows} == {"unreachable"}
    assert summary["unreachable"] == 16
    assert summary["unknown"] == 0


def test_an_icmp_port_unreachable_is_closed(cable):
    cable.target.filter(HOOK % "tcp dport 7004 reject with icmp port-unreachable;")
    cable.target.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
    _, summary = cable.scanner.sweep("10.98.0.0/28", ports="7004", timeout_ms=500)
    assert summary["closed"] == 16


def test_without_a_route_targets_are_unknown_and_not_unreachable(namespace):
    rows, summary = namespace.sweep("10.55.0.0/28", ports="80", show=["unknown"])
    assert {(row["state"], row["reason"]) for row in rows} == {("unknown", "ENETUNREACH")}
    assert (summary["unknown"], summary["unreachable"], summary["exit"]) == (16, 0, 3)
    assert summary["errors"]["ENETUNREACH"] >= 16


def test_a_prohibited_route_of_our_own_is_unknown(namespace):
    namespace.run("ip", "route", "add", "prohibit", "10.56.0.0/24")
    namespace.run("ip", "route", "add", "unreachable", "10.57.0.0/24")
    _, summary = namespace.sweep("10.56.0.0/29", "10.57.0.0/29", ports="80")
    assert (summary["unknown"], summary["unreachable"], summary["silent"]) == (16, 0, 0)


def test_a_packet_filter_of_our_own_never_makes_a_verdict(cable, stack):
    # The kernel tells a TCP connect nothing of a dropped SYN, so this is silence; it must not be more.
    port = cable.listen(stack)
    cable.scanner.filter(f"chain out {{ type filter hook output priority 0; tcp dport {port} drop; }}")
    rows, summary = cable.scanner.sweep("10.98.0.0/28", ports=str(port), timeout_ms=300, show=["open", "closed"])
    assert rows == []
    assert summary["silent"] + summary["unknown"] == 16
    assert summary["unreachable"] == 0


def test_a_link_that_is_down_is_unknown(cable):
    cable.scanner.run("ip", "link", "set", "cable", "down")
    _, summary = cable.scanner.sweep("10.98.0.0/28", ports="80", timeout_ms=300)
    assert summary["unknown"] == 16


def test_32_local_ports_give_full_coverage(cable, stack):
    port = cable.listen(stack)
    cable.scanner.run("sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 40031")
    rows, summary = cable.scanner.sweep("10.98.0.0/22", ports=f"{port},7005", show=["open", "closed", "unknown"])
    wrong = [row for row in rows if row["state"] not in {"unknown", "open" if row["port"] == port else "closed"}]
    assert wrong == []
    assert len(rows) == 2048 == summary["open"] + summary["closed"] + summary["unknown"]
    assert summary["unknown"] == 0


def test_a_namespace_without_listeners_has_no_open_port_however_often_it_is_swept(namespace):
    namespace.run("sysctl", "-qw", "net.ipv4.ip_local_port_range=32768 34815")
    for _ in range(4):
        rows, summary = namespace.sweep("127.0.0.1", ports="30000-36000")
        assert rows == []
        assert (summary["open"], summary["closed"]) == (0, 6001)
