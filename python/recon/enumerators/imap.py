"""``imap.capabilities``: what an IMAP server can do, and what it says it is (RFC 9051, RFC 2971). Never logs in.

Facts: ``capabilities``, ``auth`` (SASL mechanisms), ``starttls``, ``login_disabled`` (LOGIN is refused), then
``tls_capabilities`` and ``tls_auth`` behind STARTTLS, and the fields of ID that servers fill: ``id_name``,
``id_version``, ``id_vendor``, ``id_os``, ``id_os_version``, ``id_support_url``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.naming import refined
from recon.enumerators.reading import LINES_AT_MOST, Lines
from recon.model import Fact, Service

_FIELDS = ("name", "version", "vendor", "os", "os-version", "support-url")
"""RFC 2971 section 3.3, those that say what answers."""

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\b(NIL)\b', re.IGNORECASE)
_KNOWN = {
    "dovecot": ("dovecot", "Dovecot"),
    "cyrus imapd": ("cyrus", "Cyrus IMAP"),
    "cyrus imap": ("cyrus", "Cyrus IMAP"),
    "courier-imap": ("courier-mta", "Courier IMAP"),
    "zimbra": ("synacor", "Zimbra"),
    "microsoft.exchange.imap4.imap4server": ("microsoft", "Exchange Server"),
    "kerio connect": ("gfi", "Kerio Connect"),
    "mdaemon": ("mdaemon", "MDaemon"),
}


class Capabilities(Enumerator):
    """Asks CAPABILITY, ID where it is offered, and CAPABILITY again behind STARTTLS."""

    name, service = "imap.capabilities", "imap"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order, and the service that ID names."""
        lines = Lines(conn)
        if not (await lines.next()).upper().startswith(("* OK", "* PREAUTH")):
            return
        able = await capabilities(lines, "a1")
        for fact in facts_of(able, ""):
            yield fact
        if "ID" in able:
            told = fields_of(await ask(lines, "a2", "ID NIL"))
            for word in told:
                yield Fact(f"id_{word.replace('-', '_')}", told[word])
            better = service_of(found.service, told)
            if better is not None:
                yield better
        if "STARTTLS" in able and await ask(lines, "a3", "STARTTLS") is not None:
            await lines.start_tls()
            for fact in facts_of(await capabilities(lines, "a4"), "tls_"):
                yield fact
        await conn.send(b"a5 LOGOUT\r\n")


async def ask(lines: Lines, tag: str, command: str) -> list[str] | None:
    """Send a command; the lines before its OK, or none when it was refused. Raises ConversationEnded."""
    await lines.conn.send(f"{tag} {command}\r\n".encode())
    said: list[str] = []
    for _ in range(LINES_AT_MOST):
        line = await lines.next()
        if line.startswith(f"{tag} "):
            return said if line[len(tag) + 1 :].upper().startswith("OK") else None
        said.append(line)
    raise ConversationEnded("an answer without end")


async def capabilities(lines: Lines, tag: str) -> list[str]:
    """The words of CAPABILITY in upper case. Raises ConversationEnded, also when it is refused."""
    said = await ask(lines, tag, "CAPABILITY")
    words = next((line.split() for line in said or [] if line.upper().startswith("* CAPABILITY")), None)
    if words is None:
        raise ConversationEnded("no capabilities")
    return [word.upper() for word in words[2:]]


def facts_of(able: Sequence[str], prefix: str) -> Iterator[Fact]:
    """Yield what capabilities say; of those behind STARTTLS only what may differ."""
    yield Fact(f"{prefix}capabilities", list(able))
    yield Fact(f"{prefix}auth", [word.removeprefix("AUTH=") for word in able if word.startswith("AUTH=")])
    if not prefix:
        yield Fact("starttls", "STARTTLS" in able)
        yield Fact("login_disabled", "LOGINDISABLED" in able)


def fields_of(said: Sequence[str] | None) -> dict[str, str]:
    """The known fields of an ID answer that have a value: a list of names and values in turn."""
    line = next((one for one in said or [] if one.upper().startswith("* ID ")), "")
    words = [re.sub(r"\\(.)", r"\1", quoted) if not nil else "" for quoted, nil in _WORD.findall(line[5:])]
    pairs = dict(zip((word.lower() for word in words[::2]), words[1::2], strict=False))
    return {word: pairs[word] for word in _FIELDS if pairs.get(word)}


def service_of(service: Service, told: Mapping[str, str]) -> Service | None:
    """The service with the name and version of ID."""
    if "name" not in told:
        return None
    return refined(service, Capabilities.name, said=told["name"], version=told.get("version"), known=_KNOWN)


ENUMERATORS = (Capabilities,)
