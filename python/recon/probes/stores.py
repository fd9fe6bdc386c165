"""Data stores with protocols of their own: Db2, Oracle, Neo4j, RethinkDB, Aerospike, Firebird, ClickHouse.

Each is asked what it is before any log-in; no name of a user or of a database is sent.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_DB2 = b"DB2GETADDR\x00SQL08020\x00"
"""Db2 discovery (known-discovery request of the administration server, UDP 523)."""

_DB2_MATCHES = (
    Match(
        rb"^DB2RETADDR\x00SQL(?P<release>\d{5})\x00(?P<host>[\w.-]*)\x00",
        service="db2",
        vendor="ibm",
        product="Db2",
        cpe="cpe:2.3:a:ibm:db2",
        examples={
            b"DB2RETADDR\x00SQL10055\x00tower\x00" + b"\x00" * 24: {"release": "10055", "host": "tower"},
        },
    ),
)


def _drda(length: int, codepoint: int, body: bytes = b"") -> bytes:
    return struct.pack(">HH", length + len(body), codepoint) + body


def _exchange() -> bytes:
    """DRDA (Open Group, volume 3) EXCSAT: exchange of attributes, with which every client begins."""
    level = _drda(4, 0x1404, struct.pack(">HHHH", 0x1403, 7, 0x2407, 7))
    body = _drda(4, 0x115E, "recon".encode("cp037")) + _drda(4, 0x116D, "recon".encode("cp037")) + level
    body += _drda(4, 0x1147, "QRECON".encode("cp037"))
    request = _drda(4, 0x1041, body)
    return struct.pack(">HBBH", len(request) + 6, 0xD0, 0x01, 1) + request


def _drda_reply(kind: str, release: str) -> bytes:
    said = [(0x115E, "db2sysc"), (0x1147, kind), (0x116D, "tower"), (0x115A, release)]
    reply = _drda(4, 0x1443, b"".join(_drda(4, point, text.encode("cp037")) for point, text in said))
    return struct.pack(">HBBH", len(reply) + 6, 0xD0, 0x02, 1) + reply


def _ebcdic(text: str) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in text.encode("cp037"))


_DRDA_HEAD = rb"^[\s\S]{2}\xd0[\s\S]{3}[\s\S]{2}\x14\x43[\s\S]*"
_DRDA_MATCHES = (
    Match(
        _DRDA_HEAD + rb"\x11\x5a(?P<release>" + _ebcdic("SQL") + rb"[\xf0-\xf9]{5})",
        service="drda",
        decode={"release": "{ebcdic}"},
        vendor="ibm",
        product="Db2",
        cpe="cpe:2.3:a:ibm:db2",
        examples={_drda_reply("QDB2/LINUXX8664", "SQL11055"): {"product": "Db2"}},
    ),
    Match(
        _DRDA_HEAD + rb"\x11\x5a(?P<release>" + _ebcdic("DSN") + rb"[\xf0-\xf9]{5})",
        service="drda",
        decode={"release": "{ebcdic}"},
        vendor="ibm",
        product="Db2 for z/OS",
        cpe="cpe:2.3:a:ibm:db2",
        examples={_drda_reply("QDB2", "DSN12015"): {"product": "Db2 for z/OS"}},
    ),
    Match(
        _DRDA_HEAD + rb"\x11\x5a(?P<release>" + _ebcdic("CSS") + rb"[\xf0-\xf9]{5})",
        service="drda",
        decode={"release": "{ebcdic}"},
        vendor="apache",
        product="Apache Derby",
        cpe="cpe:2.3:a:apache:derby",
        examples={_drda_reply("QDERBY/JVM", "CSS10140"): {"product": "Apache Derby"}},
    ),
    Match(
        _DRDA_HEAD + rb"\x11\x5a(?P<release>" + _ebcdic("IFX") + rb"[\xf0-\xf9]{5})",
        service="drda",
        decode={"release": "{ebcdic}"},
        vendor="ibm",
        product="Informix",
        examples={_drda_reply("QINFORMIX", "IFX14100"): {"product": "Informix"}},
    ),
    Match(
        _DRDA_HEAD + rb"\x11[\x5e\x6d\x47\x5a]",
        service="drda",
        name="drda.attributes",
        examples={_drda_reply("QOTHER", "ABC01000"): {"service": "drda"}},
    ),
)


def _tns_connect() -> bytes:
    """TNS connect packet (type 1, version 314, at least 300) that asks the listener for its version."""
    data = b"(DESCRIPTION=(CONNECT_DATA=(COMMAND=version)))"
    head = struct.pack(
        ">HHBBHHHHHHHHHIBB",
        58 + len(data),
        0,
        1,
        0,
        0,
        314,
        300,
        0,
        2048,
        32767,
        32512,
        0,
        1,
        len(data) << 16 | 58,
        0,
        0,
    )
    return head.ljust(58, b"\x00")[:26] + b"\x00" * 32 + data


_TNS_MATCHES = (
    Match(
        rb"TNSLSNR for (?P<platform>[^:\r\n]+): Version (?P<version>\d+\.\d+\.\d+\.\d+\.\d+)",
        service="oracle-tns",
        vendor="oracle",
        product="Oracle Database",
        cpe="cpe:2.3:a:oracle:database_server",
        examples={
            b"\x00\x20\x00\x00\x02\x00\x00\x00\x01\x36\x00\x00\x08\x00\x7f\xff\x01\x00\x00\x00\x00\x20"
            + b"\x00" * 10
            + b"\x01\x1e\x00\x00\x06\x00\x00\x00\x00\x40(DESCRIPTION=(TMP=)(VSNNUM=186646784)(ERR=0))TNSLSNR for Linux:"
            b" Version 11.2.0.1.0 - Production\n\tTNS for Linux: Version 11.2.0.1.0 - Production\n": {
                "version": "11.2.0.1.0",
                "platform": "Linux",
            }
        },
    ),
    Match(
        rb"^[\s\S]{4}\x04\x00[\s\S]{6}\(DESCRIPTION=\(TMP=\)\(VSNNUM=(?P<version>\d{6,10})\)\(ERR=(?P<error>\d+)\)",
        service="oracle-tns",
        vendor="oracle",
        product="Oracle Database",
        cpe="cpe:2.3:a:oracle:database_server",
        name="oracle-tns.refused",
        decode={"version": "{dec32:8.4.8.4.8}"},
        examples={
            b"\x00\x61\x00\x00\x04\x00\x00\x00\x22\x00\x00\x55(DESCRIPTION=(TMP=)(VSNNUM=186647552)(ERR=1189)(ERROR_ST"
            b"ACK="
            b"(ERROR=(CODE=1189)(EMFI=4))))": {"version": "11.2.0.4.0", "error": "1189"}
        },
    ),
    Match(
        rb"^[\s\S]{4}\x04\x00[\s\S]{6}\(DESCRIPTION=\((?:ERR|TMP|ERROR_STACK)=",
        service="oracle-tns",
        name="oracle-tns.refusal",
        examples={
            b"\x00\x41\x00\x00\x04\x00\x00\x00\x22\x00\x00\x35(DESCRIPTION=(ERR=12504)(ERROR_STACK=(ERROR=(CODE=12504)"
            b")))": {"service": "oracle-tns"}
        },
    ),
    Match(
        rb"^\x00\x08\x00\x00\x0b\x00\x00\x00$",
        service="oracle-tns",
        name="oracle-tns.resend",
        examples={b"\x00\x08\x00\x00\x0b\x00\x00\x00": {"service": "oracle-tns"}},
    ),
)

_BOLT_VERSIONS = bytes.fromhex("00040405000000000000000000000000")
"""Only 5.0 to 5.4: these greet without a word about who we are (Bolt protocol, section Handshake)."""


def _struct_text(text: bytes) -> bytes:
    """PackStream: a string of up to 15 or 255 bytes."""
    short = 16
    return (bytes([0x80 + len(text)]) if len(text) < short else b"\xd0" + bytes([len(text)])) + text


def _chunk(message: bytes) -> bytes:
    return struct.pack(">H", len(message)) + message + b"\x00\x00"


_HELLO = _chunk(b"\xb1\x01\xa1" + _struct_text(b"user_agent") + _struct_text(b"recon/1"))
_BOLT_ANSWER = b"\x00\x00\x04\x05"


def _bolt_success(server: bytes) -> bytes:
    fields = _struct_text(b"server") + _struct_text(server) + _struct_text(b"connection_id") + _struct_text(b"bolt-7")
    return _BOLT_ANSWER + _chunk(b"\xb1\x70\xa2" + fields)


_BOLT_MATCHES = (
    Match(
        rb"^\x00\x00[\x00-\x08]\x05[\s\S]{2}\xb1\x70[\s\S]*\x86server(?:\xd0[\s\S]|[\x80-\x8f])Neo4j/(?P<version>\d+\."
        rb"\d+\.\d+)[\s\S]",
        service="bolt",
        vendor="neo4j",
        product="Neo4j",
        examples={_bolt_success(b"Neo4j/5.13.0"): {"version": "5.13.0"}},
    ),
    Match(
        rb"^\x00\x00[\x00-\x08]\x05[\s\S]{2}\xb1[\x70\x7f][\s\S]*(?:\x86server|\x84code)",
        service="bolt",
        name="bolt.answer",
        examples={_bolt_success(b"Acme/1.0.0"): {"service": "bolt"}},
    ),
)

_RETHINK = struct.pack("<I", 0x34C2BDC3)
"""RethinkDB's handshake V1_0: the server says at once which it is."""

