"""Fixtures for tests of plugins: ``identify`` and ``replay``. Loads in every pytest run: must import no core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from recon.model import FactValue, Probe, Record, Service
    from recon.testing.conversations import Transcript

    Identify = Callable[..., tuple[list[Service], dict[str, FactValue]]]
    Replay = Callable[..., Record]


@pytest.fixture
def identify() -> Identify:
    """``identify(data, probes, asked="listen")``: the services and facts that probes read in one answer."""

    def call(data: bytes, probes: Iterable[Probe], asked: str = "listen") -> tuple[list[Service], dict[str, FactValue]]:
        from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

        return testing.identify(data, probes, asked)

    return call


@pytest.fixture
def replay() -> Replay:
    """``replay(transcript_or_path, probes, port=None)``: the record that a sweep would have made."""

    def call(transcript: Transcript | str | Path, probes: Iterable[Probe], port: int | None = None) -> Record:
        from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

        return testing.replay(transcript, probes, port)

    return call
