"""What a network does to UDP questions: ICMP of every kind, no route, filters of our own. In namespaces, as root."""

from collections import Counter

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

HOOK = "chain in { type filter hook input priority 0; policy accept; %s }"
PORT = 7003
EVERY_ICMP = (
    "net.ipv4.icmp_ratelimit=0",
    "net.ipv4.icmp_msgs_burst=100000",
    "net.ipv4.icmp_msgs_per_sec=100000",
    "net.ipv6.icmp.ratelimit=0",
)


def refuse(cable, rule):
    """Let the target treat datagrams to the port by an nft rule, and answer as often as it likes."""
    cable.target.filter(HOOK % f"udp dport {PORT} {rule};")
    cable.target.run("sysctl", "-qw", *EVERY_ICMP)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("net-unreachable", "net-unreachable"),
        ("host-unreachable", "host-unreachable"),
        ("host-prohibited", "host-unreachable"),
        ("prot-unreachable", "protocol-unreachable"),
    ],
)
def test_an_icmp_error_is_unreachable_and_says_which(cable, kind, reason):
    refuse(cable, f"reject with icmp {kind}")
    rows, summary = cable.scanner.sweep("10.98.0.0/26", ports=f"U:{PORT}", show=["unreachable"], timeout_ms=5000)
    assert {(row["state"], row["reason"]) for row in rows} == {("unreachable", reason)}
    assert (len({row["addr"] for row in rows}), summary["unreachable"], summary["errors"]) == (64, 64, {})


@pytest.mark.parametrize(
    ("kind", "state", "reason"),
    [
        ("port-unreachable", "closed", "port-unreachable"),
        ("admin-prohibited", "unreachable", "admin-prohibited"),
        ("addr-unreachable", "unreachable", "host-unreachable"),
    ],
)
def test_icmp_for_ipv6_says_as_much(cable, kind, state, reason):
    for end, addr in ((cable.scanner, "fd00::1/64"), (cable.target, "fd00::2/64")):
        end.run("ip", "addr", "add", addr, "dev", "cable", "nodad")
    cable.target.run("ip", "-6", "route", "add", "local", "fd01::/112", "dev", "lo")
    cable.scanner.run("ip", "-6", "route", "add", "fd01::/112", "via", "fd00::2")
    refuse(cable, f"reject with icmpv6 {kind}")
    rows, summary = cable.scanner.sweep(
        "fd01::/122", ports=f"U:{PORT}", show=["closed", "unreachable"], timeout_ms=5000
    )
    assert {(row["state"], row["reason"]) for row in rows} == {(state, reason)}
    assert (summary[state], summary["unknown"]) == (64, 0)


def test_each_state_keeps_its_own_targets_where_all_are_mixed(cable):
    rules = f"ip daddr 10.98.0.0/26 drop; ip daddr 10.98.0.64/26 udp dport {PORT} reject with icmp host-unreachable;"
    cable.target.filter(HOOK % rules)
    cable.target.run("sysctl", "-qw", *EVERY_ICMP)
    shown = ["closed", "unreachable", "silent"]
    rows, _ = cable.scanner.sweep("10.98.0.0/24", ports=f"U:{PORT}", show=shown, timeout_ms=1500)
    quarter = {0: "open|silent", 1: "unreachable", 2: "closed", 3: "closed"}
    assert len(rows) == 256
    assert [row for row in rows if row["state"] != quarter[int(row["addr"].split(".")[3]) // 64]] == []


def test_without_a_route_targets_are_unknown_and_not_unreachable(namespace):
    namespace.run("ip", "route", "add", "prohibit", "10.56.0.0/24")
    namespace.run("ip", "route", "add", "unreachable", "10.57.0.0/24")
    rows, summary = namespace.sweep("10.55.0.0/29", "10.56.0.0/29", "10.57.0.0/29", ports="U:80", show=["unknown"])
    assert Counter(row["state"] for row in rows) == {"unknown": 24}
    assert (summary["unknown"], summary["sent"], summary["exit"]) == (24, 0, 3)


def test_a_packet_filter_of_our_own_is_unknown(cable):
    cable.scanner.filter(f"chain out {{ type filter hook output priority 0; udp dport {PORT} drop; }}")
    rows, summary = cable.scanner.sweep("10.98.0.0/28", ports=f"U:{PORT}", show=["unknown", "closed", "silent"])
    assert {(row["state"], row["reason"]) for row in rows} == {("unknown", "EPERM")}
    assert summary["unknown"] == 16


def test_a_second_pass_asks_exactly_those_whose_datagram_was_lost(cable):
    refuse(cable, "numgen inc mod 10 < 3 drop")
    rows, summary = cable.scanner.sweep(
        "10.98.4.0/22", ports=f"U:{PORT}", passes=3, timeout_ms=1500, show=["closed", "silent"]
    )
    assert len({row["addr"] for row in rows}) == len(rows) == 1024 == summary["closed"] + summary["silent"]
    assert summary["closed"] >= 900
    assert 1024 + 307 <= summary["sent"] <= 1024 * 2
