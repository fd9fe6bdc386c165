"""Short forms in which the families write their matches. Knows no product; does no I/O."""

from __future__ import annotations

from collections.abc import Mapping

from recon.model import Match

V = rb"(?P<version>\d[\w.]*)"
"""A version that begins with a digit."""

HOST = rb"(?P<host>[A-Za-z0-9][\w.-]*)"
"""The name by which a server greets."""

Yields = Mapping[str, str] | str | None
"""What an example must yield: values by name; a word is the version; none: no version."""


def greeting(  # noqa: PLR0913 - the fields of a match, by name
    service: str,
    pattern: bytes,
    product: str | None,
    examples: Mapping[bytes, Yields],
    *,
    vendor: str | None = None,
    cpe: str | None = None,
    part: str = "a",
    distro: str | None = None,
    name: str | None = None,
    end: bytes = b"\r\n",
) -> Match:
    """Read one product from a line of text; ``examples`` stand without the line end, ``end``."""
    return Match(
        pattern,
        service=service,
        product=product,
        vendor=vendor,
        cpe=cpe,
        part=part,
        distro=distro,
        name=name,
        examples={line + end: _values(product, expect) for line, expect in examples.items()},
    )


def _values(product: str | None, expect: Yields) -> dict[str, str]:
    known = {} if product is None else {"product": product}
    if expect is None:
        return known
    return known | ({"version": expect} if isinstance(expect, str) else dict(expect))
