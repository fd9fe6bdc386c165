"""Enumerators that insist on a socket: they get a real one, in threads, and cost nobody else anything."""

import socket
import threading

import pytest
from enumerator_lab import DEMO, HELLO, after_hello

from recon import Enumerator, Fact, PluginError, blocking
from recon.enumeration import Driver


def kind_of(talk):
    """A blocking enumerator whose ``enumerate`` is the generator function ``talk(connection, found)``."""

    class Made(Enumerator):
        name, service, blocking = "demo.socket", "demo", True

        def enumerate(self, conn, found):
            yield from talk(conn, found)

    return Made


@pytest.fixture
def lend(run, plugins_of):
    """Facts and faults of a deep sweep over ports with one blocking enumerator."""

    def call(talk, *ports):
        hooks = {"recon_probes": lambda: [DEMO], "recon_enumerators": lambda: [kind_of(talk)]}
        outcome = run("127.0.0.1", ports=",".join(map(str, ports)), plugins=plugins_of(**hooks), deep=True)
        return [record.facts for record in outcome.records], outcome.summary.plugin_faults

    return call


def test_it_talks_over_a_real_socket(serve, lend):
    def talk(connection, found):
        reader = connection.makefile("rb")
        yield Fact("greeting", reader.readline().decode().strip())
        connection.sendall(b"WHO\r\n")
        yield Fact("answer", reader.readline().decode().strip())
        yield Fact("port", found.port == connection.getpeername()[1])

    server = serve(after_hello(lambda peer, line: peer.sendall(b"you said " + line)))
    [facts], faults = lend(talk, server.port)
    assert faults == {}
    assert facts["demo.greeting"] == HELLO.decode().strip()
    assert facts["demo.answer"] == "you said WHO"
    assert facts["demo.port"] is True


def test_more_conversations_than_threads_all_end(serve, lend):
    together = threading.Barrier(4)

    def talk(connection, _found):
        together.wait(30)
        yield Fact("name", threading.current_thread().name)
        connection.sendall(b"bye\r\n")

    ports = [serve(after_hello(lambda _peer, _line: None)).port for _ in range(8)]
    learnt, faults = lend(talk, *ports)
    assert faults == {}
    assert {facts["demo.name"] for facts in learnt} == {"recon-blocking"}


def test_what_it_learnt_stands_when_the_peer_goes_or_it_raises(serve, lend):
    def talk(connection, _found):
        yield Fact("first", 1)
        connection.recv(64)
        yield Fact("second", 2)
        raise ValueError("a fault of its own")

    server = serve(lambda connection: (connection.sendall(HELLO), connection.recv(64)))
    [facts], faults = lend(talk, server.port)
    assert facts["demo.first"] == 1
    assert facts["demo.second"] == 2
    assert "ValueError: a fault of its own" in str(faults)


def test_one_that_never_ends_is_left_behind(serve, lend, monkeypatch):
    monkeypatch.setattr(blocking, "LONGEST_S", 0.5)
    released = threading.Event()

    def talk(_connection, _found):
        released.wait(60)
        yield Fact("late", 1)

    server = serve(lambda connection: (connection.sendall(HELLO), connection.recv(64)))
    [facts], faults = lend(talk, server.port)
    released.set()
    assert "demo.late" not in facts
    assert "still at it" in str(faults)


def test_its_socket_is_closed_in_the_end(serve, lend):
    held = []

    def talk(connection, _found):
        held.append(connection)
        yield Fact("seen", 1)

    lend(talk, serve(lambda connection: (connection.sendall(HELLO), connection.recv(64))).port)
    assert [connection.fileno() for connection in held] == [-1]
    assert isinstance(held[0], socket.socket)


def test_one_that_is_written_as_a_coroutine_is_refused():
    class Wrong(Enumerator):
        name, service, blocking = "demo.wrong", "demo", True

        async def enumerate(self, conn, found):
            yield Fact("never", (conn, found))

    with pytest.raises(PluginError, match="a blocking enumerate must be a def that yields"):
        Driver([("test", Wrong)], lambda *_: None)
