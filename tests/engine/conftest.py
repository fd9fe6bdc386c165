"""What the engine tests share: sweeps with one enumerator."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from enumerator_lab import DEMO, enumerator


@pytest.fixture
def learn(run, plugins_of):
    """Facts and faults of a deep sweep over ports with one enumerator: ``learn(talk, port, …)``."""

    def call(talk, *ports, addr="127.0.0.1", **options):
        hooks = {"recon_probes": lambda: [DEMO], "recon_enumerators": lambda: [enumerator(talk)]}
        words = ",".join(map(str, ports))
        outcome = run(addr, ports=words, plugins=plugins_of(**hooks), **{"deep": True, **options})
        return [record.facts for record in outcome.records], outcome.summary.plugin_faults

    return call
