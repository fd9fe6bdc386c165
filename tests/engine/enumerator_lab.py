"""What the tests of enumerators share: a probe, servers that greet, what was learnt. Holds no test."""

from recon import Enumerator, Match, Probe

LONGEST_S = 30
MOST_BYTES = 1 << 20
WHOLE_DEADLINE_S = 10
AT_ONCE_A_HOST = 4
HELLO = b"DEMO/1.0\r\n"

DEMO = Probe(
    "demo",
    send=b"HELLO\r\n",
    matches=[Match(rb"^DEMO/(?P<version>[\d.]+)\r\n", "demo", examples={HELLO: {"version": "1.0"}}, product="Demo")],
)


def enumerator(talk):
    """A class whose ``enumerate`` is the async generator function ``talk(conn, found)``."""

    class Made(Enumerator):
        name, service = "demo.it", "demo"

        async def enumerate(self, conn, found):
            async for learnt in talk(conn, found):
                yield learnt

    return Made


def after_hello(speak):
    """A server that greets; ``speak(connection, line)`` goes on once a client has said a line."""

    def talk(connection):
        connection.sendall(HELLO)
        line = connection.recv(64)
        if line:
            speak(connection, line)

    return talk


def told(learnt):
    """The facts of the only record of a run without faults."""
    [facts], faults = learnt
    assert faults == {}
    return {name.partition(".")[2]: value for name, value in facts.items()}
