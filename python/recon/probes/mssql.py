"""Microsoft SQL Server: its browser's list of instances (MC-SQLR), and the version before any log-in (MS-TDS)."""

from __future__ import annotations

import struct

from recon.model import Match, Probe

_BROWSER = b"\x02"
"""MC-SQLR 2.2.1, CLNT_BCAST_EX: which instances are there?"""


def _listing(text: bytes) -> bytes:
    return b"\x05" + struct.pack("<H", len(text)) + text


_BROWSER_MATCHES = (
    Match(
        rb"^\x05[\s\S]{2}ServerName;(?P<host>[^;]+);InstanceName;(?P<instance>[^;]+);IsClustered;(?P<clustered>Yes|No);"
        rb"Version;(?P<version>\d+\.\d+\.[\d.]+);(?:np;[^;]*;)?(?:tcp;(?P<tcp_port>\d+);)?",
        service="mssql",
        vendor="microsoft",
        product="Microsoft SQL Server",
        cpe="cpe:2.3:a:microsoft:sql_server",
        examples={
            _listing(
                b"ServerName;TOWER;InstanceName;SQLEXPRESS;IsClustered;No;Version;15.0.2000.5;tcp;49721;np;\\\\TOWER"
                b"\\pipe\\MSSQL$SQLEXPRESS\\sql\\query;;"
            ): {"version": "15.0.2000.5", "host": "TOWER", "instance": "SQLEXPRESS", "tcp_port": "49721"},
            _listing(b"ServerName;DB1;InstanceName;MSSQLSERVER;IsClustered;Yes;Version;10.50.1600.1;tcp;1433;;"): {
                "version": "10.50.1600.1",
                "clustered": "Yes",
            },
        },
    ),
)


def _prelogin(*options: tuple[int, bytes]) -> bytes:
    """MS-TDS 2.2.6.5: a table of (kind, offset, length), an end mark, then the values."""
    at = 5 * len(options) + 1
    table = values = b""
    for kind, value in options:
        table += struct.pack(">BHH", kind, at + len(values), len(value))
        values += value
    return table + b"\xff" + values


def _tds(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBHHBB", kind, 1, 8 + len(body), 0, 1 if kind == 4 else 0, 0) + body  # noqa: PLR2004 - an answer


_PRELOGIN = _tds(
    0x12, _prelogin((0, b"\x11\x00\x00\x00\x00\x00"), (1, b"\x02"), (2, b"\x00"), (3, b"\x00" * 4), (4, b"\x00"))
)
"""Our version, encryption not supported, no instance, a thread, no multiple results."""


def _prelogin_answer(version: str, encryption: int) -> bytes:
    return _tds(
        4, _prelogin((0, bytes.fromhex(version)), (1, bytes([encryption])), (2, b"\x00"), (3, b""), (4, b"\x00"))
    )


_PRELOGIN_HEAD = rb"^\x04\x01\x00[\s\S]{5}\x00\x00[\s\S]\x00\x06\x01\x00[\s\S]\x00\x01[\s\S]*?\xff"


def _encryption(value: int, meaning: str) -> Match:
    return Match(
        _PRELOGIN_HEAD + rb"[\s\S]{6}\x%02x" % value,
        service="mssql",
        name=f"mssql.encryption-{value}",
        facts={"encryption": meaning},
        examples={_prelogin_answer("0f0007d00000", value): {"encryption": meaning}},
    )


_MSSQL_MATCHES = (
    Match(
        _PRELOGIN_HEAD + rb"(?P<version>[\x08-\x1f][\s\S]{3})(?P<subbuild>[\s\S]{2})",
        service="mssql",
        vendor="microsoft",
        product="Microsoft SQL Server",
        cpe="cpe:2.3:a:microsoft:sql_server",
        decode={"version": "{u8}.{u8}.{u16be}", "subbuild": "{u16be}"},
        examples={
            _prelogin_answer("0f0007d00000", 2): {
                "version": "15.0.2000",
                "cpe": "cpe:2.3:a:microsoft:sql_server:15.0.2000:*:*:*:*:*:*:*",
            },
            _prelogin_answer("100003e80006", 1): {"version": "16.0.1000", "subbuild": "6"},
            _prelogin_answer("0a3206400000", 0): {"version": "10.50.1600"},
            _prelogin_answer("0c0007d00000", 3): {"version": "12.0.2000"},
        },
    ),
    _encryption(0, "offered"),
    _encryption(1, "on"),
    _encryption(2, "not supported"),
    _encryption(3, "required"),
)
"""Version, then the build in the wire's order; encryption as MS-TDS 2.2.6.5 lists it."""

PROBES = (
    Probe("mssql-browser", ports="1434", send=_BROWSER, transport="udp", rarity=2, matches=_BROWSER_MATCHES),
    Probe("mssql", ports="1433", send=_PRELOGIN, ends="quiet", rarity=3, matches=_MSSQL_MATCHES),
)