_RETHINK_MATCHES = (
    Match(
        rb'^\{[^\x00]*"server_version":\s*"(?P<version>\d+\.\d+\.\d+)[^\x00]*\}\x00',
        service="rethinkdb",
        vendor="rethinkdb",
        product="RethinkDB",
        examples={
            b'{"max_protocol_version":0,"min_protocol_version":0,"server_version":"2.3.6","success":true}\x00': {
                "version": "2.3.6"
            }
        },
    ),
)


def _info(text: bytes) -> bytes:
    """Aerospike's info protocol: version 2, type 1, six bytes of length."""
    return b"\x02\x01" + len(text).to_bytes(6) + text


_AEROSPIKE_MATCHES = (
    Match(
        rb"^\x02\x01\x00\x00\x00\x00[\s\S]{2}build\t(?P<version>\d+\.\d+\.[\w.-]+)\nedition\tAerospike (?P<edition>\w+"
        rb") Edition\n",
        service="aerospike",
        vendor="aerospike",
        product="Aerospike",
        cpe="cpe:2.3:a:aerospike:aerospike_server",
        examples={
            _info(b"build\t6.4.0.10\nedition\tAerospike Community Edition\n"): {
                "version": "6.4.0.10",
                "edition": "Community",
            }
        },
    ),
)

