"""MySQL and what speaks its protocol: the server greets with handshake version 10, which holds its version as text."""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import V, greeting

_HEAD = rb"^[\s\S]{3}\x00\x0a"
"""Length, sequence number 0, protocol 10 (MySQL internals manual, Protocol::HandshakeV10)."""

_TAIL = rb"\x00[\s\S]{4,}?\x00(?P<auth_plugin>(?:mysql|caching|sha256|client|auth|dialog)[a-z0-9_]*)\x00"
"""End of the version, connection id and challenge, then the name of the usual way to log in."""

_OLD = (
    b"d\x00\x00\x00\n%s\x00\x03\x00\x00\x00k]o7cls}\x00\xfe\xf7\x08\x02\x00\xff\x81\x15\x00\x00\x00\x00"
    b"\x00\x00\x1d\x00\x00\x00"
)
_OLD += b";JE[xl6dxLTB\x00mysql_native_password\x00"
_NEW = (
    b"J\x00\x00\x00\n%s\x00\x09\x00\x00\x00\x5cd\x1a\x29q\x02\x0e\x1b\x00\xff\xff\xff\x02\x00\xff\xdf"
    b"\x15\x00\x00\x00\x00\x00\x00"
)
_NEW += b"\x00\x00\x00\x00H,\x13M]\x0b\x1eQ{\x19u\x17\x00caching_sha2_password\x00"


def _server(  # noqa: PLR0913 - the fields of a match, by name
    version: bytes,
    product: str,
    examples: dict[bytes, dict[str, str] | str],
    *,
    vendor: str,
    cpe: str | None = None,
    distro: str | None = None,
) -> Match:
    shape = _OLD if product == "MariaDB" else _NEW
    return greeting(
        "mysql",
        _HEAD + version + _TAIL,
        product,
        {shape % said: expect for said, expect in examples.items()},
        vendor=vendor,
        cpe=cpe,
        distro=distro,
        end=b"",
    )


_maria = partial(_server, product="MariaDB", vendor="mariadb")
_mysql = partial(_server, product="MySQL", vendor="oracle")
_MARIA = rb"(?:5\.5\.5-)?(?P<version>\d+\.\d+\.\d+)-MariaDB"
_PLAIN = rb"(?P<version>\d+\.\d+\.\d+[a-z]?)"

_SERVERS = (
    _maria(
        _MARIA + rb"(?:-log)?-(?P<revision>[\w.+~]*\+?deb\d[\w.+~]*)[\x20-\x7e]*",
        examples={
            b"5.5.5-10.11.6-MariaDB-0+deb12u1": {
                "version": "10.11.6",
                "revision": "0+deb12u1",
                "distro": "Debian",
                "auth_plugin": "mysql_native_password",
                "cpe": "cpe:2.3:a:mariadb:mariadb:10.11.6:*:*:*:*:*:*:*",
            },
            b"11.8.3-MariaDB-0+deb13u1": {"version": "11.8.3", "revision": "0+deb13u1"},
        },
        distro="Debian",
    ),
    _maria(
        _MARIA + rb"(?:-log)?-(?P<revision>\d+ubuntu[\w.+~]+)[\x20-\x7e]*",
        examples={
            b"5.5.5-10.6.12-MariaDB-0ubuntu0.22.04.1": {
                "version": "10.6.12",
                "revision": "0ubuntu0.22.04.1",
                "distro": "Ubuntu",
            },
        },
        distro="Ubuntu",
    ),
    _maria(
        _MARIA + rb"[\x20-\x7e]*",
        examples={
            b"5.5.5-10.5.8-MariaDB-1:10.5.8+maria~focal": "10.5.8",
            b"5.5.5-10.3.39-MariaDB-cll-lve": "10.3.39",
            b"5.5.68-MariaDB": "5.5.68",
            b"11.4.2-MariaDB-ubu2404": "11.4.2",
            b"5.5.5-10.4.8-MariaDB-log": "10.4.8",
        },
    ),
    _mysql(
        _PLAIN + rb"-(?P<revision>\d[\w.+~]*\+deb[\w.+~]+)(?:-log)?",
        examples={b"5.5.62-0+deb8u1": {"version": "5.5.62", "revision": "0+deb8u1", "distro": "Debian"}},
        distro="Debian",
    ),
    _mysql(
        _PLAIN + rb"-(?P<revision>\d+ubuntu[\w.+~]+)(?:-log)?",
        examples={
            b"8.0.36-0ubuntu0.22.04.1": {"version": "8.0.36", "revision": "0ubuntu0.22.04.1", "distro": "Ubuntu"},
        },
        distro="Ubuntu",
    ),
    _mysql(
        _PLAIN + rb"(?:-(?:log|debug|google|commercial|enterprise-commercial-advanced|community|community-nt|nt))*",
        examples={
            b"8.0.40": {
                "version": "8.0.40",
                "auth_plugin": "caching_sha2_password",
                "cpe": "cpe:2.3:a:oracle:mysql:8.0.40:*:*:*:*:*:*:*",
            },
            b"5.7.44-log": "5.7.44",
            b"8.0.31-google": "8.0.31",
            b"5.6.10-enterprise-commercial-advanced-log": "5.6.10",
        },
    ),
    _server(
        rb"(?P<version>\d+\.\d+\.\d+-\d\d(?:\.\d+)?)(?:-(?P<build>\d\d(?:\.\d+)?))?(?:-log)?",
        "Percona Server",
        {
            b"8.0.36-28": "8.0.36-28",
            b"5.6.40-84.0-56-log": {"version": "5.6.40-84.0", "build": "56"},
            b"5.7.44-48-log": "5.7.44-48",
            b"8.0.34-26.1": "8.0.34-26.1",
        },
        vendor="percona",
    ),
    _server(
        rb"\d+\.\d+\.\d+-TiDB-v(?P<version>[\w.-]+)[\x20-\x7e]*",
        "TiDB",
        {b"8.0.11-TiDB-v7.5.1": "7.5.1", b"5.7.25-TiDB-v6.5.0": "6.5.0"},
        vendor="pingcap",
    ),
    _server(
        rb"\d+\.\d+\.\d+-OceanBase(?:_CE)?-v(?P<version>[\d.]+)[\x20-\x7e]*",
        "OceanBase",
        {b"5.7.25-OceanBase_CE-v4.2.1.0": "4.2.1.0"},
        vendor="oceanbase",
    ),
    _server(_PLAIN + rb"-Vitess[\x20-\x7e]*", "Vitess", {b"8.0.30-Vitess": "8.0.30"}, vendor="linuxfoundation"),
)

_REFUSED = rb"^[\s\S]{3}\x00\xff[\s\S]{2}(?:#[0-9A-Z]{5})?"

_REFUSALS = (
    greeting(
        "mysql",
        _REFUSED
        + rb"Host '(?P<our_name>[^']*)' is (?:not allowed to connect to this|blocked because of[^;]*; unblock with '"
        rb"mariadb-admin)(?: MariaDB server| flush-hosts)",
        "MariaDB",
        {
            b"F\x00\x00\x00\xff\x6a\x04Host '192.0.2.1' is not allowed to connect to this MariaDB server": {},
            b"o\x00\x00\x00\xff\x69\x04Host '192.0.2.1' is blocked because of many connection errors; unblock with"
            b" 'mariadb-admin flush-hosts'": {},
        },
        vendor="mariadb",
        end=b"",
    ),
    greeting(
        "mysql",
        _REFUSED + rb"Host '(?P<our_name>[^']*)' is not allowed to connect to this MySQL server",
        "MySQL",
        {b"D\x00\x00\x00\xff\x6a\x04Host '192.0.2.1' is not allowed to connect to this MySQL server": {}},
        vendor="oracle",
        end=b"",
    ),
    greeting(
        "mysql",
        _REFUSED + rb"(?:Too many connections|Host '[^']*' is blocked because of|Access denied for user)",
        None,
        {
            b"\x17\x00\x00\x00\xff\x10\x04Too many connections": {"service": "mysql"},
            b"e\x00\x00\x00\xff\x69\x04Host '192.0.2.1' is blocked because of many connection errors": {},
        },
        end=b"",
    ),
    greeting(
        "mysql",
        rb"^[\s\S]{3}\x00\x0a(?P<server_version>\d+\.[\x20-\x7e]+)" + _TAIL,
        None,
        {_NEW % b"9.9.9-acme.build7": {"server_version": "9.9.9-acme.build7"}},
        end=b"",
    ),
)

_X_PROTOCOL = Match(
    rb"^\x05\x00\x00\x00\x0b\x08\x05\x1a\x00",
    service="mysqlx",
    vendor="oracle",
    product="MySQL",
    examples={b"\x05\x00\x00\x00\x0b\x08\x05\x1a\x00": {"product": "MySQL"}},
)
"""The notice ``server hello`` of the X Protocol (Mysqlx.Notice.Frame.Type SERVER_HELLO)."""

_SPHINX = (
    greeting(
        "mysql",
        _HEAD + V + rb" [0-9a-f]{7,}@\d{6,}[^\x00]*\x00",
        "Manticore Search",
        {b"[\x00\x00\x00\n6.2.12 dc5144d35@230822\x00\x01\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00": "6.2.12"},
        vendor="manticoresearch",
        end=b"",
    ),
    greeting(
        "mysql",
        _HEAD + rb"(?P<version>\d+\.\d+\.\d+)-(?:id64-)?release \([0-9a-f]+\)\x00",
        "Sphinx Search",
        {
            b"[\x00\x00\x00\n2.2.11-id64-release (95ae9a6)\x00\x01\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07"
            b"\x08\x00": "2.2.11"
        },
        vendor="sphinxsearch",
        end=b"",
    ),
)

_CAPABILITIES = 0x0800 | 0x0200 | 0x8000
"""CLIENT_SSL, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION."""

_SSL_REQUEST = b"\x20\x00\x00\x01" + struct.pack("<IIB23x", _CAPABILITIES, 0x0100_0000, 0x21)
"""Protocol::SSLRequest, packet 1: capabilities, longest packet, character set utf8. TLS follows without an answer."""

PROBES = (
    Probe(
        "mysql",
        ports="3306-3309,33060",
        starttls=((_SSL_REQUEST, b""),),
        rarity=2,
        matches=(*_SERVERS, *_REFUSALS, *_SPHINX, _X_PROTOCOL),
    ),
)
