"""``ssh.hostkey``: fingerprints of a server's host keys. Goes no further than the packet that shows a key.

The key stands in the server's answer to any acceptable public value, so none is made here: constants serve, nothing is
ever encrypted, and the signature, which would prove that the server holds the key, is not checked.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence

from recon import Conn, Enumerator, Fact, Found, Service
from recon_ssh.packets import KEX_FIRST, KEX_REPLY, Cut, KexInit, Reader, Session, string

KEYS_AT_MOST = 4
"""Connections that one server is asked for; each shows one key."""

_POINT_X25519 = bytes([9]) + bytes(31)
"""The base point (RFC 7748 section 4.1)."""

_POINT_P256 = bytes.fromhex(
    "04"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The base point of P-256, uncompressed (SEC 2 section 2.4.2)."""

_NUMBER_GROUP14 = (b"recon asks for nothing but the host key. " * 7)[:255]
"""Any number in the middle of the group (RFC 3526 section 3); servers refuse those with few bits, such as 2."""

PUBLIC_VALUES = {
    "curve25519-sha256": _POINT_X25519,
    "curve25519-sha256@libssh.org": _POINT_X25519,
    "ecdh-sha2-nistp256": _POINT_P256,
    "diffie-hellman-group14-sha256": _NUMBER_GROUP14,
    "diffie-hellman-group14-sha1": _NUMBER_GROUP14,
}
"""Key exchanges in which the client speaks first, and what it may say (RFC 8731, RFC 5656, RFC 8268, RFC 4253)."""

_SAME_KEY = {"rsa-sha2-512": "ssh-rsa", "rsa-sha2-256": "ssh-rsa"}
"""Signatures by one and the same type of key (RFC 8332)."""


class HostKeys(Enumerator):
    """Has the server show each of its host keys, one connection a key, and yields their fingerprints."""

    name, service, needs = "ssh.hostkey", "ssh", ("ssh.kex",)

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield all keys so far, each time that one more is known."""
        told: list[str] = []
        asked: set[str] = set()
        for turn in range(KEYS_AT_MOST):
            if turn:
                await conn.reopen()
            session = Session(conn)
            offer = await session.begin()
            wanted = unasked(offer.lists["host_key_algorithms"], asked) if offer else None
            if offer is None or wanted is None:
                return
            asked.add(key_type(wanted))
            key = await key_of(session, offer, wanted)
            if key is None:
                return
            told.append(key)
            yield Fact("host_keys", list(told))
            if unasked(offer.lists["host_key_algorithms"], asked) is None:
                return


def key_type(algorithm: str) -> str:
    """The type of key that signs with ``algorithm``."""
    return _SAME_KEY.get(algorithm, algorithm)


def unasked(algorithms: Sequence[str], asked: set[str]) -> str | None:
    """The first algorithm whose type of key was not asked for; certificates are another thing."""
    return next((one for one in algorithms if key_type(one) not in asked and "-cert-v" not in one), None)


async def key_of(session: Session, offer: KexInit, algorithm: str) -> str | None:
    """Type and fingerprint of the key that signs with ``algorithm``; none if no common key exchange shows it.

    Raises ConversationEnded.
    """
    exchange = next((name for name in offer.lists["kex"] if name in PUBLIC_VALUES), None)
    if exchange is None:
        return None
    ours = KexInit({**offer.lists, "kex": (exchange,), "host_key_algorithms": (algorithm,)})
    await session.send(ours.to_bytes())
    await session.send(bytes([KEX_FIRST]) + string(PUBLIC_VALUES[exchange]))
    reply = await session.message(KEX_REPLY)
    try:
        return fingerprint(Reader(reply[1:]).string())
    except Cut:
        return None


def fingerprint(key: bytes) -> str:
    """``type SHA256:…`` of a key's bytes, the digest as OpenSSH writes it; raises Cut when it has no type."""
    kind = ",".join(Reader(key).names())
    if not kind:
        raise Cut
    digest = base64.b64encode(hashlib.sha256(key).digest()).rstrip(b"=").decode()
    return f"{kind} SHA256:{digest}"
