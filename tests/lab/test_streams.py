"""recon's own TCP beside the kernel's: long answers through a path that loses segments both ways. As root."""

import contextlib
import threading

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lab]

HOSTS = "10.98.0.0/28"
PATIENT = {"timeout_ms": 4000, "passes": 12, "deep": False, "installed": True, "enumerate": True}
"""A SYN that is lost is asked for again; nobody waits so long, unless the path or the machine makes it."""
LONG = b" ".join(b"%06d" % number for number in range(8600))
"""60 KiB of one unended line: whoever reads it reads until the peer has closed."""
PAGE = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 14000\r\nConnection: close\r\n\r\n" + LONG[:14000]


def greet(connection):
    """Say all at once, and end."""
    connection.settimeout(60)
    connection.sendall(LONG)


def page(connection):
    """A page for whoever asks."""
    connection.settimeout(60)
    if connection.recv(4096).startswith(b"GET "):
        connection.sendall(PAGE)


def heard(cable, port, backend):
    """What each host said."""
    rows, _ = cable.scanner.sweep(HOSTS, ports=str(port), backend=backend, **PATIENT)
    assert len({row["addr"] for row in rows}) == 16
    return [(row["banner"] or "").encode() for row in rows]


def at_once(speak):
    """Speak to each connection in a thread of its own: a slow one keeps nobody waiting."""

    def hand_over(connection):
        own = connection.dup()

        def run():
            with own, contextlib.suppress(OSError):
                speak(own)

        threading.Thread(target=run, daemon=True).start()

    return hand_over


@pytest.mark.parametrize("percent", [0, 10])
@pytest.mark.parametrize(("speak", "truth"), [(greet, LONG), (page, PAGE)])
def test_what_is_heard_is_what_was_said_whatever_is_lost(cable, stack, speak, truth, percent):
    # One segment a frame: else the kernel would hand over, or lose, the whole answer as one.
    for end in (cable.scanner, cable.target):
        end.run("ip", "link", "set", "cable", "gso_max_segs", "1")
    port = cable.listen(stack, speak=at_once(speak))
    with cable.path_loss(percent, back=percent):
        told = {backend: heard(cable, port, backend) for backend in ("connect", "raw")}
    for answers in told.values():
        assert [answer for answer in answers if not truth.startswith(answer)] == []
        # A conversation has its deadline, so that the unlucky are cut short.
        assert answers.count(truth) >= 8
