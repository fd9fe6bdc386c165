"""``smtp.extensions``: what a mail server offers before and behind STARTTLS (RFC 5321, RFC 3207). Sends no mail.

Facts: ``extensions`` (the EHLO lines), ``auth`` (SASL mechanisms, RFC 4954), ``size`` (most bytes of a message, RFC
1870; 0 is no limit), ``starttls``, then ``tls_extensions`` and ``tls_auth`` of the second EHLO, and ``help`` (RFC 5321
section 4.1.1.8), where some servers tell their version.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.naming import refined
from recon.enumerators.reading import LINES_AT_MOST, Lines, number
from recon.model import Fact, Service

HELLO = "EHLO recon.invalid"
"""RFC 2606 keeps this name for nobody."""

_READY, _DONE, _HELP = 220, 250, (211, 214)
_LINE = re.compile(r"([2-5]\d\d)([ -]?)(.*)", re.DOTALL)
_TOLD = re.compile(r"\b(sendmail|postfix|exim|courier|zmailer) (?:version )?v?(\d[\w.+-]*)", re.IGNORECASE)
_KNOWN = {
    "sendmail": ("sendmail", "Sendmail"),
    "postfix": ("postfix", "Postfix"),
    "exim": ("exim", "Exim"),
    "courier": ("courier-mta", "Courier"),
    "zmailer": ("zmailer", "ZMailer"),
}

Reply = tuple[int, list[str]]
"""Code and lines (RFC 5321 section 4.2.1), each without the code."""


class Extensions(Enumerator):
    """Asks EHLO, STARTTLS and EHLO again where it is offered, and HELP."""

    name, service = "smtp.extensions", "smtp"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order, as far as the server goes along."""
        lines = Lines(conn)
        if (await read_reply(lines))[0] != _READY:
            return
        code, said = await ask(lines, HELLO)
        if code != _DONE:
            return
        for fact in facts_of(said[1:], ""):
            yield fact
        if offers_tls(said[1:]) and (await ask(lines, "STARTTLS"))[0] == _READY:
            await lines.start_tls()
            code, said = await ask(lines, HELLO)
            for fact in facts_of(said[1:] if code == _DONE else [], "tls_"):
                yield fact
        code, said = await ask(lines, "HELP")
        if code in _HELP:
            yield Fact("help", said)
            better = told_by_help(found.service, " ".join(said))
            if better is not None:
                yield better
        await conn.send(b"QUIT\r\n")


async def ask(lines: Lines, command: str) -> Reply:
    """Send one command and read its reply. Raises ConversationEnded."""
    await lines.conn.send(command.encode() + b"\r\n")
    return await read_reply(lines)


async def read_reply(lines: Lines) -> Reply:
    """Read one reply to its last line. Raises ConversationEnded, also for what is none."""
    said: list[str] = []
    for _ in range(LINES_AT_MOST):
        shape = _LINE.fullmatch(await lines.next())
        if shape is None:
            raise ConversationEnded("not a reply")
        said.append(shape[3].strip())
        if shape[2] != "-":
            return int(shape[1]), said
    raise ConversationEnded("a reply without end")


def facts_of(extensions: Sequence[str], prefix: str) -> Iterator[Fact]:
    """Yield what the lines behind EHLO's first one say; of the second EHLO only what may differ."""
    yield Fact(f"{prefix}extensions", list(extensions))
    yield Fact(f"{prefix}auth", mechanisms(extensions))
    if not prefix:
        yield Fact("starttls", offers_tls(extensions))
        words = next((line.split() for line in extensions if line.upper().startswith("SIZE ")), [])
        most = number(words[1]) if len(words) > 1 else None
        if most is not None:
            yield Fact("size", most)


def mechanisms(extensions: Sequence[str]) -> list[str]:
    """SASL mechanisms of the AUTH lines; old servers write ``AUTH=``."""
    found: list[str] = []
    for line in extensions:
        word, *rest = line.upper().replace("AUTH=", "AUTH ", 1).split() or [""]
        found += [one for one in rest if word == "AUTH" and one not in found]
    return found


def offers_tls(extensions: Sequence[str]) -> bool:
    """Whether STARTTLS is among them."""
    return any(line.upper() == "STARTTLS" for line in extensions)


def told_by_help(service: Service, words: str) -> Service | None:
    """The server and version that HELP names; none if it names none."""
    told = _TOLD.search(words)
    if told is None:
        return None
    return refined(service, Extensions.name, said=told[1], version=told[2], known=_KNOWN)


ENUMERATORS = (Extensions,)
