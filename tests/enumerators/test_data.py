"""What databases, caches and brokers say before a login is read exactly. No test opens a socket."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from recon.enumerators import memcached, mqtt, mysql, postgresql, redis
from recon.testing import load_transcript

RECORDINGS = Path(__file__).parent / "recordings"


def test_mariadb_greets_with_what_it_can_do(run_enumerator):
    facts, _ = run_enumerator(mysql.Greeting, RECORDINGS / "mariadb.mysql.greeting.jsonl")
    assert facts["mysql.protocol_version"] == 10
    assert facts["mysql.server_version"].startswith("5.5.5-10.11.")
    assert facts["mysql.auth_plugin"] == "mysql_native_password"
    assert facts["mysql.tls"] is False
    assert facts["mysql.charset"] == "latin1_swedish_ci"
    assert "LOAD DATA LOCAL" in facts["mysql.capabilities"]
    assert "progress reports" in facts["mysql.mariadb_capabilities"]


def greeting(able, charset=255):
    """A greeting of protocol 10 with these capabilities."""
    body = b"\x0a8.0.40\x00" + struct.pack("<I", 9) + b"12345678\x00"
    body += struct.pack("<HBHHB", able & 0xFFFF, charset, 2, able >> 16, 21) + bytes(10)
    body += b"abcdefghijkl\x00caching_sha2_password\x00"
    return len(body).to_bytes(3, "little") + b"\x00" + body


def test_mysql_has_tls_and_no_capabilities_of_mariadb(run_enumerator):
    facts, _ = run_enumerator(mysql.Greeting, [("received", greeting(0x80801))])
    assert facts == {
        "mysql.protocol_version": 10,
        "mysql.server_version": "8.0.40",
        "mysql.connections": 9,
        "mysql.charset": "utf8mb4_0900_ai_ci",
        "mysql.tls": True,
        "mysql.capabilities": ["long password", "TLS", "plugin authentication"],
        "mysql.auth_plugin": "caching_sha2_password",
        "mysql.status": ["autocommit"],
    }


def test_an_unknown_collation_is_its_number(run_enumerator):
    assert run_enumerator(mysql.Greeting, [("received", greeting(1, 200))])[0]["mysql.charset"] == "200"


def test_a_refused_host_is_told_why(run_enumerator):
    said = b"\xff\x6a\x04Host '192.0.2.1' is not allowed"
    facts, _ = run_enumerator(mysql.Greeting, [("received", len(said).to_bytes(3, "little") + b"\0" + said)])
    assert facts == {"mysql.error_code": 1130, "mysql.error": "Host '192.0.2.1' is not allowed"}


def test_postgresql_offers_encryption_and_names_its_protocols(run_enumerator):
    facts, _ = run_enumerator(postgresql.Refusal, RECORDINGS / "postgresql.postgresql.refusal.jsonl")
    assert facts["postgresql.tls"] is True
    assert facts["postgresql.gss_encryption"] is True
    assert facts["postgresql.protocols"] == "3.0 to 3.0"
    assert (facts["postgresql.source_file"], facts["postgresql.source_line"]) == ("postmaster.c", 2222)


def test_postgresql_in_another_language_names_its_protocols_too(run_enumerator):
    fields = (
        "SFATAL\0C0A000\0Mnicht unterstütztes Frontend-Protokoll 127.0: Server unterstützt 3.0 bis 3.2\0\0".encode()
    )
    said = [
        ("sent", postgresql.TLS_REQUEST),
        ("received", b"N"),
        ("reopened", b""),
        ("sent", postgresql.GSS_REQUEST),
        ("reopened", b""),
        ("sent", postgresql.UNKNOWN_PROTOCOL),
        ("received", b"E" + (4 + len(fields)).to_bytes(4, "big") + fields),
    ]
    facts, _ = run_enumerator(postgresql.Refusal, said)
    assert facts["postgresql.tls"] is False
    assert "postgresql.gss_encryption" not in facts
    assert facts["postgresql.protocols"] == "3.0 to 3.2"


def test_an_open_redis_tells_its_role(run_enumerator):
    facts, _ = run_enumerator(redis.Info, RECORDINGS / "redis.redis.info.jsonl")
    assert (facts["redis.password"], facts["redis.mode"], facts["redis.role"]) == ("none", "standalone", "master")
    assert facts["redis.port"] == 6379
    assert facts["redis.modules"] == []


def test_a_redis_with_a_password_is_asked_no_more(run_enumerator):
    path = RECORDINGS / "redis-auth.redis.info.jsonl"
    assert run_enumerator(redis.Info, path)[0] == {"redis.password": "required"}
    assert len(load_transcript(path).entries) == 2


def bulk(text):
    """A bulk string of RESP."""
    return f"${len(text)}\r\n{text}\r\n".encode()


def test_a_replica_names_its_primary_modules_and_databases(run_enumerator):
    said = []
    for section, answer in (
        ("server", "redis_mode:cluster\r\nuptime_in_seconds:x\r\n"),
        ("replication", "role:slave\r\nmaster_host:192.0.2.9\r\n"),
        ("modules", "# Modules\r\nmodule:name=search,ver=20815,api=1\r\nmodule:odd\r\n"),
        ("keyspace", "db0:keys=3,expires=0\r\n"),
    ):
        said += [("sent", f"INFO {section}\r\n".encode()), ("received", bulk(answer))]
    assert run_enumerator(redis.Info, said)[0] == {
        "redis.password": "none",
        "redis.mode": "cluster",
        "redis.role": "slave",
        "redis.primary": "192.0.2.9",
        "redis.modules": ["search 20815", "? ?"],
        "redis.databases": ["db0 keys=3"],
    }


def test_protected_mode_is_no_password(run_enumerator):
    said = [("sent", b"INFO server\r\n"), ("received", b"-DENIED Redis is running in protected mode\r\n")]
    assert run_enumerator(redis.Info, said)[0] == {"redis.protected_mode": "yes"}


@pytest.mark.parametrize("answer", [b"$999999999999\r\n", b"$-1\r\n", b"*1\r\n", b"+OK\r\n"])
def test_an_answer_that_is_no_section_teaches_nothing(run_enumerator, answer):
    assert run_enumerator(redis.Info, [("sent", b"INFO server\r\n"), ("received", answer)])[0] == {}


def test_memcached_tells_its_limits_and_switches(run_enumerator):
    facts, _ = run_enumerator(memcached.Stats, RECORDINGS / "memcached.memcached.stats.jsonl")
    assert facts["memcached.limit_bytes"] == 64 << 20
    assert facts["memcached.pointer_bits"] == 64
    assert facts["memcached.udp_port"] == 11211
    assert (facts["memcached.sasl"], facts["memcached.tls"]) == (False, False)
    assert facts["memcached.libevent"].startswith("2.1.")


def test_mosquitto_speaks_mqtt_5_and_names_itself(run_enumerator):
    facts, services = run_enumerator(mqtt.Broker, RECORDINGS / "mosquitto.mqtt.broker.jsonl")
    assert facts["mqtt.protocol"] == "5.0"
    assert facts["mqtt.anonymous"] == "allowed"
    assert facts["mqtt.broker"].startswith("mosquitto version 2.")
    assert facts["mqtt.receive_maximum"] == 20
    assert services == []


FIVE = bytes.fromhex("100d00044d5154540502000a000000")
THREE = bytes.fromhex("100c00044d5154540402000a0000")
DISCONNECT = ("sent", b"\xe0\x00")


def subscribed(level):
    """What is sent to subscribe."""
    topics = (
        b"$SYS/broker/version",
        b"$SYS/broker/uptime",
        b"$SYS/broker/clients/connected",
        b"$SYS/brokers/+/version",
    )
    body = b"\0\x01" + (b"\0" if level == 5 else b"")
    body += b"".join(len(topic).to_bytes(2, "big") + topic + b"\0" for topic in topics)
    return ("sent", bytes([0x82, len(body)]) + body + b"\xc0\x00")


def test_a_broker_of_old_is_spoken_to_in_its_version(run_enumerator):
    said = [
        ("sent", FIVE),
        ("received", b"\x20\x02\x00\x01"),
        ("reopened", b""),
        ("sent", THREE),
        ("received", b"\x20\x02\x00\x00"),
        subscribed(4),
        ("received", b"\x90\x06\x00\x01\x00\x00\x00\x00\x31\x0c\x00\x08$SYS/foo42\xd0\x00"),
        DISCONNECT,
    ]
    assert run_enumerator(mqtt.Broker, said)[0] == {
        "mqtt.protocol": "3.1.1",
        "mqtt.anonymous": "allowed",
        "mqtt.reason": "accepted",
    }


def test_a_broker_that_wants_a_name_says_so(run_enumerator):
    said = [("sent", FIVE), ("received", b"\x20\x03\x00\x87\x00")]
    assert run_enumerator(mqtt.Broker, said)[0] == {
        "mqtt.protocol": "5.0",
        "mqtt.anonymous": "refused",
        "mqtt.reason": "not authorized",
    }


def test_emqx_gives_its_version_and_limits(run_enumerator):
    topic = b"$SYS/brokers/emqx@127.0.0.1/version"
    body = len(topic).to_bytes(2, "big") + topic + b"\x00" + b"5.3.2"
    properties = b"\x27\x00\x10\x00\x00\x2a\x01\x25\x00\x1f\x00\x01x\x29\x01\x26\x00\x01a\x00\x01b\x24\x01\x7f\x05"
    said = [
        ("sent", FIVE),
        ("received", bytes([0x20, 3 + len(properties), 0, 0, len(properties)]) + properties),
        subscribed(5),
        ("received", bytes([0x31, len(body)]) + body + b"\xd0\x00"),
        DISCONNECT,
    ]
    facts, [service] = run_enumerator(mqtt.Broker, said)
    assert (service.vendor, service.product, service.version) == ("emqx", "EMQX", "5.3.2")
    assert facts["mqtt.packet_bytes"] == 1 << 20
    assert (facts["mqtt.retain"], facts["mqtt.shared_subscriptions"], facts["mqtt.maximum_qos"]) == (False, True, 1)
