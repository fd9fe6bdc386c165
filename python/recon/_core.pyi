"""The Rust core as Python sees it. Hand-written; stubtest checks it against the built module."""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, final

from recon.model import FactValue, Probe, Progress, Record, Service

__version__: str

def target_name(word: str) -> tuple[str, int | None] | None:
    """Host name and port of a target word that needs resolving; none when it is an address word.

    Raises PlanError on a word that is neither.
    """

def port_name(port: int, transport: str) -> str | None:
    """The service that the IANA registry lists for a port."""

def port_range(port: int) -> str:
    """``well-known``, ``registered`` or ``dynamic`` (RFC 6335 section 6)."""

def package_url(service: Service) -> str | None:
    """The package URL of a service; none where its package is not known for certain."""

def port_entries() -> list[tuple[int, str, str]]:
    """The whole IANA registry: (port, transport, service), by port."""

def port_words(text: str) -> list[tuple[int, str]]:
    """The (port, transport) pairs of port words, sorted; raises PlanError with the bad word."""

def links() -> list[tuple[str, str | None, int | None]]:
    """Each link of this machine: name, interface, and the errno of opening it (none if it may be opened)."""

def ways(
    blocks: Sequence[tuple[str, str]], interface: str | None, source_ip: str | None, most: int
) -> list[tuple[str, str, str]]:
    """First address, last, and the way in words, of the ranges that leave one way; at most ``most`` of a block."""

def version_key(version: str) -> bytes:
    """Bytes that sort as versions do: 9.2 before 9.2p1 before 9.10, 1.0rc1 before 1.0."""

@final
class Space:
    """Targets minus exclusions, times ports. Each (address, port) exists once."""

    def __new__(
        cls, targets: Sequence[str], ports: str, exclude: Sequence[str] = ..., scope: Scope | None = None
    ) -> Space: ...
    def __len__(self) -> int: ...
    @property
    def addresses(self) -> int: ...
    @property
    def public_addresses(self) -> int: ...
    @property
    def widest_public(self) -> str | None:
        """The widest public range asked for, if it is wider than a /16 (v4)."""
    @property
    def blocks(self) -> list[tuple[str, str, int]]:
        """(first address, last address, number of ports) of each disjoint block."""
    @property
    def pieces(self) -> list[tuple[str, str, str]]:
        """(first address, last address, port words) of each disjoint block: all that ``restore`` needs."""
    @property
    def left_out(self) -> list[tuple[str, str]]:
        """(first address, last address) of what ``special`` names."""
    @staticmethod
    def restore(pieces: Sequence[tuple[str, str, str]], left_out: Sequence[tuple[str, str]]) -> Space:
        """The space that gave these ``pieces`` and ``left_out``; no word is resolved, no range judged again."""
    @property
    def special(self) -> list[tuple[str, str]]:
        """(range, name with its RFC) of each special-purpose range that was cut out."""
    @property
    def out_of_scope(self) -> list[str]:
        """Each range that was cut out because the scope does not hold it."""
    @property
    def digest(self) -> str:
        """A stable digest of the contents, 16 hexadecimal digits."""
    def has_transport(self, transport: str) -> bool: ...

@final
class Scope:
    """What may be sent to: address words that are allowed (none: all), less those that are denied."""

    def __new__(cls, allow: Sequence[str], deny: Sequence[str]) -> Scope: ...
    def __contains__(self, addr: str, /) -> bool: ...
    @property
    def ranges(self) -> list[str]:
        """What it holds, sorted and disjoint."""

@final
class Line:
    """The shuffled number line: position i is always the same target for the same space and seed."""

    VERSION: int
    def __new__(cls, space: Space, seed: int, shard: tuple[int, int] = ...) -> Line: ...
    @property
    def interval(self) -> tuple[int, int]:
        """First position of the shard and the one after its last."""
    def position_of(self, addr: str, port: int, transport: str) -> int | None:
        """The position of a target on the whole line; none if it is not there."""
    def text(self, start: int, stop: int) -> bytes:
        """Positions ``start`` to ``stop`` as ``addr:port`` lines."""
    def walk(self, start: int, stop: int) -> int:
        """Visit positions without making objects; returns a checksum. For benches."""

