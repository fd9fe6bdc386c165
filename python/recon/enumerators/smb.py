"""``smb.host``: what a Windows file server says of itself before a login (MS-SMB2, MS-NLMP). Logs nobody in.

Facts: ``dialect`` (the highest that both speak), ``signing`` (``required`` or ``enabled``), ``server_guid``,
``capabilities``, ``cipher`` and ``signing_algorithm`` and ``compression`` (of 3.1.1), ``system_time`` and ``boot_time``
(RFC 3339), ``security_mechanisms``; of NTLM's challenge ``os_build``, ``computer_name``, ``domain_name``,
``dns_computer_name``, ``dns_domain``, ``dns_forest``, ``ntlm_time``; ``smb1`` (whether version 1 is spoken still).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators import ntlm
from recon.enumerators.naming import WITH_VERSION, cpe_of
from recon.enumerators.reading import Lines
from recon.enumerators.smb_packets import (
    LONGEST_MESSAGE,
    NEGOTIATE,
    OLD_NEGOTIATE,
    SESSION_SETUP,
    Negotiated,
    negotiated,
    old_dialect,
    security_blob,
    session_setup,
)
from recon.model import Fact, Service

_WINDOWS = "Windows"


class Host(Enumerator):
    """Negotiates, takes the first step of a login, which says nothing of us, and asks elsewhere for version 1."""

    name, service = "smb.host", "smb"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order, and Windows with its build."""
        told = await negotiate(conn)
        if told is not None:
            for fact in facts_of(told):
                yield fact
            for fact in await challenge(conn):
                yield fact
                better = windows(found.service, fact)
                if better is not None:
                    yield better
        await conn.reopen()
        old = await speaks_old(conn)
        if old is not None:
            yield Fact("smb1", old)


async def negotiate(conn: Conn) -> Negotiated | None:
    """Negotiate version 2 or 3; none where that is not spoken."""
    try:
        return negotiated(await ask(conn, NEGOTIATE))
    except ConversationEnded:
        return None


async def challenge(conn: Conn) -> list[Fact]:
    """What the server says to the first step of a login by NTLM."""
    try:
        return list(ntlm.facts_of(security_blob(await ask(conn, session_setup(ntlm.negotiate())), SESSION_SETUP)))
    except ConversationEnded:
        return []


async def speaks_old(conn: Conn) -> bool | None:
    """Whether the server agrees on version 1; a server that hangs up does not."""
    try:
        return old_dialect(await ask(conn, OLD_NEGOTIATE))
    except ConversationEnded as ended:
        return None if ended.why == "timeout" else False


async def ask(conn: Conn, message: bytes) -> bytes:
    """Send a message in its frame and read one. Raises ConversationEnded."""
    lines = Lines(conn)
    lines.rest = b""
    await conn.send(len(message).to_bytes(4, "big") + message)
    length = int.from_bytes(await lines.exactly(4), "big")
    if length > LONGEST_MESSAGE:
        raise ConversationEnded("not a message")
    return await lines.exactly(length)


def facts_of(told: Negotiated) -> Iterator[Fact]:
    """Yield what the negotiation says."""
    yield Fact("dialect", told.dialect)
    yield Fact("signing", "required" if told.signing_required else "enabled")
    yield Fact("server_guid", told.guid)
    yield Fact("capabilities", told.capabilities)
    for name, value in told.chosen.items():
        yield Fact(name, value)
    for name, when in (("system_time", told.system_time), ("boot_time", told.boot_time)):
        if when is not None:
            yield Fact(name, when)
    if told.mechanisms:
        yield Fact("security_mechanisms", told.mechanisms)


def windows(service: Service, fact: Fact) -> Service | None:
    """Windows with its build for a version; Samba and others make theirs up."""
    if fact.name != "os_build" or service.product != _WINDOWS or service.version is not None:
        return None
    build = str(fact.value)
    return replace(
        service,
        version=build,
        cpe=cpe_of(service.part, service.vendor or "microsoft", _WINDOWS, build),
        confidence=WITH_VERSION,
        version_source=Host.name,
        evidence={"probe": Host.name, "match": Host.name},
    )


ENUMERATORS = (Host,)
