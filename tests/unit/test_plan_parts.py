"""A plan keeps its identity on disk: built again from JSON it is the same line, and what differs is named."""

import json
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import PlanError
from recon.model import Probe
from recon.plan import Plan
from recon.plan_parts import differences

ADDRESSES = {"one.example": ["10.0.0.1", "2001:db8::1"], "none.example": []}


def parsed(*targets, **options):
    """A plan with a fixed seed whose names come from a table."""
    options = {"ports": "22,80,U:53", "seed": 7} | options
    return Plan.parse(targets or ("10.0.0.0/29", "one.example"), resolve=lambda host: ADDRESSES[host], **options)


def lines(plan):
    """All targets in the order of the plan."""
    return plan.line.text(*plan.line.interval)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"exclude": ["10.0.0.2", "10.0.0.3:22"], "shard": (1, 3)},
        {"ports": "all", "rate": "max", "show": ["open", "closed"], "deep": True, "allow": ["industrial"]},
        {"community": "public", "threads": 3, "timeout_ms": 5, "passes": 4, "source_port": 40000},
    ],
)
def test_a_plan_comes_back_from_json_as_it_was(options):
    plan = parsed(**options)
    again = Plan.from_json(plan.to_json())
    assert lines(again) == lines(plan)
    assert (again.digest, again.whole_digest, again.to_json()) == (plan.digest, plan.whole_digest, plan.to_json())
    assert replace(again, space=plan.space) == plan


def test_special_ranges_that_were_left_out_stay_out_and_named():
    plan = parsed("9.255.255.254-10.0.0.3", "198.51.100.0/24")
    again = Plan.from_json(plan.to_json())
    assert plan.space.special
    assert (again.space.special, lines(again), again.explain()) == (plan.space.special, lines(plan), plan.explain())


def test_no_name_is_resolved_again():
    plan = parsed("one.example", "none.example")
    again = Plan.from_json(plan.to_json())
    assert again.names == {"10.0.0.1": "one.example", "2001:db8::1": "one.example"}
    assert again.unresolved == ("none.example",)


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(22, 32)), min_size=1, max_size=4),
    st.lists(st.sampled_from(["1-9", "U:5", "80", "65535", "0", "U:1-3"]), min_size=1, max_size=3),
)
def test_any_space_survives(blocks, ports):
    targets = [f"{IPv4Address(number)}/{bits}" for number, bits in blocks]
    plan = Plan.parse(targets, ["10.9.8.7"], ports=",".join(ports), seed=1)
    again = Plan.from_json(plan.to_json())
    assert (again.space.digest, again.space.pieces) == (plan.space.digest, plan.space.pieces)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"seed": 8}, ["seed"]),
        ({"shard": (0, 2)}, ["shard"]),
        ({"ports": "22,80"}, ["ports", "space", "transports"]),
        ({"exclude": ["10.0.0.7"]}, ["targets", "space", "exclusions"]),
        ({"exclude": ["192.0.2.1"]}, ["exclusions"]),
        ({"passes": 3}, ["passes"]),
        ({"allow": ["industrial"]}, ["questions"]),
        ({"community": "public"}, ["questions"]),
        ({"show": ["closed", "open"]}, ["states"]),
        ({"rate": 5, "threads": 9, "timeout_ms": 7}, []),
    ],
)
def test_what_differs_between_two_plans_is_named(options, named):
    ours, theirs = parsed(), parsed(**options)
    assert differences(ours.parts(), theirs.parts()) == named
    assert (ours.digest == theirs.digest) == (named == [])


def test_shards_of_one_plan_share_its_whole_digest():
    shards = [parsed(shard=(index, 5)) for index in range(5)]
    assert len({plan.whole_digest for plan in shards}) == 1
    assert len({plan.digest for plan in shards}) == 5


def test_the_way_words_are_written_makes_no_difference():
    one, other = parsed("10.0.0.0/30", ports="80,22"), parsed("10.0.0.0-3", ports="T:22,80-80")
    assert one.digest == other.digest


def test_another_probe_makes_another_plan():
    asked = [("mine", Probe("echo", send=b"hello"))]
    plan, other = parsed().knowing(asked), parsed().knowing([("mine", Probe("echo", send=b"hullo"))])
    assert differences(plan.parts(), other.parts()) == ["probes"]
    assert parsed(enumerate=False).knowing(asked).probes == ""


def test_a_sweep_is_deep_by_its_whole_line_so_that_its_shards_agree():
    whole = parsed("10.0.0.0/24", ports="1-32")
    assert [parsed("10.0.0.0/24", ports="1-32", shard=(index, 64)).is_deep for index in (0, 63)] == [whole.is_deep] * 2


def spoiled(change):
    """JSON of a plan in which ``change`` spoiled something."""
    found = json.loads(parsed().to_json())
    change(found)
    return json.dumps(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no stored plan"),
        ("[1]", "no stored plan"),
        (b"\xff\xfe", "no stored plan"),
        (spoiled(lambda found: found.update(schema=99)), "form 99"),
        (spoiled(lambda found: found["options"].update(seed=8)), "seed differ"),
        (spoiled(lambda found: found["options"].update(later=1)), "does not know"),
        (spoiled(lambda found: found["options"].pop("seed")), "no whole plan|not a whole plan"),
        (spoiled(lambda found: found["space"]["blocks"][0].__setitem__(1, "10.0.0.99")), "targets, space differ"),
        (spoiled(lambda found: found["space"].update(ports=[])), "not a whole plan"),
        (spoiled(lambda found: found.pop("parts")), "not a whole plan"),
    ],
)
def test_a_changed_or_foreign_file_is_refused(text, why):
    with pytest.raises(PlanError, match=why):
        Plan.from_json(text)
