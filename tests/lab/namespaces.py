"""Network namespaces and the cables between them, for tests and benches. Never touches the machine's own network."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCANNER_ADDR, TARGET_ADDR = "10.99.0.1", "10.99.0.2"
TARGET_RANGE = "10.98.0.0/16"
CLONE_NEWNET = 0x40000000
LONGEST_S = 120
PER_MILLE = 1000
BURST_MS = 10
"""A path's buffer: what a limit lets pass at once, in milliseconds of its rate."""
FEWEST_AT_ONCE = 5

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


def why_not() -> str | None:
    """Why there can be no namespaces here, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [tool for tool in ("ip", "nft") if not shutil.which(tool)]
    return f"{' and '.join(missing)} not installed" if missing else None


@dataclass(frozen=True)
class Namespace:
    """One network namespace with its loopback up."""

    name: str

    def run(self, *words: str | Path, stdin: str | None = None, longest_s: float = LONGEST_S) -> str:
        """Run a program inside to its end, which must be a success: what it printed."""
        done = subprocess.run(
            [*self.prefix, *words], input=stdin, capture_output=True, text=True, timeout=longest_s, check=False
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    @property
    def prefix(self) -> list[str]:
        """The words that start a program inside."""
        return ["ip", "netns", "exec", self.name]

    def filter(self, rules: str) -> None:
        """Replace the packet filter by ``rules``, the body of an nft table of family inet."""
        self.table("inet lab", rules)

    def table(self, name: str, rules: str) -> None:
        """Replace one nft table (``FAMILY NAME``) in one step; the others stay."""
        self.run("nft", "-f", "-", stdin=f"table {name}\ndelete table {name}\ntable {name} {{\n{rules}\n}}\n")

    def inside(self, make: Callable[[], Any]) -> Any:
        """Call ``make`` in a thread that has moved into the namespace; sockets made there stay there."""
        result = []

        def call() -> None:
            enter(self.name)
            result.append(make())

        thread = threading.Thread(target=call)
        thread.start()
        thread.join(LONGEST_S)
        assert result, f"nothing came out of {self.name}"
        return result[0]

    def sweep(self, *targets: str, installed: bool = False, **options: Any) -> tuple[list[dict], dict]:
        """Sweep from inside, in a process of its own: (rows, summary)."""
        options = {"rate": "max", "enumerate": False, **options}
        argument = json.dumps([targets, options, installed])
        told = json.loads(self.run(sys.executable, "-c", SWEEP, argument))
        summary = told["summary"]
        states = ("open", "closed", "unreachable", "silent", "unknown")
        assert sum(summary[state] for state in states) == summary["targets"], summary
        return told["rows"], summary


def enter(name: str) -> None:
    """Move the calling thread into a namespace (setns(2); the standard library has it from Python 3.12 on)."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/var/run/netns", name).open("rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def namespace_called(name: str) -> Iterator[Namespace]:
    """Make a namespace and remove it, whatever happens."""
    subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    try:
        made = Namespace(name)
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True, capture_output=True)


@dataclass(frozen=True)
class Hurdle:
    """A rule on what arrives at one end of a cable; the fate of each packet is counted by the kernel."""

    end: Namespace
    table: str
    priority: int

    def put(self, rule: str) -> None:
        """Drop what ``rule`` matches from now on, ARP and multicast left out; the counters start anew."""
        chain = f'chain in {{ type filter hook ingress device "cable" priority {self.priority};'
        others = "meta pkttype != host accept\nmeta protocol != { ip, ip6 } accept"
        self.end.table(self.table, f"{chain}\n{others}\n{rule} counter drop\ncounter\n}}")

    def limit(self, packets_per_second: int, at_once: int | None = None) -> None:
        """Let so many packets a second pass, and ``at_once`` of them in one go (10 ms of the rate), no more."""
        at_once = at_once or max(packets_per_second * BURST_MS // 1000, FEWEST_AT_ONCE)
        self.put(f"limit rate over {packets_per_second}/second burst {at_once} packets")

    def lose(self, percent: float) -> None:
        """Lose packets at random."""
        self.put(f"numgen random mod {PER_MILLE} < {round(percent * PER_MILLE / 100)}")

    def counts(self) -> tuple[int, int]:
        """(packets that passed, packets dropped) since the rule was put."""
        dropped, passed = re.findall(
            r"counter packets (\d+)", self.end.run("nft", "list", "table", *self.table.split())
        )
        return int(passed), int(dropped)


@contextlib.contextmanager
def hurdle(end: Namespace, name: str, priority: int) -> Iterator[Hurdle]:
    """A hurdle without a rule yet, gone afterwards."""
    made = Hurdle(end, f"netdev {name}", priority)
    try:
        yield made
    finally:
        end.run("nft", "-f", "-", stdin=f"table {made.table}\ndelete table {made.table}\n")


@dataclass(frozen=True)
class Cable:
    """A scanner and a target that owns 10.98.0.0/16 whole."""

    scanner: Namespace
    target: Namespace
    range: str = TARGET_RANGE

    def listen(
        self, stack: contextlib.ExitStack, port: int = 0, speak: Callable[[socket.socket], object] | None = None
    ) -> int:
        """Listen on every address of the target; ``speak`` is called with each connection. Returns the port."""
        listener = self.target.inside(lambda: socket.create_server(("0.0.0.0", port), backlog=4096))
        thread = threading.Thread(target=accept_all, args=(listener, speak or (lambda _: None)), daemon=True)
        thread.start()
        stack.callback(thread.join, LONGEST_S)
        stack.callback(listener.close)
        stack.callback(listener.shutdown, socket.SHUT_RDWR)
        return listener.getsockname()[1]

    @contextlib.contextmanager
    def path_limit(self, packets_per_second: int, at_once: int | None = None) -> Iterator[Hurdle]:
        """A path to the target that passes so many packets a second and silently drops the rest.

        The limit is changed under way by ``limit`` of what this yields; ``counts`` tells how many packets passed.
        """
        with hurdle(self.target, "path_limit", 10) as made:
            made.limit(packets_per_second, at_once)
            yield made

    @contextlib.contextmanager
    def path_loss(self, percent: float, back: float = 0) -> Iterator[Hurdle]:
        """A path that loses packets at random: ``percent`` on their way to the target, ``back`` on their way here.

        Yields the way to the target. Within ``path_limit`` loss comes first, as on a bad first mile.
        """
        with hurdle(self.target, "path_loss", 0) as there, hurdle(self.scanner, "path_loss", 0) as here:
            there.lose(percent)
            here.lose(back)
            yield there


def accept_all(listener: socket.socket, speak: Callable[[socket.socket], object]) -> None:
    """Serve until the listener is shut down."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            speak(connection)


@contextlib.contextmanager
def cabled() -> Iterator[Cable]:
    """A scanner and a target, joined by a cable of two queues at each end."""
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
