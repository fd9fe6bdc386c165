"""Queues and coordination that name themselves in one answer: Kafka, STOMP, OpenWire, Gearman, NSQ, ZeroMQ, Pulsar.

Nothing is queued, taken or subscribed to.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import greeting

_KAFKA = struct.pack(">IHHIH", 15, 18, 0, 0x7265636F, 5) + b"recon"
"""ApiVersions, version 0 (Apache Kafka protocol guide): which requests do you know?"""


def _apis(*ranges: tuple[int, int, int]) -> bytes:
    body = b"reco\x00\x00" + struct.pack(">I", len(ranges)) + b"".join(struct.pack(">HHH", *one) for one in ranges)
    return struct.pack(">I", len(body)) + body


_KAFKA_MATCHES = (
    Match(
        rb"^\x00\x00[\s\S]{2}reco\x00[\x00\x23]\x00\x00\x00",
        service="kafka",
        examples={
            _apis((0, 0, 9), (1, 0, 13), (2, 0, 7), (3, 0, 12), (18, 0, 3)): {"service": "kafka"},
            _apis((0, 0, 2), (1, 0, 3), (18, 0, 0)): {"service": "kafka"},
        },
    ),
)

_STOMP = b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:{host}\n\n\x00\n"
"""STOMP 1.2, section CONNECT, without a name and a password."""

_STOMP_MATCHES = (
    Match(
        rb"^CONNECTED\n(?:[^\x00\n]+\n)*?server:RabbitMQ/(?P<version>\d+\.\d+\.\d+[\w.+-]*)\n",
        service="stomp",
        vendor="vmware",
        product="RabbitMQ",
        facts={"anonymous": "allowed"},
        examples={
            b"CONNECTED\nserver:RabbitMQ/3.10.8\nsession:session-kXvGkMg3\nheart-beat:0,0\nversion:1.2\n\n\x00\n": {
                "version": "3.10.8",
                "anonymous": "allowed",
            }
        },
    ),
    Match(
        rb"^CONNECTED\n(?:[^\x00\n]+\n)*?server:ActiveMQ/(?P<version>\d+\.\d+\.\d+[\w.-]*)\n",
        service="stomp",
        vendor="apache",
        product="ActiveMQ",
        facts={"anonymous": "allowed"},
        examples={
            b"CONNECTED\nserver:ActiveMQ/5.17.2\nheart-beat:0,0\nsession:ID:tower-35283-1700\nversion:1.2\n\n\x00\n": {
                "version": "5.17.2"
            }
        },
    ),
    Match(
        rb"^CONNECTED\n(?:[^\x00\n]+\n)*?server:ActiveMQ-Artemis/(?P<version>\d+\.\d+\.\d+)[^\n]*\n",
        service="stomp",
        vendor="apache",
        product="ActiveMQ Artemis",
        cpe="cpe:2.3:a:apache:activemq_artemis",
        facts={"anonymous": "allowed"},
        examples={
            b"CONNECTED\nversion:1.2\nsession:2b9c0f1a\nserver:ActiveMQ-Artemis/2.28.0 ActiveMQ Artemis Messaging Engi"
            b"ne\n"
            b"\n\x00\n": {"version": "2.28.0"}
        },
    ),
    Match(
        rb"^CONNECTED\n(?:[^\x00\n]+\n)*?server:(?P<product>[A-Za-z][\w -]*)/(?P<version>\d[\w.-]*)[ \n]",
        service="stomp",
        name="stomp.server",
        facts={"anonymous": "allowed"},
        examples={
            b"CONNECTED\nserver:Acme Broker/1.4\nversion:1.2\n\n\x00\n": {"product": "Acme Broker", "version": "1.4"}
        },
    ),
    Match(
        rb"^ERROR\n(?:[^\x00\n]+\n)*?(?:message|content-type):",
        service="stomp",
        name="stomp.error",
        facts={"anonymous": "refused"},
        examples={
            b"ERROR\nmessage:Bad CONNECT\ncontent-type:text/plain\nversion:1.0,1.1,1.2\ncontent-length:21\n\nAccess re"
            b"fused"
            b" for user\n\x00\n": {"anonymous": "refused"}
        },
    ),
    Match(
        rb"^CONNECTED\n(?:[^\x00\n]+\n)*?(?:version|session|heart-beat):",
        service="stomp",
        name="stomp.connected",
        facts={"anonymous": "allowed"},
        examples={b"CONNECTED\nversion:1.1\n\n\x00": {"anonymous": "allowed"}},
    ),
)


def _wire_format(*more: bytes) -> bytes:
    """OpenWire's WireFormatInfo (type 1) with some marshalled properties."""
    body = (
        b"\x01ActiveMQ\x00\x00\x00\x0c\x01\x00\x00\x01\x2a\x00\x00\x00\x0c" + b"".join(more) + b"\x00\x07MaxFrame\x06"
    )
    return struct.pack(">I", len(body)) + body


def _property(name: bytes, text: bytes) -> bytes:
    return struct.pack(">H", len(name)) + name + b"\x09" + struct.pack(">H", len(text)) + text


_OPENWIRE_MATCHES = (
    Match(
        rb"^\x00\x00[\s\S]{2}\x01ActiveMQ\x00[\s\S]*?\x00\x0fProviderVersion\x09\x00[\s\S](?P<version>\d+\.\d+\.\d+"
        rb"[\w.-]*)[\x00-\x1f]",
        service="openwire",
        vendor="apache",
        product="ActiveMQ",
        examples={
            _wire_format(_property(b"ProviderName", b"ActiveMQ"), _property(b"ProviderVersion", b"5.17.2")): {
                "version": "5.17.2"
            }
        },
    ),
    Match(
        rb"^\x00\x00[\s\S]{2}\x01ActiveMQ\x00\x00\x00",
        service="openwire",
        vendor="apache",
        product="ActiveMQ",
        name="openwire.greeting",
        examples={_wire_format(): {"product": "ActiveMQ"}},
    ),
)

