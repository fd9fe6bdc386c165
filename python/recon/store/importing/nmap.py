"""Reads nmap's XML. Must never expand an entity, nest without end, or take a port's usual name for a detection."""

from __future__ import annotations

import re
from typing import IO, Any, NoReturn
from xml.parsers import expat

from recon.model import FactValue, Record, Service
from recon.store.importing.cpe import formatted, vendor_of
from recon.store.importing.gathered import Gathered

PIECE = 1 << 16
"""Bytes read at a time."""

LONGEST = 8 << 20
"""Bytes that one tag, or one text, may take."""

DEEPEST = 64
MOST_CONFIDENCE = 0.9
"""What another scanner is certain of was not seen by recon."""

_MOST_TTL = 255
_TRANSPORTS = ("tcp", "udp")
_PORTS = re.compile(r"\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*", re.ASCII)
_STATES = {
    "open": "open",
    "closed": "closed",
    "filtered": "unreachable",
    "open|filtered": "open|silent",
    "unfiltered": "unknown",
    "closed|filtered": "unknown",
}
_NO_ANSWER = frozenset({"no-response", "no-responses"})
_NO_SERVICE = frozenset({"", "unknown", "tcpwrapped"})
_SPOKEN = re.compile(r"[^a-z0-9_-]+")


def read(file: IO[bytes], found: Gathered) -> None:
    """Read all of ``file`` into ``found``; raises PlanError with the line and word that is wrong."""
    reader = _Reader(found)
    while piece := file.read(PIECE):
        reader.feed(piece)
    reader.end()


