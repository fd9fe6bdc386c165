"""Data stores that name themselves in one answer: MongoDB, FerretDB, ZooKeeper, Cassandra, ScyllaDB, beanstalkd."""

from __future__ import annotations

import struct

from recon.model import Match, Probe


def _bson(body: bytes) -> bytes:
    return struct.pack("<i", len(body) + 5) + body + b"\x00"


def _build_info() -> bytes:
    """MongoDB wire protocol: ``buildInfo`` as OP_QUERY for servers before 3.6, then as OP_MSG for those from 5.1 on.

    Each kind of server answers one of the two with its version, without a log-in.
    """
    asked = b"\x10buildInfo\x00" + struct.pack("<i", 1)
    old = struct.pack("<i", 0) + b"admin.$cmd\x00" + struct.pack("<ii", 0, -1) + _bson(asked)
    new = struct.pack("<iB", 0, 0) + _bson(asked + b"\x02$db\x00\x06\x00\x00\x00admin\x00")
    heads = (struct.pack("<iiii", len(body) + 16, 0x7265636F, 0, kind) for body, kind in ((old, 2004), (new, 2013)))
    return b"".join(head + body for head, body in zip(heads, (old, new), strict=True))


def _mongo_reply(body: bytes) -> bytes:
    document = _bson(body)
    answer = struct.pack("<iqii", 8, 0, 0, 1) + document
    return struct.pack("<iiii", len(answer) + 16, 7, 0x7265636F, 1) + answer


def _message(body: bytes) -> bytes:
    answer = struct.pack("<iB", 0, 0) + _bson(body)
    return struct.pack("<iiii", len(answer) + 16, 7, 0x7265636F, 2013) + answer


def _text(name: bytes, value: bytes) -> bytes:
    return b"\x02" + name + b"\x00" + struct.pack("<i", len(value) + 1) + value + b"\x00"


_REPLY = rb"^[\s\S]{8}ocer(?:\x01\x00|\xdd\x07)\x00\x00"
"""An OP_REPLY or OP_MSG to our request id."""

_OUTDATED = _mongo_reply(
    _text(b"errmsg", b"Unsupported OP_QUERY command: buildInfo.") + _text(b"codeName", b"Unsupported")
)

_MONGODB = (
    Match(
        _REPLY
        + rb"[\s\S]*?\x02version\x00[\s\S]\x00\x00\x00(?P<version>\d+\.\d+\.\d+[\w.-]*)\x00[\s\S]*?gitVersion\x00"
        rb"[\s\S]*?(?:\x02allocator|\x02javascriptEngine|\x02sysInfo\x00[\s\S]{4}[A-Zu])",
        service="mongodb",
        vendor="mongodb",
        product="MongoDB",
        examples={
            _mongo_reply(
                _text(b"version", b"4.4.18") + _text(b"gitVersion", b"8ed32b5c") + _text(b"allocator", b"tcmalloc")
            ): {"version": "4.4.18"},
            _OUTDATED
            + _message(
                _text(b"version", b"6.0.12") + _text(b"gitVersion", b"21e6e8e1") + _text(b"allocator", b"tcmalloc")
            ): {"version": "6.0.12"},
            _mongo_reply(
                _text(b"version", b"2.4.10") + _text(b"gitVersion", b"nogitversion") + _text(b"sysInfo", b"Linux z")
            ): {"version": "2.4.10"},
        },
    ),
    Match(
        _REPLY
        + rb"[\s\S]*?\x02ferretdb(?:Version|\x00[\s\S]{4}\x02version)\x00[\s\S]\x00\x00\x00v(?P<version>\d+\.\d+\.\d+"
        rb"[\w.-]*)\x00",
        service="mongodb",
        vendor="ferretdb",
        product="FerretDB",
        examples={
            _message(
                _text(b"version", b"7.0.42") + _text(b"gitVersion", b"x") + _text(b"ferretdbVersion", b"v1.24.0")
            ): {"version": "1.24.0"}
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
        rb"^Zookeeper version: (?P<version>\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)[\w.]*)?)[-,][^\n]*\n"
        rb"(?:(?:[^M\n][^\n]*\n)*Mode: (?P<mode>\w+)\n)?",
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

_OPTIONS = b"\x84\x00\x00\x00\x06\x00\x00\x00\x60\x00\x03"

_CASSANDRA = (
    Match(
        rb"^[\x83-\x86]\x00\x00\x00\x06[\s\S]{4}\x00[\x01-\x14][\s\S]*?\x00[\s\S]SCYLLA_",
        service="cassandra",
        vendor="scylladb",
        product="ScyllaDB",
        examples={
            _OPTIONS + b"\x00\x0bCOMPRESSION\x00\x02\x00\x03lz4\x00\x06snappy\x00\x10SCYLLA_NR_SHARDS\x00\x01\x00\x018"
            b"\x00\x0bCQL_VERSION\x00\x01\x00\x053.3.1": {"product": "ScyllaDB"}
        },
    ),
    Match(
        rb"^[\x83-\x86]\x00\x00\x00\x06[\s\S]{4}\x00[\x01-\x08][\s\S]*?\x00\x0bCQL_VERSION\x00\x01\x00[\s\S](?P<cql>"
        rb"\d+\.\d+\.\d+)",
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
