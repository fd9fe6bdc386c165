"""What a reader of a foreign file has found so far. Must never believe a word of the file unread."""

from __future__ import annotations

import ipaddress
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, NoReturn, Self

from recon import _core
from recon.errors import PlanError
from recon.model import Record
from recon.store.receipts import COUNTS

HELD = 1024
"""Records held before they become rows."""

_IN_MEMORY = 32 << 20
_MOST_PORT = 65535
_PREFIX = {"tcp": "", "udp": "U:"}
_COUNTED = {"open|silent": "silent"}


class Gathered:
    """Addresses, ports, counts and rows of one file; rows beyond 32 MiB wait on disk."""

    def __init__(self, file: str) -> None:
        """Begin with nothing; ``file`` is how errors call it."""
        self.file = file
        self.scanner = "another scanner"
        self.addresses: dict[str, None] = {}
        self.ports: dict[str, None] = {}
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.elapsed_s = 0.0
        self.rows = 0
        self._seen: set[tuple[str, int, str]] = set()
        self._held: list[Record] = []
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        """Hold the rows until the block ends."""
        return self

    def __exit__(self, *error: object) -> None:
        """Let go of the rows."""
        self._spool.close()

    def refuse(self, line: int, word: str, why: str) -> NoReturn:
        """Say what is wrong with the file, and where; the word is cut at 100 characters."""
        raise PlanError(word[:100], f"{self.file}, line {line}: {why}")

    def address(self, line: int, word: str) -> str:
        """Read an address in its shortest form."""
        try:
            return str(ipaddress.ip_address(word))
        except ValueError:
            self.refuse(line, word, "is no address")

    def number(self, line: int, word: str, what: str, most: int) -> int:
        """Read a whole number from 0 to ``most``."""
        is_number = word.isascii() and word.isdigit() and len(word) <= len(str(most))
        if not is_number or int(word) > most:
            self.refuse(line, word, f"is no {what} (0 to {most})")
        return int(word)

    def port(self, line: int, word: str) -> int:
        """Read a port."""
        return self.number(line, word, "port", _MOST_PORT)

    def time(self, line: int, word: str) -> str:
        """Read seconds since 1970 as rows write a time."""
        seconds = self.number(line, word, "time in seconds since 1970", 253402300799)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000000Z"

    def asked(self, transport: str, ports: str) -> None:
        """Know that ``ports`` (numbers and ranges) were asked of each address."""
        for word in ports.split(","):
            self.ports[_PREFIX[transport] + word] = None

    def is_new(self, addr: str, port: int, transport: str) -> bool:
        """Whether a target was not told of before; what is said of it first holds."""
        target = (addr, port, transport)
        known = target in self._seen
        self._seen.add(target)
        return not known

    def add(self, record: Record) -> None:
        """Keep a row and count its state."""
        self.counts[_COUNTED.get(record.state, record.state)] += 1
        self.rows += 1
        self._held.append(record)
        if len(self._held) == HELD:
            self.flush()

    def counted(self, targets: int) -> dict[str, int]:
        """The counts of a summary: what the file does not tell of is unknown."""
        counts = {name: self.counts[name] for name in COUNTS}
        told = sum(counts[name] for name in ("open", "closed", "unreachable", "silent", "unknown"))
        return counts | {"unknown": counts["unknown"] + max(0, targets - told)}

    def batches(self, rows: int) -> Iterator[_core.Batch]:
        """Yield the rows, ``rows`` at a time."""
        self.flush()
        self._spool.seek(0)
        held: list[bytes] = []
        for row in self._spool:
            held.append(row)
            if len(held) == rows:
                yield _core.Batch.parse(b"".join(held))
                held = []
        if held:
            yield _core.Batch.parse(b"".join(held))

    def flush(self) -> None:
        """Make rows of the records that are held; raises PlanError on one that cannot be a row."""
        try:
            rows = _core.Batch.of(self._held).to_jsonl()
        except (ValueError, TypeError) as error:
            raise PlanError(self.file, f"has a row that recon cannot hold: {error}") from None
        self._spool.write(rows)
        self._held = []
