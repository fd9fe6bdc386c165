"""The identification line of RFC 4253 section 4.2: ``SSH-protoversion-softwareversion SP comments CR LF``."""

from __future__ import annotations

from recon import Match

START = rb"^SSH-(?P<protocol>\d\.\d+)-"
END = rb"(?: (?P<comment>[^\r\n]*))?\r?\n"
"""The line must have ended: half a line could still become another product."""


def server(
    software: bytes,
    product: str,
    examples: dict[bytes, dict[str, str]],
    *,
    vendor: str | None = None,
    cpe: str | None = None,
) -> Match:
    """Read one product whose ``softwareversion`` is the pattern ``software``.

    ``examples`` are lines without ``SSH-2.0-`` and without their end, and the values that they must yield.
    """
    whole = {b"SSH-2.0-" + line + b"\r\n": {"product": product, **expect} for line, expect in examples.items()}
    return Match(START + software + END, service="ssh", vendor=vendor, product=product, cpe=cpe, examples=whole)
