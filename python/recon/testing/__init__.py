"""Tests of plugins: identify, replay, run enumerators, torture. Only ``servers`` opens sockets."""

from __future__ import annotations

from recon.testing.conversations import Transcript, faults_of, identify, load_transcript, pack_of, replay, save
from recon.testing.enumerators import run_enumerator
from recon.testing.ordeals import torture_enumerator
from recon.testing.servers import Behaviour, FakeServer, drip, flood, greet, reset, stall
from recon.testing.torture import Fault, Ordeal, torture

__all__ = [
    "Behaviour",
    "FakeServer",
    "Fault",
    "Ordeal",
    "Transcript",
    "drip",
    "faults_of",
    "flood",
    "greet",
    "identify",
    "load_transcript",
    "pack_of",
    "replay",
    "reset",
    "run_enumerator",
    "save",
    "stall",
    "torture",
    "torture_enumerator",
]
