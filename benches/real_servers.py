"""The real servers of tests/servers, asked by recon and nmap -sV in turn: answers beside the truth, and times.

``real_servers.py [--rounds N] [-o FILE]`` (root) writes docs/real-servers.md. Every server runs in a network namespace
that has nothing but ``lo`` and is met on a port that means nothing. Never asks elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ground

sys.path.insert(0, str(ground.ROOT / "tests" / "servers"))

from server_lab import Lab, expected, lab, missing
from server_table import SERVERS, Port, Server

RECON = Path(sys.executable).with_name("recon")
PAGE = ground.ROOT / "docs" / "real-servers.md"
SILENT = 20
LONGEST_S = 1800
RECOGNISABLE = {"s_server-tls12": "OpenSSL s_server", "s_server-tls13": "OpenSSL s_server", "xrdp": "xrdp"}
"""Products that can be told from how they answer, though the suite does not ask for them."""
SPELLINGS = {"svnserve": "Subversion"}
"""Another name of the same thing."""
ODD_PORTS = range(30_000, 60_000)
SILENT_SERVER = """
import select, socket, sys
poll = select.poll()
known = {}
for port in map(int, sys.argv[1:]):
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    known[listener.fileno()] = listener
    poll.register(listener, select.POLLIN)
listeners = set(known)
print("listening", flush=True)
while True:
    for fd, _ in poll.poll():
        if fd in listeners:
            peer, _ = known[fd].accept()
            known[peer.fileno()] = peer
            poll.register(peer, select.POLLIN)
            continue
        try:
            alive = known[fd].recv(65536)
        except OSError:
            alive = b""
        if not alive:
            poll.unregister(fd)
            known.pop(fd).close()
