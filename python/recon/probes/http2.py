"""HTTP/2 without TLS and without HTTP/1 (RFC 9113 section 3.3), as gRPC servers speak it. Reads frames, never a page.

What is sent is the preface, settings (no table of headers, no push) and an end (GOAWAY): no request is made.
Headers are Huffman codes in practice (RFC 7541 section 5.2), which no pattern reads; none is asked for.
"""

from __future__ import annotations

from recon.model import Match, Probe

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def _frame(kind: int, body: bytes) -> bytes:
    """RFC 9113 section 4.1: length, type, no flags, stream 0."""
    return len(body).to_bytes(3) + bytes([kind, 0]) + bytes(4) + body


def _setting(number: int, value: int) -> bytes:
    return number.to_bytes(2) + value.to_bytes(4)


_SETTINGS, _AWAY = 4, 7
_QUESTION = _PREFACE + _frame(_SETTINGS, _setting(1, 0) + _setting(2, 0)) + _frame(_AWAY, bytes(8))

_HEAD = rb"^\x00\x00[\x00\x06\x0c\x12\x18\x1e\x24\x2a\x30]\x04\x00\x00\x00\x00\x00"
"""A SETTINGS frame of at most eight settings, each of six bytes, on stream 0 and no acknowledgement."""

_FACTS = ((3, "max_streams"), (4, "initial_window"), (5, "max_frame"), (6, "max_header_list"))
"""Settings of RFC 9113 section 6.5.2 that are told apart; servers write them in the order of their numbers."""

_VALUES = rb"(?:\x00[\x01\x02][\s\S]{4})*" + b"".join(
    rb"(?:\x00\x%02x(?P<%s>[\s\S]{4}))?" % (number, name.encode()) for number, name in _FACTS
)

_MATCHES = (
    Match(
        _HEAD + _VALUES,
        service="http2",
        name="http2.settings",
        facts={"protocol": "2"},
        decode={name: "{u32be}" for _, name in _FACTS},
        examples={
            _frame(_SETTINGS, b""): {"protocol": "2"},
            _frame(_SETTINGS, _setting(3, 100) + _setting(5, 16384)) + _frame(8, bytes(4)): {
                "protocol": "2",
                "max_streams": "100",
                "max_frame": "16384",
            },
            _frame(_SETTINGS, _setting(1, 4096) + _setting(4, 65536) + _setting(6, 8192)) + _frame(8, bytes(4)): {
                "initial_window": "65536",
                "max_header_list": "8192",
            },
        },
    ),
    Match(
        rb"^\x00\x00[\x08-\x7f]\x07\x00\x00\x00\x00\x00[\s\S]{4}\x00\x00\x00(?P<error>[\x00-\x0d])",
        service="http2",
        name="http2.goaway",
        facts={"protocol": "2"},
        decode={"error": "{u8}"},
        examples={_frame(_AWAY, bytes(7) + b"\x01"): {"protocol": "2", "error": "1"}},
    ),
)

PROBES = (Probe("http2", ports="50051", send=_QUESTION, rarity=7, matches=_MATCHES),)
