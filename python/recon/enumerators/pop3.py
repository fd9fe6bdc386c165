"""``pop3.capabilities``: what a POP3 server can do, and what it says it is (RFC 2449, RFC 2595). Never logs in.

Facts: ``capabilities`` (the lines of CAPA), ``auth`` (SASL mechanisms), ``stls``, ``implementation``, ``expire`` (days
that mail is kept, or NEVER), ``login_delay`` (seconds), then ``tls_capabilities`` and ``tls_auth`` behind STLS.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.naming import name_and_version, refined
from recon.enumerators.reading import LINES_AT_MOST, Lines
from recon.model import Fact, Service

_TOLD = {"IMPLEMENTATION": "implementation", "EXPIRE": "expire", "LOGIN-DELAY": "login_delay"}
_KNOWN = {
    "dovecot": ("dovecot", "Dovecot"),
    "cyrus pop3": ("cyrus", "Cyrus IMAP"),
    "cyrus pop3 server": ("cyrus", "Cyrus IMAP"),
    "courier mail server": ("courier-mta", "Courier"),
    "qpopper-version": ("qualcomm", "Qpopper"),
    "zimbra": ("synacor", "Zimbra"),
    "zimbrainc": ("synacor", "Zimbra"),
}


class Capabilities(Enumerator):
    """Asks CAPA, and CAPA again behind STLS where it is offered."""

    name, service = "pop3.capabilities", "pop3"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order, and the service that IMPLEMENTATION names."""
        lines = Lines(conn)
        if not (await lines.next()).startswith("+OK"):
            return
        able = await capabilities(lines)
        for fact in facts_of(able, ""):
            yield fact
        better = service_of(found.service, able)
        if better is not None:
            yield better
        if "STLS" in map(str.upper, able) and (await lines.ask("STLS")).startswith("+OK"):
            await lines.start_tls()
            for fact in facts_of(await capabilities(lines), "tls_"):
                yield fact
        await conn.send(b"QUIT\r\n")


async def capabilities(lines: Lines) -> list[str]:
    """The lines of CAPA. Raises ConversationEnded, also when it is not known there."""
    if not (await lines.ask("CAPA")).startswith("+OK"):
        raise ConversationEnded("no capabilities")
    said: list[str] = []
    for _ in range(LINES_AT_MOST):
        line = await lines.next()
        if line == ".":
            return said
        said.append(line.removeprefix("."))
    raise ConversationEnded("an answer without end")


def facts_of(able: Sequence[str], prefix: str) -> Iterator[Fact]:
    """Yield what capabilities say; of those behind STLS only what may differ."""
    yield Fact(f"{prefix}capabilities", list(able))
    yield Fact(f"{prefix}auth", value_of(able, "SASL").upper().split())
    if not prefix:
        yield Fact("stls", "STLS" in map(str.upper, able))
        yield from (Fact(name, value) for word, name in _TOLD.items() if (value := value_of(able, word)))


def value_of(able: Sequence[str], word: str) -> str:
    """What stands behind a capability's name; empty if it is not there."""
    rest = (line.partition(" ") for line in able)
    return next((value.strip() for name, _, value in rest if name.upper() == word), "")


def service_of(service: Service, able: Sequence[str]) -> Service | None:
    """The service with the name and version of IMPLEMENTATION."""
    said, version = name_and_version(value_of(able, "IMPLEMENTATION"))
    return refined(service, Capabilities.name, said=said, version=version, known=_KNOWN) if said else None


ENUMERATORS = (Capabilities,)
