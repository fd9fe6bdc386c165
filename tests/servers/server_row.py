"""What a row of the table of real servers is made of. Knows no server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a server. ``product``, ``version`` and ``revision`` say what stands on the wire there.

    ``product`` is none where no byte tells it; ``parts`` is how many numbers of the version are told where the server
    keeps the rest to itself; ``hinted`` marks one that is met on its own port only: it serves one
    peer and then closes, or another question names it first, without its version; ``name`` is the recording's.
    """

    name: str
    number: int
    service: str
    product: str | None = None
    version: bool = False
    revision: bool = False
    distro: str | None = None
    transport: str = "tcp"
    tls: bool = False
    parts: int | None = None
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """One server: the package whose version is the truth, its files, and how it is started in the foreground."""

    name: str
    package: str
    ports: tuple[Port, ...]
    command: str
    before: str = "true"
    config: str = ""
    unpacked: bool = False