_CLICKHOUSE_MATCHES = (
    Match(
        rb"^Port \d+ is for clickhouse-client program",
        service="clickhouse",
        vendor="clickhouse",
        product="ClickHouse",
        field="body",
        examples={
            b"Port 9000 is for clickhouse-client program\r\nYou must use port 8123 for HTTP.\r\n": {
                "product": "ClickHouse"
            }
        },
    ),
    Match(
        rb"^Port (?:3306|9004) is for MySQL protocol|X-ClickHouse-",
        service="clickhouse",
        vendor="clickhouse",
        product="ClickHouse",
        field="body",
        name="clickhouse.port",
        examples={b"Port 9004 is for MySQL protocol\r\n": {"product": "ClickHouse"}},
    ),
    Match(
        rb"^[\x20-\x7e]+$",
        service="clickhouse",
        vendor="clickhouse",
        product="ClickHouse",
        field="header:x-clickhouse-server-display-name",
        name="clickhouse.header",
        examples={b"db1.example.org": {"product": "ClickHouse"}},
    ),
)
"""ClickHouse answers HTTP on its native port in words; a log-in is needed before it tells its version."""

_FIREBIRD_PROTOCOLS = (10, 0x800B, 0x800C, 0x800D)
_FIREBIRD = (
    struct.pack(">IIIII", 1, 19, 3, 1, 5)
    + b"recon\x00\x00\x00"
    + struct.pack(">II", len(_FIREBIRD_PROTOCOLS), 0)
    + b"".join(struct.pack(">IIIII", one, 1, 0, 5, rank) for rank, one in enumerate(_FIREBIRD_PROTOCOLS, start=1))
)
"""op_connect for a database of no meaning, with no name of a user (Firebird wire protocol, section Identification)."""

_FIREBIRD_MATCHES = (
    Match(
        rb"^\x00\x00\x00\x5c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00$",
        service="firebird",
        vendor="firebirdsql",
        product="Firebird",
        name="firebird.asks-on",
        facts={"authentication": "in plugins"},
        examples={b"\x00\x00\x00\x5c" + b"\x00" * 16: {"product": "Firebird", "authentication": "in plugins"}},
    ),
    Match(
        rb"^\x00\x00\x00[\x5e\x62]\xff\xff\x80[\x0b-\x12]\x00\x00\x00\x01\x00\x00\x00",
        service="firebird",
        vendor="firebirdsql",
        product="Firebird",
        facts={"authentication": "in plugins"},
        examples={bytes.fromhex("00000062ffff800d000000010000000500000000"): {"product": "Firebird"}},
    ),
    Match(
        rb"^\x00\x00\x00\x03\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x00\x00[\x02-\x05]$",
        service="firebird",
        vendor="firebirdsql",
        product="Firebird",
        name="firebird.protocol-10",
        facts={"protocol": "10"},
        examples={bytes.fromhex("000000030000000a0000000100000005"): {"product": "Firebird", "protocol": "10"}},
    ),
)

_ask = partial(Probe, ends="quiet")

PROBES = (
    Probe("db2-discovery", ports="523", send=_DB2, transport="udp", rarity=4, matches=_DB2_MATCHES),
    _ask("drda", ports="446,1527,50000-50001", send=_exchange(), rarity=7, matches=_DRDA_MATCHES),
    _ask("oracle-tns", ports="1521-1526,1630", send=_tns_connect(), rarity=5, matches=_TNS_MATCHES),
    _ask("bolt", ports="7687", send=b"\x60\x60\xb0\x17" + _BOLT_VERSIONS + _HELLO, rarity=8, matches=_BOLT_MATCHES),
    _ask("rethinkdb", ports="28015", send=_RETHINK, rarity=9, matches=_RETHINK_MATCHES),
    _ask("aerospike", ports="3000", send=_info(b"build\nedition\n"), rarity=9, matches=_AEROSPIKE_MATCHES),
    Probe("clickhouse", matches=_CLICKHOUSE_MATCHES),
    _ask("firebird", ports="3050", send=_FIREBIRD, rarity=8, matches=_FIREBIRD_MATCHES),
)
