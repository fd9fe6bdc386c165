"""``vnc.security``: how an RFB server lets one in (RFC 6143 section 7.1). Never answers a challenge.

Facts: ``protocol``, ``security_types``, ``authentication`` (``none`` or ``required``), ``refusal`` where it lets nobody
in. A server that asks for nothing also tells ``desktop_name``, ``width`` and ``height``, as to anybody who looks; the
screen is shared, so that nobody who looks already is sent away, and not one picture is asked for.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from recon.enumerator import Conn, Enumerator, Found
from recon.enumerators.reading import LONGEST_TEXT, Lines, text
from recon.model import Fact, Service

_HELLO = 12
_VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_OLD, _LISTED, _TOLD = (3, 3), (3, 7), (3, 8)
"""Protocols: the server decides; it gives a list; it says also how that went."""
_NONE = 1
_SHARED = b"\x01"
_TYPES = {
    1: "none",
    2: "VNC",
    5: "RA2",
    6: "RA2ne",
    16: "Tight",
    17: "Ultra",
    18: "TLS",
    19: "VeNCrypt",
    20: "SASL",
    21: "MD5",
    22: "xvp",
    30: "Apple DH",
    35: "Apple Kerberos",
    129: "RA2_256",
    130: "RA2ne_256",
    133: "RSA-AES",
}
"""RFC 6143 section 8.4 and its registry."""


class Security(Enumerator):
    """Agrees on a protocol, reads how one gets in, and goes in where nothing is asked for."""

    name, service = "vnc.security", "vnc"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts in their order."""
        lines = Lines(conn)
        shape = _VERSION.fullmatch(await lines.exactly(_HELLO))
        if shape is None:
            return
        yield Fact("protocol", f"{text(shape[1])}.{text(shape[2])}")
        spoken = spoken_with((int(shape[1]), int(shape[2])))
        await conn.send(b"RFB %03d.%03d\n" % spoken)
        types = await offered(lines, spoken)
        if not types:
            yield Fact("refusal", await _reason(lines))
            return
        for fact in facts_of(types):
            yield fact
        if _NONE in types and await _let_in(lines, spoken):
            for fact in await _desktop(lines):
                yield fact


def spoken_with(theirs: tuple[int, int]) -> tuple[int, int]:
    """The protocol to speak: theirs as far as it is known; odd numbers mean 3.3 (RFC 6143 section 7.1.1)."""
    if theirs >= _TOLD:
        return _TOLD
    return _LISTED if theirs == _LISTED else _OLD


async def offered(lines: Lines, spoken: tuple[int, int]) -> list[int]:
    """Security types in the server's order; none where it refuses. Raises ConversationEnded."""
    if spoken == _OLD:
        kind = int.from_bytes(await lines.exactly(4), "big")
        return [kind] if kind else []
    count = (await lines.exactly(1))[0]
    return list(await lines.exactly(count))


def facts_of(types: list[int]) -> Iterator[Fact]:
    """Yield what the types say."""
    yield Fact("security_types", [_TYPES.get(kind, str(kind)) for kind in types])
    yield Fact("authentication", "none" if _NONE in types else "required")


async def _let_in(lines: Lines, spoken: tuple[int, int]) -> bool:
    """Choose no security; whether that was well. Raises ConversationEnded."""
    if spoken != _OLD:
        await lines.conn.send(bytes([_NONE]))
    return spoken != _TOLD or await lines.exactly(4) == bytes(4)


async def _desktop(lines: Lines) -> list[Fact]:
    """What ServerInit (RFC 6143 section 7.3.2) says. Raises ConversationEnded."""
    await lines.conn.send(_SHARED)
    head = await lines.exactly(24)
    width, height, length = (int.from_bytes(head[start:stop], "big") for start, stop in ((0, 2), (2, 4), (20, 24)))
    name = text(await lines.exactly(length)) if length <= LONGEST_TEXT else ""
    return [Fact("desktop_name", name), Fact("width", width), Fact("height", height)]


async def _reason(lines: Lines) -> str:
    """Why it refuses: a length, and so much text. Raises ConversationEnded."""
    length = int.from_bytes(await lines.exactly(4), "big")
    return text(await lines.exactly(min(length, LONGEST_TEXT)))


ENUMERATORS = (Security,)
