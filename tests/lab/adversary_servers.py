"""Servers that want to cost a scanner time or memory; one process for all. Must never listen off loopback.

``adversary_servers.py FOLDER [NAME…]`` listens on every address of 127.0.0.0/8 (IPv4 only: it binds 0.0.0.0 and refuses
who is not from loopback), prints ``{"name": port, …}`` as one JSON line and serves until standard input ends. FOLDER
receives the certificates.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import itertools
import json
import os
import random
import resource
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

DRIP_S = 0.1
"""Between two bytes of a drip: as long as the dialogue's patience after an unframed answer."""
BLOCK = 16 * 1024
SEND_BUFFER = 64 * 1024
"""What the kernel may hold of ours, so that an endless stream costs what is read of it and not megabytes more."""
BACKLOG = 4096
MIB = 1 << 20
SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
FTP = b"220 (vsFTPd 3.0.3)\r\n"
NOISE = random.Random(13).randbytes(4096)  # noqa: S311 - the same noise each time
PAGE = b"<!DOCTYPE html><html><head><title>polite</title></head><body>" + b"x" * 400 + b"</body></html>"
HTTP = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n"
BOMB_BYTES = 1 << 30
CERTIFICATE_NAMES = 10_000
LONG_LABEL = "a" * 60

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def drain(reader: asyncio.StreamReader) -> None:
    """Read until the client is gone."""
    while await reader.read(BLOCK):
        pass


async def request(reader: asyncio.StreamReader) -> bytes:
    """What the client said up to an empty line; empty when it left before."""
    heard = b""
    while b"\r\n\r\n" not in heard and b"\n\n" not in heard:
        more = await reader.read(BLOCK)
        if not more:
            return b""
        heard = (heard + more)[-MIB:]
    return heard


async def pour(writer: asyncio.StreamWriter, blocks: Iterator[bytes]) -> None:
    """Say blocks as fast as they are taken."""
    for block in blocks:
        writer.write(block)
        await writer.drain()


async def trickle(writer: asyncio.StreamWriter, data: Iterator[int]) -> None:
    """Say one byte each ``DRIP_S``."""
    for byte in data:
        await pour(writer, iter([bytes([byte])]))
        await asyncio.sleep(DRIP_S)


