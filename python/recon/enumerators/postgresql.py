"""``postgresql.refusal``: encryption that a PostgreSQL server offers, and how it refuses (manual, 55.2, 55.7, 55.8).

Facts: ``tls`` and ``gss_encryption`` (whether it would), and of its refusal of a protocol that nobody speaks:
``severity`` (in the server's language), ``sqlstate``, ``message``, ``source_file``, ``source_line``, ``routine``,
``protocols``. No user and no database is named, so nothing looks like a login.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.reading import LONGEST_TEXT, Cut, Reader, number, text
from recon.model import Fact, Service

TLS_REQUEST = bytes.fromhex("0000000804d2162f")
GSS_REQUEST = bytes.fromhex("0000000804d21630")
UNKNOWN_PROTOCOL = bytes.fromhex("00000009007f000000")
"""StartupMessage of version 127.0 with no parameters."""

_FIELDS_AT_MOST = 32
_FIELDS = {
    b"S": "severity", b"C": "sqlstate", b"M": "message", b"F": "source_file", b"L": "source_line", b"R": "routine",
}  # fmt: skip
_PROTOCOLS = re.compile(r"(\d+\.\d+)\D+(\d+\.\d+)\D*$")
_ASKED = "127.0"


class Refusal(Enumerator):
    """Asks for TLS, for GSSAPI encryption, and for a protocol that does not exist; each on a connection of its own."""

    name, service = "postgresql.refusal", "postgresql"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order; inside TLS no more encryption is asked for."""
        if not found.service.tls:
            for request, yes, name in ((TLS_REQUEST, b"S", "tls"), (GSS_REQUEST, b"G", "gss_encryption")):
                answer = await _asked(conn, request)
                if answer in {yes, b"N"}:
                    yield Fact(name, answer == yes)
                await conn.reopen()
        await conn.send(UNKNOWN_PROTOCOL)
        head = await conn.receive(exactly=5)
        length = int.from_bytes(head[1:], "big") - 4
        if head[:1] != b"E" or not 0 < length <= 16 * LONGEST_TEXT:
            return
        for fact in facts_of(await conn.receive(exactly=length)):
            yield fact


async def _asked(conn: Conn, request: bytes) -> bytes:
    """The one letter that answers; empty when the server hangs up, as those that do not know the question may."""
    try:
        await conn.send(request)
        return await conn.receive(exactly=1)
    except ConversationEnded:
        return b""


def facts_of(body: bytes) -> Iterator[Fact]:
    """Yield the fields of an ErrorResponse (manual, 55.8) that say something about the server."""
    reader = Reader(body)
    try:
        for _ in range(_FIELDS_AT_MOST):
            kind, value = reader.take(1), text(reader.until(b"\x00"))
            if kind in _FIELDS:
                yield Fact(_FIELDS[kind], _valued(kind, value))
            if kind == b"M":
                yield from _protocols(value)
    except Cut:
        return


def _valued(kind: bytes, value: str) -> str | int:
    line = number(value) if kind == b"L" else None
    return value if line is None else line


def _protocols(message: str) -> Iterator[Fact]:
    """``unsupported frontend protocol 127.0: server supports 3.0 to 3.2``, in whatever language."""
    spoken = _PROTOCOLS.search(message.replace(_ASKED, "", 1))
    if spoken:
        yield Fact("protocols", f"{spoken[1]} to {spoken[2]}")


ENUMERATORS = (Refusal,)
