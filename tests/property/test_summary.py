"""A summary's JSON is the contract of the design and holds every value."""

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from recon.model import SUMMARY_SCHEMA, Recall, Summary

counts = st.integers(0, 2**63)
shares = st.floats(0, 1)
recalls = st.none() | st.builds(Recall, shares, shares, shares, counts, st.integers(1, 9))
summaries = st.builds(
    Summary,
    errors=st.dictionaries(st.sampled_from(["EMFILE", "EPERM", "ENOBUFS"]), counts),
    bottleneck=st.none() | st.text(),
    recall=recalls,
    recall_why=st.none() | st.text(),
    elapsed_s=st.floats(0, 1e9),
    rate_pps=st.floats(0, 1e9),
    run=st.none() | st.text(),
    unresolved=st.lists(st.text()).map(tuple),
    plugin_faults=st.dictionaries(st.text(), st.text()),
)


@given(summaries)
def test_a_summary_survives_its_json(summary):
    text = summary.to_json()
    assert "\n" not in text
    values = json.loads(text)
    assert values.pop("schema") == SUMMARY_SCHEMA
    recall = values.pop("recall")
    again = Summary(
        **{**values, "unresolved": tuple(values["unresolved"])}, recall=Recall(**recall) if recall else None
    )
    assert again == summary


@given(summaries, st.integers(0, 255))
def test_another_exit_code_changes_nothing_else(summary, code):
    assert asdict(summary.with_exit(code)) == {**asdict(summary), "exit": code}