async def polite(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """No adversary: a small page, as a web server gives it."""
    if await request(reader):
        await pour(writer, iter([HTTP + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(PAGE), PAGE]))


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold the connection and say nothing."""
    del writer
    await drain(reader)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One byte each tenth of a second, for ever."""
    del reader
    await trickle(writer, itertools.cycle(b"welcome to the drip. "))


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A stream without end and without a line."""
    del reader
    await pour(writer, itertools.repeat(b"z" * BLOCK))


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Noise, then patience."""
    await pour(writer, iter([NOISE]))
    await drain(reader)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A line, a piece of another, and RST behind them."""
    del reader
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await pour(writer, iter([b"READY 1\r\nBUT TH"]))


async def header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web server whose header holds a megabyte."""
    if await request(reader):
        line = b"X-Padding: " + b"h" * 1011 + b"\r\n"
        await pour(writer, iter([HTTP, *itertools.repeat(line, MIB // len(line)), b"\r\n"]))
        await drain(reader)


@functools.cache
def bomb() -> bytes:
    """A gigabyte of zeros in a megabyte of gzip."""
    zeros = bytes(16 * MIB)
    packed = gzip.compress(zeros, 9)
    return packed * (BOMB_BYTES // len(zeros))  # members one after another are one file (RFC 1952 section 2.2)


async def gzip_bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A page that fills a gigabyte once it is unpacked."""
    if await request(reader):
        body = bomb()
        await pour(writer, iter([HTTP + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body), body]))
        await drain(reader)


async def chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A chunked page that never ends (RFC 9112 section 7.1)."""
    if await request(reader):
        chunk = b"1000\r\n" + b"c" * 0x1000 + b"\r\n"
        await pour(writer, itertools.chain([HTTP + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(chunk)))


async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every page is elsewhere, and elsewhere is here."""
    addr, port = writer.get_extra_info("sockname")
    where = b"http://%s:%d/" % (addr.encode(), port)
    while await request(reader):
        head = b"HTTP/1.1 302 Found\r\nServer: nginx/1.22.1\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
        await pour(writer, iter([head % where]))


async def changing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Another protocol each time."""
    turn = next(TURNS)
    greetings = (SSH, FTP, b"+OK Dovecot ready.\r\n", NOISE[: 64 + turn % 64], HTTP + b"Content-Length: 0\r\n\r\n")
    await pour(writer, iter([greetings[turn % len(greetings)]]))
    await drain(reader)


async def ssh_flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greets like OpenSSH, then never ends."""
    del reader
    await pour(writer, itertools.chain([SSH], itertools.repeat(NOISE)))


async def ftp_drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greets like vsftpd; the next answer comes one byte each tenth of a second and has no end."""
    await pour(writer, iter([FTP]))
    if await reader.read(1):
        await trickle(writer, itertools.chain(b"211-Features:\r\n", itertools.cycle(b" MORE\r\n")))


async def tls_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A small page inside TLS; what is hostile is the certificate."""
    await polite(reader, writer)


class Stalling:
    """A TLS server that falls silent within its own first flight."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a ClientHello with half of what belongs there."""
        hello, flight = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = self._context.wrap_bio(hello, flight, server_side=True)
        while not flight.pending and (heard := await reader.read(BLOCK)):
            hello.write(heard)
            with contextlib.suppress(ssl.SSLError):  # more is wanted, or this is no ClientHello: then an alert waits
                session.do_handshake()
        said = flight.read()
        await pour(writer, iter([said[: max(len(said) // 2, 7)]]))
        await drain(reader)


PLAIN: dict[str, Speak] = {
    "polite": polite,
    "silence": silence,
    "drip": drip,
    "endless": endless,
    "garbage": garbage,
    "reset": reset,
    "header": header,
    "gzip bomb": gzip_bomb,
    "chunks": chunks,
    "redirect": redirect,
    "changing": changing,
    "ssh flood": ssh_flood,
    "ftp drip": ftp_drip,
}
TURNS = itertools.count()

NAMES = {
    "stalled tls": ["stalled.example"],
    "many names": [f"{number:x}" for number in range(CERTIFICATE_NAMES)],
    "huge certificate": [f"{number}.{LONG_LABEL}.{LONG_LABEL[:30]}.example" for number in range(CERTIFICATE_NAMES)],
}
"""Names of each TLS server's certificate. Ten thousand short ones fit a handshake message; the long ones are 1 MB."""


def certificate(folder: Path, names: list[str]) -> ssl.SSLContext:
    """Make a key and a certificate with these names, and a server's settings out of them."""
    paths = [folder / f"{len(names)}-{len(names[-1])}.{suffix}" for suffix in ("conf", "key", "crt")]
    config, key, crt = map(str, paths)
    listed = "\n".join(f"DNS.{index} = {name}" for index, name in enumerate(names))
    head = "[req]\nprompt = no\ndistinguished_name = subject\nx509_extensions = more\n[subject]\nCN = adversary\n"
    paths[0].write_text(f"{head}[more]\nsubjectAltName = @names\n[names]\n{listed}\n")
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    subprocess.run([*words, "-config", config, "-keyout", key, "-out", crt], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context


async def answer(speak: Speak, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold one conversation to its end, whoever ends it."""
    try:
        if writer.get_extra_info("peername")[0].startswith("127."):
            await speak(reader, writer)
    except (OSError, ssl.SSLError):
        pass  # the client left
    finally:
        writer.close()


def listener() -> socket.socket:
    """A listener on every IPv4 address, whose connections close with RST and buffer little."""
    made = socket.create_server(("0.0.0.0", 0))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return made


async def start(name: str, folder: Path) -> int:
    """Begin to serve one adversary: its port."""
    made = listener()
    speak, context = PLAIN.get(name, tls_page), None
    if name in NAMES:
        context = certificate(folder, NAMES[name])
        if name == "stalled tls":
            speak, context = Stalling(context), None
    await asyncio.start_server(functools.partial(answer, speak), sock=made, ssl=context, backlog=BACKLOG)
    return made.getsockname()[1]


async def main() -> None:
    """Serve until standard input ends."""
    folder, *wanted = sys.argv[1:]
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    names = wanted or [*PLAIN, *NAMES]
    ports = {name: await start(name, Path(folder)) for name in names}
    bomb()
    print(json.dumps(ports), flush=True)  # noqa: T201 - a program: whoever started it waits for this line
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # conversations without an end are under way, and nobody waits for theirs


if __name__ == "__main__":
    asyncio.run(main())
