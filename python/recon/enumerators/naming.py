"""Turns what a server calls itself into a better ``Service``. Never replaces a product that was read before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from recon.model import Service

WITH_VERSION, WITHOUT_VERSION, OWN_WORD = 0.98, 0.90, 0.75
"""Confidence, on the one scale of docs/plugins.md: a known product with and without version, and one's own word."""

_VERSION = re.compile(r"(?:[\s/_(]|(?<!\d)-)v?(\d[\w.+~-]*)")
_PLAIN = re.compile(r"[a-z0-9._-]")
_PRINTABLE = re.compile(r"[!-~]")

Known = Mapping[str, tuple[str, str]]
"""How a server calls itself, in lower case: vendor and product as the rest of recon calls them."""


def refined(found: Service, source: str, *, said: str, version: str | None, known: Known) -> Service | None:
    """The service, with what it ``said`` it is; none where that teaches nothing, or speaks of something else.

    ``source`` is the enumerator that asked.
    """
    vendor, product = known.get(said.lower(), (None, said))
    same = found.product is None or found.product.lower() == product.lower()
    if not same or (found.product and (version is None or found.version)):
        return None
    vendor, product = found.vendor or vendor, found.product or product
    confidence = (WITH_VERSION if version else WITHOUT_VERSION) if vendor else OWN_WORD
    return replace(
        found,
        vendor=vendor,
        product=product,
        version=version,
        cpe=cpe_of(found.part, vendor, product, version) if vendor else found.cpe,
        confidence=max(confidence, found.confidence),
        version_source=source if version else "none",
        evidence={"probe": source, "match": source},
    )


def name_and_version(words: str) -> tuple[str, str | None]:
    """Split ``Cyrus POP3 v2.4.17`` or ``Acme/1.2 (x)`` into the name and its version, if there is one."""
    found = _VERSION.search(words)
    if found is None or not words[: found.start()].strip():
        return words.strip(), None
    return words[: found.start()].strip(" /_-("), found[1].rstrip(".")


def cpe_of(part: str, vendor: str, product: str, version: str | None) -> str:
    """A CPE 2.3 name (NISTIR 7695 section 6.2): lower case, punctuation escaped; no version is any."""
    names = ":".join(_escaped(word) for word in (vendor, product))
    return f"cpe:2.3:{part}:{names}:{_escaped(version) if version else '*'}:*:*:*:*:*:*:*"


def _escaped(word: str) -> str:
    return "".join(
        letter if _PLAIN.match(letter) else f"\\{letter}" if _PRINTABLE.match(letter) else "_"
        for letter in word.lower()
    )
