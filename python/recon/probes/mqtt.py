"""MQTT 3.1.1: connect without a name, ask for the topic in which brokers tell their version, and ping.

All three packets go at once (OASIS MQTT 3.1.1 section 3.1.4 allows it); the answer to the ping says nothing was cut.
"""

from __future__ import annotations

from recon.model import Match, Probe

_TOPIC = b"$SYS/broker/version"
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00"
_SUBSCRIBE = b"\x82\x18\x00\x01\x00\x13" + _TOPIC + b"\x00"
_PING = b"\xc0\x00"
_ACCEPTED = rb"^\x20\x02[\x00\x01]\x00"
_BEGUN = b"\x20\x02\x00\x00\x90\x03\x00\x01\x00"


def _published(text: bytes) -> bytes:
    return _BEGUN + b"\x31" + bytes([2 + len(_TOPIC) + len(text), 0, len(_TOPIC)]) + _TOPIC + text + b"\xd0\x00"


_MATCHES = (
    Match(
        _ACCEPTED + rb"[\s\S]*\$SYS/broker/versionmosquitto version (?P<version>\d+\.\d+[\w.~-]*)",
        service="mqtt",
        vendor="eclipse",
        product="Mosquitto",
        facts={"anonymous": "allowed"},
        examples={
            _published(b"mosquitto version 2.0.11"): {
                "version": "2.0.11",
                "anonymous": "allowed",
                "cpe": "cpe:2.3:a:eclipse:mosquitto:2.0.11:*:*:*:*:*:*:*",
            }
        },
    ),
    Match(
        _ACCEPTED + rb"[\s\S]*\$SYS/broker/version(?P<broker>[\x20-\x7e]+)\xd0\x00",
        service="mqtt",
        name="mqtt.broker",
        facts={"anonymous": "allowed"},
        examples={_published(b"Acme broker 1.2"): {"broker": "Acme broker 1.2", "anonymous": "allowed"}},
    ),
    Match(
        rb"^\x20\x02[\x00\x01]\x00(?:\x90\x03\x00\x01[\x00\x80]|\xd0\x00)",
        service="mqtt",
        name="mqtt.accepted",
        facts={"anonymous": "allowed"},
        examples={_BEGUN + b"\xd0\x00": {"anonymous": "allowed"}, b"\x20\x02\x00\x00\x90\x03\x00\x01\x80\xd0\x00": {}},
    ),
    Match(
        rb"^\x20\x02\x00[\x01-\x05]$",
        service="mqtt",
        name="mqtt.refused",
        facts={"anonymous": "refused"},
        examples={b"\x20\x02\x00\x05": {"anonymous": "refused"}, b"\x20\x02\x00\x04": {}},
    ),
)

PROBES = (
    Probe(
        "mqtt",
        ports="1883",
        tls_ports="8883",
        send=_CONNECT + _SUBSCRIBE + _PING,
        ends="quiet",
        rarity=3,
        matches=_MATCHES,
    ),
)
