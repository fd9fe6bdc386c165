"""Probes that need the user's leave or word: never sent unasked, read all the same."""

from __future__ import annotations

import pytest

from recon import plugins
from recon.errors import PlanError
from recon.pipeline import pack_of
from recon.plan import ALLOWABLE, Plan
from recon.probes import industrial
from recon.probes.snmp import community_probe

ANSWER = next(iter(industrial.PROBES[0].matches[0].examples))
"""What a Modbus controller says of itself."""


@pytest.fixture(scope="module")
def loaded() -> plugins.Plugins:
    return plugins.load()


def test_every_industrial_probe_says_what_it_needs() -> None:
    assert {probe.needs for probe in industrial.PROBES} == {"industrial"}
    assert {probe.needs for probe in industrial.PROBES} <= set(ALLOWABLE)


@pytest.mark.parametrize("port", [102, 502, 2404, 4840, 20000, 44818])
def test_nothing_is_sent_to_a_controller_unasked(loaded, port) -> None:
    assert pack_of(loaded).asks(port) is None
    assert pack_of(loaded, ("industrial",)).asks(port) is not None


@pytest.mark.parametrize("port", [9600, 44818, 47808])
def test_no_datagram_is_sent_to_a_controller_unasked(loaded, port) -> None:
    assert pack_of(loaded).asks(port, "udp") is None
    assert pack_of(loaded, ("industrial",)).asks(port, "udp") is not None


def test_what_a_controller_says_is_read_without_leave(loaded) -> None:
    services, _ = pack_of(loaded).identify(ANSWER)
    assert [one.name for one in services] == ["modbus"]


def test_leave_is_a_word_of_the_plan() -> None:
    assert Plan.parse("127.0.0.1", ports="502").allow == ()
    assert Plan.parse("127.0.0.1", ports="502", allow=["industrial"]).allow == ("industrial",)
    with pytest.raises(PlanError, match="nuclear"):
        Plan.parse("127.0.0.1", ports="502", allow=["nuclear"])


def test_a_community_is_sent_only_where_the_user_gave_one(loaded) -> None:
    asked = community_probe("s3cret")
    assert b"s3cret" in asked.send
    assert pack_of(loaded).asks(161, "udp") == "snmp"
    assert pack_of(loaded, community="s3cret").asks(161, "udp") == "snmp-community"


def test_a_plan_does_not_show_its_community() -> None:
    plan = Plan.parse("127.0.0.1", ports="U:161", community="s3cret")
    assert plan.community == "s3cret"
    assert "s3cret" not in repr(plan) + plan.explain()
