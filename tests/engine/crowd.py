"""A server on every IPv4 loopback address: greets, and answers each line with the address it was asked at.

Fast, so that what is measured or tested beside it is not this: one process, no threads. Prints its port; is killed.
"""

import contextlib
import resource
import selectors
import socket
import sys

GREETING = b"DEMO/1.0\r\n"
AT_ONCE = 64
"""Connections taken before those that stand are served again, so that ended ones give their descriptors back."""


def take(listener, loop):
    """Take new connections and greet them."""
    with contextlib.suppress(BlockingIOError):
        for _ in range(AT_ONCE):
            peer, _ = listener.accept()
            with contextlib.suppress(ConnectionError):
                peer.sendall(GREETING)
            loop.register(peer, selectors.EVENT_READ)


def answer(peer, loop):
    """Answer a line, or forget a peer that is gone."""
    line = b""
    with contextlib.suppress(ConnectionError):
        line = peer.recv(64)
        if line:
            peer.sendall(peer.getsockname()[0].encode() + b"\n")
    if not line:
        loop.unregister(peer)
        peer.close()


def main():
    """Serve for ever."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
    listener.settimeout(0)
    loop = selectors.DefaultSelector()
    loop.register(listener, selectors.EVENT_READ)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        for key, _ in loop.select():
            (take if key.fileobj is listener else answer)(key.fileobj, loop)


if __name__ == "__main__":
    main()
