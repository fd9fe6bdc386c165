"""A scope file is honoured to the letter or refuses the run; single words outside it are named."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import ScopeError
from recon.plan import Plan
from recon.plan_parts import differences
from recon.scope import Scope

ADDRESSES = {
    "printer.example": ["10.0.0.9", "2001:db8::9"],
    "half.example": ["10.0.0.1", "192.0.2.1"],
    "away.example": ["192.0.2.1", "2001:db8::1"],
    "gone.example": [],
}
TEN = "allow 10.0.0.0/8\n"


def resolve(host):
    """A resolver that asks nobody."""
    return ADDRESSES[host]


def scope(text):
    """A scope of these lines."""
    return Scope.parse(text, "scope.txt", resolve)


def swept(text, *targets, **options):
    """The addresses that a plan under these lines sweeps, and the plan."""
    plan = Plan.parse(*targets, ports="1", scope=scope(text), resolve=resolve, **options)
    lines = plan.line.text(*plan.line.interval).decode().split()
    return {line.rpartition(":")[0].strip("[]") for line in lines}, plan


def test_a_range_is_cut_to_what_is_in_scope_and_the_plan_says_so():
    found, plan = swept("allow 10.0.0.0/30 # ours\ndeny 10.0.0.2\n", "10.0.0.0/29")
    assert found == {"10.0.0.0", "10.0.0.1", "10.0.0.3"}
    assert plan.space.out_of_scope == ["10.0.0.2", "10.0.0.4/30"]
    assert "out of scope 10.0.0.4/30" in plan.explain()


def test_denial_wins_and_names_stand_for_all_their_addresses():
    found, _ = swept(
        "deny printer.example\nallow 10.0.0.8/30\nallow 2001:db8::8/126\n", "10.0.0.8/30", "2001:db8::8/126"
    )
    assert found == {"10.0.0.8", "10.0.0.10", "10.0.0.11", "2001:db8::8", "2001:db8::a", "2001:db8::b"}


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("192.0.2.1", "192.0.2.1 is"),
        ("192.0.2.1:443", "192.0.2.1:443 is"),
        ("[2001:db8::1]:443", r"\[2001:db8::1\]:443 is"),
        ("2001:db8::1", "2001:db8::1 is"),
        ("away.example", "away.example is"),
        ("away.example:22", "away.example:22 is"),
    ],
)
def test_a_single_word_out_of_scope_refuses_the_plan_and_is_named(word, named):
    with pytest.raises(ScopeError, match=f"scope.txt: {named} out of scope"):
        swept(TEN, "10.0.0.1", word)


def test_many_words_out_of_scope_are_counted():
    with pytest.raises(ScopeError, match=r"192.0.2.1, 192.0.2.2, 192.0.2.3 and 7 more are out of scope"):
        swept(TEN, [f"192.0.2.{last}" for last in range(1, 11)])


def test_a_name_is_swept_at_those_of_its_addresses_that_are_in_scope():
    assert swept(TEN, "half.example")[0] == {"10.0.0.1"}


def test_a_plan_of_which_nothing_is_in_scope_is_refused():
    with pytest.raises(ScopeError, match="not one target is in scope"):
        swept(TEN, "198.51.100.0/24")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("permit 10.0.0.1", "scope.txt:1: 'permit' is neither allow nor deny"),
        (TEN + "deny 10.0.0.300", "scope.txt:2: '10.0.0.300'"),
        (TEN + "\n# x\ndeny 10.0.0.1 10.0.0.2/33", "scope.txt:4: '10.0.0.2/33'"),
        ("deny", "scope.txt:1: an address, range or host name is missing"),
        ("deny 10.0.0.1:22", "scope.txt:1: '10.0.0.1:22'.*without ports"),
        ("deny gone.example", "scope.txt:1: 'gone.example' has no address"),
        ("10.0.0.1", "scope.txt:1: '10.0.0.1' is neither"),
        ("", "no line that allows or denies"),
        ("# only words\n", "no line that allows or denies"),
    ],
)
def test_a_line_that_cannot_be_honoured_refuses_the_list(text, why):
    with pytest.raises(ScopeError, match=why):
        scope(text)


def test_a_file_that_cannot_be_read_refuses_the_plan(tmp_path):
    with pytest.raises(ScopeError, match=r"no\.txt: cannot be read: No such file"):
        Plan.parse("10.0.0.0/24", scope=str(tmp_path / "no.txt"))
    binary = tmp_path / "binary"
    binary.write_bytes(b"allow \xff\xfe")
    with pytest.raises(ScopeError, match="not text"):
        Scope.load(str(binary))


def test_the_digest_is_of_the_addresses_and_part_of_the_plans():
    assert scope(TEN).digest == scope("allow 10.0.0.0/9 10.128.0.0/9").digest
    one, other = (swept(text, "10.0.0.0/30", seed=1)[1] for text in (TEN, TEN + "deny 10.9.9.9\n"))
    assert differences(one.parts(), other.parts()) == ["scope"]


def test_a_scope_travels_with_its_plan_and_no_name_is_resolved_again():
    _, plan = swept("allow 10.0.0.0/8\ndeny printer.example\n", "10.0.0.0/28", "half.example", shard=(1, 2))
    again = Plan.from_json(plan.to_json())
    assert again.scope == plan.scope
    assert again.digest == plan.digest
    assert "10.0.0.8" in again.scope.core
    assert "10.0.0.9" not in again.scope.core


numbers = st.integers(0, 40)


@given(st.lists(st.tuples(st.booleans(), numbers, numbers), min_size=1, max_size=6))
def test_a_plan_sweeps_what_a_naive_reading_of_the_lines_lets_through(lines):
    rules = [(allow, min(one, other), max(one, other)) for allow, one, other in lines]
    text = "".join(f"{'allow' if allow else 'deny'} 9.0.0.{first}-9.0.0.{last}\n" for allow, first, last in rules)

    def passes(last):
        hit = {allow for allow, first, end in rules if first <= last <= end}
        return False not in hit and (True in hit or all(not allow for allow, _, _ in rules))

    wanted = {str(ipaddress.IPv4Address("9.0.0.0") + last) for last in range(64) if passes(last)}
    if wanted:
        assert swept(text, "9.0.0.0/26")[0] == wanted
    else:
        with pytest.raises(ScopeError, match="not one"):
            swept(text, "9.0.0.0/26")
