"""Recorded conversations: read, written and replayed without a network. Imports the core only when asked to work."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon.errors import PluginError

if TYPE_CHECKING:
    from recon._core import Pack
    from recon.model import FactValue, Probe, Record, Service

SCHEMA = 1
SPEAKERS = ("sent", "received", "secured")
LAST_WIRE = 255
ORIGIN = "test"
"""The plugin that probes belong to when a test hands them over."""

Entry = tuple[str, bytes, int, int]
"""Who spoke, what, when (microseconds since the port opened), and on which connection (0 is the sweep's own).

``sent`` is ours, ``received`` the target's; ``secured`` says that TLS stands from here on, its bytes are the session.
"""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recorded conversation; ``port`` is the target's, 0 when unknown; ``product`` is a note of what spoke.

    ``transport`` is ``tcp`` or ``udp``; over UDP each utterance is a datagram.
    """

    entries: tuple[Entry, ...]
    host: str | None = None
    port: int = 0
    product: str | None = None
    transport: str = "tcp"

    @property
    def received(self) -> bytes:
        """Everything the target said."""
        return b"".join(data for who, data, _, _ in self.entries if who == "received")


def load_transcript(path: str | Path) -> Transcript:
    """Read a transcript file: JSON lines, a header first, then one object per utterance.

    Raises OSError when the file cannot be read, ValueError with file and line when it is no transcript.
    """
    rows = [_row(path, number, line) for number, line in _lines(path)]
    if not rows or rows[0][1].get("schema") != SCHEMA:
        message = f"{path}:1: a transcript begins with a header of schema {SCHEMA}"
        raise ValueError(message)
    header = rows[0][1]
    entries = tuple(_entry(path, number, row) for number, row in rows[1:])
    transport = header.get("transport") or "tcp"
    return Transcript(entries, header.get("host"), int(header.get("port") or 0), header.get("product"), transport)


def save(transcript: Transcript, path: str | Path) -> None:
    """Write ``transcript`` as JSON lines; text where the bytes are UTF-8, base64 where not. Raises OSError."""
    header = {"schema": SCHEMA, "host": transcript.host, "port": transcript.port, "product": transcript.product}
    header |= transport_of(transcript.transport)
    rows = [header, *(to_row(entry) for entry in transcript.entries)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(path).write_bytes(text.encode())


def pack_of(probes: Iterable[Probe]) -> Pack:
    """Compile ``probes``; raises PluginError with the reason of the first that is broken."""
    from recon import _core  # noqa: PLC0415 - the pytest plugin loads in every run and must stay cheap

    pack = _core.Pack([(ORIGIN, probe) for probe in probes])
    for _, probe, why in pack.faults:
        raise PluginError(probe, why)
    return pack


def faults_of(probes: Iterable[Probe], beside: Iterable[tuple[str, Probe]] = ()) -> list[tuple[str, str]]:
    """(probe, why) of each probe that is broken by itself, or that breaks one of those ``beside`` it."""
    from recon import _core  # noqa: PLC0415 - as above

    others = list(beside)
    before = set(_core.Pack(others).faults)
    after = _core.Pack([*others, *((ORIGIN, probe) for probe in probes)]).faults
    return [(probe, why) for origin, probe, why in after if (origin, probe, why) not in before]


def identify(data: bytes, probes: Iterable[Probe], asked: str = "listen") -> tuple[list[Service], dict[str, FactValue]]:
    """Services and facts that ``probes`` read in one answer to the probe called ``asked``.

    Raises PluginError when a probe is broken.
    """
    return pack_of(probes).identify(data, asked=asked)


def replay(transcript: Transcript | str | Path, probes: Iterable[Probe], port: int | None = None) -> Record:
    """Run the engine's dialogue over a recorded conversation, as if the target had been swept.

    ``port`` replaces the recorded one. Raises PluginError when a probe is broken, and what ``load_transcript`` does.
    """
    recorded = transcript if isinstance(transcript, Transcript) else load_transcript(transcript)
    known, asked = list(probes), recorded.port if port is None else port
    record = pack_of(known).replay(recorded.entries, port=asked)
    return _with_datagrams(record, recorded, known) if recorded.transport == "udp" else record


def transport_of(transport: str) -> dict[str, str]:
    """What the header says of the transport: nothing of TCP."""
    return {} if transport == "tcp" else {"transport": transport}


def _with_datagrams(record: Record, recorded: Transcript, probes: list[Probe]) -> Record:
    """Read the first answer to a declared question that means something, or else the first; fills in ``record``.

    What was sent and is no declared question is a match's reply: what came back to it says more of the same.
    """
    from recon import _core  # noqa: PLC0415 - as above

    asked = {probe.send: probe.name for probe in probes if probe.transport == "udp"}
    pack = pack_of(probes)
    record.transport, record.registered = "udp", _core.port_name(record.port, "udp")
    record.state, record.reason, record.banner = "open|silent", "no-response", b""
    question = None
    for sent, heard in pairwise(recorded.entries):
        question = asked.get(sent[1], question) if sent[0] == "sent" else question
        is_reply = sent[1] not in asked
        if (sent[0], heard[0]) == ("sent", "received") and question and (is_reply or not record.services):
            services, facts = pack.identify(heard[1], asked=question)
            record.banner = heard[1] if not record.banner or (services and not record.services) else record.banner
            record.services, record.facts = services or record.services, record.facts | facts
            record.state, record.reason = "open", "response"
    return record


def _lines(path: str | Path) -> list[tuple[int, str]]:
    text = Path(path).read_bytes().decode("utf-8-sig")
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _row(path: str | Path, number: int, line: str) -> tuple[int, dict[str, Any]]:
    try:
        row = json.loads(line)
    except ValueError as error:
        message = f"{path}:{number}: not JSON: {error}"
        raise ValueError(message) from None
    if not isinstance(row, dict):
        message = f"{path}:{number}: not a JSON object"
        raise ValueError(message)  # noqa: TRY004 - a bad file, not a bad call
    return number, row


def _entry(path: str | Path, number: int, row: dict[str, Any]) -> Entry:
    match row.get("who"), row.get("at_us"), row.get("wire", 0), _said(row):
        case str(who), int(at_us), int(wire), bytes(data) if who in SPEAKERS and at_us >= 0 <= wire <= LAST_WIRE:
            return who, data, at_us, wire
    message = f"{path}:{number}: an utterance has who ({' or '.join(SPEAKERS)}), at_us, and text or base64"
    raise ValueError(message)


def _said(row: dict[str, Any]) -> bytes | None:
    """Bytes of an utterance; none when it holds neither text nor base64, or both."""
    match row.get("text"), row.get("base64"):
        case str(text), None:
            return text.encode()
        case None, str(encoded):
            try:
                return base64.b64decode(encoded, validate=True)
            except binascii.Error:
                return None
    return None


def to_row(entry: Entry) -> dict[str, object]:
    """One utterance as the JSON object of a transcript file; the connection stands there unless it is the first."""
    who, data, at_us, wire = entry
    where = {"wire": wire} if wire else {}
    try:
        return {"who": who, "at_us": at_us, **where, "text": data.decode()}
    except UnicodeDecodeError:
        return {"who": who, "at_us": at_us, **where, "base64": base64.b64encode(data).decode()}
