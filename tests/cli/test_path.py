"""recon doctor --path: only the target it names is asked, and what is said of the path is what was measured."""

import json

import pytest

from recon.cli.path import PathReport


def test_a_path_is_measured_on_what_answers(recon):
    done = recon("doctor", "--path", "127.3.0.1", "-p", "1-2000", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["asked"], report["answered"]) == (2000, 2000)
    assert report["rate_pps"] > 0


def test_a_path_is_told_in_words(recon):
    done = recon("doctor", "--path", "127.3.0.1", "-p", "1-300")
    assert "path to 127.3.0.1: 300 of 300 probes answered" in done.stdout
    assert "65,536 targets at that rate take" in done.stdout


def test_a_bad_target_is_named(recon):
    done = recon("doctor", "--path", "10.0.0.300")
    assert done.returncode == 2
    assert "10.0.0.300" in done.stderr


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"answered": 0}, "nothing can be said"),
        ({"limit_pps": 30_000.0}, "about 30,000 packets a second"),
        ({"loss": 0.05}, "loss 5.00% of single probes"),
        ({"answered": 90}, "10 stayed silent"),
        ({"rtt_us": (1500.0, 20_000.0)}, "round trip 1.50 ms in the middle, at most 20.00 ms"),
    ],
)
def test_what_is_known_is_said(values, said):
    known = {"target": "t", "asked": 100, "answered": 100, "loss": None, "rtt_us": None, "rate_pps": 1000.0}
    report = PathReport(**{**known, "limit_pps": None, "limited_by": None, **values})
    assert said in "\n".join(report.lines())
