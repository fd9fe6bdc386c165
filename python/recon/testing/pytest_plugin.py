"""Fixtures for authors, each named as in ``recon.testing``. Loads in every pytest run: must import no core."""

from __future__ import annotations

import contextlib
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from recon.enumerator import Enumerator, Found
    from recon.model import FactValue, Probe, Record, Service
    from recon.testing.conversations import Transcript
    from recon.testing.enumerators import Conversation, Learnt
    from recon.testing.servers import Behaviour, FakeServer
    from recon.testing.torture import Ordeal

    Identify = Callable[..., tuple[list[Service], dict[str, FactValue]]]
    Replay = Callable[..., Record]
    RunEnumerator = Callable[..., Learnt]
    Told = Conversation | str | Path
    Torture = Callable[..., Ordeal]
    Start = Callable[..., FakeServer]

_FAULTS_SHOWN = 5


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


@pytest.fixture
def torture() -> Torture:
    """``torture(probes, *transcripts_or_paths, seed=0)``: fails the test if any distorted answer is read wrong."""

    def call(probes: Iterable[Probe], *transcripts: Transcript | str | Path, seed: int = 0) -> Ordeal:
        from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

        told = [one if isinstance(one, testing.Transcript) else testing.load_transcript(one) for one in transcripts]
        ordeal = testing.torture(probes, told, seed=seed)
        return _endured(ordeal, "distorted answers were read wrong")

    return call


@pytest.fixture
def run_enumerator() -> RunEnumerator:
    """``run_enumerator(kind, transcript_or_path_or_pairs, found=None)``: the facts and services that it learns."""

    def call(kind: type[Enumerator], conversation: Told, found: Found | None = None) -> Learnt:
        from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

        return testing.run_enumerator(kind, _read(conversation), found)

    return call


@pytest.fixture
def torture_enumerator() -> Torture:
    """``torture_enumerator(kind, *conversations, found=None, seed=0)``: fails the test if it breaks or hangs."""

    def call(kind: type[Enumerator], *conversations: Told, found: Found | None = None, seed: int = 0) -> Ordeal:
        from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

        ordeal = testing.torture_enumerator(kind, *map(_read, conversations), found=found, seed=seed)
        return _endured(ordeal, "distorted conversations broke it")

    return call


def _read(conversation: Told) -> Conversation:
    from recon import testing  # noqa: PLC0415 - as above

    is_path = isinstance(conversation, str | PurePath)
    return testing.load_transcript(str(conversation)) if is_path else conversation  # type: ignore[return-value]


def _endured(ordeal: Ordeal, what: str) -> Ordeal:
    """The ordeal; fails the test, with the first faults, if anything went wrong."""
    if ordeal.wrong:
        shown = "\n".join(
            f"  {fault.how}: {fault.why}: {fault.data[:200]!r}" for fault in ordeal.faults[:_FAULTS_SHOWN]
        )
        pytest.fail(f"{ordeal.wrong} of {ordeal.cases} {what}:\n{shown}", pytrace=False)
    return ordeal


@pytest.fixture
def fake_server() -> Iterator[Start]:
    """``fake_server(behaviour)``: a running server on loopback with ``port`` and ``target``; it ends with the test."""
    with contextlib.ExitStack() as stack:

        def start(behaviour: Behaviour, port: int = 0) -> FakeServer:
            from recon import testing  # noqa: PLC0415 - only a test that asks pays for the import

            return stack.enter_context(testing.FakeServer(behaviour, port))

        yield start