_GEARMAN_VERSION = rb"OK (?P<version>[01]\.\d+(?:\.\d+)*)(?:\+(?P<build>\w+))?\r?\n$"

_GEARMAN_MATCHES = (
    greeting(
        "gearman",
        b"^" + _GEARMAN_VERSION,
        "Gearman",
        {b"OK 1.1.20+ds": "1.1.20", b"OK 0.33": "0.33"},
        vendor="gearman",
        end=b"\n",
    ),
    greeting(
        "gearman",
        rb"^ERR UNKNOWN_COMMAND Unknown\+server\+command[^\n]*\n(?:" + _GEARMAN_VERSION + rb")?",
        "Gearman",
        {
            b"ERR UNKNOWN_COMMAND Unknown+server+commandINFO\r\nOK 1.1.19.1": "1.1.19.1",
            b"ERR UNKNOWN_COMMAND Unknown+server+command": None,
        },
        vendor="gearman",
        name="gearman.error",
        end=b"\n",
    ),
)

_NSQ_IDENTIFY = b'{"client_id":"recon","feature_negotiation":true}'
_NSQ = b"  V2IDENTIFY\n" + struct.pack(">I", len(_NSQ_IDENTIFY)) + _NSQ_IDENTIFY
"""NSQ's TCP protocol: which features are there? A client is known only as long as its connection lasts."""


def _nsq_frame(kind: int, text: bytes) -> bytes:
    return struct.pack(">II", len(text) + 4, kind) + text


_NSQ_MATCHES = (
    Match(
        rb'^\x00\x00[\s\S]{2}\x00\x00\x00\x00\{[^\x00]*"version":"(?P<version>\d+\.\d+\.\d+[^"]*)"[^\x00]*"msg_timeout"',
        service="nsq",
        vendor="nsq",
        product="NSQ",
        examples={
            _nsq_frame(0, b'{"max_rdy_count":2500,"version":"1.2.1","max_msg_timeout":900000,"msg_timeout":60000}'): {
                "version": "1.2.1"
            }
        },
    ),
    Match(
        rb"^\x00\x00\x00[\s\S]\x00\x00\x00\x01E_(?:BAD|INVALID)",
        service="nsq",
        name="nsq.error",
        examples={_nsq_frame(1, b"E_BAD_BODY IDENTIFY"): {"service": "nsq"}},
    ),
)

_ZMTP = b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + b"\x00" * 48
"""ZMTP 3 (RFC 23/ZMTP of ZeroMQ), the greeting: signature, version, mechanism."""

_ZMTP_MATCHES = (
    Match(
        rb"^\xff\x00\x00\x00\x00\x00\x00\x00[\x00-\xff]\x7f\x03[\x00\x01](?P<mechanism>NULL|PLAIN|CURVE|GSSAPI)\x00",
        service="zmtp",
        facts={"protocol": "3"},
        examples={
            b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + b"\x00" * 48: {
                "mechanism": "NULL",
                "protocol": "3",
            },
            b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01CURVE" + b"\x00" * 47: {"mechanism": "CURVE"},
        },
    ),
    Match(
        rb"^\xff\x00\x00\x00\x00\x00\x00\x00[\x01-\xff]\x7f$",
        service="zmtp",
        name="zmtp.signature",
        examples={b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f": {"service": "zmtp"}},
    ),
)
"""Salt's master publishes and answers over ZMTP on 4505 and 4506, as much else does: the bytes do not tell which."""

_PULSAR_MATCHES = (
    Match(
        rb"^[\s\S]{8}\x08\x03\x1a[\s\S]{1,2}\x0a[\x08-\x30]Pulsar Server ?(?P<version>\d+\.\d+\.\d+)",
        service="pulsar",
        vendor="apache",
        product="Apache Pulsar",
        cpe="cpe:2.3:a:apache:pulsar",
        examples={
            b"\x00\x00\x00\x23\x00\x00\x00\x1f\x08\x03\x1a\x1b\x0a\x13Pulsar Server2.10.2\x10\x13\x18\x80\x80\xc0\x02"
            b"\x00\x00": {"version": "2.10.2"}
        },
    ),
)
_PULSAR = b"\x00\x00\x00\x11\x00\x00\x00\x0d\x08\x02\x12\x09\x0a\x05recon\x20\x0f"
"""CommandConnect of Pulsar's protocol: a client's version and a protocol version, no credentials."""

_ask = partial(Probe, ends="quiet")

PROBES = (
    _ask("kafka", ports="9092-9094", send=_KAFKA, rarity=6, matches=_KAFKA_MATCHES),
    _ask("stomp", ports="61613", tls_ports="61614", send=_STOMP, rarity=8, matches=_STOMP_MATCHES),
    Probe("openwire", ports="61616", rarity=6, matches=_OPENWIRE_MATCHES),
    Probe("gearman", ports="4730", send=b"version\r\n", rarity=9, matches=_GEARMAN_MATCHES),
    _ask("nsq", ports="4150", send=_NSQ, rarity=9, matches=_NSQ_MATCHES),
    _ask("zmtp", ports="4505-4506,5555-5556", send=_ZMTP, rarity=8, matches=_ZMTP_MATCHES),
    _ask("pulsar", ports="6650", send=_PULSAR, rarity=9, matches=_PULSAR_MATCHES),
)
