"""Doors of Java's run-time and servers: JDWP, RMI, AJP. Nothing is loaded, called or stopped."""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_HANDSHAKE = b"JDWP-Handshake"
_JDWP = _HANDSHAKE + struct.pack(">IIBBB", 11, 0x7265636F, 0, 1, 1)
"""Java Debug Wire Protocol: the handshake, then VirtualMachine.Version, which only reads."""


def _jdwp_text(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def _jdwp_version(version: bytes, name: bytes) -> bytes:
    about = b"Java Debug Wire Protocol (Reference Implementation) version 11.0\nJVM Debug Interface version 11.0\n"
    about += b"JVM version "
    about += version + b" (" + name + b", mixed mode, sharing)"
    body = _jdwp_text(about) + struct.pack(">II", 11, 0) + _jdwp_text(version) + _jdwp_text(name)
    return _HANDSHAKE + struct.pack(">IIBH", 11 + len(body), 0x7265636F, 0x80, 0) + body


_JDWP_REPLY = rb"^JDWP-Handshake[\s\S]{4}reco\x80\x00\x00[\s\S]*?"
_JVM_VERSION = rb"JVM version (?P<version>\d+[\w.+-]*) \("

_JDWP_MATCHES = (
    Match(
        _JDWP_REPLY + _JVM_VERSION + rb"(?P<vm>OpenJDK[^,)]*)",
        service="jdwp",
        vendor="oracle",
        product="OpenJDK",
        examples={
            _jdwp_version(b"11.0.18", b"OpenJDK 64-Bit Server VM"): {
                "version": "11.0.18",
                "vm": "OpenJDK 64-Bit Server VM",
            },
            _jdwp_version(b"1.8.0_352", b"OpenJDK 64-Bit Server VM"): {"version": "1.8.0_352"},
        },
    ),
    Match(
        _JDWP_REPLY + _JVM_VERSION + rb"(?P<vm>Java HotSpot[^,)]*)",
        service="jdwp",
        vendor="oracle",
        product="Java SE",
        cpe="cpe:2.3:a:oracle:jdk",
        examples={_jdwp_version(b"17.0.6", b"Java HotSpot(TM) 64-Bit Server VM"): {"version": "17.0.6"}},
    ),
    Match(
        _HANDSHAKE.replace(b"JDWP", b"^JDWP"),
        service="jdwp",
        name="jdwp.handshake",
        examples={_HANDSHAKE: {"service": "jdwp"}},
    ),
)

_JRMI = b"JRMI\x00\x02\x4b"
"""Java RMI specification section 10.2: the stream protocol; the server tells under which address it sees us."""

_RMI_MATCHES = (
    Match(
        rb"^N\x00[\x03-\x40](?P<seen>[0-9A-Za-z.:%-]+)\x00\x00[\s\S]{2}$",
        service="rmi",
        examples={b"N\x00\x09127.0.0.1\x00\x00\xcb\xd2": {"seen": "127.0.0.1"}},
    ),
)

_PING = b"\x12\x34\x00\x01\x0a"
"""Apache JServ Protocol 1.3, CPing."""


def _ajp_text(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text + b"\x00"


def _ajp_get() -> bytes:
    """A forwarded GET for a page that nobody has; error pages tell the server's version."""
    body = b"\x02\x02" + _ajp_text(b"HTTP/1.1") + _ajp_text(b"/recon.no-such-page") + _ajp_text(b"127.0.0.1")
    body += _ajp_text(b"localhost") + _ajp_text(b"localhost") + struct.pack(">HBH", 80, 0, 1)
    body += struct.pack(">H", 0xA00B) + _ajp_text(b"localhost") + b"\xff"
    return b"\x12\x34" + struct.pack(">H", len(body)) + body


def _ajp_answer(page: bytes) -> bytes:
    """SEND_HEADERS, SEND_BODY_CHUNK, END_RESPONSE."""
    headers = b"\x04" + struct.pack(">H", 404) + _ajp_text(b"404") + struct.pack(">H", 0)
    chunk = b"\x03" + struct.pack(">H", len(page)) + page + b"\x00"
    return b"".join(b"AB" + struct.pack(">H", len(part)) + part for part in (headers, chunk, b"\x05\x01"))


_AJP_MATCHES = (
    Match(
        rb"^AB[\s\S]{2}[\x03\x04][\s\S]*?Apache Tomcat/(?P<version>\d+\.\d+\.\d+(?:[.-]\w+)*)"
        rb"(?: \((?P<distro>Debian|Ubuntu)\))?[< ]",
        service="ajp13",
        vendor="apache",
        product="Apache Tomcat",
        cpe="cpe:2.3:a:apache:tomcat",
        examples={
            _ajp_answer(
                b'<h1>HTTP Status 404</h1><hr class="line" /><h3>Apache Tomcat/9.0.70 (Debian)</h3></body></html>'
            ): {
                "version": "9.0.70",
                "distro": "Debian",
            },
            _ajp_answer(b"<h1>HTTP Status 404</h1><h3>Apache Tomcat/7.0.52</h3></body></html>"): {"version": "7.0.52"},
        },
    ),
    Match(
        rb"^AB[\s\S]{2}[\x03\x04][\s\S]*?JBoss Web/(?P<version>\d+\.\d+\.\d+[\w.-]*)<",
        service="ajp13",
        vendor="redhat",
        product="JBoss Web",
        examples={
            _ajp_answer(b"<h1>HTTP Status 404</h1><h3>JBoss Web/7.5.7.Final</h3></body></html>"): {
                "version": "7.5.7.Final"
            }
        },
    ),
    Match(
        rb"^AB\x00\x01\x09",
        service="ajp13",
        name="ajp13.pong",
        examples={b"AB\x00\x01\x09": {"service": "ajp13"}},
    ),
    Match(
        rb"^AB[\s\S]{2}\x04[\x01-\x05][\s\S]\x00",
        service="ajp13",
        name="ajp13.headers",
        examples={_ajp_answer(b"<html></html>"): {"service": "ajp13"}},
    ),
)

_ask = partial(Probe, ends="quiet")

PROBES = (
    _ask("ajp", ports="8009", send=_PING, rarity=7, matches=_AJP_MATCHES[2:3]),
    _ask("ajp-page", send=_ajp_get(), rarity=9, matches=(*_AJP_MATCHES[:2], *_AJP_MATCHES[3:])),
    _ask("rmi", ports="1098-1099,1050", send=_JRMI, rarity=8, matches=_RMI_MATCHES),
    _ask("jdwp", ports="5005", send=_JDWP, rarity=9, matches=_JDWP_MATCHES),
)
