"""Replies of binary protocols, databases and infrastructure, held against the whole pack."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from recon import _core, probes

TABLE = tomllib.loads(Path(__file__).with_name("binary.toml").read_text("utf-8"))
ROWS = [
    pytest.param(asked, row, id=f"{asked}-{row[2] or row[1]}-{row[3]}-{at}")
    for asked, rows in TABLE.items()
    for at, row in enumerate(rows)
]
SURE = 0.9
"""The least confidence of a match whose author named the product."""

PLUGINS = ("recon_ssh", "recon_ftp", "recon_http")


@pytest.fixture(scope="module")
def pack() -> _core.Pack:
    own = [("probes", probe) for probe in probes.recon_probes()]
    return _core.Pack(
        own + [(name, probe) for name in PLUGINS for probe in importlib.import_module(name).recon_probes()]
    )


@pytest.mark.parametrize(("asked", "row"), ROWS)
def test_a_reply_is_named(pack, asked, row) -> None:
    wire, name, product, version, *more = row
    facts = more[0] if more else {}
    services, found = pack.identify(wire.encode("latin-1"), asked=asked)
    own = [one for one in services if one.name == name and (one.product or "") == product]
    assert own, f"read as {[(one.name, one.product) for one in services]}"
    assert (own[0].version or "") == version
    assert own[0].version_source == ("none" if not version else own[0].version_source)
    assert not [one for one in services if one.name == name and one not in own and one.confidence >= SURE]
    known = {fact.removeprefix(f"{name}."): value for fact, value in found.items()}
    assert facts.items() <= known.items()


def test_the_table_holds_what_was_promised() -> None:
    rows = [row for rows in TABLE.values() for row in rows]
    assert len(rows) >= 190
    assert len({row[2] for row in rows if row[2]}) >= 85
    assert len(TABLE) >= 60


@pytest.mark.parametrize("asked", sorted(TABLE))
def test_a_reply_cut_short_is_never_read_as_another_product(pack, asked) -> None:
    for wire, name, product, *_ in TABLE[asked]:
        whole = wire.encode("latin-1")
        for size in range(len(whole)):
            services, _ = pack.identify(whole[:size], asked=asked)
            wrong = [one for one in services if one.name == name and one.product not in {None, product}]
            assert not [one for one in wrong if one.confidence >= SURE], (size, wrong)
