"""Two runs side by side: what is new, gone, changed or unknown, and only where both have asked."""

import pytest
from store_runs import record, service

from recon import Plan
from recon.store.comparing import SILENT, compare

SSH = service("OpenSSH", "9.2p1")


@pytest.fixture
def differ(keep, plan):
    """(kind, last part of the address, port) of each difference, and why."""

    def between(before, after, *, first=None, second=None, facts=False, **counts):
        runs = keep(before, first or plan), keep(after, second or plan, **counts)
        found = list(compare(*runs, facts=facts))
        return [(one.kind, one.record.addr.rpartition(".")[2], one.record.port) for one in found], [
            one.why for one in found
        ]

    return between


def test_runs_that_found_the_same_do_not_differ(differ):
    rows = [record("10.0.0.1", 22, SSH), record("10.0.0.2", 80)]
    assert differ(rows, list(reversed(rows))) == ([], [])
    again = [record("10.0.0.1", 22, service("OpenSSH", "9.2p1", confidence=0.5), banner=b"x"), rows[1]]
    assert differ(rows, again) == ([], [])


def test_new_and_changed_ports_are_told_by_address(differ):
    before = [record("10.0.0.9", 22, SSH), record("10.0.0.1", 80)]
    after = [record("10.0.0.9", 22, service("OpenSSH", "9.3")), record("10.0.0.1", 80), record("10.0.0.10", 443)]
    assert differ(before, after)[0] == [("changed", "9", 22), ("new", "10", 443)]


def test_one_silence_is_no_evidence_that_a_port_is_gone(differ):
    kinds, why = differ([record("10.0.0.1")], [])
    assert (kinds, why) == ([("unknown", "1", 22)], [SILENT])


def test_a_refusal_is_evidence(differ):
    closed = record("10.0.0.1", state="closed", reason="refused")
    assert differ([record("10.0.0.1")], [closed]) == ([("gone", "1", 22)], ["closed (refused)"])
    kinds, why = differ([record("10.0.0.1")], [], open=0, closed=48, silent=0)
    assert kinds == [("gone", "1", 22)]
    assert "every target" in why[0]
    assert differ([record("10.0.0.1")], [record("10.0.0.1", state="unknown")])[0] == [("unknown", "1", 22)]


def test_a_port_that_was_closed_and_is_open_is_new(differ):
    closed = record("10.0.0.1", state="closed", reason="refused")
    assert differ([closed], [record("10.0.0.1")]) == ([("new", "1", 22)], ["was closed (refused)"])


def test_what_only_one_run_covers_is_no_difference(differ):
    other = Plan.parse("10.0.0.8/29", ports="22,8080", seed=3)
    before = [record("10.0.0.1"), record("10.0.0.9"), record("10.0.0.9", 80)]
    after = [record("10.0.0.10"), record("10.0.0.10", 8080)]
    assert differ(before, after, second=other)[0] == [("unknown", "9", 22), ("new", "10", 22)]


def test_what_a_run_has_not_come_to_is_unknown(differ):
    kinds, why = differ([record("10.0.0.1")], [], finished=False)
    assert (kinds, why) == ([("unknown", "1", 22)], ["the second run had not come that far"])


def test_a_shard_covers_its_interval_only(differ, plan):
    rows = [record(f"10.0.0.{last}") for last in range(16)]
    half = Plan.parse("10.0.0.0/28", ports="22,80,443", seed=7, shard=(0, 2))
    begin, after = half.line.interval
    covered = [one for one in rows if begin <= plan.line.position_of(one.addr, 22, "tcp") < after]
    assert 0 < len(covered) < 16
    assert [int(last) for _, last, _ in differ(rows, [], second=half)[0]] == [
        int(one.addr.rpartition(".")[2]) for one in covered
    ]


def test_facts_count_where_that_is_wanted(differ):
    sides = ([record("10.0.0.1", facts={"ssh.key": "a"})], [record("10.0.0.1", facts={"ssh.key": "b"})])
    assert differ(*sides)[0] == []
    assert differ(*sides, facts=True) == ([("changed", "1", 22)], ["facts: ssh.key"])


def test_both_versions_of_ip_stand_in_one_order(keep):
    whole = Plan.parse(["::1", "10.0.0.1", "2001:db8::1"], ports="22", seed=1)
    rows = [record("2001:db8::1"), record("10.0.0.1"), record("::1")]
    assert list(compare(keep(rows, whole), keep(rows, whole))) == []
