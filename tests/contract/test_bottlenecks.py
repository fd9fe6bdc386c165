"""The causes that a summary can name are those that have advice, those of the document, and those accounted for."""

import re

from bottleneck_table import IN_TESTS_OF_THEIR_OWN, NOT_PROVOKED, PROVOKED, SIMULATED

from recon.cli.summary import ADVICE


def test_each_cause_has_advice_and_a_place(root):
    row = next(line for line in (root / "docs/output.md").read_text().splitlines() if line.startswith("| `bottleneck`"))
    assert set(re.findall(r"`([a-z -]+)`", row)) - {"bottleneck"} == set(ADVICE)
    provoked = {case.cause for case in PROVOKED} | IN_TESTS_OF_THEIR_OWN
    assert provoked | SIMULATED | NOT_PROVOKED == set(ADVICE)
    assert not provoked & (SIMULATED | NOT_PROVOKED)
