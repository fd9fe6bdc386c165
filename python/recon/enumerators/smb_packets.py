"""Messages of SMB 1, 2 and 3 (MS-CIFS, MS-SMB2) that ``smb.host`` sends and reads. Bytes only, no connection."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from recon.enumerators import ber
from recon.enumerators.reading import Cut, Reader, filetime, named_bits

LONGEST_MESSAGE = 65_536
NEGOTIATE_COMMAND, SESSION_SETUP = 0, 1

_MAGIC, _OLD_MAGIC = b"\xfeSMB", b"\xffSMB"
_OLD_COMMAND = 0x72
_HEADER = 64
_NEWEST = 0x0311
_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", _NEWEST: "3.1.1"}
_REQUIRED = 2
_CAPABILITIES = {
    0x01: "DFS",
    0x02: "leasing",
    0x04: "large reads",
    0x08: "multiple channels",
    0x10: "persistent handles",
    0x20: "directory leasing",
    0x40: "encryption",
    0x80: "notifications",
}
_INTEGRITY, _ENCRYPTION, _COMPRESSION, _SIGNING = 1, 2, 3, 8
_CIPHERS = {1: "AES-128-CCM", 2: "AES-128-GCM", 3: "AES-256-CCM", 4: "AES-256-GCM"}
_SIGNINGS = {0: "HMAC-SHA256", 1: "AES-CMAC", 2: "AES-GMAC"}
_COMPRESSIONS = {1: "LZNT1", 2: "LZ77", 3: "LZ77+Huffman", 4: "patterns", 5: "LZ4"}
_CONTEXTS_AT_MOST = 16
_MECHANISMS = {
    "2b06010401823702020a": "NTLM",
    "2a864882f712010202": "Kerberos",
    "2a864886f712010202": "Kerberos",
    "2a864886f71201020203": "Kerberos user to user",
    "2b06010401823702021e": "NegoEx",
}
"""Object identifiers of MS-SPNG 3.1.5.1 in hexadecimal; the second is what Windows 2000 made of the first Kerberos."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A NEGOTIATE response (MS-SMB2 2.2.4). ``chosen`` holds what the contexts of 3.1.1 agree on."""

    dialect: str
    signing_required: bool
    guid: str
    capabilities: list[str]
    system_time: str | None
    boot_time: str | None
    mechanisms: list[str]
    chosen: dict[str, str | list[str]] = field(default_factory=dict)


def header(command: int, number: int) -> bytes:
    """The synchronous header (MS-SMB2 2.2.1.2) with no session, tree or signature."""
    return struct.pack("<4sHHIHHIIQIIQ16s", _MAGIC, _HEADER, 0, 0, command, 1, 0, 0, number, 0xFEFF, 0, 0, b"")


def _context(kind: int, data: bytes) -> bytes:
    """A negotiate context (MS-SMB2 2.2.3.1), filled up to 8 bytes."""
    return struct.pack("<HHI", kind, len(data), 0) + data + bytes(-len(data) % 8)


def _negotiate() -> bytes:
    """All dialects, and what 3.1.1 wants to be told: a hash, ciphers, compressions, ways to sign."""
    contexts = (
        _context(_INTEGRITY, struct.pack("<HHH32s", 1, 32, 1, b"recon knows no secrets")),
        _context(_ENCRYPTION, struct.pack("<5H", 4, 2, 1, 4, 3)),
        _context(_COMPRESSION, struct.pack("<HHI5H", 5, 0, 0, 1, 2, 3, 4, 5)),
        _context(_SIGNING, struct.pack("<4H", 3, 2, 1, 0)),
    )
    dialects = struct.pack(f"<{len(_DIALECTS)}H", *_DIALECTS)
    fill = bytes(-(_HEADER + 36 + len(dialects)) % 8)
    offset = _HEADER + 36 + len(dialects) + len(fill)
    able = 0x7F
    body = struct.pack("<HHHHI16sIHH", 36, len(_DIALECTS), 1, 0, able, b"recon-smb-client", offset, len(contexts), 0)
    return header(NEGOTIATE_COMMAND, 0) + body + dialects + fill + b"".join(contexts)


NEGOTIATE = _negotiate()
OLD_NEGOTIATE = (
    _OLD_MAGIC + struct.pack("<BIBHH8sHHHHH", _OLD_COMMAND, 0, 0x18, 0xC001, 0, b"", 0, 0, 0xFEFF, 0, 0)
    + b"\x00" + struct.pack("<H", 12) + b"\x02NT LM 0.12\x00"
)  # fmt: skip
"""MS-CIFS 2.2.4.52 with the one dialect that stands for version 1."""


