"""One line a host in the form of ``nmap -oG``, for grep and awk. Must never let a field hold what parts fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.escape import greppable
from recon.sinks.hosts import HELD_ROWS, Hosts
from recon.sinks.words import product_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, SinkOptions, Summary

_STATES = {"open": "open", "closed": "closed", "unreachable": "filtered", "open|silent": "open|filtered"}
"""nmap's words for recon's; what could not be asked has none and is left out."""


class GreppableSink:
    """Gathers the ports of a host and writes them on one line."""

    def __init__(self, stream: BinaryIO, options: SinkOptions, held: int = HELD_ROWS) -> None:
        """Write to ``stream``, holding ``held`` rows; text for programs has no look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._hosts = Hosts(held)
        self._headed = False

    def write(self, batch: Batch) -> None:
        """Keep the rows of ``batch``, and write what is held when it is much."""
        for record in batch:
            if record.state in _STATES:
                self._hosts.add(record.addr, record.host, record.port, _port(record))
        if self._hosts.is_full:
            self._stream.write(self._lines().encode())

    def close(self, summary: Summary | None) -> None:
        """Write the hosts that are held, and the last line."""
        hosts = self._lines()
        took = f" in {summary.elapsed_s:.2f} seconds" if summary else ""
        self._stream.write(f"{hosts}# recon done: {self._hosts.count} hosts answered{took}\n".encode())

    def _lines(self) -> str:
        head = "" if self._headed else "# recon, in the form of nmap -oG\n"
        self._headed = True
        lines = (f"Host: {addr} ({greppable(host or '')})\tPorts: {', '.join(ports)}\n"
                 for addr, host, ports in self._hosts.take())  # fmt: skip
        return head + "".join(lines)


def _port(record: Record) -> str:
    service = record.services[0] if record.services else None
    name = f"{'ssl|' if service.tls else ''}{greppable(service.name)}" if service else ""
    product = greppable(product_of(service)) if service else ""
    return f"{record.port}/{_STATES[record.state]}/{record.transport}//{name}//{product}/"
