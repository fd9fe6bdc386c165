"""Each cause that a summary can name, provoked: the name is checked at the end, or the live counters' one. As root."""

import pytest
from bottleneck_table import PROVOKED
from fault_ground import Ground

pytestmark = [pytest.mark.root, pytest.mark.lab]


@pytest.mark.parametrize("case", PROVOKED, ids=lambda case: f"{case.backend}, {case.cause}")
def test_what_limits_a_run_is_named(cable, stack, case):
    ground = Ground(cable, cable.listen(stack), stack)
    if case.setup:
        getattr(ground, case.setup)()
    if case.arrives:
        cable.target.filter(f"chain in {{ type filter hook input priority 0; {case.arrives} }}")
    ports = str(ground.port if case.port == 0 else case.port)
    sweep = ground.sweep(case.hosts, prefix=case.prefix, ports=ports, backend=case.backend, **case.options)
    _, summary = sweep.end()
    assert summary["bottleneck"] == case.cause, summary


@pytest.mark.parametrize("rate", [2000, "auto"])
def test_an_interface_that_is_down_is_named_meanwhile_and_at_the_end(cable, stack, rate):
    ground = Ground(cable, cable.listen(stack), stack)
    patience = ("env", "RECON_LINK_PATIENCE_MS=4000")
    sweep = ground.sweep("10.98.0.0/16", prefix=patience, ports=str(ground.port), backend="raw", rate=rate)
    sweep.until(lambda seen: seen["open"] >= 50)
    ground.cable_is_down()
    sweep.until(lambda seen: seen["limited_by"] == "interface down")
    _, summary = sweep.end()
    assert summary["bottleneck"] == "interface down", summary
