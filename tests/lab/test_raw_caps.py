"""The caps of one host and of one network hold for raw packets. As root."""

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

LEAST_S = 1.4
"""Three hundred slots at two hundred a second; only a burst would take less, and a slow machine takes more."""


@pytest.mark.parametrize(
    ("targets", "ports", "caps"),
    [("127.41.0.1", "20000-20299", {"per_host": 200}), ("127.41.0.0/25", "20001-20002,20005", {"per_net": 200})],
)
def test_a_capped_raw_sweep_takes_its_time_and_leaves_nothing_out(namespace, targets, ports, caps):
    _, summary = namespace.sweep(targets, ports=ports, backend="raw", passes=1, timeout_ms=2000, **caps)
    assert summary["closed"] == summary["targets"] >= 300
    assert summary["elapsed_s"] >= LEAST_S
