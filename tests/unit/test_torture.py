"""Torture finds readings that go wrong, and only those; the fake servers do what they are called."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from recon import Match, PluginError, Probe
from recon.plugins import load
from recon.testing import FakeServer, Transcript, drip, flood, greet, reset, stall, torture
from recon.testing.torture import FLIPS, _flips, answers_of, dice_of

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
LONGEST_S = 20

HALF = Match(rb"^HELLO(?: W?O?R?)?\z", service="moo", product="Half", examples={b"HELLO": {}})
WHOLE = Match(rb"^HELLO WORLD\r\n", service="moo", product="Whole", examples={b"HELLO WORLD\r\n": {}})


def test_a_sound_reading_passes(ssh_probe):
    ordeal = torture([ssh_probe], [Transcript((("received", GREETING, 900, 0),), port=22)])
    assert (ordeal.answers, ordeal.conversations, ordeal.wrong, ordeal.faults) == (1, 1, 0, [])
    assert ordeal.cases > 2 * len(GREETING) + FLIPS


def test_a_product_that_half_an_answer_gets_is_a_fault():
    ordeal = torture([Probe("moo", matches=[WHOLE, HALF])])
    fault = next(one for one in ordeal.faults if one.data == b"HELLO WOR")
    assert fault.how == "cut after 9 bytes"
    assert fault.why == "its product became 'Half'"


def test_an_answer_taken_for_another_service_is_a_fault():
    other = Match(rb"^HELLO(?: WO)?\z", service="other", examples={b"HELLO WO": {}})
    faults = torture([Probe("moo", matches=[WHOLE, other])]).faults
    assert any(fault.why == "it was taken for other" and fault.data == b"HELLO WO" for fault in faults)


def test_a_conversation_that_reads_wrong_when_cut_is_a_fault():
    told = Transcript((("received", b"HELLO WORLD\r\n", 5, 0),))
    ordeal = torture([Probe("moo", matches=[WHOLE, HALF])], [told])
    assert {fault.how for fault in ordeal.faults} >= {"cut"}


def test_a_value_that_stands_in_flipped_bytes_is_no_fault():
    match = Match(rb"^MOO/(?P<version>\S+)\r\n", service="moo", product="Cow", examples={b"MOO/1.2\r\n": {}})
    assert torture([Probe("moo", matches=[match])], seed=7).wrong == 0


def test_the_same_seed_flips_the_same_bytes_whatever_else_is_tortured():
    def flipped(seed, answer=GREETING):
        return list(_flips(answer, dice_of(seed, answer)))

    assert flipped(1) == flipped(1)
    assert flipped(1) != flipped(2)
    assert all(data.count(b"\n") <= 1 and b"\0" not in data for _, data in flipped(3))


def test_a_broken_probe_is_an_error():
    with pytest.raises(PluginError, match="example"):
        torture([Probe("moo", matches=[Match(b"^moo", service="moo", examples={})])])


def test_an_example_of_a_header_is_tortured_inside_a_response():
    def probe(field):
        return Probe("http", send=b"GET /", matches=[Match(b"x/1", service="http", field=field, examples={b"x/1": {}})])

    assert answers_of([probe("header:server")]) == [
        ("http", b"HTTP/1.1 200 OK\r\nserver: x/1\r\nContent-Length: 0\r\n\r\n")
    ]
    assert b"<title>x/1</title>" in answers_of([probe("title")])[0][1]
    assert answers_of([probe("body")])[0][1].endswith(b"\r\n\r\nx/1")


def test_the_pytest_fixture_fails_a_test_with_the_first_faults(torture):
    with pytest.raises(pytest.fail.Exception, match="its product became 'Half'"):
        torture([Probe("moo", matches=[WHOLE, HALF])])


def test_the_pytest_fixture_reads_transcripts_by_path(torture, ssh_probe, tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text(
        '{"schema": 1, "port": 22}\n{"who": "received", "at_us": 5, "text": "SSH-2.0-OpenSSH_9.2p1\\r\\n"}\n'
    )
    assert torture([ssh_probe], path).conversations == 1


def test_nothing_that_is_installed_reads_a_distorted_answer_wrong():
    wrong = {}
    for origin, probe in load().probes():
        ordeal = torture([probe])
        if ordeal.wrong:
            wrong[origin, probe.name] = [(fault.how, fault.why, fault.data[:80]) for fault in ordeal.faults[:3]]
    assert wrong == {}


def read_all(server, longest=1 << 20):
    """What a server says until it ends the connection, or ``longest`` bytes."""
    heard = b""
    with socket.create_connection((server.addr, server.port), timeout=LONGEST_S) as connection:
        connection.shutdown(socket.SHUT_WR)
        while len(heard) < longest and (more := connection.recv(65_536)):
            heard += more
    return heard


def test_a_greeter_greets_and_answers_by_the_first_bytes(fake_server):
    server = fake_server(greet(b"220 hi\r\n", {b"FEAT": b"211 no\r\n"}))
    with socket.create_connection((server.addr, server.port), timeout=LONGEST_S) as connection:
        assert connection.recv(100) == b"220 hi\r\n"
        connection.sendall(b"FEAT\r\n")
        assert connection.recv(100) == b"211 no\r\n"
    assert server.served == 1


def test_a_dripper_says_one_byte_at_a_time(fake_server):
    server = fake_server(drip(b"abc", every_s=0.05))
    began = time.monotonic()
    assert read_all(server) == b"abc"
    assert time.monotonic() - began >= 0.1


def test_a_staller_keeps_the_connection_and_says_no_more(fake_server):
    server = fake_server(stall(b"ab"))
    with socket.create_connection((server.addr, server.port), timeout=LONGEST_S) as connection:
        assert connection.recv(100) == b"ab"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)


def test_a_resetter_resets_after_its_bytes(fake_server):
    server = fake_server(reset())
    with (
        pytest.raises(ConnectionResetError),  # which may come as soon as the connection stands
        socket.create_connection((server.addr, server.port), timeout=LONGEST_S) as connection,
    ):
        connection.recv(100)


def test_a_flooder_does_not_stop(fake_server):
    assert len(read_all(fake_server(flood(b"ab")), longest=1 << 20)) >= 1 << 20


def test_a_server_ends_with_its_block_whatever_its_clients_do():
    with FakeServer(stall()) as server, socket.create_connection((server.addr, server.port)) as connection:
        connection.settimeout(LONGEST_S)
        server.__exit__(None, None, None)
        with contextlib.suppress(ConnectionResetError):  # it may not have been accepted yet
            assert connection.recv(100) == b""


def test_a_fake_server_listens_on_loopback_only():
    with pytest.raises(ValueError, match="not a loopback"):
        FakeServer(stall(), addr="0.0.0.0")
    with FakeServer(greet(b"six"), addr="::1") as server:
        assert server.target == f"[::1]:{server.port}"
        assert read_all(server) == b"six"
