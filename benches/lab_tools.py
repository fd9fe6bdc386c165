"""Scanners in the lab: how each is told a job, and how what it prints is counted. Runs nothing itself."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import ground
import lab_ground
from namespaces import SCANNER_ADDR


@dataclass(frozen=True)
class Job:
    """``ports`` of ``targets``; ``rate`` in packets a second or a word of recon's; ``asks`` is how often each is asked.

    ``mac`` is the next hop's. ``threads`` send, where a scanner has a choice. ``asks`` of 0 leaves it to recon;
    ``summary`` is the file that recon writes its own to.
    """

    targets: str
    ports: str
    mac: str
    rate: int | str = "max"
    threads: int = 1
    asks: int = 1
    greets: bool = False
    backend: str = "raw"
    summary: str = ""


@dataclass(frozen=True)
class Tool:
    """A scanner: the program that must be there, its words for a job, and how what it prints is counted."""

    program: str
    words: Callable[[Job], list[str]]
    count: Callable[[str], int]
    stdin: Callable[[Job], str] = lambda _: ""

    def why_not(self, job: Job) -> str | None:
        """Why it cannot do a job, or nothing."""
        if not shutil.which(self.program):
            return "not on PATH"
        if self.program == "zmap" and re.search(r"[-,]", job.ports) and not zmap_is_new():
            return "takes one port only before 3.0"
        return None


def distinct(text: str) -> int:
    """How many different lines say something."""
    return len({line for line in text.splitlines() if line.strip()})


def recon_words(job: Job) -> list[str]:
    """How recon is told a job."""
    talk = ["--enumerate", "--format", "jsonl"] if job.greets else ["--no-enumerate", "--format", "list"]
    how = ["--backend", job.backend, "--rate", str(job.rate), "--threads", str(job.threads)]
    passes = ["--passes", str(job.asks)] if job.asks else []
    summary = ["--summary", job.summary] if job.summary else []
    rest = ["--yes", "--progress", "none", "--no-store", *summary]
    return [sys.executable, "-m", "recon.cli", "sweep", job.targets, "-p", job.ports, *talk, *how, *passes, *rest]


@functools.cache
def zmap_is_new() -> bool:
    """Whether zmap takes several ports (from 3.0 on)."""
    told = subprocess.run(["zmap", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)\.\d+", told.stdout + told.stderr)
    return version is not None and int(version[1]) >= 3


def zmap_words(job: Job) -> list[str]:
    """How zmap is told a job: no list of forbidden ranges, a second for late answers."""
    link = ["-i", "cable", "-S", SCANNER_ADDR, "-G", job.mac, "-T", str(job.threads)]
    rate = ["-r", "0" if job.rate == "max" else str(job.rate), "-P", str(job.asks), "-c", "1"]
    return ["zmap", "-C", "/dev/null", "-b", "/dev/null", *link, *rate, "-q", "-p", job.ports, "-o", "-", job.targets]


def masscan_words(job: Job) -> list[str]:
    """How masscan is told a job; it sends by one thread. For greetings it has an address of its own."""
    rate = "100000000" if job.rate == "max" else str(job.rate)
    addr = lab_ground.MASSCAN_ADDR if job.greets else SCANNER_ADDR
    link = ["--adapter", "cable", "--adapter-ip", addr, "--router-mac", job.mac.replace(":", "-")]
    talk = ["--banners"] if job.greets else []
    rest = ["--retries", str(job.asks - 1), "--wait", "5" if job.greets else "1", "-oL", "-"]
    return ["masscan", job.targets, "-p", job.ports, "--rate", rate, *link, *talk, *rest]


def masscan_found(kind: str, text: str) -> int:
    """How many different ports of a kind (``open``, ``banner``) masscan lists."""
    return len(set(re.findall(rf"^{kind} tcp (\d+ [\d.]+)", text, re.MULTILINE)))


def nmap_words(job: Job) -> list[str]:
    """How nmap is told a job."""
    return ["nmap", "-sS", "-n", "-Pn", "-T4", "-p", job.ports, "-oG", "-", job.targets]


def floor_words(mode: str, frames: int, job: Job) -> list[str]:
    """How one of the floor's senders is told a job."""
    return [str(ground.FLOOR), mode, "cable", job.mac, SCANNER_ADDR, job.targets, job.ports, str(frames)]


def named(text: str) -> int:
    """How many greetings recon named."""
    return text.count('"product":"OpenSSH"')


RECON = Tool(sys.executable, recon_words, distinct)
RECON_GREETED = Tool(sys.executable, recon_words, named)
ZMAP = Tool("zmap", zmap_words, distinct)
MASSCAN = Tool("masscan", masscan_words, lambda text: masscan_found("open", text))
MASSCAN_GREETED = Tool("masscan", masscan_words, lambda text: masscan_found("banner", text))
NMAP = Tool("nmap", nmap_words, lambda text: text.count("/open/tcp"))
ZGRAB2 = Tool(
    "zgrab2",
    lambda job: ["zgrab2", "banner", "--port", job.ports, "--senders", "2000"],
    lambda text: text.count('"status":"success"'),
    lambda job: job.targets + "\n",
)
