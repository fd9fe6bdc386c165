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
    """A probe on a port of one transport; ``sends`` is the start of what it says, empty if it only listens."""

    probe: str
    sends: str

    def __str__(self) -> str:
        """Say it in a table's cell."""
        return f'{self.probe} ("{self.sends}")' if self.sends else f"{self.probe} (listens)"


def asks(probes: Iterable[Probe]) -> dict[tuple[int, str], list[Ask]]:
    """Map (port, transport) to the probes hinted there, in order of loading."""
    found: dict[tuple[int, str], list[Ask]] = {}
    for probe in probes:
        ask = Ask(probe.name, terminal(probe.send.split(b"\r\n", 1)[0], _SHOWN))
        for port in _ports(probe):
            found.setdefault((port, probe.transport), []).append(ask)
    return found


def _ports(probe: Probe) -> Iterator[int]:
    """Read the probe's ports; a broken probe has none, and is named where probes are loaded."""
    try:
        yield from (port for port, _ in ports.numbers(probe.ports)) if probe.ports else ()
    except PlanError:
        return
