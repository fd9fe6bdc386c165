"""Memcached: ``version`` over TCP, and over UDP behind the frame of its protocol.txt (request, sequence, count)."""

from __future__ import annotations

from recon.model import Match, Probe

_COMMAND = b"version\r\n"
_FRAME = b"\x00\x00\x00\x00\x00\x01\x00\x00"
_BEFORE = rb"(?:ERROR\r\n)*"
"""What it says to lines that it does not know."""
_VERSION = rb"VERSION (?P<version>\d+\.\d+\.\d+(?:[-_.]\w+)*)"


def _matches(before: bytes) -> tuple[Match, ...]:
    start = b"^" + before.replace(b"\x00", rb"\x00").replace(b"\x01", rb"\x01")
    answer = before + b"VERSION 1.6.18\r\n"
    return (
        Match(
            start + _BEFORE + _VERSION + rb"(?: (?P<distro>Ubuntu))?\r\n",
            service="memcached",
            vendor="memcached",
            product="Memcached",
            examples={
                answer: {"version": "1.6.18", "cpe": "cpe:2.3:a:memcached:memcached:1.6.18:*:*:*:*:*:*:*"},
                before + b"VERSION 1.5.6 Ubuntu\r\n": {"version": "1.5.6", "distro": "Ubuntu"},
                before + b"ERROR\r\nVERSION 1.6.18\r\n": {"version": "1.6.18"},
            },
        ),
        Match(
            start + _BEFORE + rb"VERSION [^\r\n]+\r\n",
            service="memcached",
            examples={before + b"VERSION unknown\r\n": {"service": "memcached"}},
        ),
    )


PROBES = (
    Probe("memcached", ports="11211-11213", send=_COMMAND, rarity=8, matches=_matches(b"")),
    Probe("memcached-udp", ports="11211", send=_FRAME + _COMMAND, transport="udp", rarity=4, matches=_matches(_FRAME)),
)
