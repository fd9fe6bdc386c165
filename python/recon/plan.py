"""Words become a plan here, once; after this no string is read twice and nobody sees an option again."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from recon import _core
from recon.errors import PlanError
from recon.links import ways
from recon.plan_checks import (
    at_least,
    choice,
    cores,
    positive,
    read_address,
    read_goal,
    read_rate,
    read_seed,
    read_shard,
    read_source_port,
    span,
)
from recon.plan_parts import digest_of_probes, parts_of, restored, stored
from recon.plan_words import Resolve, Resolved, digest_of, flat, lookup, port_words, translated
from recon.scope import Scope

if TYPE_CHECKING:
    from recon.model import Probe

DEFAULT_RATE = "auto"
DEFAULT_TIMEOUT_MS = 900
LEAST_PASSES = 2
"""Passes over what stays silent where the wanted recall needs no more."""

DEEP_TARGETS = 4096
SHOWABLE = ("open", "closed", "unreachable", "silent", "unknown")
BACKENDS = ("auto", "connect", "raw")
ALLOWABLE = ("industrial",)
"""Classes of probes that are sent only where the user said so: what they disturb may be a machine."""

MOST_WAYS = 20
"""Ways that an explained plan lists."""

CORE_VERSION = _core.__version__
SHUFFLE_VERSION = _core.Line.VERSION
"""Bumped when the same seed would give another order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run needs, frozen.

    ``rate_pps`` is the most probes a second (none: no cap), below which ``is_rate_auto`` lets the path decide; ``goal``
    is the share of what is there that is to be found, for which there are more than ``passes`` where needed;
    ``budget_s`` seconds and ``max_packets`` end a run early,
    ``timeout_ms`` milliseconds for a handshake, ``shard`` is
    (index from 0, count), ``names`` maps addresses to the host names the user gave, ``unresolved`` lists those
    without an address, ``per_host`` and ``per_net`` are the most probes a second to one host and to one network (a /24
    or, of IPv6, a /64), ``probes`` is the digest of the probes it will be run with, empty before they are known.
    """

    words: tuple[str, ...]
    ports: str
    exclude: tuple[str, ...]
    space: _core.Space
    seed: int
    shard: tuple[int, int]
    rate_pps: float | None
    is_rate_auto: bool
    backend: str
    timeout_ms: int
    passes: int
    goal: float | None
    threads: int
    window: int | None
    source_port: int | None
    enumerate: bool
    show: tuple[str, ...]
    transcripts: bool
    deep: bool | None = None
    allow: tuple[str, ...] = ()
    community: str | None = field(default=None, repr=False)
    interface: str | None = None
    source_ip: str | None = None
    budget_s: float | None = None
    max_packets: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    unresolved: tuple[str, ...] = ()
    probes: str = ""
    scope: Scope | None = None
    per_host: int | None = None
    per_net: int | None = None

    @classmethod
    def parse(  # noqa: PLR0913 - the one place where a run's options meet; all but the first are keyword-only
        cls,
        *targets: str | Iterable[str],
        ports: str | None = None,
        exclude: Iterable[str] = (),
        rate: float | str = DEFAULT_RATE,
        backend: str = "auto",
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
        passes: int | None = None,
        recall: float | None = None,
        budget_s: float | None = None,
        max_packets: int | None = None,
        threads: int | None = None,
        window: int | None = None,
        seed: int | None = None,
        shard: tuple[int, int] = (0, 1),
        enumerate: bool = True,  # noqa: A002 - the field's word
        source_port: int | None = None,
        show: Iterable[str] = ("open",),
        transcripts: bool = False,
        deep: bool | None = None,
        udp: bool = False,
        allow: Iterable[str] = (),
        community: str | None = None,
        interface: str | None = None,
        source_ip: str | None = None,
        scope: Scope | str | None = None,
        per_host: int | None = None,
        per_net: int | None = None,
        resolve: Resolve | None = None,
        translate: Callable[[str], Iterable[str] | None] | None = None,
    ) -> Plan:
        """Read words and options into a plan.

        ``targets`` are words or lists of words; ``rate`` is probes a second, ``"max"``, or ``"auto"``: what the path
        carries; ``passes`` is how often a silent target is asked, none: at least twice, and as often as a share of
        ``recall`` (none: 0.999) of what is there needs; ``budget_s`` seconds and ``max_packets`` end a run early;
        ``deep`` none means deep for up to 4,096 targets; ``udp`` asks ports over UDP where their word has no prefix;
        ``allow`` names classes of probes (``industrial``) that are otherwise not sent; ``community`` is sent to SNMP
        agents, none: none is;
        ``interface`` and ``source_ip`` are for ``backend="raw"``: where packets leave, and whose they say they are;
        ``scope``, or the file that holds it, says what may be sent to at all: the rest of a range is cut out, and a
        single address or name outside it refuses the plan (ScopeError); ``per_host`` and ``per_net`` cap the probes a
        second to one host, and to one network: a /24, or a /64 of IPv6;
        ``translate`` is asked first what a word stands for (plugins), ``resolve`` turns a host name into addresses.

        Raises PlanError with the bad word.
        """
        words = tuple(flat(targets))
        if not words:
            raise PlanError("", "no target was named", "192.0.2.0/24")
        resolved = Resolved(resolve or lookup)
        ports = port_words(ports, udp=udp)
        meant = list(translated(words, translate))
        addresses = resolved.read(meant)
        left_out = Resolved(resolve or lookup)
        excluded = left_out.read(exclude)
        if left_out.unresolved:
            raise PlanError(left_out.unresolved[0], "this exclusion has no address, so it cannot be honoured")
        scope = Scope.load(scope, resolve) if isinstance(scope, str) else scope
        if scope is not None:
            scope.refuse_named(meant, resolved.hosts)
        plan = cls(
            words=words,
            ports=ports,
            exclude=tuple(excluded),
            space=_core.Space(addresses, ports, excluded, scope.core if scope else None),
            seed=read_seed(seed),
            shard=read_shard(shard),
            rate_pps=read_rate(rate),
            is_rate_auto=rate == "auto",
            backend=choice(backend, BACKENDS, "backend"),
            timeout_ms=at_least(timeout_ms, 1, "timeout"),
            passes=LEAST_PASSES if passes is None else at_least(passes, 1, "passes"),
            goal=read_goal(recall, passes),
            budget_s=budget_s if budget_s is None else positive(budget_s, "budget", "--budget 10m"),
            max_packets=max_packets if max_packets is None else at_least(max_packets, 1, "max-packets"),
            threads=at_least(threads if threads is not None else cores(), 1, "threads"),
            window=window if window is None else at_least(window, 1, "window"),
            source_port=source_port if source_port is None else read_source_port(source_port),
            enumerate=enumerate,
            show=tuple(choice(state, SHOWABLE, "state") for state in show),
            transcripts=transcripts,
            deep=deep,
            allow=tuple(choice(word, ALLOWABLE, "class of probes") for word in allow),
            community=community,
            interface=interface,
            source_ip=source_ip if source_ip is None else read_address(source_ip),
            names=resolved.names,
            unresolved=tuple(resolved.unresolved),
            scope=scope,
            per_host=per_host if per_host is None else at_least(per_host, 1, "per-host"),
            per_net=per_net if per_net is None else at_least(per_net, 1, "per-net"),
        )
        plan._refuse_nothing()
        plan._refuse_raw_words()
        return plan

    @property
    def line(self) -> _core.Line:
        """The shuffled number line of this plan."""
        return _core.Line(self.space, self.seed, self.shard)

    @property
    def targets(self) -> int:
        """Number of targets in this shard."""
        first, after = self.line.interval
        return after - first

    @property
    def is_raw(self) -> bool:
        """Whether recon speaks TCP itself, instead of leaving it to kernel sockets."""
        return self.backend == "raw"

    @property
    def is_deep(self) -> bool:
        """Whether to ask on where a name is known: what was wished, or on for up to 4,096 targets in all shards."""
        wished = len(self.space) <= DEEP_TARGETS if self.deep is None else self.deep
        return self.enumerate and wished

    def parts(self) -> dict[str, str]:
        """What makes this plan itself and no other, by name: resume and merge compare them and name what differs."""
        return parts_of(self)

    @property
    def digest(self) -> str:
        """One digest of all parts, 32 hexadecimal digits."""
        return digest_of(self.parts())

    @property
    def whole_digest(self) -> str:
        """The digest of the plan that this one is a shard of: of all parts but the shard."""
        return digest_of({name: part for name, part in self.parts().items() if name != "shard"})

    def knowing(self, probes: Iterable[tuple[str, Probe]]) -> Plan:
        """The same plan, knowing the (plugin, probe) pairs that it will be run with, if it asks any question."""
        return replace(self, probes=digest_of_probes(probes) if self.enumerate else "")

    def to_json(self) -> str:
        """The plan as JSON: all that another machine needs to build it again; it holds the SNMP community."""
        return stored(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Build the plan that ``to_json`` wrote, without resolving a name again; PlanError if that cannot be."""
        return restored(text, cls)

    def explain(self) -> str:
        """What this plan would do, for a reader: size, exclusions, backend, rate, estimated time."""
        lines = [
            f"targets     {self.targets:,} of {len(self.space):,} ({self.space.addresses:,} addresses)",
            f"order       seed {self.seed}, shuffle version {SHUFFLE_VERSION}",
            f"shard       {self.shard[0]} of {self.shard[1]} (counted from 0)",
            f"backend     {self._backend_text()}, {self.threads} threads",
            f"transport   {self._transport_text()}",
            f"rate        {self._rate_text()}",
            f"patience    {self.timeout_ms} ms a handshake, {self._passes_text()}",
            f"questions   {self._depth_text()}",
            f"time        {self._time_text()}",
        ]
        lines += [f"block       {first} - {last}, {ports:,} ports each" for first, last, ports in self._some_blocks()]
        lines += [f"way         {first} - {last} {way}" for first, last, way in self._ways()]
        lines += [f"left out    {cut} ({name})" for cut, name in self.space.special]
        lines += [f"out of scope {cut}" for cut in self.space.out_of_scope[:MOST_WAYS]]
        lines += [f"unresolved  {name}" for name in self.unresolved]
        return "\n".join(lines)

    def _backend_text(self) -> str:
        if not self.is_raw:
            return "connect (kernel sockets)"
        sent = [f"by {self.interface}" if self.interface else "", f"from {self.source_ip}" if self.source_ip else ""]
        return " ".join(["raw (recon's own TCP)", *filter(None, sent)])

    def _transport_text(self) -> str:
        return " and ".join(name.upper() for name in ("tcp", "udp") if self.space.has_transport(name))

    def _rate_text(self) -> str:
        capped = "no cap" if self.rate_pps is None else f"at most {self.rate_pps:,.0f} probes a second"
        capped = f"what the path carries, {capped}" if self.is_rate_auto else capped
        caps = [
            f"{pps:,} to one {what}" for pps, what in ((self.per_host, "host"), (self.per_net, "/24 or /64")) if pps
        ]
        return ", ".join([capped, *caps])

    def _passes_text(self) -> str:
        if self.goal is None:
            return f"{self.passes} passes over what stays silent"
        return f"at least {self.passes} passes over what stays silent, until {self.goal:.1%} of what is there is found"

    def _depth_text(self) -> str:
        if not self.enumerate:
            return "none: only whether a port is open"
        return "deep: probes, TLS in mid-conversation, enumerators" if self.is_deep else "probes"

    def _some_blocks(self, most: int = 20) -> list[tuple[str, str, int]]:
        return self.space.blocks[:most]

    def _ways(self) -> list[tuple[str, str, str]]:
        if not self.is_raw:
            return []
        blocks = [(first, last) for first, last, _ in self._some_blocks()]
        return ways(blocks, self.interface, self.source_ip)[:MOST_WAYS]

    def _time_text(self) -> str:
        if self.is_rate_auto:
            return "as fast as the path carries it: the live line tells"
        if self.rate_pps is None:
            return "as fast as this machine and the targets allow"
        once = self.targets / self.rate_pps
        return f"{span(once)} if all answer, {span(once * self.passes)} if none does"

    def _refuse_raw_words(self) -> None:
        for option, value in (("--interface", self.interface), ("--source-ip", self.source_ip)):
            if value is not None and not self.is_raw:
                raise PlanError(option, "only the raw backend can choose it", f"{option} {value} --backend raw")
        there = [name for _, name in socket.if_nameindex()]
        if self.interface is not None and self.interface not in there:
            raise PlanError(
                self.interface, f"no such interface; there are {', '.join(there)}", f"--interface {there[0]}"
            )

    def _refuse_nothing(self) -> None:
        if self.scope is not None and self.space.out_of_scope and not len(self.space):
            self.scope.refuse_empty()
        if self.unresolved and not len(self.space):
            raise PlanError(
                self.unresolved[0], "this name has no address, and nothing else is left to sweep", "127.0.0.1"
            )
        _core.Line(self.space, self.seed, self.shard)
