"""Starts real servers in a network namespace of their own and ends them all. Never lets one reach another network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server_table import Port, Server

UNPACKED = Path(os.environ.get("RECON_SERVERS", "/var/cache/recon-servers"))
START_LIMIT_S = 60.0
"""The longest that a server may take until it listens; a database makes its files first."""

_LISTENING = {"tcp": "0A", "udp": "07"}
"""The state of a socket that waits for peers, in /proc/net/tcp and /proc/net/udp."""
_PRIVATE = "mount -t tmpfs recon /tmp"
"""Each server has a /tmp of its own (``ip netns exec`` gave it its own mounts), without the locks of other runs."""
_HOMES = "/var/tmp"  # noqa: S108 - a new folder with a random name is made inside
_NEEDS = ("ip", "nft", "unshare", "setpriv", "openssl", "dpkg-query")


def missing() -> str | None:
    """Say why no server can be started here; none if they can."""
    if os.geteuid() != 0:
        return "needs root: real servers run in a network namespace"
    absent = [tool for tool in _NEEDS if shutil.which(tool) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def package_version(server: Server) -> str | None:
    """The version of a server's package as Debian writes it; none when it is not installed."""
    if server.unpacked:
        control = UNPACKED / server.package / "control"
        found = re.search(r"^Version: (\S+)", control.read_text(), re.MULTILINE) if control.is_file() else None
        return found[1] if found else None
    asked = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", server.package]
    status, _, version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.partition(" ")
    return version if status == "installed" else None


def upstream(version: str) -> tuple[str, str]:
    """Split a Debian version into the program's own and the revision (Debian Policy section 5.6.12).

    The epoch and the marks of repacked sources (``+dfsg``, ``+ds``) are Debian's, not the program's.
    """
    own, _, revision = version.partition(":")[2 if ":" in version else 0].rpartition("-")
    return re.sub(r"\+(dfsg|ds)\d*$", "", own), revision


@dataclass(slots=True)
class Lab:
    """A namespace with servers in it. ``failed`` says why a server that is installed did not come up."""

    namespace: str
    folder: Path
    versions: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def inside(self, *command: str) -> list[str]:
        """The command that runs ``command`` inside the namespace."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def start(self, server: Server) -> None:
        """Start one server, without waiting for it.

        The shell stays the first process of a process namespace: when it is killed, all that it started is. (A server
        in its place would shake that off as it changes its user.)
        """
        home = self.folder / server.name
        home.mkdir(mode=0o755)
        (home / "c").write_text(self._filled(server, server.config))
        script = self._filled(server, f"{_PRIVATE}\n{server.before}\n{server.command}\nexit $?\n")
        guarded = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        with (home / "log").open("wb") as log:
            self._running.append(
                subprocess.Popen(
                    self.inside(*guarded, "bash", "-c", script),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=home,
                    env=_plain_environment(),
                )
            )

    def wait(self, servers: Iterable[Server]) -> None:
        """Wait until every port of ``servers`` listens; note those that do not."""
        deadline = time.monotonic() + START_LIMIT_S
        waiting = {server.name: server for server in servers}
        while waiting and time.monotonic() < deadline:
            up = {transport: self._listening(transport) for transport in _LISTENING}
            waiting = {
                name: server
                for name, server in waiting.items()
                if not all(port.number in up[port.transport] for port in server.ports)
            }
            time.sleep(0.05)  # between two looks at the socket table
        for name in waiting:
            self.failed[name] = (self.folder / name / "log").read_text(errors="replace")[-2000:]

    def redirect(self, ports: dict[int, int]) -> None:
        """Let each TCP port of ``ports`` lead to another one of the namespace."""
        rules = ["table ip recon {", "chain moved {", "type nat hook output priority -100;"]
        rules += [f"tcp dport {odd} redirect to :{own};" for odd, own in ports.items()]
        text = "\n".join([*rules, "}", "}"])
        subprocess.run(self.inside("nft", "-f", "-"), input=text, text=True, check=True)

    def end(self) -> None:
        """Kill every server with all its children."""
        for process in self._running:
            process.kill()
        for process in self._running:
            process.wait()

    def _filled(self, server: Server, text: str) -> str:
        words = {
            "@D": self.folder / server.name,
            "@CRT": self.folder / "crt",
            "@KEY": self.folder / "key",
            "@ROOT": UNPACKED / server.package,
        }
        return re.sub(r"@(CRT|KEY|ROOT|D)\b", lambda found: str(words[found[0]]), text)

    def _listening(self, transport: str) -> set[int]:
        table = subprocess.run(
            self.inside("cat", f"/proc/net/{transport}"), capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split() for line in table.splitlines()[1:]]
        return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENING[transport]}


@contextmanager
def lab(servers: Iterable[Server]) -> Iterator[Lab]:
    """Run those of ``servers`` that are installed; at the end nothing of them is left."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="recon-servers-", dir=_HOMES))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        _make_certificate(folder)
        running = Lab(f"recon-servers-{os.getpid()}", folder)
        subprocess.run(["ip", "netns", "add", running.namespace], check=True)
        stack.callback(subprocess.run, ["ip", "netns", "delete", running.namespace], check=False)
        subprocess.run(running.inside("ip", "link", "set", "lo", "up"), check=True)
        stack.callback(running.end)
        here = []
        for server in servers:
            version = package_version(server)
            if version is not None:
                running.versions[server.name] = version
                running.start(server)
                here.append(server)
        running.wait(here)
        yield running


def expected(port: Port, version: str) -> dict[str, str | None]:
    """What a row must say of ``port``, given the version of the package: only what is on the wire."""
    own, revision = upstream(version)
    own = ".".join(own.split(".")[: port.parts])
    return {
        "name": port.service,
        "product": port.product,
        "version": own if port.version else None,
        "revision": revision if port.revision else None,
        "distro": port.distro,
    }


def question(send: bytes, port: int) -> bytes:
    """What really goes out for a probe's ``send`` to ``port`` on loopback: its blanks filled."""
    return send.replace(b"{host}", b"127.0.0.1").replace(b"{port}", b"%d" % port)


def _make_certificate(folder: Path) -> None:
    names = "subjectAltName=DNS:example.test,IP:127.0.0.1"
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=example.test"]
    files = ["-keyout", str(folder / "key"), "-out", str(folder / "crt"), "-addext", names]
    subprocess.run([*asked, *files], check=True, capture_output=True)
    (folder / "key").chmod(0o644)


def _plain_environment() -> dict[str, str]:
    """What a server is started with: nothing of where recon, or its tests, keep their own files."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "RECON_"))}
