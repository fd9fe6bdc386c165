"""``mysql.greeting``: all that a MySQL or MariaDB server says before a login (Protocol::HandshakeV10). Answers nothing.

Facts: ``protocol_version`` (10), ``server_version`` as it was said, ``connections`` (the number of this one: how many
there were since the start), ``charset``, ``auth_plugin``, ``tls``, ``capabilities``, ``status``; of MariaDB also
``mariadb_capabilities``. Where a host is refused: ``error`` and ``error_code``.

A server blocks a host after 100 handshakes in a row that are broken off (``max_connect_errors``); this is one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from recon.enumerator import Conn, Enumerator, Found
from recon.enumerators.reading import Cut, Lines, Reader, named_bits, text
from recon.model import Fact, Service

LONGEST_GREETING = 4096

_ERROR = 0xFF
_LEAST_CHALLENGE = 13
_CHALLENGE_BEFORE = 8
_TLS, _PLUGINS, _IS_MYSQL = 1 << 11, 1 << 19, 1
_CAPABILITIES = {
    1 << 0: "long password",
    1 << 1: "found rows",
    1 << 2: "long column flags",
    1 << 3: "connect with database",
    1 << 4: "no schema",
    1 << 5: "compression",
    1 << 6: "ODBC",
    1 << 7: "LOAD DATA LOCAL",
    1 << 8: "ignore spaces",
    1 << 9: "protocol 4.1",
    1 << 10: "interactive",
    1 << 11: "TLS",
    1 << 13: "transactions",
    1 << 15: "secure connection",
    1 << 16: "multiple statements",
    1 << 17: "multiple results",
    1 << 18: "multiple results of prepared statements",
    1 << 19: "plugin authentication",
    1 << 20: "connection attributes",
    1 << 21: "long authentication data",
    1 << 22: "expired passwords",
    1 << 23: "session tracking",
    1 << 24: "deprecate EOF",
    1 << 25: "optional result set metadata",
    1 << 26: "zstd compression",
    1 << 27: "query attributes",
    1 << 28: "multi-factor authentication",
}
_MARIADB = {
    1 << 0: "progress reports",
    1 << 2: "bulk statements",
    1 << 3: "extended metadata",
    1 << 4: "cached metadata",
    1 << 5: "bulk unit results",
}
_STATUS = {1 << 0: "in transaction", 1 << 1: "autocommit", 1 << 9: "no backslash escapes"}
_CHARSETS = {
    8: "latin1_swedish_ci",
    11: "ascii_general_ci",
    28: "gbk_chinese_ci",
    33: "utf8mb3_general_ci",
    45: "utf8mb4_general_ci",
    46: "utf8mb4_bin",
    47: "latin1_bin",
    63: "binary",
    83: "utf8mb3_bin",
    192: "utf8mb3_unicode_ci",
    224: "utf8mb4_unicode_ci",
    255: "utf8mb4_0900_ai_ci",
}
"""Collations that servers have by default; SHOW COLLATION names all."""


class Greeting(Enumerator):
    """Reads the server's first packet."""

    name, service = "mysql.greeting", "mysql"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts of the greeting, or of the refusal."""
        lines = Lines(conn)
        length = int.from_bytes((await lines.exactly(4))[:3], "little")
        if length > LONGEST_GREETING:
            return
        packet = Reader(await lines.exactly(length))
        try:
            for fact in list(facts_of(packet)):
                yield fact
        except Cut:
            return


def facts_of(packet: Reader) -> Iterator[Fact]:
    """Yield what the first packet says; raises Cut."""
    kind = packet.little(1)
    if kind == _ERROR:
        yield Fact("error_code", packet.little(2))
        yield Fact("error", text(packet.take(packet.left)))
        return
    yield Fact("protocol_version", kind)
    yield Fact("server_version", text(packet.until(b"\x00")))
    yield Fact("connections", packet.little(4))
    packet.take(_CHALLENGE_BEFORE + 1)
    low, charset, status, high = (packet.little(count) for count in (2, 1, 2, 2))
    yield Fact("charset", _CHARSETS.get(charset, str(charset)))
    yield from _capabilities(packet, low | high << 16)
    yield Fact("status", named_bits(status, _STATUS))


def _capabilities(packet: Reader, able: int) -> Iterator[Fact]:
    """Yield what the bits say, and what stands behind them; raises Cut."""
    yield Fact("tls", bool(able & _TLS))
    yield Fact("capabilities", named_bits(able, _CAPABILITIES))
    challenge = packet.little(1)
    packet.take(6)
    more = packet.little(4)
    if not able & _IS_MYSQL:
        yield Fact("mariadb_capabilities", named_bits(more, _MARIADB))
    if able & _PLUGINS:
        packet.take(max(_LEAST_CHALLENGE, challenge - _CHALLENGE_BEFORE))
        yield Fact("auth_plugin", text(packet.until(b"\x00")))


ENUMERATORS = (Greeting,)
