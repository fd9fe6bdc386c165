"""Measures how many conversations of a Python enumerator are finished a second, 10,000 of them under way together.

Every host of 10,000 on loopback greets; a deep sweep runs one enumerator on each, which asks a question and reads the
answer. The server is `floor answer` beside it. What the sweep alone costs is shown, and not taken off.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from pathlib import Path

import pluggy

import recon
from recon import Enumerator, Fact, Match, Probe, hookimpl, hookspecs
from recon.plugins import Plugins

HOSTS = 10_000
TARGETS = "127.40.0.0-127.40.39.15"
ROUNDS = 3
GREETING = b"DEMO/1.0\r\n"
SERVER = Path(__file__).parents[1] / "target" / "release" / "floor"
DEMO = Probe(
    "demo",
    send=b"HELLO\r\n",
    matches=[Match(rb"^DEMO/(?P<version>[\d.]+)\r\n", "demo", examples={GREETING: {"version": "1.0"}}, product="Demo")],
)


class Ask(Enumerator):
    """One question and its answer; counts how many are under way."""

    name, service = "demo.ask", "demo"
    under_way = most = 0

    async def enumerate(self, conn, _found):
        """Ask."""
        Ask.under_way += 1
        Ask.most = max(Ask.most, Ask.under_way)
        await conn.send(b"WHO\r\n")
        yield Fact("me", (await conn.receive(until=b"\n")).decode())
        Ask.under_way -= 1


class Plugin:
    """The demo service, and its enumerator where one is wanted."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks

    @hookimpl
    def recon_probes(self):
        """The probe."""
        return [DEMO]

    @hookimpl
    def recon_enumerators(self):
        """The enumerator, or none."""
        return [Ask] if self.asks else []


def sweep(port: int, *, asks: bool) -> tuple[float, int]:
    """Seconds that a deep sweep takes, and how many records its enumerator told something of."""
    manager = pluggy.PluginManager("recon")
    manager.add_hookspecs(hookspecs)
    manager.register(Plugin(asks=asks), "bench")
    plan = recon.Plan.parse(TARGETS, ports=str(port), rate="max", deep=True, window=4000)
    begun = time.perf_counter()
    with recon.sweep(plan, plugins=Plugins(manager)) as running:
        told = sum("demo.me" in record.facts for batch in running for record in batch)
    return time.perf_counter() - begun, told


def main() -> None:
    """Print a line for each round, then the medians."""
    with subprocess.Popen([SERVER, "answer", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            port = json.loads(server.stdout.readline())["port"]
            rates = []
            for _ in range(ROUNDS):
                alone_s, _ = sweep(port, asks=False)
                Ask.under_way = Ask.most = 0
                took_s, told = sweep(port, asks=True)
                rates.append(told / took_s)
                print(
                    f"{told:,} of {HOSTS:,} told in {took_s:.2f} s (the sweep alone {alone_s:.2f} s): "
                    f"{rates[-1]:,.0f}/s, {Ask.most:,} under way at most"
                )
            print(f"median {statistics.median(rates):,.0f} conversations/s")
        finally:
            server.kill()


if __name__ == "__main__":
    main()
