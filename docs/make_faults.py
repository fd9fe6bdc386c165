"""Renews the table of `docs/faults.md` from the rows that `tests/lab/test_faults.py` provokes. Measures nothing."""

# ruff: noqa: INP001 - a script, no package
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- made by make_faults.py -->\n", "<!-- end -->"


def renewed(text: str) -> str:
    """The page with the table as it is to be."""
    sys.path.insert(0, str(ROOT / "tests" / "lab"))
    import fault_table  # noqa: PLC0415 - the tests' folder is no package

    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}" + "\n".join(fault_table.rows()) + "\n" + rest[rest.index(END) :]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
