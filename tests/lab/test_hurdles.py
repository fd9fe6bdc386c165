"""The limits and losses that other tests lean on do what they say. As root."""

import socket
import time

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

PORT = 7001


def shoot(cable, packets):
    """Send datagrams as fast as it goes: seconds that it took."""

    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            began = time.monotonic()
            for _ in range(packets):
                sock.sendto(b"x", ("10.98.0.1", PORT))
            return time.monotonic() - began

    cable.target.filter(f"chain in {{ type filter hook input priority 0; udp dport {PORT} drop; }}")
    return cable.scanner.inside(send)


def settled(hurdle):
    """The counts once nothing more arrives; of many packets the kernel may itself drop some before they are counted."""
    before, now = None, hurdle.counts()
    while before != now:
        before, now = now, hurdle.counts()
    return now


def test_a_limit_passes_its_rate_and_its_burst_and_drops_the_rest(cable):
    with cable.path_limit(1000, at_once=50) as limit:
        took_s = shoot(cable, 20_000)
        passed, dropped = settled(limit)
        assert dropped > 0
        assert 50 <= passed <= 50 + 1000 * took_s * 1.05 + 10
        limit.limit(100_000, at_once=100_000)
        shoot(cable, 500)
        assert settled(limit) == (500, 0)


def test_a_loss_is_as_large_as_asked_for(cable):
    with cable.path_loss(10) as loss:
        shoot(cable, 20_000)
        passed, dropped = settled(loss)
    assert 0.085 <= dropped / (passed + dropped) <= 0.115
    shoot(cable, 1)
    assert "netdev" not in cable.target.run("nft", "list", "ruleset")


def test_loss_and_limit_stand_behind_one_another(cable):
    with cable.path_limit(1_000_000, at_once=100_000) as limit, cable.path_loss(50) as loss:
        shoot(cable, 2000)
        assert sum(settled(limit)) == settled(loss)[0]


def test_every_address_answers(cable, answering):
    _, summary = cable.scanner.sweep("10.98.255.0/24", ports=str(answering), timeout_ms=2000)
    assert summary["open"] == 256
