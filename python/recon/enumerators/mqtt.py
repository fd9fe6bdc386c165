"""``mqtt.broker``: what an MQTT broker offers somebody without a name (MQTT 5.0 and 3.1.1). Publishes nothing.

The session is clean and has no client identifier, so nothing of it stays. Facts: ``protocol`` (``5.0``, or ``3.1.1``
where that is the newest), ``anonymous`` (``allowed`` or ``refused``), ``reason`` (of CONNACK), of MQTT 5
``maximum_qos``, ``receive_maximum``, ``packet_bytes``, ``topic_aliases``, ``keep_alive_s``, ``session_s``, ``retain``,
``wildcards``, ``shared_subscriptions``; of the topics in which brokers tell it ``broker``, ``uptime``, ``clients``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.naming import refined
from recon.enumerators.reading import Cut, Lines, Reader, number, text
from recon.model import Fact, Service

LONGEST_PACKET = 16_384
PACKETS_AT_MOST = 32

_CONNECT, _CONNACK, _PUBLISH, _SUBSCRIBE, _PING, _PONG, _DISCONNECT = 0x10, 0x20, 0x30, 0x82, 0xC0, 0xD0, 0xE0
_CLEAN = 2
_KEEP_ALIVE_S = 10
_FIVE, _THREE = 5, 4
_PROTOCOLS = {_FIVE: "5.0", _THREE: "3.1.1"}
_OTHER_PROTOCOL = frozenset({0x01, 0x84})
_TOPICS = {
    "$SYS/broker/version": "broker",
    "$SYS/broker/uptime": "uptime",
    "$SYS/broker/clients/connected": "clients",
}
_EMQX = "$SYS/brokers/+/version"
_REASONS = {
    0x00: "accepted",
    0x01: "protocol not supported",
    0x02: "client identifier refused",
    0x03: "server unavailable",
    0x04: "bad user name or password",
    0x05: "not authorized",
    0x84: "protocol not supported",
    0x85: "client identifier refused",
    0x86: "bad user name or password",
    0x87: "not authorized",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8C: "bad authentication method",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9F: "connection rate exceeded",
}
_NUMBERS = {
    0x11: ("session_s", 4),
    0x13: ("keep_alive_s", 2),
    0x21: ("receive_maximum", 2),
    0x22: ("topic_aliases", 2),
    0x24: ("maximum_qos", 1),
    0x25: ("retain", 1),
    0x27: ("packet_bytes", 4),
    0x28: ("wildcards", 1),
    0x29: (None, 1),
    0x2A: ("shared_subscriptions", 1),
}
"""CONNACK's properties that are numbers (MQTT 5.0 section 3.2.2.3), and how many bytes each has."""

_SWITCHES = frozenset({"retain", "wildcards", "shared_subscriptions"})
_STRINGS = frozenset({0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F})
_PAIR = 0x26


@dataclass(frozen=True, slots=True)
class Welcome:
    """A CONNACK: its reason, and of MQTT 5 what it says it can do."""

    reason: int
    able: Mapping[str, int | bool] = field(default_factory=dict)


class Broker(Enumerator):
    """Connects by MQTT 5, by 3.1.1 where that is refused, and reads the topics about the broker."""

    name, service = "mqtt.broker", "mqtt"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield the facts in their order, and the service that the version's topic names."""
        lines = Lines(conn)
        level, welcome = _FIVE, await connect(lines, _FIVE)
        if welcome is None or welcome.reason in _OTHER_PROTOCOL:
            await conn.reopen()
            lines = Lines(conn)
            level, welcome = _THREE, await connect(lines, _THREE)
        if welcome is None:
            return
        for fact in facts_of(level, welcome):
            yield fact
        if welcome.reason == 0:
            told = await topics(lines, level)
            for fact in told_facts(told):
                yield fact
            better = service_of(found.service, told)
            if better is not None:
                yield better
            await conn.send(bytes([_DISCONNECT, 0]))


async def connect(lines: Lines, level: int) -> Welcome | None:
    """Connect without a name; none if what comes is no CONNACK, or nothing comes."""
    properties = b"\x00" if level == _FIVE else b""
    body = _string(b"MQTT") + bytes([level, _CLEAN, 0, _KEEP_ALIVE_S]) + properties + _string(b"")
    try:
        await lines.conn.send(packet(_CONNECT, body))
        kind, said = await read_packet(lines)
        return welcome_of(Reader(said), level) if kind == _CONNACK else None
    except (ConversationEnded, Cut):
        return None


