"""A file of another scanner becomes a stored run. Must never store a file that was not read to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from recon import _core
from recon.errors import PlanError
from recon.model import Summary
from recon.plan import Plan
from recon.store import receipts
from recon.store.errors import telling
from recon.store.home import new_run
from recon.store.importing import lines, nmap
from recon.store.importing.gathered import Gathered
from recon.store.run import Run

KINDS: dict[str, Callable[[IO[bytes], Gathered], None]] = {
    "nmap-xml": nmap.read,
    "masscan-json": lines.read_masscan,
    "naabu": lines.read_naabu,
}
"""What reads each kind of file."""

ROWS = 4096
"""Rows held at a time."""

_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Imported:
    """The run that a file became, its rows, and how many ports were left out, by protocol."""

    run: Run
    rows: int
    left_out: dict[str, int]


def import_file(path: Path, kind: str | None = None) -> Imported:
    """Store ``path`` as a run; ``kind`` is one of ``KINDS``, none: as its content says.

    Raises PlanError with the file, line and word that is wrong, StoreError where nothing can be stored.
    """
    with telling("read", path), _opened(path) as file:
        kind = kind or _kind_of(file, path)
        with Gathered(str(path)) as found:
            KINDS[kind](file, found)
            return _stored(found, path)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise PlanError(str(path), f"cannot be read: {error.strerror}", "recon import scan.xml") from None


def _kind_of(file: IO[bytes], path: Path) -> str:
    start = file.read(_LOOKED_AT)
    file.seek(0)
    kind = lines.kind_of(start) or ("nmap-xml" if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None)
    if kind is None:
        why = f"is none of the files that can be imported: {', '.join(KINDS)}"
        raise PlanError(str(path), why, "recon import scan.xml --as nmap-xml")
    return kind


def _stored(found: Gathered, path: Path) -> Imported:
    found.flush()
    if not found.addresses or not found.ports:
        raise PlanError(str(path), "tells of no port of any address, so there is nothing to store", "scan.xml")
    plan = Plan.parse(list(found.addresses), ports=",".join(found.ports), seed=0, show=("open", "closed"))
    counts = found.counted(plan.targets)
    run = new_run(plan, kind="import")
    writer = _core.JournalWriter(run.journal, plan.line.interval, plan.digest)
    line = plan.line
    for batch in found.batches(ROWS):
        writer.append(
            [
                (line.position_of(record.addr, record.port, record.transport), row)
                for record, row in zip(batch, batch.to_jsonl().splitlines(), strict=True)
            ]
        )
    writer.finish(counts, found.elapsed_s)
    del writer
    receipts.end(run, _summary(run, found, counts))
    return Imported(run, found.rows, dict(found.left_out))


def _summary(run: Run, found: Gathered, counts: dict[str, int]) -> Summary:
    """Sum up what the file tells; recon itself sent nothing."""
    counted: dict[str, Any] = dict(counts)
    return Summary(
        **counted, targets=run.plan.targets, errors={}, elapsed_s=found.elapsed_s, rate_pps=0.0,
        backend=f"import of {found.scanner}", bottleneck=None, recall=None,
        recall_why="an imported run was not measured", exit=3 if counts["unknown"] else 0, run=run.id,
        seed=run.plan.seed, passes=run.plan.passes, position=run.plan.targets,
    )  # fmt: skip
