"""Caps of one host and of one network hold in both protocols; the others go on, and nothing is left out."""

import pytest

from recon.plan import Plan

PER_SECOND = 200
PROBES = 300
LEAST_S = 1.4
"""Three hundred slots at two hundred a second; only a burst would take less, and a slow machine takes more."""


@pytest.mark.parametrize(
    ("targets", "ports", "caps"),
    [
        (["127.41.0.1"], f"20000-{20000 + PROBES - 1}", {"per_host": PER_SECOND}),
        (["127.41.0.0/25"], "20001-20002,20005", {"per_net": PER_SECOND}),
        (["127.41.0.1"], f"U:20000-{20000 + PROBES - 1}", {"per_host": PER_SECOND}),
    ],
)
def test_a_capped_sweep_takes_its_time_and_leaves_nothing_out(run, targets, ports, caps):
    summary = run(*targets, ports=ports, enumerate=False, passes=1, timeout_ms=5000, **caps).summary
    assert summary.closed == summary.targets >= PROBES
    assert summary.elapsed_s >= LEAST_S
    assert summary.bottleneck == "rate cap"


def test_conversations_are_capped_too_and_end(run, serve, plugins):
    server = serve()
    outcome = run("127.0.0.1", ports=str(server.port), plugins=plugins, per_host=2, deep=True)
    assert [record.state for record in outcome.records] == ["open"]


def test_the_plan_says_its_caps():
    plan = Plan.parse("10.0.0.0/24", per_host=5, per_net=1000)
    assert "5 to one host, 1,000 to one /24 or /64" in plan.explain()
    assert (Plan.from_json(plan.to_json()).per_host, Plan.from_json(plan.to_json()).per_net) == (5, 1000)
