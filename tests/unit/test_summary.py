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
    shown = text(recall=Recall(estimate=0.996, low=0.991, high=0.998, canaries=64, passes=2))
    assert "recall 99.1% to 99.8% (estimate 99.6%, 64 canaries, 2 passes)" in shown
