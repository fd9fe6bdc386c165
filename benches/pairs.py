"""Measures two things in turn, so that whatever else the machine does meets both, and compares the medians."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import ground
from figures import Figure

HOSTS = 65_536
QUICK_HOSTS = 16_384
CLOSED_PORTS = 60_000
BARE_APP = Path(__file__).with_name("bare_app.py")
COMMAND = [sys.executable, "-m", "recon.cli", "--help"]

MEMORY = """
import resource, recon
plan = recon.Plan.parse("10.0.0.0/8", ports="80")
first, after = plan.line.interval
for start in range(first, after, 65536):
    plan.line.text(start, min(start + 65536, after))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int) -> tuple[float, float, float]:
    """Medians of both, and the median of ours over theirs, round by round; the first goes second every other time."""
    pairs = []
    for index in range(rounds):
        if index % 2:
            mine = ours()
            pairs.append((mine, theirs()))
        else:
            other = theirs()
            pairs.append((ours(), other))
    mine, other = ([pair[side] for pair in pairs] for side in (0, 1))
    return statistics.median(mine), statistics.median(other), statistics.median(a / b for a, b in pairs)


def engine(*, quick: bool) -> Iterator[Figure]:
    """Sweeps beside the floor: closed ports, open ports, greetings."""
    hosts, mask, rounds = (QUICK_HOSTS, 18, 5) if quick else (HOSTS, 16, 7)
    yield _closed(rounds)
    with ground.listener() as port:
        yield _hosts("sweep open ports", "connect", (hosts, mask, port), rounds)
    with ground.listener(ground.GREETING) as port:
        yield _hosts("sweep greetings", "greet", (hosts, mask, port), rounds)


def _closed(rounds: int) -> Figure:
    ports = f"1-{CLOSED_PORTS}"

    def ours() -> float:
        told = ground.sweep("127.0.0.1", ports, enumerate_services=False)
        assert told["open"] + told["closed"] == CLOSED_PORTS, told
        return CLOSED_PORTS / told["elapsed_s"]

    def theirs() -> float:
        told = ground.floor("connect", "127.0.0.1", 1, 1, CLOSED_PORTS)
        assert told["open"] + told["closed"] == CLOSED_PORTS, told
        return CLOSED_PORTS / told["elapsed_s"]

    return _figure("sweep closed ports", "ports/s", measure(ours, theirs, rounds=rounds))


def _hosts(name: str, mode: str, place: tuple[int, int, int], rounds: int) -> Figure:
    hosts, mask, port = place

    def ours() -> float:
        told = ground.sweep(f"127.1.0.0/{mask}", str(port), enumerate_services=mode == "greet")
        assert told["open"] == hosts, told
        assert mode != "greet" or told["named"] == hosts, f"{told['named']} of {hosts} named: is recon-ssh installed?"
        return hosts / told["elapsed_s"]

    def theirs() -> float:
        told = ground.floor(mode, "127.1.0.0", hosts, port)
        assert told["open"] == hosts, told
        return hosts / told["elapsed_s"]

    return _figure(name, "hosts/s", measure(ours, theirs, rounds=rounds))


def _figure(name: str, unit: str, measured: tuple[float, float, float]) -> Figure:
    ours, theirs, ratio = measured
    return Figure(name, ours, unit, beside=theirs, ratio=ratio)


def start(*, quick: bool) -> Iterator[Figure]:
    """Start-up: the help beside a bare application, the import beside an idle interpreter."""
    rounds = 9 if quick else 25
    jobs = {
        "recon --help": (COMMAND, [sys.executable, BARE_APP, "--help"]),
        "import recon": ([sys.executable, "-c", "import recon"], [sys.executable, "-c", "pass"]),
    }
    for name, (ours, theirs) in jobs.items():
        ground.output(*ours)
        ground.output(*theirs)
        measured = measure(lambda: ground.seconds(*ours), lambda: ground.seconds(*theirs), rounds=rounds)  # noqa: B023
        yield _figure(name, "s", measured)


def memory() -> Figure:
    """Peak memory of listing a /8 without sending."""
    peak_kib = float(ground.output(sys.executable, "-c", MEMORY))
    return Figure("memory of a dry /8", peak_kib / 1024, "MiB")
