"""What all tests share: plugins made in place, servers on loopback, sweeps run to their end and checked."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import types
from dataclasses import dataclass, field

import pluggy
import pytest

import recon
from recon import Match, Probe, hookspecs
from recon.plugins import Plugins

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
LONGEST_S = 60

SSH = Probe(
    "ssh",
    ports="22",
    matches=[
        Match(
            rb"^SSH-(?P<protocol>[\d.]+)-OpenSSH_(?P<version>[\w.]+)(?: Debian-(?P<revision>\S+))?",
            service="ssh",
            vendor="openbsd",
            product="OpenSSH",
            distro="Debian",
            examples={GREETING: {"version": "9.2p1", "revision": "2+deb12u10"}},
        )
    ],
)


@pytest.fixture(autouse=True, scope="session")
def no_proofs_of_other_runs(tmp_path_factory):
    """Packs are proven here; the user's cache, settings and runs are left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_runs_among_the_users_own(tmp_path_factory):
    """What is stored here goes where nobody looks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECON_HOME", str(tmp_path_factory.mktemp("workspace")))
        yield


def plugins_of(**hooks):
    """Loaded plugins that consist of one, called ``test``, with the given hooks."""
    manager = pluggy.PluginManager("recon")
    manager.add_hookspecs(hookspecs)
    module = types.ModuleType("test_plugin")
    for name, function in hooks.items():
        setattr(module, name, recon.hookimpl(function))
    manager.register(module, name="test")
    return Plugins(manager)


@pytest.fixture(name="plugins_of")
def plugins_of_():
    """Make plugins out of hook functions."""
    return plugins_of


@pytest.fixture
def ssh_probe():
    """One probe that listens and reads OpenSSH."""
    return SSH


@pytest.fixture
def plugins():
    """One plugin with one probe, whatever is installed on this machine."""
    return plugins_of(recon_probes=lambda: [SSH])


@dataclass
class Outcome:
    """A sweep that ran to its end."""

    records: list
    summary: recon.Summary

    @property
    def states(self):
        """State by (address, port)."""
        return {(record.addr, record.port): record.state for record in self.records}

    @property
    def open_ports(self):
        """Ports with an open row."""
        return {record.port for record in self.records if record.state == "open"}


def check_identity(summary):
    """The counters of a summary must add up to its targets, whatever happened."""
    total = summary.open + summary.closed + summary.unreachable + summary.silent + summary.unknown
    assert total == summary.targets, summary


@pytest.fixture(name="check_identity")
def check_identity_():
    """Check that a summary adds up."""
    return check_identity


@pytest.fixture
def run(plugins):
    """Run a sweep to its end: ``run("127.0.0.1", ports="22", …)``."""

    def begin(*targets, plugins=plugins, **options):
        options = {"rate": "max", "threads": 2, **options}
        plan = recon.Plan.parse(*targets, **options)
        with recon.sweep(plan, plugins=plugins) as sweep:
            records = [record for batch in sweep for record in batch]
        check_identity(sweep.summary)
        return Outcome(records, sweep.summary)

    return begin


@dataclass
class Server:
    """A listener whose connections are handed to ``speak``, each in a thread of its own unless ``in_turn``."""

    listener: socket.socket
    speak: object
    in_turn: bool = False
    threads: list = field(default_factory=list)

    @property
    def port(self):
        """Where it listens."""
        return self.listener.getsockname()[1]

    def serve(self):
        """Accept until the listener is shut down."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.in_turn:
                self._talk(connection)
            else:
                self._talk_aside(connection)

    def _talk_aside(self, connection):
        thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
        thread.start()
        self.threads.append(thread)

    def _talk(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(LONGEST_S)
            self.speak(connection)

    def close(self):
        """Stop accepting and wait for the conversations to end."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(LONGEST_S)


def drain(connection):
    """Read until the client is gone."""
    while connection.recv(65536):
        pass


@pytest.fixture(name="drain")
def drain_():
    """Read from a connection until the client is gone."""
    return drain


@pytest.fixture
def serve():
    """Start servers: ``serve(speak, addr="127.0.0.1", listener=None, in_turn=False)``; they end with the test."""
    with contextlib.ExitStack() as stack:

        def begin(speak=drain, addr="127.0.0.1", listener=None, *, in_turn=False):
            server = Server(listener or socket.create_server((addr, 0), backlog=4096), speak, in_turn)
            thread = threading.Thread(target=server.serve, daemon=True)
            thread.start()
            stack.callback(thread.join, LONGEST_S)
            stack.callback(server.close)
            return server

        yield begin


class TlsSocket(ssl.SSLSocket):
    """A TLS socket that ends without a warning where ``wrap_socket`` raised: nobody else holds it then."""

    def __del__(self):
        self.close()


@pytest.fixture(scope="session")
def server_context(tmp_path_factory):
    """A TLS server's context with a self-signed certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key", folder / "crt"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=example.test"]
    subprocess.run([*words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sslsocket_class = TlsSocket
    return context


@pytest.fixture
def wildcard(serve):
    """A listener on every loopback address that greets like OpenSSH and hangs up: its port."""
    return serve(lambda connection: connection.sendall(GREETING), addr="0.0.0.0", in_turn=True).port


@pytest.fixture
def closed_port():
    """A port of every address that refuses: bound, never listened on, and therefore nobody else's."""
    with socket.socket() as keeper:
        keeper.bind(("0.0.0.0", 0))
        yield keeper.getsockname()[1]
