"""Records what built-in enumerators hear from real servers, as root: ``python tests/enumerators/record.py [SERVER…]``.

The servers are those of tests/servers; xrdp and telnetd, which are not among them, were started by hand. Each
recording's header names the package that spoke. Never run by tests.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "servers"))

from server_lab import Lab, lab, missing  # noqa: E402 - found only now
from server_table import SERVERS, Port  # noqa: E402 - as above

from recon.enumerators import recon_enumerators  # noqa: E402 - as above
from recon.testing import Transcript, load_transcript, save  # noqa: E402 - as above

RECON = Path(sys.executable).with_name("recon")


def record(running: Lab, port: Port, enumerator: str, note: str) -> bool:
    """Keep one conversation; whether there was one."""
    path = HERE / "recordings" / f"{port.name}.{enumerator}.jsonl"
    words = ["plugins", "record", f"127.0.0.1:{port.number}", "--enumerator", enumerator, "--output", str(path)]
    done = subprocess.run(running.inside(str(RECON), *words), check=False, capture_output=True, text=True)
    print(port.name, enumerator, done.stderr.strip())  # noqa: T201 - a command
    if done.returncode == 0:
        heard = load_transcript(path)
        save(Transcript(heard.entries, "127.0.0.1", port.number, note), path)
    return done.returncode == 0


def main(wanted: list[str]) -> int:
    """Record the servers that are ``wanted`` (none: all); the exit code says whether all were."""
    why = missing()
    if why is not None:
        print(why, file=sys.stderr)  # noqa: T201 - a command
        return 2
    kinds = list(recon_enumerators())
    served = [server for server in SERVERS if not wanted or server.name in wanted]
    with lab(served) as running:
        done = [
            record(running, port, kind.name, f"{server.package} {running.versions[server.name]}")
            for server in served
            if server.name in running.versions and server.name not in running.failed
            for port in server.ports
            for kind in kinds
            if kind.service == port.service and port.transport == "tcp"
        ]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
