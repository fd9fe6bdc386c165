"""Records real servers' conversations into recordings/, as root: ``python tests/servers/record.py [SERVER]...``.

TCP is what a sweep said and heard. For UDP each declared question for the port is sent once; the answer
may come from another port. Never run by tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from server_lab import Lab, lab, missing, question  # noqa: E402 - as above
from server_table import SERVERS, Port  # noqa: E402 - as above

from recon import plugins  # noqa: E402 - this folder's modules are found only now
from recon.testing import Transcript, load_transcript, save  # noqa: E402 - as above

RECON = Path(sys.executable).with_name("recon")
_EXCHANGE = """
import socket, sys
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(1)
asker.sendto(bytes.fromhex(sys.argv[2]), ("127.0.0.1", int(sys.argv[1])))
try:
    print(asker.recvfrom(65535)[0].hex())
except TimeoutError:
    pass
"""


def _covers(words: str, number: int) -> bool:
    """Whether a probe's ports (``53,3478-3481``) hold a number."""
    spans = [word.partition("-") for word in words.split(",") if word]
    return any(int(first) <= number <= int(last or first) for first, _, last in spans)


def record_tcp(running: Lab, port: Port, note: str) -> Transcript:
    """One sweep over one port."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.jsonl"
        words = ["sweep", "127.0.0.1", "-p", str(port.number), "--format", "list", "--progress", "none"]
        subprocess.run(running.inside(str(RECON), *words, "--transcripts", str(path)), check=True, capture_output=True)
        heard = load_transcript(path)
    return Transcript(heard.entries, "127.0.0.1", port.number, note)


def record_udp(running: Lab, port: Port, note: str) -> Transcript:
    """Each question that some probe has for the port."""
    entries: list[tuple[str, bytes, int, int]] = []
    for _, probe in plugins.load().probes():
        if probe.transport == "udp" and _covers(probe.ports, port.number):
            said = question(probe.send, port.number)
            ask = running.inside(sys.executable, "-c", _EXCHANGE, str(port.number), said.hex())
            answer = bytes.fromhex(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
            at_us = 1000 * len(entries)
            entries.append(("sent", said, at_us, 0))
            if answer:
                entries.append(("received", answer, at_us + 500, 0))
    return Transcript(tuple(entries), "127.0.0.1", port.number, note)


def main() -> int:
    """Record the servers that are installed, all or those named; the exit code says whether all were."""
    why = missing()
    if why is not None:
        print(why, file=sys.stderr)  # noqa: T201 - a command
        return 2
    chosen = [server for server in SERVERS if server.name in sys.argv[1:] or not sys.argv[1:]]
    with lab(chosen) as running:
        for server in chosen:
            if server.name in running.failed or server.name not in running.versions:
                continue
            note = f"{server.package} {running.versions[server.name]}"
            for port in server.ports:
                record = record_udp if port.transport == "udp" else record_tcp
                save(record(running, port, note), HERE / "recordings" / f"{port.name}.jsonl")
        absent = [
            server.name for server in chosen if server.name in running.failed or server.name not in running.versions
        ]
    print(json.dumps({"not recorded": absent}))  # noqa: T201 - a command
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
