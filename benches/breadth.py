"""Measures that protocols cost others nothing: the same greetings named with the whole pack and with half of it."""

from __future__ import annotations

import time

from figures import Figure
from test_core import GREETINGS

from recon import Probe, _core, plugins

ROUNDS = 2000
QUICK_ROUNDS = 500
TURNS = 9
"""Each pack's turn comes so often; its best one counts, which a busy machine disturbs least."""


def figure(*, quick: bool) -> Figure:
    """Greetings a second with the whole pack, beside those with half of it, taken in turn."""
    probes = plugins.load().probes()
    whole, half = _core.Pack(probes), _core.Pack(_half(probes))
    rounds = QUICK_ROUNDS if quick else ROUNDS
    turns = [(_rate(whole, rounds), _rate(half, rounds)) for _ in range(TURNS)]
    with_whole, with_half = map(max, zip(*turns, strict=True))
    return Figure("matcher, whole pack", with_whole, "banners/s", with_half, with_whole / with_half, cpu_bound=True)


def _half(probes: list[tuple[str, Probe]]) -> list[tuple[str, Probe]]:
    """The probes without half of them, none of which names a greeting."""
    pack = _core.Pack(probes)
    needed = {service.name for greeting in GREETINGS for service in pack.identify(greeting)[0]}
    rest = [at for at, (_, probe) in enumerate(probes) if not needed & {match.service for match in probe.matches}]
    left_out = set(rest[: len(probes) // 2])
    return [probe for at, probe in enumerate(probes) if at not in left_out]


def _rate(pack: _core.Pack, rounds: int) -> float:
    start = time.process_time()
    pack.identify_many(GREETINGS, rounds)
    return rounds * len(GREETINGS) / (time.process_time() - start)


if __name__ == "__main__":
    told = figure(quick=False)
    print(f"{told.name}: {told.value:,.0f} {told.unit} beside {told.beside:,.0f}, {told.ratio:.2f}x")
