"""Option values are read once, and a bad one is named with what would be right."""

from __future__ import annotations

import pytest

from recon.cli import guard, words
from recon.cli.looks import colored
from recon.cli.targets import Words
from recon.errors import PlanError, ScopeError
from recon.plan import Plan


@pytest.mark.parametrize(
    ("word", "value"), [("max", "max"), ("5000", 5000), ("50k", 50_000), ("2M", 2_000_000), ("1_000", 1000)]
)
def test_a_rate_is_read(word, value):
    assert words.rate(word) == value


@pytest.mark.parametrize(("word", "value"), [("900ms", 900), ("2", 2000), ("0.9", 900), ("2s", 2000), ("1m", 60_000)])
def test_a_timeout_is_read(word, value):
    assert words.timeout_ms(word) == value


def test_a_shard_states_and_plugins_are_read():
    assert words.shard("3/7") == (3, 7)
    assert words.states("open, closed") == ("open", "closed")
    assert words.disabled(["no:ssh", "no:ftp"]) == ("ssh", "ftp")


@pytest.mark.parametrize(
    ("read", "word"),
    [
        (words.rate, "0"), (words.rate, "-5"), (words.rate, "fast"), (words.rate, "k"),
        (words.rate, "9" * 400), (words.rate, "²"),
        (words.timeout_ms, "0"), (words.timeout_ms, "nan"), (words.timeout_ms, "inf"), (words.timeout_ms, "1e400"),
        (words.timeout_ms, "-1"), (words.timeout_ms, "soon"), (words.timeout_ms, "61m"),
        (words.shard, "4/4"), (words.shard, "1"), (words.shard, "/"), (words.shard, "-1/4"), (words.shard, "0/0"),
        (words.states, "mute"), (words.states, ""), (words.states, "open,,"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_an_example(read, word):
    with pytest.raises(PlanError) as caught:
        read(word)
    assert caught.value.example.startswith("--")


@pytest.mark.parametrize("word", ["ssh", "no:", ""])
def test_a_plugin_word_must_say_no(word):
    with pytest.raises(PlanError, match="no:ssh"):
        words.disabled([word])


def test_a_target_file_may_have_a_byte_order_mark_comments_and_blank_lines(tmp_path):
    path = tmp_path / "targets.txt"
    path.write_bytes(b"\xef\xbb\xbf127.0.0.1\r\n\r\n# all of it\n  127.0.0.2 # one\n127.0.0.3 127.0.0.4\n\xff\n")
    read = Words()
    read.add([f"@{path}", "127.0.0.9"])
    assert read.words == ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "\\xff", "127.0.0.9"]


def test_a_bad_word_is_traced_to_its_line(tmp_path):
    path = tmp_path / "targets.txt"
    path.write_text("127.0.0.1\n\n10.0.0.300\n")
    read = Words()
    read.add([f"@{path}"])
    assert f"{path}:3" in str(read.explain(PlanError("10.0.0.300", "too large")))
    assert str(read.explain(PlanError("else", "bad"))) == "'else': bad"


def test_a_missing_target_file_is_an_error(tmp_path):
    with pytest.raises(PlanError, match="No such file"):
        Words().add([f"@{tmp_path / 'none'}"])


@pytest.mark.parametrize(
    ("targets", "widest", "public", "reasons"),
    [
        (1 << 20, None, 0, 0), ((1 << 20) + 1, None, 0, 1), (1, "1.0.0.0/15", 1 << 17, 1), (1 << 25, "1.0.0.0/8", 1, 2),
        (1 << 17, None, 1 << 16, 0), (1 << 17, None, (1 << 16) + 1, 1), (1 << 21, None, 1 << 17, 2),
    ],
)  # fmt: skip
def test_large_and_public_sweeps_are_asked_about(targets, widest, public, reasons):
    assert len(guard.reasons_to_ask(targets, widest, public)) == reasons


@pytest.mark.parametrize(
    ("targets", "exclude"),
    [
        (["8.0.0.0/15"], ["8.0.64.1", "8.1.0.0", "8.1.128.7"]),
        (["8.0.0.0/16", "8.2.0.0/16", "8.4.0.0/16", "8.6.0.0/16"], []),
        (["8.0.0.0/16", "8.7.7.7"], []),
    ],
)
def test_a_public_sweep_in_pieces_is_refused_like_a_whole_one(targets, exclude):
    plan = Plan.parse(targets, ports="1", exclude=exclude)
    with pytest.raises(ScopeError, match="public addresses"):
        guard.check(plan, yes=False)
    guard.check(plan, yes=True)
    guard.check(Plan.parse("8.0.0.0/16", ports="1"), yes=False)


@pytest.mark.parametrize(
    ("choice", "is_terminal", "environment", "expected"),
    [
        ("auto", True, {"TERM": "xterm"}, True),
        ("auto", False, {"TERM": "xterm"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(choice, is_terminal, environment, expected):
    assert colored(choice, is_terminal=is_terminal, environment=environment) is expected
