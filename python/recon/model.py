"""The values that move through recon: probes in, records out. Plain data; nothing here does I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from recon._core import Batch

SUMMARY_SCHEMA = 1

FactValue = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value learnt by an enumerator; in a record it stands as ``service.name``."""

    name: str
    value: FactValue


@dataclass(slots=True)
class Service:
    """What a reply means: one product on one port."""

    name: str
    part: str = "a"
    vendor: str | None = None
    product: str | None = None
    version: str | None = None
    cpe: str | None = None
    distro: str | None = None
    revision: str | None = None
    confidence: float = 0.0
    version_source: str = "none"
    tls: bool = False
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def purl(self) -> str | None:
        """The package URL; none where its package is not known for certain."""
        from recon._core import package_url  # noqa: PLC0415 - a service is plain data until somebody asks

        return package_url(self)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one answer means: services, the most certain first, and facts by name."""

    services: list[Service]
    facts: dict[str, FactValue]


@dataclass(slots=True)
class Record:
    """One target that answered: reply, services and facts; what sinks get.

    ``at`` is RFC 3339 UTC with microseconds, ``rtt_us`` microseconds, ``banner`` the exact bytes.
    """

    at: str
    addr: str
    host: str | None
    port: int
    transport: str
    range: str
    registered: str | None
    state: str
    reason: str
    rtt_us: int | None
    ttl: int | None
    services: list[Service]
    facts: dict[str, FactValue]
    banner: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """A reading of an answer: a byte pattern and what it means.

    Named groups ``version``, ``revision``, ``product``, ``vendor`` and ``distro`` fill the service; any other
    named group becomes a fact ``service.group``. ``field`` is ``data`` (the whole answer), ``status``, ``title``,
    ``body``, ``header:NAME`` or ``header:*`` (a line ``name: value``, the name in lower case, of each header that no
    match is written for by name). Every example is an answer and the values it must yield.

    ``reply``, for UDP only, is what to send next to whom this match has read, as long as no product is known: ``{1}``
    to ``{9}`` in it are the exact bytes of the pattern's groups, named or not, such as a challenge that wants to come
    back. Three questions after the first answer, replies included, are the most that one port is asked.

    ``each`` reads an open match again behind its last hit: every product token of a field is a service of its own,
    unless a match that fixes its product reads the same token. ``decode`` says how the bytes of a group become a
    value, such as ``{"version": "{u8}.{u8}.{u16be}"}``; see docs/authors-guide.md.
    """

    pattern: bytes
    service: str
    examples: Mapping[bytes, Mapping[str, str]]
    part: str = "a"
    vendor: str | None = None
    product: str | None = None
    distro: str | None = None
    cpe: str | None = None
    name: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    each: bool = False
    decode: Mapping[str, str] = field(default_factory=dict)
    reply: bytes = b""
    field: str = "data"


@dataclass(frozen=True, slots=True)
class Product:
    """What is known of a product that a grammar reads off the wire; ``name`` none keeps the wire's spelling.

    ``cpe`` is ``cpe:2.3:part:vendor:product``, derived from ``part``, ``vendor`` and the name where it is none.
    """

    name: str | None = None
    vendor: str | None = None
    cpe: str | None = None
    part: str = "a"

    @classmethod
    def table(cls, known: str, no_products: str = "") -> dict[str, Product | None]:
        """Read what ``Probe.products`` holds out of a text, so that a product is a word.

        A row of ``known`` is ``vendor: spelling; spelling=Name; spelling=Name@product``: the wire's spelling in lower
        case, the name where it is another, and the CPE's product where it is not the name's; ``/h`` and ``/o`` behind
        a vendor say hardware and operating system. A row goes on in lines that are indented by four.
        ``no_products`` are spellings of words that are none.
        """
        words = no_products.replace("\n", " ").strip()
        table: dict[str, Product | None] = dict.fromkeys(words.split("; ") if words else ())
        for row in known.replace("\n    ", " ").strip().splitlines():
            maker, _, spellings = row.partition(": ")
            vendor, _, part = maker.partition("/")
            table.update(cls._row(word, vendor, part or "a") for word in spellings.split("; "))
        return table

    @classmethod
    def _row(cls, word: str, vendor: str, part: str) -> tuple[str, Product]:
        spelling, _, shown = word.partition("=")
        name, _, product = shown.partition("@")
        cpe = f"cpe:2.3:{part}:{vendor}:{product}" if product else None
        return spelling, cls(name or None, vendor=vendor, cpe=cpe, part=part)


@dataclass(frozen=True, slots=True)
class Probe:
    """A question: bytes to send (none: listen), ports it is likely on, how long to wait.

    ``ports`` are port words (``"22,2222"``); ``wait_ms`` milliseconds, none for the default; ``ends`` is ``grammar``
    or ``quiet``; ``rarity`` 1 (common) to 9 (rare). ``tls_ports`` are where the same question is likely inside TLS;
    ``starttls`` is how the protocol asks for TLS in mid-conversation: (what to send, what the answer must contain) in
    turn. ``products`` holds, for the services that the matches name, products by their spelling on the wire in lower
    case: every match that reads a product off the wire uses it; None there says that the word is no product at all.
    ``needs`` is what the user must allow before it is sent (``industrial``); none: nothing. ``answers_elsewhere``, for
    UDP, says that the server answers from another port than the one that was asked (TFTP does): such an answer counts
    where this is the only question of its kind that is open at that host and one of its own matches reads it; what is
    asked next goes to that other port.
    """

    name: str
    ports: str = ""
    send: bytes = b""
    matches: Sequence[Match] = ()
    transport: str = "tcp"
    wait_ms: int | None = None
    ends: str = "grammar"
    rarity: int = 5
    tls_ports: str = ""
    starttls: Sequence[tuple[bytes, bytes]] = ()
    products: Mapping[str, Product | None] = field(default_factory=dict)
    needs: str | None = None
    answers_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """The measured share of open ports that were found, with its 95 % interval.

    ``there_low`` to ``there_high`` is the same interval as counts of open ports, ``found`` how many of them were
    heard, ``canaries`` how many control probes it rests on, ``loss`` the share of single probes lost in the last pass.
    """

    estimate: float
    low: float
    high: float
    canaries: int
    passes: int
    found: int = 0
    there_low: int = 0
    there_high: int = 0
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A running sweep at one instant. Counts are targets; ``sent`` counts probes, retries included."""

    targets: int
    settled: int
    sent: int
    open: int
    closed: int
    unreachable: int
    silent: int
    unknown: int
    in_flight: int
    elapsed_s: float
    rate_pps: float
    left_s: float | None
    errors: dict[str, int]
    limited_by: str | None = None
    pass_number: int = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished sweep: the tally and what limited it. ``to_json`` is the contract of design §11."""

    targets: int
    sent: int
    open: int
    closed: int
    unreachable: int
    silent: int
    unknown: int
    errors: dict[str, int]
    drops: int
    elapsed_s: float
    rate_pps: float
    backend: str
    bottleneck: str | None
    recall: Recall | None
    recall_why: str | None
    exit: int
    run: str | None = None
    seed: int = 0
    passes: int = 1
    position: int = 0
    interrupted: bool = False
    path_limit_pps: float | None = None
    spent: str | None = None
    unresolved: tuple[str, ...] = ()
    plugin_faults: Mapping[str, str] = field(default_factory=dict)

    def with_exit(self, code: int) -> Summary:
        """Return the same summary with another exit code."""
        return replace(self, exit=code)

    def to_json(self) -> str:
        """One JSON object, the contract of design section 11."""
        return json.dumps({"schema": SUMMARY_SCHEMA, **asdict(self)})


class Sink(Protocol):
    """Where records go. Never sees a target that did not answer."""

    def write(self, batch: Batch) -> None:
        """Take one batch, in arrival order."""

    def close(self, summary: Summary | None) -> None:
        """Write what belongs at the end; ``summary`` is none when the run broke."""


@dataclass(frozen=True, slots=True)
class SinkOptions:
    """How a sink should look: ``color`` on or off, ``width`` in columns (none: unbounded)."""

    color: bool = False
    width: int | None = None


@dataclass(frozen=True, slots=True)
class SinkType:
    """An output format: its ``--format`` name, a line of help, and how to open it on a binary stream."""

    name: str
    help: str
    open: Callable[[BinaryIO, SinkOptions], Sink]
