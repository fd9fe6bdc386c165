"""SSH before its encryption: identification, packets and KEXINIT (RFC 4253 sections 4.2, 6 and 7.1). No secrets here.

What a server sends is read as far as it keeps to the standard; where it does not, the conversation ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from recon import Conn, ConversationEnded

IDENTIFICATION = b"SSH-2.0-recon\r\n"
DISCONNECT, IGNORE, DEBUG, KEXINIT, KEX_FIRST, KEX_REPLY = 1, 2, 4, 20, 30, 31
"""Message numbers; 30 and 31 mean the same in RFC 4253 section 8 and RFC 5656 section 4."""

_BLOCK = 8
_LEAST_PADDING = 4
_LONGEST_PACKET = 35_000
"""RFC 4253 section 6.1."""
_LINES_BEFORE = 32
_LONGEST_LINE = 1024
_NOISE_AT_MOST = 8
"""Packets that may be passed over while another one is awaited."""

LISTS = (
    "kex",
    "host_key_algorithms",
    "ciphers_in",
    "ciphers",
    "macs_in",
    "macs",
    "compression_in",
    "compression",
    "languages_in",
    "languages",
)
"""The ten name-lists of KEXINIT in their order; ``_in`` is from the client to the server."""


class Cut(ValueError):  # noqa: N818 - says what the bytes are
    """The bytes end before what they announce, or are not what the standard says."""


@dataclass(slots=True)
class Reader:
    """Takes SSH's data types (RFC 4251 section 5) from the front of ``data``."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; raises Cut."""
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise Cut
        self.at += count
        return taken

    def string(self) -> bytes:
        """A string: its length, then its bytes; raises Cut."""
        return self.take(int.from_bytes(self.take(4), "big"))

    def names(self) -> tuple[str, ...]:
        """A name-list: printable ASCII between commas; raises Cut."""
        text = self.string()
        if not all(0x21 <= byte <= 0x7E for byte in text):  # noqa: PLR2004 - printable ASCII without the space
            raise Cut
        return tuple(text.decode("ascii").split(",")) if text else ()


@dataclass(frozen=True, slots=True)
class KexInit:
    """What one side of a key exchange offers, by the names of ``LISTS``, the best first."""

    lists: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a KEXINIT packet's payload; raises Cut."""
        reader = Reader(payload)
        if reader.take(1) != bytes([KEXINIT]):
            raise Cut
        reader.take(16)
        lists = {name: reader.names() for name in LISTS}
        reader.take(5)
        return cls(lists)

    def to_bytes(self) -> bytes:
        """The payload, with a cookie of zeros: nothing here needs to be unforeseeable."""
        named = b"".join(string(",".join(self.lists.get(name, ())).encode()) for name in LISTS)
        return bytes([KEXINIT]) + bytes(16) + named + bytes(5)


def string(data: bytes) -> bytes:
    """``data`` as a string of RFC 4251 section 5."""
    return len(data).to_bytes(4, "big") + data


def packet(payload: bytes) -> bytes:
    """``payload`` as an unencrypted packet; the padding is zeros."""
    padding = _BLOCK - (5 + len(payload)) % _BLOCK
    padding += _BLOCK if padding < _LEAST_PADDING else 0
    return (1 + len(payload) + padding).to_bytes(4, "big") + bytes([padding]) + payload + bytes(padding)


@dataclass(slots=True)
class Session:
    """One connection to a server; ``rest`` came with the greeting and is still to be read."""

    conn: Conn
    rest: bytes = field(default=b"")

    async def begin(self) -> KexInit | None:
        """Exchange identifications and read what the server offers; none if it speaks no SSH 2.

        Raises ConversationEnded.
        """
        self.rest = self.conn.greeting
        line = await self._identification()
        if line is None or not line.startswith((b"SSH-2.0-", b"SSH-1.99-")):
            return None
        await self.conn.send(IDENTIFICATION)
        payload = await self.message(KEXINIT)
        try:
            return KexInit.parse(payload)
        except Cut:
            return None

    async def send(self, payload: bytes) -> None:
        """Send one packet. Raises ConversationEnded."""
        await self.conn.send(packet(payload))

    async def message(self, number: int) -> bytes:
        """The payload of the next packet of kind ``number``; raises ConversationEnded, also when none comes."""
        for _ in range(_NOISE_AT_MOST):
            payload = await self._payload()
            if payload[:1] == bytes([number]):
                return payload
            if payload[:1] == bytes([DISCONNECT]):
                break
        raise ConversationEnded("the server does not go on")

    async def _identification(self) -> bytes | None:
        """The line that begins with SSH; a server may send others before it (RFC 4253 section 4.2)."""
        for _ in range(_LINES_BEFORE):
            if b"\n" not in self.rest:
                self.rest += await self.conn.receive(until=b"\n", limit=_LONGEST_LINE)
            line, end, self.rest = self.rest.partition(b"\n")
            if not end or line.startswith(b"SSH-"):
                return line if end else None
        return None

    async def _payload(self) -> bytes:
        head = await self._exactly(5)
        length, padding = int.from_bytes(head[:4], "big"), head[4]
        if not padding + 1 < length <= _LONGEST_PACKET:
            raise ConversationEnded("not a packet")
        body = await self._exactly(length - 1)
        return body[: len(body) - padding]

    async def _exactly(self, count: int) -> bytes:
        missing = count - len(self.rest)
        if missing > 0:
            self.rest += await self.conn.receive(exactly=missing)
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken
