"""Twelve protocols on ports that are not theirs, outside TLS and inside: played from recordings of real servers."""

import base64
import json
from pathlib import Path

import recon

RECORDINGS = Path(__file__).parent / "recordings"
PRODUCTS = {
    "openssh": ("ssh", "OpenSSH"),
    "vsftpd": ("ftp", "vsftpd"),
    "exim": ("smtp", "Exim"),
    "dovecot-imap": ("imap", "Dovecot"),
    "dovecot-pop3": ("pop3", "Dovecot"),
    "nginx": ("http", "nginx"),
    "redis": ("redis", "Redis"),
    "memcached": ("memcached", "Memcached"),
    "mariadb": ("mysql", "MariaDB"),
    "postgresql": ("postgresql", "PostgreSQL"),
    "rsync": ("rsync", "rsync"),
    "beanstalkd": ("beanstalkd", "beanstalkd"),
}


def exchanges(name):
    """What a recorded server said to nothing, and to each question by its first line, outside TLS."""
    greeting, replies, asked = b"", {}, {}
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines()[1:]:
        entry = json.loads(line)
        data = base64.b64decode(entry["base64"]) if "base64" in entry else entry.get("text", "").encode("latin-1")
        wire = entry.get("wire", 0)
        if entry["who"] == "sent":
            asked[wire] = data.split(b"\n")[0]
        elif entry["who"] == "received" and wire not in asked:
            greeting = greeting or data
        elif entry["who"] == "received":
            replies[asked[wire]] = replies.get(asked[wire], b"") + data
        else:
            break
    return greeting, replies


def player(name, context=None):
    """A server that says what was recorded, inside TLS where a ``context`` is given."""
    greeting, replies = exchanges(name)

    def talk(connection):
        connection.sendall(greeting)
        while data := connection.recv(4096):
            connection.sendall(replies.get(data.split(b"\n")[0], b""))

    def speak(connection):
        if context is None:
            return talk(connection)
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as inside:
            inside.do_handshake()
            return talk(inside)

    return speak


def test_each_protocol_is_found_on_a_port_that_is_not_its_own(serve, server_context):
    played = {
        (name, inside): serve(player(name, inside)).port for name in PRODUCTS for inside in (None, server_context)
    }
    with recon.sweep("127.0.0.1", ports=",".join(map(str, played.values())), timeout_ms=5000) as sweep:
        records = {record.port: record for batch in sweep for record in batch}
    wrong = {}
    for (name, inside), port in played.items():
        named = {(service.name, service.product, service.tls) for service in records[port].services}
        shows = "tls.subject" in records[port].facts
        if (*PRODUCTS[name], inside is not None) not in named or shows != (inside is not None):
            wrong[name, inside is not None] = (named, shows)
    assert wrong == {}
