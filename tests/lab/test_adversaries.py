"""Servers that want to cost us time or memory: the budget holds, the memory stays, and what they did say is a row.

Every sweep is a process of its own, so that its peak memory is its own; all are started at once, for most only wait.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from recon import plugins

SERVERS = Path(__file__).with_name("adversary_servers.py")
HOSTS = "127.66.0.0/28"
HOW_MANY = 16
LONGEST_S = 240
AT_ONCE = 8
BANNER_LIMIT = 64 * 1024

DIALOGUE_S = 4.0
"""What the questions on one port may take (design, section 7)."""
ENUMERATOR_S = 10.0
"""What one enumerator may take on one port."""
BUSY = 3
"""How many times its budget a sweep may take on a machine that has other things to do. Without a budget: no end."""
MORE_MIB = 64
"""What a sweep over sixteen adversaries may hold at most above one over sixteen polite servers."""

SWEEP = """
import json, pathlib, re, sys
import recon
targets, port, deep = json.loads(sys.argv[1])
with recon.sweep(recon.Plan.parse(targets, ports=port, deep=deep, rate="max")) as sweep:
    rows = [json.loads(line) for batch in sweep for line in batch.to_jsonl().splitlines()]
# Not getrusage: its maximum outlives exec and would be our parent's.
peak_kib = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps({"rows": rows, "peak_mib": peak_kib / 1024, "summary": json.loads(sweep.summary.to_json())}))
"""


@dataclass(frozen=True)
class Swept:
    """What a sweep over one adversary, on sixteen addresses, came to."""

    rows: list[dict]
    peak_mib: float
    summary: dict

    @property
    def names(self):
        """Services found, on whichever address."""
        return {service["name"] for row in self.rows for service in row["services"]}

    @property
    def products(self):
        """Products found, on whichever address, with their versions."""
        return {(service["product"], service["version"]) for row in self.rows for service in row["services"]}

    @property
    def banners(self):
        """The exact bytes, one banner a row."""
        return [exact(row) for row in self.rows]

    def facts(self, name):
        """A fact's values, one a row."""
        return [row["facts"].get(name) for row in self.rows]


def exact(row):
    """A row's banner in bytes."""
    plain = row.get("banner_base64")
    return base64.b64decode(plain) if plain is not None else (row["banner"] or "").encode()


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """The adversaries' ports by name."""
    if not shutil.which("openssl"):
        pytest.skip("openssl not installed, which makes the adversaries' certificates")
    words = [sys.executable, str(SERVERS), str(tmp_path_factory.mktemp("certificates"))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(LONGEST_S)


@pytest.fixture(scope="module")
def swept(ports):
    """Give what a sweep came to: ``swept(name, deep=…)``; each was run once."""

    def sweep(name, deep):
        argument = json.dumps([HOSTS, str(ports[name]), deep])
        done = subprocess.run(
            [sys.executable, "-c", SWEEP, argument], capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return Swept(**json.loads(done.stdout))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {(name, deep): pool.submit(sweep, name, deep) for deep in (True, False) for name in ports}
        yield lambda name, *, deep: runs[name, deep].result(LONGEST_S)


def every(value):
    """A test of a list of values: each is this one, and there is one."""
    return lambda values: bool(values) and all(one == value for one in values)


NGINX = ("nginx", "1.22.1")
LEARNT = {
    "polite": lambda swept: every("polite")(swept.facts("http.title")) and NGINX in swept.products,
    "silence": lambda swept: every(b"")(swept.banners) and not swept.names,
    "drip": lambda swept: all(one and (b"welcome to the drip. " * 20).startswith(one) for one in swept.banners),
    "endless": lambda swept: every(b"z" * BANNER_LIMIT)(swept.banners) and all(swept.facts(TRUNCATED)),
    "garbage": lambda swept: len(set(swept.banners)) == 1 and len(swept.banners[0]) == 4096 and not swept.names,
    "reset": lambda swept: every(b"READY 1\r\nBUT TH")(swept.banners),
    "header": lambda swept: swept.products == {NGINX} and all(swept.facts(TRUNCATED)),
    "gzip bomb": lambda swept: swept.products == {NGINX} and every(200)(swept.facts("http.status")),
    "chunks": lambda swept: swept.products == {NGINX} and every(200)(swept.facts("http.status")),
    "redirect": lambda swept: swept.products == {NGINX} and all(swept.facts("http.location")),
    "changing": lambda swept: len(swept.names) > 1 and {("OpenSSH", "9.2p1"), ("vsftpd", "3.0.3")} <= swept.products,
    "ssh flood": lambda swept: swept.products == {("OpenSSH", "9.2p1")},
    "ftp drip": lambda swept: swept.products == {("vsftpd", "3.0.3")},
    "stalled tls": lambda swept: swept.names == {"tls"},
    "many names": lambda swept: every(10_000)(swept.facts("tls.names_total")) and NGINX in swept.products,
    "huge certificate": lambda swept: swept.names == {"tls"} and every("1.2")(swept.facts("tls.version")),
}
"""What each adversary lets be known of it, shallow or deep."""
TRUNCATED = "banner.truncated"

for_each = pytest.mark.parametrize(
    ("name", "deep"), [(name, deep) for name in LEARNT for deep in (False, True)], ids=str
)


def budget_s(swept, *, deep):
    """What a sweep may take: the dialogue, and deep the enumerators of whatever service was found."""
    kinds = [kind for _, kind in plugins.load().enumerators() if kind.service in swept.names]
    return DIALOGUE_S + (ENUMERATOR_S * len(kinds) if deep else 0)


@for_each
def test_an_adversary_costs_no_more_than_the_budget(swept, name, deep):
    one = swept(name, deep=deep)
    assert one.summary["elapsed_s"] < BUSY * budget_s(one, deep=deep)


@for_each
def test_an_adversary_gives_a_row_with_what_it_let_be_known(swept, name, deep):
    one = swept(name, deep=deep)
    assert len(one.rows) == one.summary["open"] == HOW_MANY
    assert one.summary["plugin_faults"] == {}
    assert LEARNT[name](one), one.rows[0]


@for_each
def test_an_adversary_costs_little_memory(swept, name, deep):
    more_mib = swept(name, deep=deep).peak_mib - swept("polite", deep=deep).peak_mib
    assert more_mib < MORE_MIB


def test_every_adversary_is_tested(ports):
    assert set(ports) == set(LEARNT)
