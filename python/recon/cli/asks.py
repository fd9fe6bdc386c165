"""Which probes are hinted at a port, and what they say there. Must never send one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon import ports
from recon.errors import PlanError
from recon.sinks.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon.model import Probe

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Ask:
    """A probe on a port of one transport; ``sends`` is the start of what it says, empty if it only listens.

    ``tls``: it is said inside TLS, after a hello.
    """

    probe: str
    sends: str
    tls: bool = False

    def __str__(self) -> str:
        """Say it in a table's cell."""
        said = f'{self.probe} ("{self.sends}")' if self.sends else f"{self.probe} (listens)"
        return f"TLS, then {said}" if self.tls else said


def asks(probes: Iterable[Probe]) -> dict[tuple[int, str], list[Ask]]:
    """Map (port, transport) to the probes hinted there, in order of loading."""
    found: dict[tuple[int, str], list[Ask]] = {}
    for probe in probes:
        said = terminal(probe.send.split(b"\r\n", 1)[0], _SHOWN)
        for words, tls in ((probe.ports, False), (probe.tls_ports, True)):
            for port in _ports(words):
                found.setdefault((port, probe.transport), []).append(Ask(probe.name, said, tls))
    return found


def _ports(words: str) -> Iterator[int]:
    """Read a probe's ports; a broken probe has none, and is named where probes are loaded."""
    try:
        yield from (port for port, _ in ports.numbers(words)) if words else ()
    except PlanError:
        return
