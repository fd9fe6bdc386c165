"""Enumerators over real sockets on loopback: what they hear, and what bounds them."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from enumerator_lab import (
    AT_ONCE_A_HOST,
    HELLO,
    LONGEST_S,
    MOST_BYTES,
    WHOLE_DEADLINE_S,
    after_hello,
    told,
)

from recon import ConversationEnded, Fact


def test_the_greeting_is_consumed_and_what_follows_is_not(serve, drain, learn):
    async def talk(conn, found):
        yield Fact("greeting", conn.greeting.decode())
        yield Fact("known", found.service.version)
        await conn.send(b"GO\r\n")
        yield Fact("answer", (await conn.receive()).decode())

    server = serve(after_hello(lambda peer, line: (peer.sendall(b"you said " + line), drain(peer))))
    facts = told(learn(talk, server.port))
    assert facts == {"greeting": HELLO.decode(), "known": "1.0", "answer": "you said GO\r\n"}


def test_a_server_that_no_longer_greets_is_not_talked_to(serve, drain, learn):
    async def talk(conn, _found):
        yield Fact("spoke", conn.greeting.decode())

    hellos = [HELLO]

    def once(connection):
        connection.sendall(hellos.pop() if hellos else b"")
        drain(connection)

    assert told(learn(talk, serve(once).port)) == {}


def in_pieces(*pieces):
    """Send each piece in a segment of its own: the next leaves when the one before was acknowledged."""

    def speak(connection, _line):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
            connection.recv(1)

    return after_hello(speak)


def test_until_finds_a_mark_that_is_split_over_segments(serve, learn):
    async def talk(conn, _found):
        await conn.send(b"GO\r\n")
        with contextlib.suppress(ConversationEnded):
            await conn.receive(until=b"\r\n", timeout_s=0.05)
        yield Fact("line", "nothing was whole yet")
        await conn.send(b".")
        yield Fact("line", (await conn.receive(until=b"\r\n")).decode())
        yield Fact("rest", (await conn.receive()).decode())

    server = serve(in_pieces(b"half a", b"nd half\r\nrest"))
    assert told(learn(talk, server.port)) == {"line": "nd half\r\n", "rest": "rest"}


def test_a_mark_whose_bytes_come_one_by_one_is_found(serve, drain, learn):
    async def talk(conn, _found):
        await conn.send(b"GO\r\n")
        yield Fact("line", (await conn.receive(until=b"end")).decode())

    def one_by_one(connection, _line):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"a line to its end":
            connection.sendall(bytes([byte]))
        drain(connection)

    assert told(learn(talk, serve(after_hello(one_by_one)).port)) == {"line": "a line to its end"}


def test_exactly_and_limit_hand_over_so_much_and_keep_the_rest(serve, drain, learn):
    async def talk(conn, _found):
        await conn.send(b"GO\r\n")
        yield Fact("exactly", (await conn.receive(exactly=3)).decode())
        yield Fact("limit", (await conn.receive(until=b"never", limit=2)).decode())
        yield Fact("rest", (await conn.receive()).decode())

    server = serve(after_hello(lambda peer, _: (peer.sendall(b"abcdefgh"), drain(peer))))
    assert told(learn(talk, server.port)) == {"exactly": "abc", "limit": "de", "rest": "fgh"}


def test_a_peer_that_closes_ends_it_with_what_it_said(serve, learn):
    async def talk(conn, _found):
        await conn.send(b"GO\r\n")
        try:
            await conn.receive(until=b"\n")
        except ConversationEnded as end:
            yield Fact("end", f"{end.why}: {end.received.decode()}")
        await conn.receive()
        yield Fact("never", 1)

    server = serve(after_hello(lambda peer, _: peer.sendall(b"bye")))
    assert told(learn(talk, server.port)) == {"end": "closed by peer: bye"}


def test_a_peer_that_resets_ends_it(serve, learn):
    def reset(connection, _line):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    async def talk(conn, _found):
        yield Fact("before", 1)
        await conn.send(b"GO\r\n")
        await conn.receive()
        yield Fact("never", 1)

    assert told(learn(talk, serve(after_hello(reset)).port)) == {"before": 1}


def test_silence_ends_a_wait_after_the_authors_time(serve, drain, learn):
    async def talk(conn, _found):
        begun = time.monotonic()
        try:
            await conn.receive(timeout_s=0.2)
        except ConversationEnded as end:
            yield Fact("why", end.why)
        yield Fact("waited_ms", round(1000 * (time.monotonic() - begun)))
        await conn.send(b"still here")
        yield Fact("open", value=True)

    facts = told(learn(talk, serve(after_hello(lambda peer, _: drain(peer))).port))
    assert (facts["why"], facts["open"]) == ("timeout", True)
    assert 190 <= facts["waited_ms"] < 2000


def test_a_stream_without_end_is_cut_at_the_cap_and_hung_up_on(serve, learn):
    async def talk(conn, _found):
        await conn.send(b"GO\r\n")
        count = 0
        try:
            while True:
                count += len(await conn.receive())
        except ConversationEnded as end:
            yield Fact("bytes", count + len(end.received))

    gone = threading.Event()

    def flood(connection, _line):
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)
        gone.set()

    facts = told(learn(talk, serve(after_hello(flood)).port))
    assert 0 < facts["bytes"] <= MOST_BYTES
    assert gone.wait(LONGEST_S), "the server was never hung up on"


def test_the_whole_deadline_ends_a_wait_whatever_its_author_wished(serve, drain, learn):
    async def talk(conn, _found):
        yield Fact("before", 1)
        await conn.receive(exactly=1, timeout_s=3600)
        yield Fact("never", 1)

    server = serve(after_hello(lambda peer, _: drain(peer)))
    begun = time.monotonic()
    assert told(learn(talk, server.port)) == {"before": 1}
    assert WHOLE_DEADLINE_S - 1 < time.monotonic() - begun < WHOLE_DEADLINE_S + 5


def test_reopen_is_a_new_connection_with_a_new_greeting(serve, learn):
    counts = iter(range(100))

    def speak(connection):
        connection.sendall(b"DEMO/1.%d\r\n" % next(counts))
        connection.recv(1)

    async def talk(conn, _found):
        first = conn.greeting
        second = await conn.reopen()
        yield Fact("apart", int(second.split(b".")[1]) - int(first.split(b".")[1]))

    assert told(learn(talk, serve(speak).port)) == {"apart": 1}


def test_the_cap_on_bytes_holds_over_all_connections(serve, learn):
    async def talk(conn, _found):
        count = 0
        for turn in range(3):
            with contextlib.suppress(ConversationEnded):
                if turn:
                    await conn.reopen()
                await conn.send(b"GO\r\n")
                while True:
                    count += len(await conn.receive())
        yield Fact("bytes", count)

    def flood(connection, _line):
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    assert 0 < told(learn(talk, serve(after_hello(flood)).port))["bytes"] <= MOST_BYTES


def test_waiting_for_a_turn_costs_a_conversation_nothing(serve, drain, learn):
    async def talk(conn, _found):
        yield Fact("told", 1)
        await conn.receive(timeout_s=WHOLE_DEADLINE_S / 2 + 0.2)

    ports = [serve(after_hello(lambda peer, _: drain(peer))).port for _ in range(2 * AT_ONCE_A_HOST + 1)]
    learnt, _ = learn(talk, *ports)
    assert [facts.get("demo.told") for facts in learnt] == [1] * len(ports)


def test_a_shallow_sweep_runs_no_enumerator(serve, learn):
    async def talk(_conn, _found):
        yield Fact("never", 1)

    server = serve(lambda connection: connection.sendall(HELLO))
    assert told(learn(talk, server.port, deep=False)) == {}
    assert told(learn(talk, server.port, enumerate=False, deep=True)) == {}


def test_a_small_sweep_is_deep_by_itself(serve, drain, learn):
    async def talk(_conn, _found):
        yield Fact("deep", value=True)

    server = serve(lambda connection: (connection.sendall(HELLO), drain(connection)))
    assert told(learn(talk, server.port, deep=None)) == {"deep": True}


def test_hundreds_of_conversations_are_in_flight_and_each_is_told_its_own(learn):
    in_flight, most = set(), []

    async def talk(conn, found):
        in_flight.add(found.addr)
        most.append(len(in_flight))
        await conn.send(b"WHO\r\n")
        yield Fact("me", (await conn.receive(until=b"\n", timeout_s=LONGEST_S)).decode().strip())
        in_flight.discard(found.addr)

    with crowd() as port:
        learnt, faults = learn(talk, port, addr="127.40.0.0-127.40.2.87")
    assert faults == {}
    assert len(learnt) == 600
    assert len({facts["demo.me"] for facts in learnt}) == 600
    assert max(most) > 100


@contextlib.contextmanager
def crowd():
    """A server on every loopback address that answers with the address it was asked at; its port."""
    script = Path(__file__).with_name("crowd.py")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
