"""Kerberos 5 (RFC 4120) over TCP and UDP: a request in nobody's name, whose refusal tells who refuses."""

from __future__ import annotations

import struct

from recon.model import Match, Probe


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:  # noqa: PLR2004 - X.690 section 8.1.3: the short form
        return bytes([tag, size]) + body
    return bytes([tag, 0x81, size]) + body


def _field(number: int, body: bytes) -> bytes:
    return _der(0xA0 + number, body)


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _name(kind: int, *parts: bytes) -> bytes:
    return _der(0x30, _field(0, _integer(kind)) + _field(1, _der(0x30, b"".join(_der(0x1B, part) for part in parts))))


_REALM = b"RECON.INVALID"


def _as_request() -> bytes:
    """RFC 4120 section 5.4.1: a wish for a ticket in nobody's name, in a realm that nobody has; an error comes back."""
    body = _field(0, _der(0x03, b"\x00" * 5)) + _field(2, _der(0x1B, _REALM)) + _field(3, _name(2, b"krbtgt", _REALM))
    body += _field(5, _der(0x18, b"20370101000000Z")) + _field(7, _integer(0x7265636F))
    body += _field(8, _der(0x30, _integer(18) + _integer(17) + _integer(23)))
    request = _field(1, _integer(5)) + _field(2, _integer(10)) + _field(4, _der(0x30, body))
    return _der(0x6A, _der(0x30, request))


def _krb_error(code: int, realm: bytes, text: bytes = b"") -> bytes:
    """RFC 4120 section 5.9.1."""
    body = _field(0, _integer(5)) + _field(1, _integer(30)) + _field(4, _der(0x18, b"20261123154323Z"))
    body += _field(5, _integer(486765)) + _field(6, _integer(code)) + _field(9, _der(0x1B, realm))
    body += _field(10, _name(2, b"krbtgt", realm)) + (_field(11, _der(0x1B, text)) if text else b"")
    return _der(0x7E, _der(0x30, body))


def _over_tcp(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def _kerberos(*, tcp: bool) -> tuple[Match, ...]:
    wrap, way = (_over_tcp, "tcp") if tcp else (bytes, "udp")
    head = (
        rb"^\x00\x00[\s\S]{2}" if tcp else b"^"
    ) + rb"\x7e[\s\S]{1,2}\x30[\s\S]{1,2}\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e"
    time = rb"[\s\S]*?\xa4\x11\x18\x0f(?P<time>\d{14}Z)[\s\S]*?"
    return (
        Match(
            head + time + rb"\xab[\s\S]\x1b[\s\S](?:NULL_CLIENT|CLIENT_NOT_FOUND|LOOKING_UP_CLIENT|WRONG_REALM|BAD_)",
            service="kerberos",
            vendor="mit",
            product="MIT Kerberos",
            cpe="cpe:2.3:a:mit:kerberos_5",
            name=f"kerberos.mit-{way}",
            examples={
                wrap(_krb_error(6, _REALM, b"NULL_CLIENT")): {"product": "MIT Kerberos", "time": "20261123154323Z"}
            },
        ),
        Match(
            head + time + rb"\xab[\s\S]\x1b[\s\S](?:No client in request|Client not in database|No server in request)",
            service="kerberos",
            vendor="heimdal_project",
            product="Heimdal",
            name=f"kerberos.heimdal-{way}",
            examples={wrap(_krb_error(60, _REALM, b"No client in request")): {"product": "Heimdal"}},
        ),
        Match(
            head + time + rb"\xa9[\s\S]\x1b(?P<realm>[\s\S][A-Za-z0-9][\w.-]*)\xaa",
            service="kerberos",
            name=f"kerberos.error-{way}",
            decode={"realm": "{ber}"},
            examples={wrap(_krb_error(68, b"CORP.EXAMPLE.ORG")): {"realm": "CORP.EXAMPLE.ORG"}},
        ),
    )


PROBES = (
    Probe("kerberos", ports="88", send=_over_tcp(_as_request()), ends="quiet", rarity=6, matches=_kerberos(tcp=True)),
    Probe("kerberos-udp", ports="88", send=_as_request(), transport="udp", rarity=3, matches=_kerberos(tcp=False)),
)
