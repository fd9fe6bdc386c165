"""``rdp.security``: how a remote desktop lets one in (MS-RDPBCGR 2.2.1, MS-CSSP, MS-NLMP). Logs nobody in.

Facts: ``security_layers`` (those of ``rdp``, ``tls``, ``credssp`` that it takes), ``nla_required`` (whether one must
log in before there is a picture); where it takes CredSSP, ``credssp_version`` and of NTLM's challenge ``os_build``,
``computer_name``, ``domain_name``, ``dns_computer_name``, ``dns_domain``, ``dns_forest``, ``ntlm_time``.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators import ber, ntlm
from recon.enumerators.reading import Cut, Lines, Reader
from recon.model import Fact, Service

LONGEST_MESSAGE = 16_384

_TPKT = 3
_CONFIRM = 0xD0
_CHOSEN, _REFUSED = 2, 3
_LAYERS = {0: "rdp", 1: "tls", 2: "credssp", 8: "credssp"}
_CREDSSP = 0x0B
"""TLS, CredSSP, and CredSSP that tells early how it went."""
_ASKED = ((_CREDSSP, "credssp"), (1, "tls"), (0, "rdp"))
_CREDSSP_REQUIRED = 5
_OUR_VERSION = 6
_SEQUENCE, _VERSION, _TOKENS = 0x30, 0xA0, 0xA1


class Security(Enumerator):
    """Asks for each layer on a connection of its own, and inside CredSSP for NTLM's challenge."""

    name, service = "rdp.security", "rdp"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield NTLM's facts first, then the layers."""
        layers: list[str] = []
        required = None
        for turn, (request, layer) in enumerate(_ASKED):
            if turn:
                await conn.reopen()
            kind, value = await negotiate(conn, request)
            if kind == _CHOSEN and _LAYERS.get(value) == layer:
                layers.append(layer)
                required = False if layer != "credssp" else required
            elif (kind, value) == (_REFUSED, _CREDSSP_REQUIRED):
                required = True
            if layers == ["credssp"] and turn == 0:
                for fact in await challenge(conn):
                    yield fact
        if layers:
            yield Fact("security_layers", layers)
        if required is not None:
            yield Fact("nla_required", required)


def connection_request(layers: int) -> bytes:
    """TPKT, an X.224 connection request without cookie, and the layers we know (MS-RDPBCGR 2.2.1.1)."""
    wish = struct.pack("<BBHI", 1, 0, 8, layers)
    return struct.pack(">BBHBBHHB", _TPKT, 0, 11 + len(wish), 6 + len(wish), 0xE0, 0, 0, 0) + wish


async def negotiate(conn: Conn, layers: int) -> tuple[int, int]:
    """Chosen or refused, and which or why; an old server, which knows one layer only, chooses that; else zeros."""
    lines = Lines(conn)
    lines.rest = b""
    try:
        await conn.send(connection_request(layers))
        version, _, length = struct.unpack(">BBH", await lines.exactly(4))
        if version != _TPKT or not 7 <= length - 4 <= LONGEST_MESSAGE:  # noqa: PLR2004 - an X.224 header
            return 0, 0
        body = await lines.exactly(length - 4)
    except ConversationEnded:
        return 0, 0
    if body[1] != _CONFIRM:
        return 0, 0
    told = body[7:15]
    return (told[0], int.from_bytes(told[4:8], "little")) if len(told) == 8 else (_CHOSEN, 0)  # noqa: PLR2004


async def challenge(conn: Conn) -> list[Fact]:
    """What the server says to the first step of a login by NTLM inside TLS."""
    try:
        await conn.start_tls()
        await conn.send(ts_request(ntlm.NEGOTIATE))
        return facts_of(await _message(conn))
    except ConversationEnded:
        return []


def ts_request(token: bytes) -> bytes:
    """A TSRequest with one token (MS-CSSP 2.2.1)."""
    tokens = ber.built(_SEQUENCE, ber.built(_SEQUENCE, ber.built(0xA0, ber.built(ber.TEXT, token))))
    version = ber.built(_VERSION, ber.built(ber.INTEGER, bytes([_OUR_VERSION])))
    return ber.built(_SEQUENCE, version, ber.built(_TOKENS, tokens))


async def _message(conn: Conn) -> bytes:
    """The contents of the next TSRequest. Raises ConversationEnded, also for what is none."""
    lines = Lines(conn)
    lines.rest = b""
    tag, length = await lines.exactly(2)
    try:
        if length >= 0x80:  # noqa: PLR2004 - the long form
            length = int.from_bytes(await lines.exactly(ber.length_of_length(length)), "big")
    except Cut:
        length = LONGEST_MESSAGE + 1
    if tag != _SEQUENCE or length > LONGEST_MESSAGE:
        raise ConversationEnded("not a message")
    return await lines.exactly(length)


def facts_of(message: bytes) -> list[Fact]:
    """What a TSRequest says: its version, and the challenge within."""
    facts = list(ntlm.facts_of(message))
    try:
        tag, held = ber.element(Reader(message))
        if tag == _VERSION:
            facts.append(Fact("credssp_version", int.from_bytes(ber.element(Reader(held))[1][:4], "big")))
    except Cut:
        pass
    return facts


ENUMERATORS = (Security,)
