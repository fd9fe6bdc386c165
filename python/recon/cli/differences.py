"""Differences of two runs as text, JSON lines, Markdown and HTML. Must never let what a target said act on a reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from recon.sinks import escape
from recon.sinks.words import products_of, service_of

if TYPE_CHECKING:
    from recon.model import Record
    from recon.store import Run
    from recon.store.comparing import Difference

Write = Callable[[bytes], int]

_MARKS = {"new": "+", "gone": "-", "changed": "~", "unknown": "?"}
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #e2e7ec}"
    ".new{color:#0a7d33}.gone{color:#b3261e}.changed{color:#8a5a00}.unknown{color:#667}"
)


class Text:
    """A line a difference, as people read it."""

    def __init__(self, write: Write) -> None:
        """Give bytes to ``write``."""
        self._write = write

    def head(self, first: Run, second: Run) -> None:
        """Text has no head."""

    def row(self, difference: Difference) -> None:
        """Write one difference."""
        record = difference.record
        target = f"{record.addr}:{record.port}/{record.transport}"
        told = escape.terminal(_told(difference))
        why = escape.terminal(difference.why)
        self._line(f"{_MARKS[difference.kind]} {difference.kind:<8} {target:<24} {told}  [{why}]")

    def foot(self, counts: Mapping[str, int]) -> None:
        """Text has no foot: the counts are told on standard error."""

    def _line(self, text: str) -> None:
        self._write(f"{text}\n".encode())


class Json(Text):
    """One object a line."""

    def row(self, difference: Difference) -> None:
        """Write one difference."""
        record = difference.record
        told = {"kind": difference.kind, "addr": record.addr, "port": record.port, "transport": record.transport}
        sides = {"before": _side(difference.before), "after": _side(difference.after), "why": difference.why}
        self._line(json.dumps(told | sides))


class Markdown(Text):
    """A table."""

    def head(self, first: Run, second: Run) -> None:
        """Write the title and the head of the table."""
        self._line(f"# {escape.markdown(first.id)} and {escape.markdown(second.id)}\n")
        self._line("| | target | what | why |\n|---|---|---|---|")

    def row(self, difference: Difference) -> None:
        """Write one difference."""
        record = difference.record
        told, why = escape.markdown(_told(difference)), escape.markdown(difference.why)
        self._line(f"| {difference.kind} | {record.addr}:{record.port}/{record.transport} | {told} | {why} |")

    def foot(self, counts: Mapping[str, int]) -> None:
        """Write the counts."""
        self._line("\n" + ", ".join(f"{count:,} {kind}" for kind, count in counts.items()))


class Html(Text):
    """A page of its own, without a script or anything from elsewhere."""

    def head(self, first: Run, second: Run) -> None:
        """Write the head of the page and of the table."""
        title = f"{escape.html(first.id)} and {escape.html(second.id)}"
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        self._line(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style><h1>{title}</h1>'
            "<table><tr><th></th><th>target</th><th>what</th><th>why</th></tr>"
        )

    def row(self, difference: Difference) -> None:
        """Write one difference."""
        record, kind = difference.record, difference.kind
        told, why = escape.html(_told(difference)), escape.html(difference.why)
        target = f"{record.addr}:{record.port}/{record.transport}"
        self._line(f'<tr><td class="{kind}">{kind}</td><td>{target}</td><td>{told}</td><td>{why}</td></tr>')

    def foot(self, counts: Mapping[str, int]) -> None:
        """Write the counts and the end of the page."""
        told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        self._line(f"</table><p>{told}</p></html>")


WRITERS: Mapping[str, Callable[[Write], Text]] = {"text": Text, "json": Json, "markdown": Markdown, "html": Html}


def _told(difference: Difference) -> str:
    """``OpenSSH 9.2 -> OpenSSH 9.10``, or the one side that there is."""
    before, after = (_words(one) if one is not None else "" for one in (difference.before, difference.after))
    if difference.kind == "changed":
        return f"{before or '?'} -> {after or '?'}"
    return after if difference.kind == "new" else before or after


def _words(record: Record) -> str:
    return products_of(record) or service_of(record)[0]


def _side(record: Record | None) -> object:
    if record is None:
        return None
    return {"state": record.state, "services": [asdict(one) for one in record.services], "facts": record.facts}
