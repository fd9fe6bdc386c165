"""Network namespaces of the test's own, joined by a virtual cable. Traffic never leaves them; they always go away."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

SCANNER_ADDR, TARGET_ADDR = "10.99.0.1", "10.99.0.2"
TARGET_RANGE = "10.98.0.0/16"
CLONE_NEWNET = 0x40000000
LONGEST_S = 120

SWEEP = """
import json, sys
import pluggy, recon, recon.hookspecs
from recon.plugins import Plugins, load
targets, options, installed = json.loads(sys.argv[1])
manager = pluggy.PluginManager("recon")
manager.add_hookspecs(recon.hookspecs)
plugins = load() if installed else Plugins(manager)
plan = recon.Plan.parse(targets, **options)
with recon.sweep(plan, plugins=plugins) as sweep:
    rows = [json.loads(line) for batch in sweep for line in batch.to_jsonl().splitlines()]
print(json.dumps({"rows": rows, "summary": json.loads(sweep.summary.to_json())}))
"""


def why_not():
    """Why there can be no namespaces here, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [tool for tool in ("ip", "nft") if not shutil.which(tool)]
    return f"{' and '.join(missing)} not installed" if missing else None


@dataclass(frozen=True)
class Namespace:
    """One network namespace with its loopback up."""

    name: str

    def run(self, *words, stdin=None):
        """Run a program inside to its end; it must succeed."""
        done = subprocess.run(
            [*self.prefix, *words], input=stdin, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    @property
    def prefix(self):
        """The words that start a program inside."""
        return ["ip", "netns", "exec", self.name]

    def filter(self, rules):
        """Replace the packet filter by ``rules``, the body of an nft table of family inet."""
        self.run("nft", "-f", "-", stdin=f"flush ruleset\ntable inet lab {{\n{rules}\n}}\n")

    def inside(self, make):
        """Call ``make`` in a thread that has moved into the namespace; sockets made there stay there."""
        result = []

        def call():
            enter(self.name)
            result.append(make())

        thread = threading.Thread(target=call)
        thread.start()
        thread.join(LONGEST_S)
        assert result, f"nothing came out of {self.name}"
        return result[0]

    def sweep(self, *targets, installed=False, **options):
        """Sweep from inside, in a process of its own: (rows, summary)."""
        options = {"rate": "max", "enumerate": False, **options}
        argument = json.dumps([targets, options, installed])
        told = json.loads(self.run(sys.executable, "-c", SWEEP, argument))
        summary = told["summary"]
        states = ("open", "closed", "unreachable", "silent", "unknown")
        assert sum(summary[state] for state in states) == summary["targets"], summary
        return told["rows"], summary


def enter(name):
    """Move the calling thread into a namespace (setns(2); the standard library has it from Python 3.12 on)."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/var/run/netns", name).open("rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def namespace_called(name):
    """Make a namespace and remove it, whatever happens."""
    subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    try:
        made = Namespace(name)
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True, capture_output=True)


@pytest.fixture
def namespace():
    """One namespace with nothing but its own loopback."""
    if reason := why_not():
        pytest.skip(reason)
    with namespace_called(f"recon-{uuid.uuid4().hex[:8]}") as made:
        yield made


@dataclass(frozen=True)
class Cable:
    """A scanner and a target that owns 10.98.0.0/16 whole."""

    scanner: Namespace
    target: Namespace
    range: str = TARGET_RANGE

    def listen(self, stack, port=0, speak=None):
        """Listen on every address of the target; ``speak`` is called with each connection. Returns the port."""
        listener = self.target.inside(lambda: socket.create_server(("0.0.0.0", port), backlog=4096))
        thread = threading.Thread(target=accept_all, args=(listener, speak or (lambda _: None)), daemon=True)
        thread.start()
        stack.callback(thread.join, LONGEST_S)
        stack.callback(listener.close)
        stack.callback(listener.shutdown, socket.SHUT_RDWR)
        return listener.getsockname()[1]


def accept_all(listener, speak):
    """Serve until the listener is shut down."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            speak(connection)


@pytest.fixture
def cable():
    """A scanner and a target, joined by a cable of two queues at each end."""
    if reason := why_not():
        pytest.skip(reason)
    tag = uuid.uuid4().hex[:8]
    with namespace_called(f"recon-{tag}-a") as scanner, namespace_called(f"recon-{tag}-b") as target:
        ends = ["ip", "link", "add", "cable", "numtxqueues", "2", "numrxqueues", "2", "type", "veth"]
        scanner.run(*ends, "peer", "name", "cable", "netns", target.name, "numtxqueues", "2", "numrxqueues", "2")
        for end, addr in ((scanner, SCANNER_ADDR), (target, TARGET_ADDR)):
            end.run("ip", "addr", "add", f"{addr}/24", "dev", "cable")
            end.run("ip", "link", "set", "cable", "up")
        target.run("ip", "route", "add", "local", TARGET_RANGE, "dev", "lo")
        scanner.run("ip", "route", "add", TARGET_RANGE, "via", TARGET_ADDR)
        yield Cable(scanner, target)


@pytest.fixture
def stack():
    """Whatever has to end with the test."""
    with contextlib.ExitStack() as held:
        yield held
