"""The tables of replies: what recon names of servers that it has never met, and of those that it knows."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from recon import _core, probes

sys.path.insert(0, str(Path(__file__).parent))

import replies

PLUGINS = ("recon_ssh", "recon_ftp", "recon_http")
TABLES = tuple(sorted(path.stem for path in replies.HERE.glob("*.toml") if not path.stem.startswith("binary")))


@pytest.fixture(scope="module")
def pack() -> _core.Pack:
    modules = [probes, *(importlib.import_module(name) for name in PLUGINS)]
    return _core.Pack([(module.__name__, probe) for module in modules for probe in module.recon_probes()])


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_read_as_it_says(pack, table) -> None:
    judged = ((row, *replies.judge(row, pack)) for row in replies.rows(table))
    wrong = [
        (row.kind, row.wire, [(one.product, one.version) for one in found])
        for row, name, version, found in judged
        if not (name and version)
    ]
    assert wrong == []


def test_the_tables_are_broad() -> None:
    every = [row for table in TABLES for row in replies.rows(table)]
    assert len(every) >= 300
    assert len({replies.plain(row.products[0]) for row in every}) >= 150
    assert len({row.kind for row in every}) >= 8
