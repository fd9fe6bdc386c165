"""The greeting of RFC 959 section 4.2: ``220 text``, or ``220-text`` and more lines until ``220 text``."""

from __future__ import annotations

from recon import Match

START = rb"^220[- ]"
"""The product stands in the first line."""

LATER = rb"^220[- ](?:[^\n]*\n(?:220)?[- ]*)*?"
"""The product may stand behind lines of the owner's own."""

HOST = rb"(?P<hostname>[A-Za-z0-9][\w.-]*) "
"""The name by which a server greets."""


def server(  # noqa: PLR0913 - one keyword a field of Match
    text: bytes,
    product: str,
    examples: dict[bytes, dict[str, str]],
    *,
    vendor: str | None = None,
    cpe: str | None = None,
    part: str = "a",
    start: bytes = START,
) -> Match:
    """Read one product whose greeting goes on with the pattern ``text``.

    ``examples`` are greetings without their last line end, and the values that they must yield.
    """
    whole = {greeting + b"\r\n": {"product": product, **expect} for greeting, expect in examples.items()}
    return Match(start + text, service="ftp", vendor=vendor, product=product, cpe=cpe, part=part, examples=whole)
