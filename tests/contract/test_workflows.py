"""The workflow files call the front door and nothing that only exists there."""

import re

import pytest

SUPPORTED = ["3.11", "3.12", "3.13"]


@pytest.fixture
def workflow(root):
    """Text of a workflow file."""
    return lambda name: (root / ".github" / "workflows" / f"{name}.yml").read_text()


def test_tests_run_on_every_supported_python(workflow):
    assert re.search(r"python: \[(.*)\]", workflow("ci"))[1].replace('"', "").split(", ") == SUPPORTED


def test_every_make_word_of_a_workflow_exists(root, workflow):
    words = {word for name in ("ci", "bench") for word in re.findall(r"\bmake ([a-z]+)", workflow(name))}
    known = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    assert {"lint", "test", "bench"} <= words <= known


def test_base_and_head_are_measured_in_one_job_and_compared(workflow):
    text = workflow("bench")
    assert text.count("runs-on:") == 1
    assert "benches/compare.py base/bench-results/latest.json head/bench-results/latest.json" in text


def test_no_workflow_may_write_to_the_repository(workflow):
    assert all("permissions:\n  contents: read" in workflow(name) for name in ("ci", "bench"))
