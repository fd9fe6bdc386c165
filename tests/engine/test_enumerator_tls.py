"""Enumerators inside TLS: from the start, and from the middle of a conversation."""

from enumerator_lab import HELLO, after_hello, told

from recon import Fact


def test_a_service_inside_tls_is_talked_to_inside_tls(serve, learn, server_context):
    def speak(connection):
        with server_context.wrap_socket(connection, server_side=True) as inside:
            while line := inside.recv(64):
                inside.sendall(HELLO if line == b"HELLO\r\n" else b"secret " + line)

    async def talk(conn, found):
        yield Fact("tls", found.service.tls)
        await conn.send(b"WORD\r\n")
        yield Fact("answer", (await conn.receive(until=b"\n")).decode())

    facts = told(learn(talk, serve(speak).port))
    assert (facts["tls"], facts["answer"]) == (True, "secret WORD\r\n")


def test_tls_may_begin_in_mid_conversation(serve, learn, server_context):
    def upgrade(connection, _line):
        connection.sendall(b"go ahead\r\n")
        with server_context.wrap_socket(connection, server_side=True) as inside:
            inside.sendall(b"secret " + inside.recv(64))
            inside.recv(1)

    async def talk(conn, _found):
        await conn.send(b"STARTTLS\r\n")
        await conn.receive(until=b"\n")
        session = await conn.start_tls(server_name="example.test")
        yield Fact("version", session.split(b"\0")[0].decode())
        yield Fact("certificate", b"example.test" in session)
        await conn.send(b"WORD\r\n")
        yield Fact("answer", (await conn.receive(until=b"\n")).decode())

    facts = told(learn(talk, serve(after_hello(upgrade)).port))
    assert facts["version"] in {"1.2", "1.3"}
    assert (facts["certificate"], facts["answer"]) == (True, "secret WORD\r\n")


def test_a_peer_that_cannot_do_tls_ends_it(serve, drain, learn):
    async def talk(conn, _found):
        await conn.send(b"STARTTLS\r\n")
        yield Fact("before", 1)
        await conn.start_tls()
        yield Fact("never", 1)

    server = serve(after_hello(lambda peer, _: (peer.sendall(b"what is this?\r\n"), drain(peer))))
    assert told(learn(talk, server.port)) == {"before": 1}


def test_what_came_before_tls_is_not_taken_for_what_is_said_inside(serve, learn, server_context):
    def upgrade(connection, _line):
        connection.sendall(b"go ahead\r\ninjected\r\n")
        with server_context.wrap_socket(connection, server_side=True) as inside:
            inside.sendall(b"secret\r\n")
            inside.recv(1)

    async def talk(conn, _found):
        await conn.send(b"STARTTLS\r\n")
        await conn.receive(until=b"\n")
        await conn.start_tls()
        yield Fact("said", (await conn.receive(until=b"\n")).decode())

    assert told(learn(talk, serve(after_hello(upgrade)).port)) == {"said": "secret\r\n"}
