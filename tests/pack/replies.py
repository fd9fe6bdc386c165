"""Reads the tables of replies and says which of them recon names rightly. Opens no socket; knows no product."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recon import _core
    from recon.model import Service

HERE = Path(__file__).parent
FRAMES = {
    "http": b"HTTP/1.1 200 OK\r\nServer: %s\r\nContent-Length: 0\r\n\r\n",
    "powered": b"HTTP/1.1 200 OK\r\nX-Powered-By: %s\r\nContent-Length: 0\r\n\r\n",
    "header": b"HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 0\r\n\r\n",
    "sip": b"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\nServer: %s\r\nContent-Length: 0\r\n\r\n",
    "agent": b"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\nUser-Agent: %s\r\nContent-Length: 0\r\n\r\n",
    "rtsp": b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: %s\r\n\r\n",
    "telnet": b"%s",
    "title": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><title>%s</title></head></html>",
    "mysql": b"J\x00\x00\x00\n%s\x00\t\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00\xff\xdf\x15"
    + b"\x00" * 10
    + b"abcdefghijkl\x00mysql_native_password\x00",
}
"""How a kind of row stands on the wire; a greeting without a frame ends with its line."""

HTTP = {"http", "powered", "header", "title"}
ASKED = dict.fromkeys(HTTP, "http") | {"dns": "dns", "snmp": "snmp"}
"""The question to which a kind of row is the answer; the others are greetings."""


def _dns(text: bytes) -> bytes:
    """RFC 4892 in RFC 1035 section 4.1: the CHAOS text version.bind, which holds ``text``."""
    name, kind = b"\x07version\x04bind\x00", b"\x00\x10\x00\x03"
    head = b"\x1a\x2b\x84\x00\x00\x01\x00\x01\x00\x00\x00\x01" + name + kind
    options = b"\x00\x00\x29\x04\xd0" + bytes(6)
    return head + b"\xc0\x0c" + kind + bytes(4) + (len(text) + 1).to_bytes(2) + bytes([len(text)]) + text + options


def _ber(tag: int, body: bytes) -> bytes:
    """X.690 section 8.1.3, the length in two bytes where one does not hold it."""
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < SHORT else b"\x82" + size.to_bytes(2)) + body


SHORT = 0x80


def _snmp(text: bytes) -> bytes:
    """RFC 1901 and RFC 3416 section 3: the answer in which sysDescr is ``text`` and sysName is ``sw1``."""
    system = b"\x06\x08\x2b\x06\x01\x02\x01\x01%c\x00"
    held = _ber(0x30, system % 1 + _ber(4, text)) + _ber(0x30, system % 5 + _ber(4, b"sw1"))
    request = _ber(0xA2, b"\x02\x04reco\x02\x01\x00\x02\x01\x00" + _ber(0x30, held))
    return _ber(0x30, b"\x02\x01\x01" + _ber(4, b"public") + request)


BUILT = {"dns": _dns, "snmp": _snmp}
"""Kinds of rows that stand in a frame with lengths."""


@dataclass(frozen=True, slots=True)
class Row:
    """A reply and what it says: any of ``products``, any of ``versions`` (an empty one: none on the wire)."""

    kind: str
    wire: str
    products: tuple[str, ...]
    versions: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()

    def answer(self) -> bytes:
        """The whole answer in which the reply comes."""
        wire = self.wire.encode("latin-1")
        build = BUILT.get(self.kind)
        return build(wire) if build else FRAMES.get(self.kind, b"%s\r\n") % wire


def rows(name: str) -> list[Row]:
    """Every row of one table."""
    table = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    return [
        Row(kind, wire, tuple(product.split("|")), tuple(version.split("|")), tuple(more[0].items()) if more else ())
        for kind, replies in table.items()
        for wire, product, version, *more in replies
    ]


def plain(name: str) -> str:
    """A product without case, blanks and signs: spellings of one name are one."""
    return re.sub(r"[^a-z0-9+]", "", name.lower())


def named(row: Row, services: list[Service]) -> Service | None:
    """The service that is the row's product; of a row that names none, the first where no service has one."""
    if row.products == ("",):
        return next(iter(services), None) if not any(one.product for one in services) else None
    wanted = {plain(product) for product in row.products}
    return next((one for one in services if one.product and plain(one.product) in wanted), None)


def judge(row: Row, pack: _core.Pack) -> tuple[bool, bool, list[Service]]:
    """Whether the product is right, whether the version is, and all services read."""
    services, _ = pack.identify(row.answer(), asked=ASKED.get(row.kind, "listen"))
    found = named(row, services)
    right = found is not None and all(getattr(found, name) == value for name, value in row.more)
    return right, found is not None and (found.version or "") in row.versions, services
