"""Reads masscan's JSON and naabu's JSON lines. Must never take silence for an answer: these files tell none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from recon.model import Record
from recon.store.importing.gathered import Gathered

LONGEST = 1 << 20
"""Bytes of a line."""

_TRANSPORTS = ("tcp", "udp")
_STATES = frozenset({"open", "closed"})
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)


def kind_of(start: bytes) -> str | None:
    """Which of both a file is, by its first object; none if it is neither."""
    for line in start.splitlines():
        if b'"ip"' in line:
            return "masscan-json" if b'"ports"' in line else "naabu" if b'"port"' in line else None
    return None


def read_masscan(file: IO[bytes], found: Gathered) -> None:
    """Read masscan's list, one object a line; what it read of a server is left to ``recon identify``."""
    found.scanner = "masscan"
    for number, one in _objects(file, found):
        addr = found.address(number, str(one.get("ip", "")))
        at = found.time(number, str(one.get("timestamp", "0")))
        ports = one.get("ports")
        if not isinstance(ports, list):
            found.refuse(number, str(ports), "is no list of ports")
        for port in ports:
            if not isinstance(port, dict):
                found.refuse(number, str(port), "is no port")
            if "service" not in port:
                _add(found, number, (addr, None, at), port, str(port.get("proto", "")))


def read_naabu(file: IO[bytes], found: Gathered) -> None:
    """Read naabu's lines, one open port each."""
    found.scanner = "naabu"
    for number, one in _objects(file, found):
        addr = found.address(number, str(one.get("ip", "")))
        named = str(one.get("host", ""))[:255]
        host = named if named not in {"", addr} else None
        _add(found, number, (addr, host, _moment(found, number, one)), one, str(one.get("protocol", "tcp")))


def _moment(found: Gathered, number: int, one: Mapping[str, Any]) -> str:
    word = str(one.get("timestamp", ""))
    told = _TIME.fullmatch(word)
    if told is None:
        found.refuse(number, word, "is no time in UTC")
    return f"{told[1]}.{(told[2] or '').ljust(6, '0')[:6]}Z"


def _objects(file: IO[bytes], found: Gathered) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            found.refuse(number, line[:20].decode(errors="replace"), "begins a line of more than 1 MiB")
        text = line.strip().strip(b",").strip()
        if text not in {b"", b"[", b"]"}:
            yield number, _object(found, number, text.removeprefix(b"[").removesuffix(b"]"))


def _object(found: Gathered, number: int, text: bytes) -> Mapping[str, Any]:
    word = text[:40].decode(errors="replace")
    try:
        one = json.loads(text)
    except (ValueError, RecursionError):
        found.refuse(number, word, "is no JSON object")
    if not isinstance(one, dict):
        found.refuse(number, word, "is no JSON object")
    return one


def _add(found: Gathered, line: int, who: tuple[str, str | None, str], port: Mapping[str, Any], transport: str) -> None:
    addr, host, at = who
    number = found.port(line, str(port.get("port", "")))
    if transport not in _TRANSPORTS:
        found.left_out[transport[:32]] += 1
        return
    state = str(port.get("status", "open"))
    if state not in _STATES:
        found.refuse(line, state, "is no state of a port")
    found.addresses[addr] = None
    found.asked(transport, str(number))
    if not found.is_new(addr, number, transport):
        return
    ttl = found.number(line, str(port.get("ttl", 0)), "time to live", 255)
    record = Record(
        at=at, addr=addr, host=host, port=number, transport=transport, range="", registered=None, state=state,
        reason=str(port.get("reason", "import"))[:64], rtt_us=None, ttl=ttl or None, services=[], facts={}, banner=b"",
    )  # fmt: skip
    found.add(record)