"""


@dataclass(frozen=True)
class Answer:
    """What a scanner says of one port: services by name, products of them, and all of it as it was written."""

    services: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"({', '.join(self.services) or 'nothing'})"


@dataclass
class Outcome:
    """All rounds of one scanner over the same ports: wall times in seconds, and the last answers by port name."""

    seconds: list[float] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


def recon_answers(running: Lab, words: Sequence[str], *, udp: bool) -> dict[int, Answer]:
    """One deep sweep: the services of every open port."""
    ports = ",".join(f"U:{word}" if udp else word for word in words)
    options = ["--deep", "--format", "jsonl", "--progress", "none"]
    rows = map(json.loads, _output(running, str(RECON), "sweep", "127.0.0.1", "-p", ports, *options).splitlines())
    return {row["port"]: _recon_answer(row["services"]) for row in rows}


def _recon_answer(services: Sequence[Mapping[str, str | None]]) -> Answer:
    keys = ("product", "version", "distro", "revision")
    texts = [" ".join(one[key] or "" for key in keys).strip() for one in services]
    return Answer(*(_values(services, key) for key in ("name", "product", "version")), "; ".join(filter(None, texts)))


def _values(services: Sequence[Mapping[str, str | None]], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for one in services if (value := one[key])))


def nmap_answers(running: Lab, words: Sequence[str], *, udp: bool) -> dict[int, Answer]:
    """One ``nmap -sV``, told that the host is up and to look up no names: the service of every port."""
    how = ["-sU", "-sV"] if udp else ["-sT", "-sV"]
    text = _output(running, "nmap", *how, "-Pn", "-n", "-oX", "-", "-p", ",".join(words), "127.0.0.1")
    found = ET.fromstring(text).iter("port")  # noqa: S314 - written by the nmap that we started
    return {int(port.get("portid", "0")): _nmap_answer(port.find("service")) for port in found}


def _nmap_answer(service: ET.Element | None) -> Answer:
    if service is None:
        return Answer()
    # "table" is the name that nmap's list has for the number; "tcpwrapped" is a port that said nothing.
    named = service.get("method") == "probed" and service.get("name") != "tcpwrapped"
    name, product, version = (service.get(key, "") for key in ("name", "product", "version"))
    text = " ".join(filter(None, (product, version, service.get("extrainfo"))))
    products = (product,) if product.casefold() != name else ()  # a protocol's name is no product
    return Answer((name,) if named else (), tuple(filter(None, products)), tuple(filter(None, (version,))), text)


def _output(running: Lab, *words: str) -> str:
    done = subprocess.run(
        running.inside(*words), capture_output=True, text=True, timeout=LONGEST_S, check=False
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{words[0]} failed: {done.stderr[-500:]}")
    return done.stdout


SCANNERS = {"recon": recon_answers, "nmap": nmap_answers}


def timed(running: Lab, ports: Mapping[int, Port], also: Sequence[int], rounds: int, seed: int) -> dict[str, Outcome]:
    """Ask ``ports`` by number, and ``also``, both scanners in turn; the first goes second next time."""
    outcomes = {name: Outcome() for name in SCANNERS}
    udp = any(port.transport == "udp" for port in ports.values())
    for index in range(rounds):
        words = [str(number) for number in (*ports, *also)]
        random.Random(seed + index).shuffle(words)  # noqa: S311 - a seed repeats a run
        for name in list(SCANNERS)[:: -1 if index % 2 else 1]:
            began = time.perf_counter()
            found = SCANNERS[name](running, words, udp=udp)
            outcomes[name].seconds.append(time.perf_counter() - began)
            outcomes[name].answers = {port.name: found.get(number, Answer()) for number, port in ports.items()}
    return outcomes


@contextlib.contextmanager
def silent(running: Lab, ports: Sequence[int]) -> Iterator[None]:
    """Listeners that accept, read all and never say anything."""
    command = running.inside(sys.executable, "-c", SILENT_SERVER, *map(str, ports))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            yield
        finally:
            process.kill()


def verdict(answer: Answer, wanted: Mapping[str, str | None]) -> str:
    """Judge an answer by what stands on the wire; whatever field a scanner says it in counts."""
    product, version = wanted["product"], wanted["version"]
    if not answer.services:
        return "not named"
    if product is None:
        return "product not on the wire" if answer.products else "right"
    if not any(_holds(answer.text, name) for name in (product, SPELLINGS.get(product, product))):
        return "another product" if answer.products else "product missed"
    if version is not None:
        return "right" if version in answer.text else "wrong version" if answer.versions else "version missed"
    return "version not on the wire" if answer.versions else "right"


def _holds(text: str, name: str) -> bool:
    """Whether a text has a name in it, case and blanks aside, or its first word (``Apache`` of ``Apache httpd``)."""
    text, name = text.casefold(), name.casefold()
    return name.replace(" ", "") in text.replace(" ", "") or name.split()[0] in text.split()


def truth(running: Lab, server: Server, port: Port) -> dict[str, str | None]:
    """What can be told of a port by its answers."""
    wanted = expected(port, running.versions[server.name])
    return wanted | {"product": RECOGNISABLE.get(port.name, wanted["product"])}


def table(running: Lab, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """One line a port: the truth, both answers, both judged."""
    yield "| port | package | on the wire | recon | | nmap -sV | |"
    yield "|---|---|---|---|---|---|---|"
    for server, port in _asked(running):
        if port.name not in outcomes["recon"].answers:
            continue
        wanted = truth(running, server, port)
        judged = []
        for name in SCANNERS:
            answer = outcomes[name].answers[port.name]
            judged += [str(answer), verdict(answer, wanted)]
        true = " ".join(wanted[key] or "" for key in ("product", "version", "distro", "revision")).split()
        cells = [
            port.name,
            f"{server.package} {running.versions[server.name]}",
            " ".join(true) or "no product",
            *judged,
        ]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _asked(running: Lab) -> list[tuple[Server, Port]]:
    up = [server for server in SERVERS if server.name in running.versions and server.name not in running.failed]
    return [(server, port) for server in up for port in server.ports]


def counts(running: Lab, all_outcomes: Sequence[Mapping[str, Outcome]]) -> Iterator[str]:
    """How often each scanner was right, and how it was wrong."""
    wanted = {port.name: truth(running, server, port) for server, port in _asked(running)}
    yield "| | " + " | ".join(SCANNERS) + " |"
    yield "|---|---|---|"
    verdicts = {
        name: [verdict(said, wanted[port]) for one in all_outcomes for port, said in one[name].answers.items()]
        for name in SCANNERS
    }
    for kind in sorted({kind for told in verdicts.values() for kind in told}, key=lambda kind: (kind != "right", kind)):
        yield f"| {kind} | " + " | ".join(str(verdicts[name].count(kind)) for name in SCANNERS) + " |"


def times(named: Mapping[str, tuple[int, Mapping[str, Outcome]]]) -> Iterator[str]:
    """Median wall times and the ratio, one line a set of ports."""
    yield "| asked | ports | rounds | recon | nmap -sV | ratio |"
    yield "|---|---|---|---|---|---|"
    for name, (ports, outcomes) in named.items():
        ours, theirs = (statistics.median(outcomes[scanner].seconds) for scanner in SCANNERS)
        rounds = len(outcomes["recon"].seconds)
        yield f"| {name} | {ports} | {rounds} | {ours:.2f} s | {theirs:.1f} s | 1/{theirs / ours:.0f} |"


PREFACE = """\
# Real servers, beside nmap -sV

