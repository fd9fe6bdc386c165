"""PostgreSQL and what speaks its protocol: asked in a version that nobody has, a server says who refused.

No user and no database are named, so that nothing looks like an attempt to log in. The version is not on the wire
before the log-in; the line of the source file that refused is, as a fact.
"""

from __future__ import annotations

from recon.model import Match, Probe

_STARTUP = b"\x00\x00\x00\x09\x00\x7f\x00\x00\x00"
"""StartupMessage of version 127.0 (PostgreSQL manual, section 55.7): length, version, end of parameters."""

_ERROR = rb"^E\x00\x00[\s\S]{2}S[^\x00]+\x00(?:V[A-Z]+\x00)?C(?P<sqlstate>[0-9A-Z]{5})\x00M(?P<message>[^\x00]*)\x00"

_REFUSAL = (
    b"E\x00\x00\x00\x85SFATAL\x00VFATAL\x00C0A000\x00Munsupported frontend protocol 127.0: server "
    b"supports 3.0 to 3.0\x00"
)

_MATCHES = (
    Match(
        rb"^E\x00\x00[\s\S]{2}S[^\x00]+\x00(?:VFATAL\x00)?C0A000\x00M[^\x00]*?(?:supports "
        rb"(?P<protocols>\d\.\d+ to \d\.\d+))?\x00"
        rb"F(?:[^\x00]*[/\\])?(?:postmaster|backend_startup)\.c\x00L(?P<source_line>\d+)\x00RProcessStartupPacket\x00",
        service="postgresql",
        vendor="postgresql",
        product="PostgreSQL",
        examples={
            _REFUSAL + b"Fpostmaster.c\x00L2222\x00RProcessStartupPacket\x00\x00": {
                "protocols": "3.0 to 3.0",
                "source_line": "2222",
                "cpe": "cpe:2.3:a:postgresql:postgresql:*:*:*:*:*:*:*:*",
            },
            b"E\x00\x00\x00\x7dSFATAL\x00C0A000\x00Munsupported frontend protocol 127.0: server supports 1.0 to 3.0\x00"
            b"Fpostmaster.c\x00L1952\x00RProcessStartupPacket\x00\x00": {"protocols": "1.0 to 3.0"},
            b"E\x00\x00\x00\x8aSFATAL\x00VFATAL\x00C0A000\x00Munsupported frontend protocol 127.0: server "
            b"supports 3.0 to 3.2"
            b"\x00Fbackend_startup.c\x00L645\x00RProcessStartupPacket\x00\x00": {"protocols": "3.0 to 3.2"},
        },
    ),
    Match(
        rb"^E\x00\x00[\s\S]{2}S[^\x00]+\x00(?:V[A-Z]+\x00)?C[0-9A-Z]{5}\x00M(?:[^\x00]*pgbouncer|bad packet header: '"
        rb"[0-9a-f]+'|no such database: )",
        service="postgresql",
        vendor="pgbouncer",
        product="PgBouncer",
        examples={
            b"E\x00\x00\x00\x3cSFATAL\x00VFATAL\x00C08P01\x00Mpgbouncer cannot connect to server\x00\x00": {
                "product": "PgBouncer"
            },
            b"E\x00\x00\x00\x48SFATAL\x00C08P01\x00Mbad packet header: '00000009007f0000'\x00\x00": {
                "product": "PgBouncer"
            },
        },
    ),
    Match(
        _ERROR,
        service="postgresql",
        name="postgresql.error",
        examples={
            b"E\x00\x00\x00\x3cSERROR\x00C08P01\x00Munsupported protocol version\x00\x00": {
                "sqlstate": "08P01",
                "message": "unsupported protocol version",
            },
        },
    ),
    Match(
        rb"^EFATAL:  unsupported frontend protocol",
        service="postgresql",
        vendor="postgresql",
        product="PostgreSQL",
        examples={b"EFATAL:  unsupported frontend protocol\n\x00": {"product": "PostgreSQL"}},
    ),
    Match(
        rb"^R\x00\x00\x00(?:\x08\x00\x00\x00[\x00\x03]|\x0c\x00\x00\x00\x05|[\x17-\x30]\x00\x00\x00\x0aSCRAM-SHA-256"
        rb"\x00)",
        service="postgresql",
        name="postgresql.authentication",
        examples={b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00": {"service": "postgresql"}},
    ),
)

_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""SSLRequest (PostgreSQL manual, section 55.7), answered by one byte: ``S`` or ``N``."""

PROBES = (
    Probe(
        "postgresql",
        ports="5432-5435,6432",
        send=_STARTUP,
        starttls=((_SSL_REQUEST, b"S"),),
        wait_ms=1500,
        ends="quiet",
        rarity=3,
        matches=_MATCHES,
    ),
)
