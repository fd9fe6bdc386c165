"""Twelve protocols on ports that are not theirs, outside TLS and inside: played from recordings of real servers."""

import base64
import json
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A TLS server's context with a self-signed certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key", folder / "crt"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=example.test"]
    subprocess.run([*words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_each_protocol_is_found_on_a_port_that_is_not_its_own(serve, context):
    played = {(name, inside): serve(player(name, inside)).port for name in PRODUCTS for inside in (None, context)}
    with recon.sweep("127.0.0.1", ports=",".join(map(str, played.values())), timeout_ms=5000) as sweep:
        records = {record.port: record for batch in sweep for record in batch}
    wrong = {}
    for (name, inside), port in played.items():
        named = {(service.name, service.product, service.tls) for service in records[port].services}
        shows = "tls.subject" in records[port].facts
        if (*PRODUCTS[name], inside is not None) not in named or shows != (inside is not None):
            wrong[name, inside is not None] = (named, shows)
    assert wrong == {}
