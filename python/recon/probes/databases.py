"""Data stores that name themselves in one answer: MongoDB, ZooKeeper, Cassandra, beanstalkd."""

from __future__ import annotations

import struct

from recon.model import Match, Probe


def _bson(body: bytes) -> bytes:
    return struct.pack("<i", len(body) + 5) + body + b"\x00"


def _build_info() -> bytes:
    """MongoDB wire protocol, OP_QUERY on ``admin.$cmd`` (answered by old and new servers without a log-in)."""
    command = _bson(b"\x10buildInfo\x00" + struct.pack("<i", 1))
    body = struct.pack("<i", 0) + b"admin.$cmd\x00" + struct.pack("<ii", 0, -1) + command
    return struct.pack("<iiii", len(body) + 16, 0x7265636F, 0, 2004) + body


def _mongo_reply(body: bytes) -> bytes:
    document = _bson(body)
    answer = struct.pack("<iqii", 8, 0, 0, 1) + document
    return struct.pack("<iiii", len(answer) + 16, 7, 0x7265636F, 1) + answer


_REPLY = rb"^[\s\S]{8}ocer\x01\x00\x00\x00"
"""An OP_REPLY to our request id."""

_MONGODB = (
    Match(
        _REPLY
        + rb"[\s\S]*?\x02version\x00[\s\S]\x00\x00\x00(?P<version>\d+\.\d+\.\d+[\w.-]*)\x00[\s\S]*?gitVersion\x00",
        service="mongodb",
        vendor="mongodb",
        product="MongoDB",
        examples={
            _mongo_reply(b"\x02version\x00\x07\x00\x00\x006.0.12\x00\x02gitVersion\x00\x05\x00\x00\x00abcd\x00"): {
                "version": "6.0.12"
            }
        },
    ),
    Match(
        _REPLY,
        service="mongodb",
        name="mongodb.reply",
        examples={_mongo_reply(b"\x01ok\x00" + b"\x00" * 8): {"service": "mongodb"}},
    ),
)

_ZOOKEEPER = (
    Match(
        rb"^Zookeeper version: (?P<version>\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)[\w.]*)?)[-,][\s\S]*?(?:\nMode"
        rb": (?P<mode>\w+))?\n",
        service="zookeeper",
        vendor="apache",
        product="Apache ZooKeeper",
        cpe="cpe:2.3:a:apache:zookeeper",
        examples={
            b"Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC\n"
            b"Latency min/avg/max: 0/0.0/0\nMode: standalone\nNode count: 5\n": {"version": "3.8.0"}
        },
    ),
    Match(
        rb"^srvr is not executed because it is not in the whitelist\.",
        service="zookeeper",
        vendor="apache",
        product="Apache ZooKeeper",
        cpe="cpe:2.3:a:apache:zookeeper",
        name="zookeeper.closed",
        examples={b"srvr is not executed because it is not in the whitelist.\n": {"product": "Apache ZooKeeper"}},
    ),
)

_CASSANDRA = (
    Match(
        rb"^[\x83-\x86]\x00\x00\x00\x06[\s\S]{4}\x00[\x01-\x08][\s\S]*?\x00\x0bCQL_VERSION\x00\x01\x00[\s\S](?P<cql>\d+\.\d+\.\d+)",
        service="cassandra",
        name="cassandra.options",
        examples={
            b"\x84\x00\x00\x00\x06\x00\x00\x00\x33\x00\x02\x00\x0bCOMPRESSION\x00\x02\x00\x06snappy\x00\x03lz4"
            b"\x00\x0bCQL_VERSION\x00\x01\x00\x053.4.5\x00": {"cql": "3.4.5"}
        },
    ),
)

_BEANSTALK = (
    Match(
        rb"^OK \d+\r\n---\n[\s\S]*?\nversion: \"?(?P<version>\d[\w.+-]*)\"?\n",
        service="beanstalkd",
        vendor="beanstalkd_project",
        product="beanstalkd",
        examples={
            b'OK 900\r\n---\ncurrent-jobs-urgent: 0\npid: 1\nversion: "1.12"\nrusage-utime: 0.001\n\r\n': {
                "version": "1.12"
            }
        },
    ),
)

PROBES = (
    Probe("mongodb", ports="27017-27019", send=_build_info(), ends="quiet", rarity=4, matches=_MONGODB),
    Probe("zookeeper", ports="2181", send=b"srvr", ends="quiet", rarity=5, matches=_ZOOKEEPER),
    Probe(
        "cassandra",
        ports="9042",
        send=b"\x04\x00\x00\x00\x05\x00\x00\x00\x00",
        rarity=5,
        ends="quiet",
        matches=_CASSANDRA,
    ),
    Probe("beanstalkd", ports="11300", send=b"stats\r\n", ends="quiet", rarity=6, matches=_BEANSTALK),
)
