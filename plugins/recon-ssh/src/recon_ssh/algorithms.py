"""``ssh.kex``: what a server offers before anything is encrypted. Agrees on no key, and logs in nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator

from recon import Conn, Enumerator, Fact, Found, Service
from recon_ssh.packets import KexInit, Session

_TOLD = ("kex", "host_key_algorithms", "ciphers", "macs", "compression")


class Algorithms(Enumerator):
    """Reads the server's KEXINIT (RFC 4253 section 7.1) and yields its lists and their fingerprint."""

    name, service = "ssh.kex", "ssh"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the lists, the best first; those towards the server only where they differ."""
        offer = await Session(conn).begin()
        if offer is not None:
            for fact in facts_of(offer):
                yield fact


def facts_of(offer: KexInit) -> Iterator[Fact]:
    """Yield each list as a fact, then the fingerprint."""
    for name in _TOLD:
        yield Fact(name, list(offer.lists[name]))
        towards = offer.lists.get(f"{name}_in", offer.lists[name])
        if towards != offer.lists[name]:
            yield Fact(f"{name}_in", list(towards))
    yield Fact("hassh_server", hassh_server(offer))


def hassh_server(offer: KexInit) -> str:
    """The HASSH fingerprint of a server: MD5 over kex;ciphers;macs;compression, all from server to client."""
    told = ";".join(",".join(offer.lists[name]) for name in ("kex", "ciphers", "macs", "compression"))
    return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
