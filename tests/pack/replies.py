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
}
"""How a kind of row stands on the wire; a greeting without a frame ends with its line."""


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
        return FRAMES.get(self.kind, b"%s\r\n") % self.wire.encode("latin-1")


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
    """The service that is the row's product."""
    wanted = {plain(product) for product in row.products}
    return next((one for one in services if one.product and plain(one.product) in wanted), None)


def judge(row: Row, pack: _core.Pack) -> tuple[bool, bool, list[Service]]:
    """Whether the product is right, whether the version is, and all services read."""
    services, _ = pack.identify(row.answer(), asked="http" if row.kind in {"http", "powered", "header"} else "listen")
    found = named(row, services)
    right = found is not None and all(getattr(found, name) == value for name, value in row.more)
    return right, found is not None and (found.version or "") in row.versions, services
