"""The comparison of bench results: a loss fails, a gain does not, and nothing to compare is not success."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHES = Path(__file__).resolve().parents[2] / "benches"


@pytest.fixture
def compare(tmp_path):
    """Compare two sets of values: (exit code, what was printed)."""

    def write(name, values, *, cpu_bound=True):
        rows = {
            key: {"value": value, "unit": "x/s", "beside": None, "ratio": None, "cpu_bound": cpu_bound}
            for key, value in values.items()
        }
        (tmp_path / name).write_text(json.dumps({"schema": 1, "quick": True, "figures": rows}))
        return tmp_path / name

    def run(base, head, **options):
        words = [sys.executable, BENCHES / "compare.py", write("base", base, **options), write("head", head, **options)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_loss_of_more_than_15_percent_fails_and_is_named(compare):
    code, text = compare({"matcher": 1000.0, "number line": 1000.0}, {"matcher": 840.0, "number line": 1000.0})
    assert code == 1
    assert [line.split()[0] for line in text.splitlines() if line.endswith("LOST")] == ["matcher"]


def test_a_small_loss_and_a_gain_pass(compare):
    assert compare({"matcher": 1000.0, "number line": 1000.0}, {"matcher": 860.0, "number line": 3000.0})[0] == 0


def test_a_figure_that_should_be_small_loses_when_it_grows(compare):
    assert compare({"memory of a dry /8": 20.0}, {"memory of a dry /8": 30.0})[0] == 1
    assert compare({"memory of a dry /8": 30.0}, {"memory of a dry /8": 20.0})[0] == 0


def test_figures_that_do_not_repeat_well_cannot_fail_a_change_alone(compare):
    code, text = compare({"sweep open ports": 1000.0}, {"sweep open ports": 100.0}, cpu_bound=False)
    assert code == 2
    assert "nothing to compare" in text
