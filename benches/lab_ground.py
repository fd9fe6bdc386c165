"""What the lab benches stand on: two namespaces joined by a cable; runs in them with their time, packets and memory.

Traffic never leaves namespaces that were made here, which always go away.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ground

sys.path.insert(0, str(ground.ROOT / "tests" / "lab"))

from namespaces import TARGET_ADDR, Cable, Namespace, cabled, enter, why_not

MASSCAN_ADDR = "10.99.0.3"
"""An address of masscan's own, as its manual advises for banners: the kernel would reset its connections."""
TICK_S = 0.01
TRIES = 5
LONGEST_S = 120


def need() -> None:
    """End with a sentence where there can be no lab."""
    if reason := why_not():
        raise SystemExit(reason)
    if not ground.FLOOR.exists():
        message = f"{ground.FLOOR} is missing: cargo build --release -p floor"
        raise SystemExit(message)


@contextlib.contextmanager
def lab() -> Iterator[Cable]:
    """A cable whose target spreads its work over all cores and is deaf on a range of its own (design section 14)."""
    with cabled() as cable:
        every_core = f"{(1 << (os.cpu_count() or 1)) - 1:x}"
        spread = 'for queue in /sys/class/net/cable/queues/rx-*; do echo "$0" > "$queue/rps_cpus"; done'
        cable.target.run("sh", "-c", spread, every_core)
        cable.scanner.run("ip", "route", "add", "10.0.0.0/8", "via", TARGET_ADDR)
        cable.scanner.run("sysctl", "-qw", "net.ipv4.ip_local_port_range=10240 60999")
        deaf = "ip daddr != { 10.98.0.0/16, 10.99.0.0/24 } drop"
        chain = f'chain in {{ type filter hook ingress device "cable" priority 20; meta protocol ip {deaf}\n}}'
        cable.target.table("netdev deaf", chain)
        for rest in ("net.ipv4.tcp_max_syn_backlog=65536", "net.core.somaxconn=65536"):
            cable.target.run("sysctl", "-qw", rest)
        yield cable


@contextlib.contextmanager
def listener(target: Namespace, greeting: str = "") -> Iterator[int]:
    """The floor's listener on every address of the target: its port."""
    with ground.listener(greeting, prefix=target.prefix) as port:
        yield port


def router_mac(cable: Cable) -> str:
    """The next hop's hardware address."""
    return cable.target.run("cat", "/sys/class/net/cable/address").strip()


@dataclass(frozen=True)
class Run:
    """What became of a program: wall seconds, packets sent, packets a second, peak memory, output.

    ``why`` tells why there is nothing else.
    """

    seconds: float = 0
    packets: int = 0
    packets_per_second: float = 0
    peak_mib: float = 0
    out: str = ""
    why: str = ""


class Gauge:
    """Counts what leaves by the scanner's end of the cable, whoever sends it and by whatever means."""

    def __init__(self, scanner: Namespace) -> None:
        self._name = scanner.name
        self._over = threading.Event()
        self._samples: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> tuple[int, float]:
        """(packets, packets a second over the middle nine tenths of them)."""
        self._over.set()
        self._thread.join(LONGEST_S)
        total = self._samples[-1][1] - self._samples[0][1]
        spent_s = self._when(0.95 * total) - self._when(0.05 * total)
        return total, 0.9 * total / max(spent_s, TICK_S)

    def _when(self, packets: float) -> float:
        """The moment at which so many had left, between two samples in proportion."""
        pairs = ((at, count - self._samples[0][1]) for at, count in self._samples)
        before, reached = self._samples[0][0], 0
        for at, count in pairs:
            if count >= packets and count > reached:
                return before + (at - before) * (packets - reached) / (count - reached)
            before, reached = at, count
        return before

    def _watch(self) -> None:
        enter(self._name)
        while not self._over.is_set():
            self._samples.append((time.perf_counter(), _sent()))
            self._over.wait(TICK_S)
        self._samples.append((time.perf_counter(), _sent()))


def _sent() -> int:
    """Packets that the calling thread's namespace has sent by its cable."""
    lines = Path("/proc/thread-self/net/dev").read_text().splitlines()
    return next(int(line.split(":")[1].split()[9]) for line in lines if line.strip().startswith("cable:"))


def run(scanner: Namespace, words: list[str], stdin: str = "", longest_s: float = LONGEST_S) -> Run:
    """Run a program in the namespace to its end; one that fails or takes too long says so.

    The kernel lets go of a queue some time after the program that had it: who finds it busy tries again.
    """
    for _ in range(TRIES):
        told = _run(scanner, words, stdin, longest_s)
        if "Device or resource busy" not in told.why:
            return told
        time.sleep(TICK_S * 20)
    return told


def _run(scanner: Namespace, words: list[str], stdin: str, longest_s: float) -> Run:
    gauge = Gauge(scanner)
    # A folder of its own: masscan leaves a file behind when it is stopped.
    with contextlib.ExitStack() as held:
        told, out, complaints = (held.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        folder = held.enter_context(tempfile.TemporaryDirectory())
        told.write(stdin.encode())
        told.seek(0)
        began = time.perf_counter()
        process = subprocess.Popen([*scanner.prefix, *words], stdin=told, stdout=out, stderr=complaints, cwd=folder)
        late = threading.Timer(longest_s, process.send_signal, [signal.SIGKILL])
        late.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        packets, packets_per_second = gauge.stop()
        if process.returncode not in GOOD:
            return Run(why=f"not done after {longest_s:.0f} s" if process.returncode < 0 else _last(complaints))
        out.seek(0)
        text = out.read().decode(errors="replace")
    return Run(seconds, packets, packets_per_second, used.ru_maxrss / 1024, text)


GOOD = (0, 3)
"""Exit codes of a run that came to its end: recon says 3 when it knows of gaps."""


def _last(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:90] if lines else "failed without a word"
