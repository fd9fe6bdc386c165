"""One small HTTP/1 response, read from a connection to its end (RFC 9112). Bounded; never follows where it points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recon import Conn, ConversationEnded

_HEAD_AT_MOST = 16 * 1024
_SIZE_LINE_AT_MOST = 1024
_CHUNKS_AT_MOST = 1024


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers by their lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def response(conn: Conn, most: int) -> Response | None:
    """Read a response whose body has at most ``most`` bytes; none if it is no response, or longer, or cut short.

    Raises ConversationEnded.
    """
    head = await conn.receive(until=b"\r\n\r\n", limit=_HEAD_AT_MOST)
    status = _status(head)
    if status is None or not head.endswith(b"\r\n\r\n"):
        return None
    headers = _headers(head)
    body = await _body(conn, headers, most)
    return None if body is None or len(body) > most else Response(status, headers, body)


def _status(head: bytes) -> int | None:
    words = head.split(b"\r\n", 1)[0].split(b" ")
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or len(words[1]) != 3:  # noqa: PLR2004 - version and code
        return None
    return int(words[1]) if words[1].isdigit() else None


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


async def _body(conn: Conn, headers: Mapping[str, str], most: int) -> bytes | None:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _chunks(conn, most)
    length = _number(headers.get("content-length"), base=10)
    if length is None:
        return await _to_the_end(conn, most)
    if length > most:
        return None
    return await conn.receive(exactly=length) if length else b""


async def _to_the_end(conn: Conn, most: int) -> bytes | None:
    """Everything until the server closes; a server that only falls silent has not told all."""
    body = b""
    while len(body) <= most:
        try:
            body += await conn.receive()
        except ConversationEnded as end:
            return body + end.received if end.why != "timeout" else None
    return None


async def _chunks(conn: Conn, most: int) -> bytes | None:
    """RFC 9112 section 7.1; trailers are left unread."""
    body = b""
    for _ in range(_CHUNKS_AT_MOST):
        line = await conn.receive(until=b"\r\n", limit=_SIZE_LINE_AT_MOST)
        size = _number(line.split(b";")[0].decode("latin-1"), base=16)
        if size is None or len(body) + size > most:
            return None
        if not size:
            return body
        body += (await conn.receive(exactly=size + 2))[:size]
    return None


def _number(text: str | None, *, base: int) -> int | None:
    """A number of digits alone; none for anything else, signs and underscores included."""
    digits = (text or "").strip()
    if not digits.isascii() or not digits.isalnum() or len(digits) > 16:  # noqa: PLR2004 - 64 bits in hexadecimal
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None
