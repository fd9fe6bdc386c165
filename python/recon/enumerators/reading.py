"""Reads what servers say, for every enumerator here: lines, numbers, text, fields of packets. Trusts no length.

What is not as the standard says ends the conversation with ``ConversationEnded``, or, in a packet, raises ``Cut``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from recon.enumerator import Conn, ConversationEnded

LONGEST_LINE = 4096
LINES_AT_MOST = 256
LONGEST_TEXT = 1024
"""Characters of a text that is kept as a fact."""

_DIGITS_AT_MOST = 18
_TICKS_TO_1970 = 116_444_736_000_000_000
_TICKS_A_SECOND = 10_000_000


class Cut(ValueError):  # noqa: N818 - says what the bytes are
    """The bytes end before what they announce, or are not what the standard says."""


@dataclass(slots=True)
class Lines:
    """Takes lines off a connection; begins with what came as greeting."""

    conn: Conn
    rest: bytes = field(default=b"")

    def __post_init__(self) -> None:
        """Begin with the greeting."""
        self.rest = self.conn.greeting

    async def next(self) -> str:
        """The next line without its end. Raises ConversationEnded, also when a line does not end."""
        return text((await self.next_bytes()).removesuffix(b"\r"))

    async def next_bytes(self) -> bytes:
        """The next line without its newline, undecoded. Raises ConversationEnded."""
        if b"\n" not in self.rest:
            self.rest += await self.conn.receive(until=b"\n", limit=LONGEST_LINE)
        line, end, self.rest = self.rest.partition(b"\n")
        if not end:
            raise ConversationEnded("a line without end")
        return line

    async def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises ConversationEnded."""
        if count > len(self.rest):
            self.rest += await self.conn.receive(exactly=count - len(self.rest))
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    async def ask(self, command: str) -> str:
        """Send one line and return the next one. Raises ConversationEnded."""
        await self.conn.send(command.encode() + b"\r\n")
        return await self.next()

    async def start_tls(self) -> None:
        """Begin TLS; what came before it is forgotten (RFC 3207 section 4.2). Raises ConversationEnded."""
        await self.conn.start_tls()
        self.rest = b""


@dataclass(slots=True)
class Reader:
    """Takes fields from the front of ``data``, never more than there is."""

    data: bytes
    at: int = 0

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; raises Cut."""
        taken = self.data[self.at : self.at + count]
        if count < 0 or len(taken) < count:
            raise Cut
        self.at += count
        return taken

    def big(self, count: int) -> int:
        """An unsigned number of ``count`` bytes, the highest first; raises Cut."""
        return int.from_bytes(self.take(count), "big")

    def little(self, count: int) -> int:
        """An unsigned number of ``count`` bytes, the lowest first; raises Cut."""
        return int.from_bytes(self.take(count), "little")

    def until(self, mark: bytes) -> bytes:
        """What stands before ``mark``, which is taken too; raises Cut."""
        found = self.data.find(mark, self.at)
        if found < 0:
            raise Cut
        taken, self.at = self.data[self.at : found], found + len(mark)
        return taken


def text(data: bytes) -> str:
    r"""Bytes as text of bounded length; what is no UTF-8 reads ``\xNN``."""
    return data.decode("utf-8", "backslashreplace")[:LONGEST_TEXT]


def wide_text(data: bytes) -> str:
    """UTF-16LE as text of bounded length, what cannot be decoded replaced."""
    return data.decode("utf-16-le", "replace")[:LONGEST_TEXT]


def number(word: str) -> int | None:
    """A decimal number without sign; none if it is none, or does not fit a fact."""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _DIGITS_AT_MOST else None


def named_bits(value: int, names: dict[int, str]) -> list[str]:
    """Names of the bits that are set, the lowest first; bits without a name are left out."""
    return [name for bit, name in sorted(names.items()) if value & bit]


def filetime(ticks: int) -> str | None:
    """Windows' 100 ns since 1601 (MS-DTYP 2.3.3) as RFC 3339 in UTC; none if nothing was said or no date fits."""
    if ticks == 0:
        return None
    try:
        when = datetime.fromtimestamp((ticks - _TICKS_TO_1970) // _TICKS_A_SECOND, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
