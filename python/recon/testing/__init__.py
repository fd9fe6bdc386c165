"""Tests of plugins without a network: identify stored answers, replay recorded conversations. Never opens a socket."""

from __future__ import annotations

from recon.testing.conversations import Transcript, identify, load_transcript, pack_of, replay, save

__all__ = ["Transcript", "identify", "load_transcript", "pack_of", "replay", "save"]
