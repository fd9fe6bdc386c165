"""Any words at all become a plan or a ReconError; a small number line is walked once each, in any number of shards."""

import ipaddress

from hypothesis import assume, example, given
from hypothesis import strategies as st

import recon
from recon import _core
from recon.errors import PlanError, ReconError

MOST_TARGETS = 20_000

pieces = st.sampled_from(
    ["10.0.0.1", "10.0.0.0/30", "10.0.0-3.1", "-", "/", ":", "[", "]", "::1", "fe80::1%eth0", "/0", "/129", "1-", ",",
     "@", "*", "T:", "U:", "top:", "all", "http", "65535", "65536", "0", "٣", "\x00", " ", "\n", "é",
     "10.0.0.1-2.3.4.5", "999.1.1.1", "0x7f.1", "010.1.1.1", "example.invalid", "a" * 300]
)  # fmt: skip
words = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=5).map("".join))
addresses = st.integers(0, 2**32 - 1).map(lambda number: str(ipaddress.IPv4Address(number)))


def nobody(host):
    """A resolver that knows nobody: no test asks the network."""
    assert isinstance(host, str)
    return []


@given(words, words, st.lists(words, max_size=2))
@example("10.0.0.0/8", "all", [])
@example("::/0", "1", [])
@example("10.0.0.1", "top:0", [])
@example("10.0.0.1", "", ["10.0.0.1"])
def test_any_words_make_a_plan_or_a_recon_error(target, ports, exclude):
    made = attempt(target, ports=ports, exclude=exclude)
    assert made.explain() if isinstance(made, recon.Plan) else str(made)


@given(words)
def test_a_bad_target_is_named_in_its_error(word):
    made = attempt(word, ports="1")
    assert not isinstance(made, PlanError) or (made.why and repr(made.word) in str(made))


def attempt(*targets, **options):
    """The plan, or the error that recon raised on purpose; anything else passes through and fails the test."""
    try:
        return recon.Plan.parse(*targets, resolve=nobody, **options)
    except ReconError as error:
        return error


@given(
    st.one_of(st.floats(), st.text(max_size=8)),
    st.integers(-2, 2**65),
    st.tuples(st.integers(-2, 5), st.integers(-2, 5)),
)
def test_any_options_make_a_plan_or_a_recon_error(rate, seed, shard):
    plan = attempt("10.0.0.0/24", ports="1", rate=rate, seed=seed, shard=shard)
    assert isinstance(plan, ReconError) or (0 <= plan.shard[0] < plan.shard[1] and (plan.rate_pps or 1) >= 1)


@given(
    st.lists(st.tuples(addresses, st.integers(20, 32)), min_size=1, max_size=3),
    st.lists(st.integers(1, 65535), min_size=1, max_size=4),
    st.integers(0, 2**63 - 1),
    st.integers(1, 9),
)
def test_shards_of_any_line_hold_each_target_once(blocks, ports, seed, shards):
    targets = [f"{addr}/{bits}" for addr, bits in blocks]
    space = _core.Space(targets, ",".join(map(str, ports)))
    assume(len(space) <= MOST_TARGETS)
    lines = []
    last = 0
    for index in range(shards):
        line = _core.Line(space, seed, (index, shards))
        first, after = line.interval
        assert first == last
        last = after
        lines += line.text(first, after).splitlines()
    assert last == len(space) == len(lines) == len(set(lines))
    whole = _core.Line(space, (seed + 1) % 2**63)
    assert sorted(lines) == sorted(whole.text(*whole.interval).splitlines())


@given(st.lists(addresses, min_size=1, max_size=20), st.lists(addresses, max_size=20))
def test_a_space_holds_what_was_named_minus_what_was_excluded(named, excluded):
    assume(set(named) - set(excluded))
    space = _core.Space(named, "1", excluded)
    line = _core.Line(space, 1)
    kept = {row.decode().rpartition(":")[0] for row in line.text(*line.interval).splitlines()}
    assert kept == set(named) - set(excluded)