Made by `benches/real_servers.py` ({made}): {servers} servers from Debian packages (`tests/servers`), each in its own
process namespace, all in one network namespace that has only `lo`. TCP servers were met on shuffled ports
between 30000 and 60000, UDP servers on their own. Times are wall times of whole processes, start-up included,
median of all rounds, the two scanners in turn. `nmap -sV -Pn -n` is {nmap}, as Debian ships it.

"On the wire" is the part of the package's version (`dpkg-query`) that the server tells to a stranger. An answer is
*right* if it says exactly that, in whatever field: the product, and the version where there is one to see; a version
that is not there to be seen is wrong. Several services of one port stand in recon's order.
"""


def page(running: Lab, tcp: Mapping[str, Outcome], udp: Mapping[str, Outcome], quiet: Mapping[str, Outcome]) -> str:
    """The whole document."""
    made = time.strftime("%Y-%m-%d", time.gmtime())
    nmap = ground.output("nmap", "--version").split("(")[0].strip()
    servers = len(running.versions) - len(running.failed)
    size = len(tcp["recon"].answers)
    named = {
        "TCP servers": (size, tcp),
        f"the same and {SILENT} silent listeners": (size + SILENT, quiet),
        "UDP servers": (len(udp["recon"].answers), udp),
    }
    parts = [PREFACE.format(made=made, servers=servers, nmap=nmap)]
    parts += ["## Times\n", *times(named), "\n## Counts\n", *counts(running, [tcp, udp])]
    parts += ["\n## TCP\n", *table(running, tcp), "\n## UDP\n", *table(running, udp)]
    return "\n".join(parts) + "\n"


def measure(running: Lab, rounds: int, seed: int) -> str:
    """Ask all servers, then all of them with silent listeners among them."""
    asked = [port for _, port in _asked(running)]
    numbers = sorted({port.number for port in asked if port.transport == "tcp"})
    odd = random.Random(seed).sample(ODD_PORTS, len(numbers) + SILENT)  # noqa: S311 - a seed repeats a run
    chosen = dict(zip(numbers, odd, strict=False))
    running.redirect({port: number for number, port in chosen.items()})
    moved = {chosen[port.number]: port for port in asked if port.transport == "tcp"}
    usual = {port.number: port for port in asked if port.transport == "udp"}
    tcp = timed(running, moved, (), rounds, seed)
    udp = timed(running, usual, (), rounds, seed)
    quiet_ports = odd[len(numbers) :]
    with silent(running, quiet_ports):
        quiet = timed(running, moved, quiet_ports, rounds, seed)
    return page(running, tcp, udp, quiet)


def main() -> None:
    """Start the servers, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5, help="fixes the odd ports and their order")
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    options = parser.parse_args()
    why = missing()
    if why is not None:
        raise SystemExit(why)
    with lab(SERVERS) as running:
        for name, log in running.failed.items():
            print(f"{name} did not start: {log[-300:]}", file=sys.stderr)
        options.output.write_text(measure(running, options.rounds, options.seed))


if __name__ == "__main__":
    main()