async def topics(lines: Lines, level: int) -> dict[str, str]:
    """What is published in the topics about the broker, up to the answer to a ping. Raises ConversationEnded."""
    wanted = b"".join(_string(topic.encode()) + b"\x00" for topic in (*_TOPICS, _EMQX))
    properties = b"\x00" if level == _FIVE else b""
    await lines.conn.send(packet(_SUBSCRIBE, b"\x00\x01" + properties + wanted) + bytes([_PING, 0]))
    told: dict[str, str] = {}
    for _ in range(PACKETS_AT_MOST):
        kind, said = await read_packet(lines)
        if kind == _PONG:
            break
        if kind & 0xF0 == _PUBLISH:
            try:
                told.update([published(Reader(said), level, quality=kind >> 1 & 3)])
            except Cut:
                break
    return told


def published(body: Reader, level: int, *, quality: int) -> tuple[str, str]:
    """Topic and text of a PUBLISH; raises Cut."""
    topic = text(body.take(body.big(2)))
    body.take(2 if quality else 0)
    if level == _FIVE:
        body.take(_varying(body))
    return topic, text(body.take(body.left))


async def read_packet(lines: Lines) -> tuple[int, bytes]:
    """The next packet: its first byte and its contents. Raises ConversationEnded, also for one that is too long."""
    kind, length = (await lines.exactly(1))[0], 0
    for shift in range(0, 28, 7):
        more = (await lines.exactly(1))[0]
        length |= (more & 0x7F) << shift
        if not more & 0x80:
            break
    if length > LONGEST_PACKET:
        raise ConversationEnded("a packet too long")
    return kind, await lines.exactly(length)


def welcome_of(body: Reader, level: int) -> Welcome:
    """Read a CONNACK; raises Cut."""
    body.take(1)
    reason = body.big(1)
    if level != _FIVE or not body.left:
        return Welcome(reason)
    held = Reader(body.take(_varying(body)))
    return Welcome(reason, dict(_properties(held)))


def _properties(held: Reader) -> Iterator[tuple[str, int | bool]]:
    while held.left:
        kind = held.big(1)
        if kind in _NUMBERS:
            name, size = _NUMBERS[kind]
            value = held.big(size)
            if name:
                yield name, bool(value) if name in _SWITCHES else value
        elif kind in _STRINGS:
            held.take(held.big(2))
        elif kind == _PAIR:
            held.take(held.big(2))
            held.take(held.big(2))
        else:
            return


def facts_of(level: int, welcome: Welcome) -> Iterator[Fact]:
    """Yield what the CONNACK says."""
    if welcome.reason not in _OTHER_PROTOCOL:
        yield Fact("protocol", _PROTOCOLS[level])
        yield Fact("anonymous", "refused" if welcome.reason else "allowed")
    yield Fact("reason", _REASONS.get(welcome.reason, f"{welcome.reason:#04x}"))
    yield from (Fact(name, value) for name, value in welcome.able.items())


def told_facts(told: Mapping[str, str]) -> Iterator[Fact]:
    """Yield what the topics say."""
    for topic, name in _TOPICS.items():
        if topic in told:
            count = number(told[topic]) if name == "clients" else None
            yield Fact(name, told[topic] if count is None else count)


def service_of(service: Service, told: Mapping[str, str]) -> Service | None:
    """The broker whose way of telling its version this is."""
    first, last = _EMQX.split("+")
    version = next((said for topic, said in told.items() if topic.startswith(first) and topic.endswith(last)), None)
    if version is None:
        return None
    return refined(service, Broker.name, said="EMQX", version=version, known={"emqx": ("emqx", "EMQX")})


def packet(kind: int, body: bytes) -> bytes:
    """A packet shorter than 128 bytes (MQTT 5.0 section 1.5.5)."""
    return bytes([kind, len(body)]) + body


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _varying(body: Reader) -> int:
    """A variable byte integer; raises Cut."""
    value = 0
    for shift in range(0, 28, 7):
        more = body.big(1)
        value |= (more & 0x7F) << shift
        if not more & 0x80:
            return value
    raise Cut


ENUMERATORS = (Broker,)