def session_setup(blob: bytes) -> bytes:
    """A SESSION_SETUP request (MS-SMB2 2.2.5) around a token."""
    body = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, _HEADER + 24, len(blob), 0)
    return header(SESSION_SETUP, 1) + body + blob


def negotiated(message: bytes) -> Negotiated | None:
    """Read a NEGOTIATE response; none if it is none."""
    try:
        return _negotiated(message)
    except Cut:
        return None


def _negotiated(message: bytes) -> Negotiated | None:
    body = _body_of(message, NEGOTIATE_COMMAND)
    size, security, dialect, contexts = (body.little(2) for _ in range(4))
    if size != 65 or dialect not in _DIALECTS:  # noqa: PLR2004 - MS-SMB2 2.2.4, whatever its true size
        return None
    guid, able = UUID(bytes_le=body.take(16)), body.little(4)
    body.take(12)
    system_time, boot_time = body.little(8), body.little(8)
    offset, length, where = body.little(2), body.little(2), body.little(4)
    return Negotiated(
        dialect=_DIALECTS[dialect],
        signing_required=bool(security & _REQUIRED),
        guid=str(guid),
        capabilities=named_bits(able, _CAPABILITIES),
        system_time=filetime(system_time),
        boot_time=filetime(boot_time),
        mechanisms=mechanisms(message[offset : offset + length]),
        chosen=dict(_chosen(message[where:], contexts)) if dialect == _NEWEST else {},
    )


def _chosen(data: bytes, count: int) -> Iterator[tuple[str, str | list[str]]]:
    """What the contexts agree on, as far as they can be read."""
    reader = Reader(data)
    try:
        for _ in range(min(count, _CONTEXTS_AT_MOST)):
            kind, length = reader.little(2), reader.little(2)
            reader.take(4)
            yield from _agreed(kind, Reader(reader.take(length)))
            reader.take(min(-length % 8, reader.left))
    except Cut:
        return


def _agreed(kind: int, held: Reader) -> Iterator[tuple[str, str | list[str]]]:
    if kind == _ENCRYPTION and held.little(2):
        yield "cipher", _named(_CIPHERS, held.little(2))
    elif kind == _SIGNING and held.little(2):
        yield "signing_algorithm", _named(_SIGNINGS, held.little(2))
    elif kind == _COMPRESSION:
        count = held.little(2)
        held.take(6)
        yield "compression", [_named(_COMPRESSIONS, held.little(2)) for _ in range(min(count, 8))]


def _named(names: dict[int, str], number: int) -> str:
    return names.get(number, str(number))


def mechanisms(blob: bytes) -> list[str]:
    """Names of the ways to log in, in the server's order (NegTokenInit2 of MS-SPNG 2.2.1); empty if it has none."""
    try:
        token = Reader(ber.element(Reader(blob))[1])
        ber.element(token)
        inside = Reader(ber.element(Reader(ber.element(token)[1]))[1])
        listed = ber.element(Reader(ber.element(inside)[1]))[1]
        found = [value.hex() for tag, value in ber.elements(listed) if tag == ber.OBJECT]
    except Cut:
        return []
    return [_MECHANISMS.get(one, one) for one in found]


def security_blob(message: bytes, command: int) -> bytes:
    """The token of a SESSION_SETUP response (MS-SMB2 2.2.6), whatever its status; empty if there is none."""
    try:
        body = _body_of(message, command)
        body.take(4)
        offset, length = body.little(2), body.little(2)
    except Cut:
        return b""
    return message[offset : offset + length]


def old_dialect(message: bytes) -> bool | None:
    """Whether a server agrees on SMB 1; none if the message says nothing about that."""
    if len(message) < 35 or message[:5] != _OLD_MAGIC + bytes([_OLD_COMMAND]):  # noqa: PLR2004 - header, count, index
        return None
    return message[33:35] == b"\x00\x00"


def _body_of(message: bytes, command: int) -> Reader:
    """What stands behind the header of an answer to ``command``; raises Cut."""
    reader = Reader(message)
    if reader.take(4) != _MAGIC:
        raise Cut
    reader.take(8)
    if reader.little(2) != command:
        raise Cut
    reader.take(_HEADER - 14)
    return reader
