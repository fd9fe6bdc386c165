"""``ftp.anonymous``: what a server says to the user name ``anonymous``. Never sends a password, so it does not log in.

RFC 1635 describes the custom: the server asks for an e-mail address in place of a password. A server that asks every
name for a password in the same words leaves open what it would do; then nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from recon import Conn, Enumerator, Fact, Found, Service
from recon_ftp.replies import READY, Reply, ask, greeting

_LOGGED_IN, _PASSWORD, _REFUSED = 230, 331, (421, 430, 500, 501, 502, 504, 530, 532, 550)
_INVITES = re.compile(
    r"e-?mail|mail address|identity|complete address|anonymous (?:login|access|logon|user)s? (?:ok|allowed|okay)"
    r"|guest login ok|any password",
    re.IGNORECASE,
)


class Anonymous(Enumerator):
    """Names the user ``anonymous`` and reads the answer."""

    name, service = "ftp.anonymous", "ftp"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield ``anonymous_reply``, and ``anonymous_offered`` where the reply decides it."""
        hello = await greeting(conn)
        if hello is None or hello.code != READY:
            return
        reply = await ask(conn, b"USER anonymous")
        if reply is None:
            return
        yield Fact("anonymous_reply", reply.text)
        offered = is_offered(reply)
        if offered is not None:
            yield Fact("anonymous_offered", offered)
        await conn.send(b"QUIT\r\n")


def is_offered(reply: Reply) -> bool | None:
    """Whether a reply to ``USER anonymous`` lets anybody in; none when it does not tell."""
    if reply.code == _LOGGED_IN or (reply.code == _PASSWORD and _INVITES.search(reply.text)):
        return True
    return False if reply.code in _REFUSED else None
