"""Raw links and ways before a run: what ``doctor`` and ``--explain`` say of them. Nothing is sent."""

import errno
import socket
import sys

import pytest

from recon import Plan, PlanError
from recon.cli import machine
from recon.links import Link, links

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recon speaks TCP itself on Linux only")


def told(monkeypatch, link):
    """What ``doctor`` says of a link."""
    monkeypatch.setattr(machine, "links", lambda: [link])
    return next(check for check in machine.checks() if check.name.startswith(link.name))


def test_every_link_is_a_check_of_its_own():
    names = [check.name for check in machine.checks()]
    wanted = [f"{link.name} on {link.interface}" if link.interface else link.name for link in links()]
    assert [name for name in names if name in wanted] == wanted
    assert wanted[0] == "raw_ip"


@pytest.mark.parametrize(
    ("refusal", "verdict", "change"),
    [
        (None, "good", ""),
        (errno.EPERM, "missing", "AmbientCapabilities=CAP_NET_RAW"),
        (errno.EBUSY, "missing", "holds the first queue of eth7"),
        (errno.EOPNOTSUPP, "missing", "let another link stand in"),
    ],
)
def test_a_link_that_is_refused_says_what_to_change(monkeypatch, refusal, verdict, change):
    check = told(monkeypatch, Link("af_xdp", "eth7", refusal))
    assert (check.name, check.verdict) == ("af_xdp on eth7", verdict)
    assert change in check.change
    assert bool(check.change) == (refusal is not None)


def test_a_raw_plan_tells_the_way_of_each_range():
    lines = Plan.parse("127.0.0.0/30", ports="80", backend="raw").explain().splitlines()
    ways = [line for line in lines if line.startswith("way")]
    assert [line.split()[1:5] for line in ways] == [["127.0.0.0", "-", "127.0.0.3", "by"]]
    assert "by lo" in ways[0]
    assert "raw_ip" in ways[0]


def test_a_plan_of_kernel_sockets_tells_no_way():
    assert "way" not in [line.split()[0] for line in Plan.parse("127.0.0.1", ports="80").explain().splitlines()]


def test_a_way_that_is_not_there_is_said_with_its_reason():
    plan = Plan.parse("255.255.255.255", ports="80", backend="raw")
    assert "255.255.255.255 - 255.255.255.255 unreachable: " in plan.explain()


def test_an_interface_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(PlanError) as caught:
        Plan.parse("127.0.0.1", ports="80", backend="raw", interface="eth99")
    assert caught.value.word == "eth99"
    assert all(name in str(caught.value) for _, name in socket.if_nameindex())
