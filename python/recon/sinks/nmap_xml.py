"""nmap's XML, for the many programs that import it. Must never write what nmap's document type does not allow."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.about import version
from recon.sinks.escape import xml
from recon.sinks.hosts import HELD_ROWS, Hosts
from recon.sinks.words import fact_text

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, Service, SinkOptions, Summary

_STATES = {"open": "open", "closed": "closed", "unreachable": "filtered", "open|silent": "open|filtered"}
"""nmap's words for recon's; what could not be asked has none and is left out."""

_FORM = "1.05"
"""The version of the form, ``xmloutputversion``."""

_UNCHANGED_IN_URI = re.compile(r"[\w.~-]")


class NmapXmlSink:
    """Gathers the ports of a host and writes it as one element."""

    def __init__(self, stream: BinaryIO, options: SinkOptions, held: int = HELD_ROWS) -> None:
        """Write to ``stream``, holding ``held`` rows; XML has no look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._hosts = Hosts(held)
        self._began_s = int(time.time())
        self._headed = False

    def write(self, batch: Batch) -> None:
        """Keep the rows of ``batch``, and write what is held when it is much."""
        for record in batch:
            if record.state in _STATES:
                self._hosts.add(record.addr, record.host, record.port, _port(record))
        if self._hosts.is_full:
            self._stream.write(self._text().encode())

    def close(self, summary: Summary | None) -> None:
        """Write the hosts that are held, and what nmap says at the end."""
        hosts = self._text()
        took_s = summary.elapsed_s if summary else 0.0
        count = self._hosts.count
        end_s = int(time.time())
        tail = (
            f'<runstats><finished time="{end_s}" timestr="{time.ctime(end_s)}" elapsed="{took_s:.2f}"'
            f' summary="recon done: {count} hosts answered" exit="success"/>\n'
            f'<hosts up="{count}" down="0" total="{count}"/></runstats>\n</nmaprun>\n'
        )
        self._stream.write((hosts + tail).encode())

    def _text(self) -> str:
        head = "" if self._headed else _head(self._began_s)
        self._headed = True
        return head + "".join(_host(addr, name, ports) for addr, name, ports in self._hosts.take())


def _head(began_s: int) -> str:
    """Name the scanner as the document type demands it; ``args`` says who really wrote this."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
        f'<nmaprun scanner="nmap" args="recon --format nmap-xml" start="{began_s}" startstr="{time.ctime(began_s)}"'
        f' version="{version()}" xmloutputversion="{_FORM}">\n<verbose level="0"/>\n<debugging level="0"/>\n'
    )


def _host(addr: str, name: str | None, ports: list[str]) -> str:
    kind = "ipv6" if ":" in addr else "ipv4"
    names = f'<hostname name="{xml(name)}" type="user"/>' if name else ""
    return (
        '<host><status state="up" reason="user-set" reason_ttl="0"/>'
        f'<address addr="{addr}" addrtype="{kind}"/>\n<hostnames>{names}</hostnames>\n'
        f"<ports>{''.join(ports)}</ports>\n</host>\n"
    )


def _port(record: Record) -> str:
    service = _service(record.services[0]) if record.services else _by_number(record.registered)
    scripts = _banner(record.banner) + _facts(record)
    return (
        f'<port protocol="{record.transport}" portid="{record.port}">'
        f'<state state="{_STATES[record.state]}" reason="{xml(record.reason)}" reason_ttl="{record.ttl or 0}"/>'
        f"{service}{scripts}</port>\n"
    )


def _by_number(registered: str | None) -> str:
    """What nmap says of a port that it knows by its number only."""
    return f'<service name="{xml(registered)}" method="table" conf="3"/>' if registered else ""


def _service(service: Service) -> str:
    packaged = " ".join(part for part in (service.distro, service.revision) if part)
    optional = {"product": service.product, "version": service.version, "extrainfo": packaged}
    told = "".join(f' {name}="{xml(value)}"' for name, value in optional.items() if value)
    tunnel = ' tunnel="ssl"' if service.tls else ""
    name = f"<cpe>{xml(cpe_uri(service.cpe))}</cpe>" if service.cpe else ""
    conf = max(1, min(10, round(service.confidence * 10)))
    return f'<service name="{xml(service.name)}"{told}{tunnel} method="probed" conf="{conf}">{name}</service>'


def _banner(banner: bytes) -> str:
    return f'<script id="banner" output="{xml(banner)}"/>' if banner else ""


def _facts(record: Record) -> str:
    if not record.facts:
        return ""
    told = {name: fact_text(value) for name, value in record.facts.items()}
    output = "; ".join(f"{name}: {value}" for name, value in told.items())
    elements = "".join(f'<elem key="{xml(name)}">{xml(value)}</elem>' for name, value in told.items())
    return f'<script id="recon-facts" output="{xml(output)}">{elements}</script>'


def cpe_uri(name: str) -> str:
    """Give a CPE 2.3 formatted string in the older URI form that nmap writes (NISTIR 7695 section 6.1)."""
    parts = re.split(r"(?<!\\):", name)[2:]
    return "cpe:/" + ":".join(map(_uri_part, parts)).rstrip(":")


def _uri_part(part: str) -> str:
    """One value: any is empty, none is a hyphen, and all but letters, digits and few marks is percent-encoded."""
    if part == "*":
        return ""
    plain = re.sub(r"\\(.)", r"\1", part)
    return "".join(
        letter if _UNCHANGED_IN_URI.fullmatch(letter) else "".join(f"%{byte:02x}" for byte in letter.encode())
        for letter in plain
    )