@final
class Pack:
    """Compiled probes. A broken probe is left out and listed in ``faults``.

    ``proofs`` spares matches that an earlier pack proved (its ``new_proofs``); other bytes prove nothing.
    """

    def __new__(cls, probes: Sequence[tuple[str, Probe]], proofs: bytes = ...) -> Pack: ...
    @property
    def new_proofs(self) -> bytes | None:
        """The proofs of all matches, to be kept; None if all were known."""
    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """(plugin, probe, why) of each probe left out."""
    @property
    def counts(self) -> tuple[int, int]:
        """Number of probes and of matches."""
    def tried(self, data: bytes, asked: str = "listen") -> list[tuple[str, str, bool]]:
        """(match, field, hit) of each match held against an answer, in order of trying."""
    def asks(self, port: int, transport: str = "tcp") -> str | None:
        """Name of the probe hinted for a port."""
    def identify(
        self, data: bytes, *, asked: str = "listen", tls: bool = False
    ) -> tuple[list[Service], dict[str, FactValue]]: ...
    def identify_many(self, data: Sequence[bytes], rounds: int = 1) -> int:
        """Number of answers in which a service was found. For benches."""
    def replay(self, entries: Sequence[tuple[str, bytes, int, int]], *, port: int = 0) -> Record:
        """Run the dialogue over a recorded conversation: (``sent``/``received``/``secured``, bytes,
        microseconds, connection)."""

@final
class Offline:
    """Names stored replies of one ``form``: ``raw`` (one reply), ``lines`` (with escapes) or ``jsonl``.

    The options hold for replies that do not tell it themselves; services below ``least`` are left out.
    """

    def __new__(
        cls,
        pack: Pack,
        form: str,
        *,
        hint: str | None = None,
        port: int | None = None,
        transport: str | None = None,
        tls: bool = False,
        cut: bool = False,
        least: float = 0.0,
        now_us: int = 0,
    ) -> Offline: ...
    def read(
        self, data: bytes, first_line: int = 1, host: str | None = None
    ) -> tuple[list[Batch], list[tuple[int, str]], int, int]:
        """Name a piece of a file that ends with a whole line.

        Batches; (line, why) of what could not be read; sound lines without a reply; all lines. ``host`` stands for a
        reply that tells neither address nor host. Threads may call it at the same time.
        """

@final
class Batch:
    """Up to 1,024 records, owned by Rust; objects are made on demand."""

    @staticmethod
    def of(records: Sequence[Record]) -> Batch:
        """A batch of records; raises ValueError or TypeError on one that cannot be a row."""
    @staticmethod
    def parse(rows: bytes) -> Batch:
        """The records of JSONL rows, exactly as they were written; raises ValueError on what is none."""
    def edited(self, records: Sequence[Record]) -> Batch:
        """The same batch with ``records`` in place of its own; transcripts stay with their target."""
    def split(self, services: set[str]) -> tuple[Batch, Batch]:
        """The records with one of ``services``, and the others."""
    def at_least(self, confidence: float) -> Batch:
        """The same records without the services that are less certain."""
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Record: ...
    def __iter__(self) -> Iterator[Record]: ...
    def to_jsonl(self) -> bytes:
        """One JSON object a line, the contract of design section 11."""
    def to_list(self) -> bytes:
        """``addr:port`` lines of the open ones."""
    def transcripts(self) -> list[list[tuple[str, bytes, int, int]] | None]:
        """The recorded conversation of each record, where the plan asked for them.

        An utterance is (``sent``/``received``/``secured``, bytes, microseconds since the port opened, connection).
        """
    def traces(self) -> list[list[tuple[int, int, str, bytes | str]] | None]:
        """What happened with each record, where the plan asked for transcripts.

        (microseconds, connection, kind, what): kind is ``step`` (text), ``sent``, ``received`` or ``secured`` (bytes).
        """

