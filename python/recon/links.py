"""Which links this machine lets us open, and the way each range would take. Asks the kernel; never sends a packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recon import _core


@dataclass(frozen=True, slots=True)
class Link:
    """What raw packets leave by. ``interface`` is none for raw IP; ``refusal`` is the errno of opening it, if any."""

    name: str
    interface: str | None
    refusal: int | None


def links() -> list[Link]:
    """Try every link on each interface that is up; empty where recon has no raw backend."""
    return [Link(*told) for told in _core.links()]


def ways(
    blocks: Sequence[tuple[str, str]], interface: str | None = None, source_ip: str | None = None, *, most: int = 20
) -> list[tuple[str, str, str]]:
    """(first address, last, way in words) of the ranges that leave one way each, at most ``most`` of a block.

    Raises EngineError when the system does not tell its routes.
    """
    return _core.ways(blocks, interface, source_ip, most)
