"""The summary for people says what was missed and what to change."""

from __future__ import annotations

from recon import Summary
from recon.cli.summary import ADVICE, lines_of
from recon.model import Recall


def text(**changes):
    values = {
        "targets": 1000, "sent": 1200, "open": 10, "closed": 900, "unreachable": 1, "silent": 89, "unknown": 0,
        "errors": {"EMFILE": 0}, "drops": 0, "elapsed_s": 2.0, "rate_pps": 600.0, "backend": "connect",
        "bottleneck": None, "recall": None, "recall_why": "too few open ports", "exit": 0, "seed": 7,
    }  # fmt: skip
    return "\n".join(lines_of(Summary(**{**values, **changes})))


def test_a_clean_run_is_short():
    assert text().splitlines() == [
        "swept 1,000 targets in 2.0 s: 600/s, 1,200 probes sent (connect)",
        "  open 10  closed 900  unreachable 1  silent 89  unknown 0",
        "  recall not measured: too few open ports",
    ]


def test_every_gap_has_its_line():
    shown = text(
        unknown=3, drops=2, errors={"EMFILE": 5, "EAGAIN": 0}, unresolved=tuple(f"h{n}.example" for n in range(12)),
        plugin_faults={"ssh": "\x1b[2Jbroke"}, bottleneck="fd limit",
    )  # fmt: skip
    assert "3 targets could not be asked because of this machine" in shown
    assert "2 answers were dropped" in shown
    assert "EMFILE 5" in shown
    assert "EAGAIN" not in shown
    assert "could not resolve 12: h0.example" in shown
    assert "and 2 more" in shown
    assert r"plugin ssh: \x1b[2Jbroke" in shown
    assert f"limited by fd limit: {ADVICE['fd limit']}" in shown


def test_an_interrupted_run_says_how_far_it_came():
    shown = text(interrupted=True, position=123, unknown=877)
    assert shown.startswith("stopped after 123 of 1,000 targets in 2.0 s")
    assert "complete up to position 123 of the order that --seed 7 fixes" in shown
    assert "877 targets not asked any more" in shown


def test_recall_comes_with_its_interval():
    recall = Recall(
        estimate=0.9964, low=0.99199, high=0.9988, canaries=64, passes=2,
        found=412, there_low=413, there_high=416, loss=0.05,
    )  # fmt: skip
    said = "recall 99.19 % to 99.88 %: found 412 of 413 to 416 (64 control probes, 2 passes, 5.0% of probes lost)"
    assert said in text(recall=recall)


def test_a_share_is_never_rounded_up_to_the_whole():
    recall = Recall(estimate=0.99999, low=0.99999, high=1.0, canaries=64, passes=1, found=9, there_low=9, there_high=9)
    assert "recall 99.99 % to 100 %: found 9 of 9 (64 control probes, 1 pass)" in text(recall=recall)


def test_a_spent_budget_is_told_with_what_it_left_out():
    shown = text(spent="budget", unknown=877, bottleneck="budget")
    assert "stopped after" in shown
    assert "877 targets not asked: the budget was spent" in shown
