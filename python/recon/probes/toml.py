"""Reads probes from TOML, for authors who need no Python. Must never guess what a misspelt key meant.

A file holds ``[[probe]]`` tables with the fields of :class:`recon.Probe`; ``[[probe.match]]`` those of
:class:`recon.Match`; ``[[probe.match.example]]`` an answer (``data``) and what it must yield (``expect``). Bytes are a
text (its UTF-8), or ``{ hex = "16 03 01" }``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recon.errors import PluginError
from recon.model import Match, Probe, Product

Table = Mapping[str, Any]  # Any: what tomllib found there; each reader checks its own

_WORDS = {str: "a text", int: "a whole number", dict: "a table", list: "an array"}


def load_probes(path: str | Path) -> list[Probe]:
    """Read every probe of a file.

    Raises OSError when it cannot be read, PluginError with the table and the key when it says something wrong.
    """
    name = str(path)
    try:
        table = tomllib.loads(Path(path).read_bytes().decode())
    except ValueError as error:  # neither UTF-8 nor TOML
        raise PluginError(name, f"not TOML: {error}") from None
    reader = _Reader(name, "the file", table)
    probes = [_probe(one) for one in reader.tables("probe")]
    reader.finish({"probe"})
    if not probes:
        raise PluginError(name, "it holds no [[probe]] table")
    return probes


class _Reader:
    """One table and where it stands, so that every complaint names the place and the key."""

    def __init__(self, file: str, place: str, table: Table) -> None:
        self._file = file
        self._place = place
        self._table = table

    def wrong(self, why: str) -> PluginError:
        """Make the error that names this table."""
        return PluginError(self._file, f"{self._place}: {why}")

    def finish(self, known: set[str]) -> None:
        """Refuse keys that nobody reads."""
        for key in self._table:
            if key not in known:
                near = get_close_matches(key, sorted(known), 1)
                raise self.wrong(f"no such key: {key}" + (f" (did you mean {near[0]}?)" if near else ""))

    def tables(self, key: str) -> list[_Reader]:
        """Read an array of tables; none is an empty one."""
        found = self.value(key, list, [])
        if not all(isinstance(one, dict) for one in found):
            raise self.wrong(f"{key} is an array of tables: [[{key}]]")
        within = "" if self._place == "the file" else f"{self._place}, "
        return [_Reader(self._file, f"{within}{key} {number}", one) for number, one in enumerate(found, start=1)]

    def value(self, key: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 - of the kind asked for
        """Read a value of one kind; without a default the key must be there."""
        value = self._table.get(key, default)
        if value is None:
            raise self.wrong(f"{key} is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(f"{key} must be {_WORDS[kind]}")
        return value

    def data(self, key: str, default: bytes | None = None) -> bytes:
        """Read bytes: the UTF-8 of a text, or a table with ``hex``."""
        match self._table.get(key):
            case None if default is not None:
                return default
            case str(text):
                return text.encode()
            case {"hex": str(digits), **rest} if not rest:
                try:
                    return bytes.fromhex(digits)
                except ValueError:
                    raise self.wrong(f"{key}: hex holds pairs of hexadecimal digits") from None
            case None:
                raise self.wrong(f"{key} is missing")
        raise self.wrong(f'{key} must be a text or {{ hex = "16 03 01" }}')

    def texts(self, key: str) -> dict[str, str]:
        """Read a table of texts; none is an empty one."""
        found = self.value(key, dict, {})
        if not all(isinstance(value, str) for value in found.values()):
            raise self.wrong(f"the values of {key} must be texts")
        return dict(found)

    def flag(self, key: str) -> bool:
        """Read true or false; false if it is missing."""
        value = self._table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false")
        return value

    def tables_or_false(self, key: str) -> dict[str, _Reader | None]:
        """Read a table of tables, each of which may be ``false`` instead."""
        found = self.value(key, dict, {})
        if not all(isinstance(one, dict) or one is False for one in found.values()):
            raise self.wrong(f"the values of {key} must be tables, or false")
        place = f"{self._place}, {key}"
        return {
            word: None if one is False else _Reader(self._file, f"{place}, {word}", one) for word, one in found.items()
        }

    def optional(self, names: Mapping[str, type]) -> dict[str, Any]:
        """Read those of ``names`` that are there."""
        return {name: self.value(name, kind) for name, kind in names.items() if name in self._table}


_PROBE_WORDS = {
    "ports": str, "transport": str, "wait_ms": int, "ends": str, "rarity": int, "tls_ports": str, "needs": str,
}  # fmt: skip
_MATCH_WORDS = {
    "part": str, "vendor": str, "product": str, "distro": str, "cpe": str, "name": str, "field": str,
}  # fmt: skip
_PRODUCT_WORDS = {"name": str, "vendor": str, "cpe": str, "part": str}


def _probe(reader: _Reader) -> Probe:
    reader.finish({field.name for field in fields(Probe)} - {"matches"} | {"match"})
    return Probe(
        name=reader.value("name", str),
        send=reader.data("send", b""),
        matches=tuple(_match(one) for one in reader.tables("match")),
        starttls=tuple((one.data("send", b""), one.data("expect")) for one in _turns(reader)),
        products=_products(reader),
        answers_elsewhere=reader.flag("answers_elsewhere"),
        **reader.optional(_PROBE_WORDS),
    )


def _turns(reader: _Reader) -> list[_Reader]:
    turns = reader.tables("starttls")
    for turn in turns:
        turn.finish({"send", "expect"})
    return turns


def _products(reader: _Reader) -> dict[str, Product | None]:
    """Read ``products``: what is known of each, or ``false`` for a word that is no product."""
    return {word: None if one is None else _product(one) for word, one in reader.tables_or_false("products").items()}


def _product(reader: _Reader) -> Product:
    reader.finish(set(_PRODUCT_WORDS))
    return Product(**reader.optional(_PRODUCT_WORDS))


def _match(reader: _Reader) -> Match:
    reader.finish({field.name for field in fields(Match)} - {"examples"} | {"example"})
    return Match(
        pattern=reader.data("pattern"),
        service=reader.value("service", str),
        examples=dict(_example(one) for one in reader.tables("example")),
        facts=reader.texts("facts"),
        each=reader.flag("each"),
        decode=reader.texts("decode"),
        reply=reader.data("reply", b""),
        **reader.optional(_MATCH_WORDS),
    )


def _example(reader: _Reader) -> tuple[bytes, dict[str, str]]:
    reader.finish({"data", "expect"})
    return reader.data("data"), reader.texts("expect")
