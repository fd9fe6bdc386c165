"""The page of faults shows the rows that the lab provokes, no other."""

import importlib.util


def test_the_page_shows_what_the_lab_provokes(root):
    spec = importlib.util.spec_from_file_location("make_faults", root / "docs" / "make_faults.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    page = (root / "docs" / "faults.md").read_text()
    assert made.renewed(page) == page, "docs/make_faults.py renews it"
