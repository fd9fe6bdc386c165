"""``ftp.features``: what a server says that it can do, and what it runs on. Asks nothing that needs a login."""

from __future__ import annotations

from collections.abc import AsyncIterator

from recon import Conn, Enumerator, Fact, Found, Service
from recon_ftp.replies import READY, Reply, ask, greeting

_FEATURES, _SYSTEM = 211, 215


class Features(Enumerator):
    """Asks FEAT (RFC 2389 section 3) and SYST (RFC 959 section 4.1.3)."""

    name, service = "ftp.features", "ftp"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield ``features``, ``tls_offered`` and ``system``, each where the server answers it before a login."""
        hello = await greeting(conn)
        if hello is None or hello.code != READY:
            return
        told = await ask(conn, b"FEAT")
        if told is not None and told.code == _FEATURES:
            names = features_of(told)
            yield Fact("features", names)
            yield Fact("tls_offered", offers_tls(names))
        system = await ask(conn, b"SYST") if told is not None else None
        if system is not None and system.code == _SYSTEM:
            yield Fact("system", " ".join(system.lines))
        await conn.send(b"QUIT\r\n")


def features_of(reply: Reply) -> list[str]:
    """The features of a FEAT reply, without its first and last line; some servers number every line."""
    inner = (line.removeprefix("211-").strip() for line in reply.lines[1:-1])
    return [line for line in inner if line]


def offers_tls(features: list[str]) -> bool:
    """Whether AUTH TLS is among them (RFC 4217 section 6); several mechanisms may stand in one line."""
    words = (line.upper().replace(";", " ").split() for line in features)
    return any(line[0] == "AUTH" and {"TLS", "TLS-C", "SSL"} & set(line) for line in words if line)