@final
class JournalReader:
    """Reads a journal, also one that is being written; raises StoreError on what is none, or damaged."""

    def __new__(cls, path: str | PathLike[str], offset: int = 0) -> JournalReader:
        """Begin at ``offset``, which an earlier reader of the same journal told; 0 is the beginning."""
    def rows(self, limit: int) -> list[tuple[int | None, bytes]]:
        """The next (position, JSON row) pairs, at least ``limit`` of them where there are as many.

        Frames are not split, so that there may be more. Empty where no whole frame is left; more may come later. The
        position is None for a row whose target is not of the line, which a plugin added.
        """
    @property
    def offset(self) -> int:
        """Where to go on later."""
    def state(self) -> dict[str, Any]:
        """Where the run stands, whatever was read before.

        ``tally`` (the counts of a summary), ``settled``, ``rows``, ``torn`` (bytes at the end that are no whole frame),
        ``finished``, ``interval`` (positions) and ``line`` (a digest of the line).
        """
    def digest(self) -> str:
        """SHA-256 over all rows, each with a line feed."""

@final
class Tables:
    """The rows of a journal from ``offset`` on as rows of the tables reply, service and fact, read ahead by a thread.

    ``number`` is that of the first reply, ``batch`` how many replies are made at once. Raises StoreError on a journal
    that cannot be read, ValueError on a row that is none.
    """

    GROUP: int
    def __new__(cls, path: str | PathLike[str], offset: int, number: int, batch: int) -> Tables: ...
    def __iter__(self) -> Tables: ...
    def __next__(self) -> tuple[int, int, list[tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]]:
        """The offset behind a batch, its replies, and for each table its rows: ``GROUP`` a tuple, then one a tuple."""

@final
class JournalWriter:
    """Makes a journal of rows that exist already, such as a merged or imported run; raises StoreError."""

    def __new__(cls, path: str | PathLike[str], interval: tuple[int, int], line: str) -> JournalWriter:
        """``interval`` are the run's positions, ``line`` is what tells its line from others."""
    def append(self, rows: list[tuple[int | None, bytes]]) -> None:
        """Append rows: position (None if it has none) and JSON without a line feed."""
    def finish(self, counts: Mapping[str, int], elapsed_s: float = 0.0) -> None:
        """Write the end and bring all of it to the disk.

        ``counts`` are those of a summary: sent, open, closed, unreachable, silent, unknown, drops.
        """

@final
class Columns:
    """A file of columns in the making: ``arrow`` (an IPC file) or ``parquet``. ValueError once it is finished."""

    def __new__(cls, form: str) -> Columns: ...
    def push(self, batch: Batch) -> bytes:
        """Take a batch; what of the file is ready by then."""
    def finish(self) -> bytes:
        """The rest of the file."""

@final
class Sweep:
    """A running plan. Iterating it gives batches; waiting releases the GIL."""

    def __new__(
        cls,
        space: Space,
        pack: Pack | None,
        *,
        seed: int,
        shard: tuple[int, int],
        rate: float | None,
        timeout_ms: int,
        passes: int,
        threads: int,
        window: int | None,
        source_port: int | None,
        show: Sequence[str],
        names: Mapping[str, str],
        transcripts: bool,
        deep: bool = False,
        raw: tuple[str | None, str | None] | None = None,
        scope: Scope | None = None,
        auto: bool = False,
        goal: float | None = None,
        budget_s: float | None = None,
        max_packets: int | None = None,
        caps: tuple[int | None, int | None] = ...,
        journal: str | PathLike[str] | None = None,
    ) -> Sweep: ...
    def __iter__(self) -> Sweep: ...
    def __next__(self) -> Batch: ...
    def order(self, orders: list[tuple[object, ...]]) -> None:
        """Give orders of enumerators; ``recon.enumeration`` knows their shapes."""
    def wait(self, batches: bool = True) -> tuple[Batch | None, list[tuple[int, str, bytes, str]], bool]:
        """A batch if there is one and it is wanted, what became of orders (id, kind, bytes, why), and whether the
        batches are over."""
    def record(self, taken: Batch, kept: Batch) -> None:
        """Acknowledge the rows of a batch: ``kept`` is what became of ``taken``.

        The journal, if one is kept, has them then. Raises StoreError when it cannot take them.
        """
    def close_journal(self) -> None:
        """Write the journal's end, once every row is acknowledged; raises StoreError when it could not be kept."""
    def finish(self) -> None:
        """End the thread that serves enumerators."""
    def stop(self) -> None:
        """End the sweep early; safe from any thread and from signal handlers."""
    def progress(self) -> Progress: ...
    def summary(self) -> dict[str, object]:
        """Counters at the end; raises EngineError while the sweep is running."""