class _Reader:
    """Follows the tags: what is said of a host is used at its end, because addresses may follow ports."""

    def __init__(self, found: Gathered) -> None:
        self._found = found
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity
        self._path: list[str] = []
        self._waiting = 0
        self._began: str | None = None
        self._cpe: list[str] | None = None
        self._forget_host()

    def feed(self, piece: bytes) -> None:
        self._waiting += len(piece)
        self._parse(piece, is_last=False)
        if self._waiting > LONGEST:
            self._refuse("<", f"a tag or text of more than {LONGEST >> 20} MiB")

    def end(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            word = self._path[-1] if self._path else "xml"
            self._found.refuse(error.lineno, word, f"is not whole XML: {expat.ErrorString(error.code)}")

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _refuse(self, word: str, why: str) -> NoReturn:
        self._found.refuse(self._line, word, why)

    def _entity(self, name: str, *_: object) -> None:
        self._refuse(name, "declares an entity, which no scanner does, and which is refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._waiting = 0
        if not self._path and name != "nmaprun":
            self._refuse(name, "is not how nmap's XML begins (nmaprun)")
        self._path.append(name)
        if len(self._path) > DEEPEST:
            self._refuse(name, f"is nested more than {DEEPEST} deep")
        begin = _BEGINS.get("/".join(self._path[1:]))
        if begin is not None:
            begin(self, attributes)
        elif len(self._path) == 1:
            self._run(attributes)

    def _stop(self, _: str) -> None:
        self._waiting = 0
        path = "/".join(self._path[1:])
        self._path.pop()
        if path == "host":
            self._host()
        elif path == "host/ports/port/service/cpe" and self._cpe is not None:
            self._ports[-1]["cpes"].append("".join(self._cpe).strip())
            self._cpe = None

    def _text(self, data: str) -> None:
        self._waiting = 0
        if self._cpe is not None:
            self._cpe.append(data[:1024])
            if len(self._cpe) > DEEPEST:
                self._refuse("cpe", "is too long")

    def _run(self, attributes: dict[str, str]) -> None:
        name = f"{attributes.get('scanner', 'nmap')} {attributes.get('version', '')}".strip()
        self._found.scanner = name[:64]
        self._began = attributes.get("start")

    def _scaninfo(self, attributes: dict[str, str]) -> None:
        transport, ports = attributes.get("protocol", ""), attributes.get("services", "")
        if transport not in _TRANSPORTS or not ports:
            return
        if _PORTS.fullmatch(ports) is None:
            self._refuse(ports, "are no ports")
        self._found.asked(transport, ports)

    def _finished(self, attributes: dict[str, str]) -> None:
        word = attributes.get("elapsed", "0")
        if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", word, re.ASCII) is None:
            self._refuse(word, "is no duration in seconds")
        self._found.elapsed_s = float(word)

    def _forget_host(self) -> None:
        self._addr: str | None = None
        self._is_up = True
        self._name: str | None = None
        self._ended: str | None = None
        self._rtt_us: int | None = None
        self._ports: list[dict[str, Any]] = []
        self._others: list[tuple[str, int]] = []

    def _begin_host(self, attributes: dict[str, str]) -> None:
        self._forget_host()
        self._ended = attributes.get("endtime") or attributes.get("starttime")

    def _status(self, attributes: dict[str, str]) -> None:
        self._is_up = attributes.get("state") != "down"

    def _address(self, attributes: dict[str, str]) -> None:
        if attributes.get("addrtype", "ipv4") in {"ipv4", "ipv6"} and self._addr is None:
            self._addr = self._found.address(self._line, attributes.get("addr", ""))

    def _hostname(self, attributes: dict[str, str]) -> None:
        if attributes.get("type") == "user":
            self._name = attributes.get("name", "")[:255] or None

    def _times(self, attributes: dict[str, str]) -> None:
        word = attributes.get("srtt", "")
        self._rtt_us = int(word) if re.fullmatch(r"\d{1,9}", word, re.ASCII) else None

    def _extraports(self, attributes: dict[str, str]) -> None:
        state = attributes.get("state", "")
        if state not in _STATES:
            self._refuse(state, "is no state of a port")
        count = self._found.number(self._line, attributes.get("count", ""), "count of ports", 65536)
        self._others.append(("silent" if "filtered" in state and state != "unfiltered" else _STATES[state], count))

    def _port(self, attributes: dict[str, str]) -> None:
        number = self._found.port(self._line, attributes.get("portid", ""))
        port = {"line": self._line, "port": number, "transport": attributes.get("protocol", ""), "cpes": []}
        self._ports.append(port)

    def _state(self, attributes: dict[str, str]) -> None:
        state = attributes.get("state", "")
        if state not in _STATES:
            self._refuse(state, "is no state of a port")
        ttl = self._found.number(self._line, attributes.get("reason_ttl", "0"), "time to live", _MOST_TTL)
        self._ports[-1] |= {"state": state, "reason": attributes.get("reason", "")[:64], "ttl": ttl or None}

    def _service(self, attributes: dict[str, str]) -> None:
        self._found.number(self._line, attributes.get("conf", "0"), "confidence of nmap", 10)
        self._ports[-1]["service"] = attributes

    def _begin_cpe(self, _: dict[str, str]) -> None:
        self._cpe = []

    def _host(self) -> None:
        """Use what was said of a host; one that is down was not asked."""
        if self._addr is None or not self._is_up:
            return
        is_first = self._addr not in self._found.addresses
        self._found.addresses[self._addr] = None
        word = self._ended or self._began
        at = self._found.time(self._line, word or "0")
        for port in self._ports:
            self._add(port, self._addr, at)
        for state, count in self._others if is_first else ():
            self._found.counts[{"open|silent": "silent"}.get(state, state)] += count

    def _add(self, port: dict[str, Any], addr: str, at: str) -> None:
        transport, number = port["transport"], port["port"]
        if transport not in _TRANSPORTS:
            self._found.left_out[transport[:32]] += 1
            return
        if "state" not in port:
            self._found.refuse(port["line"], str(number), "is a port without a state")
        self._found.asked(transport, str(number))
        if not self._found.is_new(addr, number, transport):
            return
        state, reason = _verdict(port["state"], port["reason"], transport)
        if reason is None:
            self._found.counts[state] += 1
            return
        services, facts = _services(port)
        record = Record(
            at=at, addr=addr, host=self._name, port=number, transport=transport, range="", registered=None,
            state=state, reason=reason, rtt_us=self._rtt_us, ttl=port["ttl"], services=services, facts=facts,
            banner=b"",
        )  # fmt: skip
        self._found.add(record)


_BEGINS = {
    "scaninfo": _Reader._scaninfo,  # noqa: SLF001 - the class's own table
    "runstats/finished": _Reader._finished,  # noqa: SLF001 - as above
    "host": _Reader._begin_host,  # noqa: SLF001 - as above
    "host/status": _Reader._status,  # noqa: SLF001 - as above
    "host/address": _Reader._address,  # noqa: SLF001 - as above
    "host/hostnames/hostname": _Reader._hostname,  # noqa: SLF001 - as above
    "host/times": _Reader._times,  # noqa: SLF001 - as above
    "host/ports/extraports": _Reader._extraports,  # noqa: SLF001 - as above
    "host/ports/port": _Reader._port,  # noqa: SLF001 - as above
    "host/ports/port/state": _Reader._state,  # noqa: SLF001 - as above
    "host/ports/port/service": _Reader._service,  # noqa: SLF001 - as above
    "host/ports/port/service/cpe": _Reader._begin_cpe,  # noqa: SLF001 - as above
}


def _verdict(state: str, reason: str, transport: str) -> tuple[str, str | None]:
    """Recon's state and reason; no reason where recon has no row of it, only a count."""
    ours = _STATES[state]
    if state == "filtered" and reason in _NO_ANSWER:
        return "silent", None
    if ours == "open|silent":
        return (ours, "no-response") if transport == "udp" else ("silent", None)
    if ours == "unknown":
        return ours, None
    return ours, reason or "import"


def _services(port: dict[str, Any]) -> tuple[list[Service], dict[str, FactValue]]:
    """What nmap detected; a name that it only looked up by the port's number is no detection."""
    told = port.get("service", {})
    name = _SPOKEN.sub("-", told.get("name", "").lower())[:64].strip("-")
    product = told.get("product") or None
    if told.get("method") != "probed" or (name in _NO_SERVICE and product is None):
        return [], {}
    name = name or "unknown"
    part, cpe = formatted(port["cpes"])
    version = told.get("version") or None
    service = Service(
        name, part=part, vendor=vendor_of(cpe), product=product, version=version, cpe=cpe,
        confidence=min(int(told.get("conf", "0")) / 10, MOST_CONFIDENCE), tls=told.get("tunnel") == "ssl",
        version_source="import" if version else "none", evidence={"probe": "import", "match": "nmap"},
    )  # fmt: skip
    extra = told.get("extrainfo")
    return [service], {f"{name}.extrainfo": extra} if extra else {}
