"""What passes an interface, and when, by the time stamps that its kernel puts on it. Sends nothing."""

from __future__ import annotations

import bisect
import socket
import struct
import threading

ETH_IPV4 = 0x0800
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
ANCILLARY_BYTES = 64
HEADER_BYTES = 34 + 14
BUFFER_BYTES = 64 << 20
SECOND_NS = 1_000_000_000


class Tap:
    """Reads every frame that a packet socket sees, on a thread of its own, and hands each to `take`."""

    def __init__(self, sock, frame_bytes):
        self._sock = sock
        self._frame_bytes = frame_bytes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def end(self):
        """Wait until nothing more arrives."""
        self._over.set()
        self._thread.join(60)
        self._sock.close()

    def take(self, frame, ancillary, address):
        """Have one frame, what the kernel says of it, and where it was seen."""
        raise NotImplementedError

    def _read(self):
        while True:
            try:
                frame, ancillary, _, address = self._sock.recvmsg(self._frame_bytes, ANCILLARY_BYTES)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            except OSError:  # the other end of the cable was taken down, which a socket is told of once
                continue
            self.take(frame, ancillary, address)


class Capture(Tap):
    """Time in nanoseconds of every SYN that arrives at one port."""

    def __init__(self, sock, port):
        self.times = []
        self._port = port
        super().__init__(sock, HEADER_BYTES)

    def stop(self):
        """Wait until nothing more arrives, and return the sorted times."""
        self.end()
        return sorted(self.times)

    def take(self, frame, ancillary, _address):
        """Keep the time of a SYN."""
        if is_syn(frame, self._port):
            seconds, nanos = struct.unpack("qq", ancillary[0][2])
            self.times.append(seconds * SECOND_NS + nanos)


def is_syn(frame, port):
    """Whether an Ethernet frame is the first segment of a TCP connection to ``port`` (RFC 9293 section 3.1)."""
    return (
        len(frame) == HEADER_BYTES
        and frame[23] == socket.IPPROTO_TCP
        and int.from_bytes(frame[36:38], "big") == port
        and frame[47] & 0x12 == 0x02
    )


def packet_socket(protocol=ETH_IPV4):
    """A socket that sees every frame of a protocol at a cable's end, with time stamps."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind(("cable", protocol))
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)  # no frame may be missed
    sock.settimeout(0.5)
    return sock


def busiest_second(times):
    """The most packets in any window of one second."""
    return max(bisect.bisect_left(times, start + SECOND_NS) - index for index, start in enumerate(times))
