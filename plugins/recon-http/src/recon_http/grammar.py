"""The product tokens of RFC 9110 section 10.2.4: ``Server: name/version (comment) name/version``."""

from __future__ import annotations

from collections.abc import Mapping

from recon import Match

START = rb"(?:^|[ ,;(+])"
"""A token begins the value, or follows another one."""

VERSION = rb"v?(?P<version>\d[\w.]*)(?:[-+~:][^ ,;()]*)?"
"""A version; what a builder hung on to it is left to the header's own fact."""

END = rb"(?:[ ,;()]|$)"
"""A token is whole: ``Apache`` is not the beginning of ``Apache-Coyote``."""

Examples = Mapping[bytes, str | None]
"""Header value, and the version that must be read from it; none when it tells none."""


def token(  # noqa: PLR0913 - one keyword a field of Match
    name: bytes,
    product: str,
    examples: Examples,
    *,
    vendor: str | None = None,
    cpe: str | None = None,
    header: str = "server",
    between: bytes = b"/",
    part: str = "a",
) -> Match:
    """Read one product token whose name is the pattern ``name``; ``between`` stands before its version."""
    return value(
        START + name + rb"(?:" + between + VERSION + rb")?" + END,
        product,
        examples,
        vendor=vendor,
        cpe=cpe,
        header=header,
        part=part,
    )


def value(  # noqa: PLR0913 - the same
    pattern: bytes,
    product: str,
    examples: Examples,
    *,
    vendor: str | None = None,
    cpe: str | None = None,
    header: str = "server",
    part: str = "a",
) -> Match:
    """Read one product from a header by a pattern of its own."""
    expected = {
        text: {"product": product} if version is None else {"product": product, "version": version}
        for text, version in examples.items()
    }
    return Match(
        pattern,
        service="http",
        vendor=vendor,
        product=product,
        cpe=cpe,
        field=f"header:{header}",
        part=part,
        examples=expected,
    )
