"""Basic encoding rules (ITU-T X.690) as LDAP and SPNEGO use them: tags of one byte, definite lengths, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from recon.enumerators.reading import Cut, Reader

INTEGER, TEXT, OBJECT, ENUMERATED, SEQUENCE = 0x02, 0x04, 0x06, 0x0A, 0x30

_LONG = 0x80
_LENGTH_AT_MOST = 4


def element(reader: Reader) -> tuple[int, bytes]:
    """The next element's tag and contents; raises Cut."""
    tag, length = reader.big(1), reader.big(1)
    if length >= _LONG:
        length = reader.big(length_of_length(length))
    return tag, reader.take(length)


def length_of_length(first: int) -> int:
    """How many bytes of length follow a first length byte of 0x80 and more; raises Cut for none and for too many."""
    count = first - _LONG
    if not 0 < count <= _LENGTH_AT_MOST:
        raise Cut
    return count


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each element of ``data`` in turn; raises Cut."""
    reader = Reader(data)
    while reader.left:
        yield element(reader)


def built(tag: int, *parts: bytes) -> bytes:
    """An element with ``parts`` as its contents."""
    body = b"".join(parts)
    if len(body) < _LONG:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, _LONG + size]) + len(body).to_bytes(size, "big") + body
