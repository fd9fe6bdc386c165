"""What a sweep says of its own rate and recall, held against a path whose limits and losses are known. As root."""

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

HOSTS = "10.98.0.0/19"
COUNT = 8192
BACKENDS = ("connect", "raw")


def sweep(cable, port, **options):
    options = {"ports": str(port), "rate": "auto", **options}
    return cable.scanner.sweep(HOSTS, **options)[1]


def assert_true_to_itself(summary):
    """What is stated lies near what is so, and never below what was found."""
    recall = summary["recall"]
    assert recall["found"] == summary["open"]
    assert recall["there_low"] <= recall["there_high"]
    assert abs(recall["estimate"] - summary["open"] / COUNT) <= 0.03, recall


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_limit_that_nobody_told_is_found_and_lived_with(cable, answering, backend):
    with cable.path_limit(6000):
        summary = sweep(cable, answering, backend=backend)
    assert summary["open"] >= 0.97 * COUNT, summary
    assert_true_to_itself(summary)


@pytest.mark.parametrize("backend", BACKENDS)
def test_random_loss_is_made_up_for_by_further_passes(cable, answering, backend):
    with cable.path_loss(10):
        summary = sweep(cable, answering, backend=backend)
    assert summary["open"] >= 0.98 * COUNT, summary
    assert summary["passes"] >= 3
    assert_true_to_itself(summary)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rate_that_the_path_does_not_carry_is_said_to_miss_much(cable, answering, backend):
    with cable.path_limit(4000):
        summary = sweep(cable, answering, backend=backend, rate=8000, passes=1)
    assert summary["open"] < 0.8 * COUNT
    assert summary["bottleneck"] == "path loss"
    assert summary["recall"]["estimate"] < 0.95, summary


def test_where_everybody_answers_nothing_is_missing(cable, answering):
    summary = sweep(cable, answering)
    assert (summary["open"], summary["recall"]["low"], summary["recall"]["high"]) == (COUNT, 1.0, 1.0)


def test_where_nobody_answers_the_recall_is_not_made_up(cable):
    summary = sweep(cable, 4, rate=50_000, passes=1, show=("open",))
    assert summary["open"] == 0
    assert summary["recall"] is None or summary["silent"] == 0


def test_a_budget_ends_the_run_and_says_what_was_not_asked(cable, answering):
    summary = sweep(cable, answering, rate=1000, budget_s=1.0)
    assert summary["spent"] == "budget"
    assert 0 < summary["unknown"] < COUNT
    assert summary["exit"] == 3
    assert summary["bottleneck"] == "budget"


def test_a_packet_budget_ends_the_run_too(cable, answering):
    summary = sweep(cable, answering, rate=4000, max_packets=2000)
    assert summary["spent"] == "packet budget"
    assert summary["sent"] < 3000
    assert summary["unknown"] > 0
