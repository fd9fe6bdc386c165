"""A lab on loopback for runs that are killed: a listener that counts who was asked, and a child that sweeps."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recon._core import JournalReader

RATE = 8000.0
HOSTS = 1 << 13
WORDS = "127.3.0.0/19"
LONGEST_S = 0.25
"""A process that is to be killed lives no longer than this."""

CHILD = """
import sys, recon
path, words, ports, options = sys.argv[1], sys.argv[2].split(), sys.argv[3], eval(sys.argv[4])
with recon.sweep(recon.Plan.parse(*words, ports=ports, **options), journal=path) as sweep:
    print("begun", flush=True)
    for batch in sweep:
        pass
print("ended", flush=True)
"""


def options(**changed):
    """Options of a plan over ports of which half are open."""
    return {"rate": RATE, "seed": 7, "enumerate": False, "show": ["open", "closed"], "threads": 2} | changed


class Listener:
    """Takes every connection to one port of all loopback addresses, and counts them by address."""

    def __init__(self):
        self.asked = Counter()
        self._socket = socket.create_server(("0.0.0.0", 0), backlog=4096)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            try:
                self.asked[connection.getsockname()[0]] += 1
            except OSError:  # reset before it was looked at; it was asked all the same
                self.asked["unknown"] += 1
            connection.close()

    def close(self):
        """Take no more connections."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@dataclass(frozen=True)
class Trial:
    """What came of a run that was killed: rows, how many of them twice, and how often an open port was asked again."""

    killed: int
    rows: int
    doubled: int
    open: int
    closed: int
    again: int
    state: dict[str, Any]

    def is_whole(self, hosts):
        """Whether each host has one open and one closed row, and the counts say so too."""
        tally = self.state["tally"]
        counts = tuple(tally[name] for name in ("open", "closed", "silent", "unknown"))
        rows = (self.rows, self.doubled, self.open, self.closed)
        return self.state["finished"] and rows == (2 * hosts, 0, hosts, hosts) and counts == (hosts, hosts, 0, 0)


@dataclass(frozen=True)
class Run:
    """A run that is killed and gone on with: its journal, its targets, and the options of its plan."""

    path: Path
    words: str
    ports: str
    options: dict[str, Any]

    def attempt(self, kill_after_s=None):
        """One process that sweeps until its end, or until it is killed; whether it came to its end."""
        command = [sys.executable, "-c", CHILD, str(self.path), self.words, self.ports, repr(self.options)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "begun\n"
            if kill_after_s is not None:
                try:
                    child.wait(kill_after_s)
                except subprocess.TimeoutExpired:
                    child.send_signal(signal.SIGKILL)
            return child.stdout.read() == "ended\n" and child.wait() == 0

    def finish(self, instants_s):
        """Sweep, killed after each of these times, until an attempt comes to its end; how often it was killed."""
        for count, instant_s in enumerate(instants_s):
            if self.attempt(instant_s):
                return count
        assert self.attempt()
        return len(instants_s)

    def trial(self, listener, instants_s):
        """Finish the run, killed at these times, and tell what came of it."""
        before = sum(listener.asked.values())
        killed = self.finish(instants_s)
        rows, state = self.told()
        places = Counter((row["addr"], row["port"]) for row in rows)
        states = Counter(row["state"] for row in rows)
        return Trial(
            killed=killed,
            rows=len(rows),
            doubled=len(rows) - len(places),
            open=states["open"],
            closed=states["closed"],
            again=sum(listener.asked.values()) - before - states["open"],
            state=state,
        )

    def told(self):
        """All rows of the journal, and where the run stands."""
        reader = JournalReader(self.path)
        return [json.loads(row) for _, row in reader.rows(10**9)], reader.state()
