"""A recon process, and listeners on loopback for it to find. No other network is ever touched."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

import pytest

COMMAND = [sys.executable, "-m", "recon.cli"]
LONGEST_S = 300
"""Only a hang takes as long, however busy the machine."""
GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"


def environment(**changes):
    """The environment of a recon process: plain, so that the developer's own settings change nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    return {**kept, "TERM": "xterm-256color", **changes}


@pytest.fixture(name="environment")
def environment_():
    """Make an environment for a recon process."""
    return environment


@pytest.fixture
def command():
    """The words that start recon."""
    return COMMAND


@pytest.fixture
def recon():
    """Run recon to its end."""

    def run(*arguments, stdin="", **options):
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            input=stdin, capture_output=True, text=True, timeout=LONGEST_S, check=False,
            **{"env": environment(), **options},
        )  # fmt: skip

    return run


@pytest.fixture
def start():
    """Start recon and give the process; it is gone after the test."""
    with contextlib.ExitStack() as stack:

        def begin(*arguments, **options):
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
            process = subprocess.Popen(
                [*COMMAND, *map(str, arguments)], env=environment(), text=True, **{**pipes, **options}
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield begin


@dataclass
class Greeter:
    """A listener on every loopback address: 65,536 hosts in any 127.x.0.0/16."""

    port: int


@pytest.fixture
def greeter():
    """Greets like OpenSSH on one port of all addresses, and reads until the client is gone."""
    with socket.create_server(("0.0.0.0", 0), backlog=4096) as listener:
        thread = threading.Thread(target=_greet_all, args=(listener,), daemon=True)
        thread.start()
        yield Greeter(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(LONGEST_S)


def _greet_all(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.sendall(GREETING)


@pytest.fixture
def closed_port():
    """A port where nobody listens: it is bound, but not listened on, for as long as the test runs."""
    with socket.socket() as keeper:
        keeper.bind(("0.0.0.0", 0))
        yield keeper.getsockname()[1]


@pytest.fixture
def installed(tmp_path):
    """Install a plugin called boom with this source; the environment that sees it."""

    def install(source):
        info = tmp_path / "boom-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: boom\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[recon]\nboom = boom_module\n")
        (tmp_path / "boom_module.py").write_text(source)
        path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**os.environ, "PYTHONPATH": path}

    return install
