"""The report's page around its rows. Must never write a target's word but through ``escape.html``."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from recon.sinks.about import version
from recon.sinks.escape import html
from recon.sinks.findings import RULES
from recon.sinks.report import charts
from recon.sinks.report.counts import HOSTS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.model import Summary
    from recon.sinks.report.counts import Counts

_BARS = 10
_A_MINUTE = 60
_STATES = ("open", "closed", "unreachable", "silent", "unknown")
_COLUMNS = ("Address", "Port", "State", "Service", "Product and version", "Weak spots")


def head(counts: Counts, summary: Summary | None, shown: int) -> str:
    """All that stands in front of the rows' data."""
    style = _resource("report.css")
    body = "\n".join((_title(counts, summary), _tiles(counts, summary), _charts(counts, summary), _spots(counts)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, _resource("report.js"))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>recon report</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f'{_table(counts, shown)}\n</main>\n<script type="application/json" id="rows">[\n'
    )


def tail() -> str:
    """What stands behind the rows' data: the script that reads them."""
    return f"\n]</script>\n<script>{_resource('report.js')}</script>\n</body>\n</html>\n"


def _policy(style: str, script: str) -> str:
    """Allow the one style and the one script by what they hold, and nothing else of anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _resource(name: str) -> str:
    return (files("recon.sinks.report") / name).read_text("utf-8")


def _title(counts: Counts, summary: Summary | None) -> str:
    parts = []
    if counts.first_at and counts.last_at:
        parts.append(f"{_minute(counts.first_at)} to {_minute(counts.last_at)} UTC")
    if summary and summary.run:
        parts.append(f"run {html(summary.run)}")
    if summary and summary.interrupted:
        parts.append("<strong>stopped before its end</strong>")
    parts.append(f"recon {html(version())}")
    return (
        '<header><p class="mark">recon</p><h1>What answered, and what it is</h1>'
        f'<p class="about">{" · ".join(parts)}</p></header>'
    )


def _minute(at: str) -> str:
    return html(at[:16].replace("T", " "))


def _tiles(counts: Counts, summary: Summary | None) -> str:
    tiles = "".join(
        f'<div class="tile"><p class="value">{value}</p><p class="name">{name}</p></div>'
        for name, value in _figures(counts, summary)
    )
    return f'<section class="tiles">{tiles}</section>{_states(summary) if summary else ""}'


def _figures(counts: Counts, summary: Summary | None) -> Iterator[tuple[str, str]]:
    more = "+" if len(counts.hosts) >= HOSTS_LIMIT else ""
    yield "open ports", f"{counts.states['open']:,}"
    yield "hosts with one", f"{len(counts.hosts):,}{more}"
    yield "products", f"{len(counts.products):,}"
    yield "weak spots", f"{sum(spot.count for spot in counts.spots.values()):,}"
    if summary:
        yield "targets asked", f"{summary.targets - summary.unknown:,}"
        yield "took", _time(summary.elapsed_s)


def _time(seconds: float) -> str:
    if seconds < _A_MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _A_MINUTE)
    return f"{minutes // _A_MINUTE} h {minutes % _A_MINUTE} min" if minutes >= _A_MINUTE else f"{minutes} min {rest} s"


def _states(summary: Summary) -> str:
    parts = [(name, getattr(summary, name)) for name in _STATES]
    legend = "".join(
        f'<li><span class="dot state-{name}"></span>{name} <b>{count:,}</b></li>' for name, count in parts if count
    )
    return f'<section class="card states">{charts.divided(parts)}<ul class="legend">{legend}</ul></section>'


def _charts(counts: Counts, summary: Summary | None) -> str:
    ports = [
        (f"{port}/{transport} {counts.registered.get((port, transport), '')}".rstrip(), count, f"port={port}")
        for (port, transport), count in counts.ports.most_common(_BARS)
    ]
    products = [(name, count, name) for name, count in counts.products.most_common(_BARS)]
    cards = [_card("Ports that are open", charts.bars("open ports", ports), bool(ports))]
    cards.append(_card("Products", charts.bars("products", products), bool(products)))
    if summary:
        cards.append(_recall(summary))
    return f'<section class="charts">{"".join(cards)}</section>'


def _card(title: str, drawn: str, has_data: bool) -> str:  # noqa: FBT001 - two kinds of card
    return f'<div class="card"><h2>{title}</h2>{drawn if has_data else "<p class=none>none were seen</p>"}</div>'


def _recall(summary: Summary) -> str:
    recall = summary.recall
    if recall is None:
        why = html(summary.recall_why or "it was not measured")
        return f'<div class="card wide"><h2>Recall</h2><p class="none">Not known: {why}.</p></div>'
    low, high = f"{100 * recall.low:.4g}", f"{100 * recall.high:.4g}"
    found = f"{low} %" if low == high else f"{low} to {high} %"
    return (
        f'<div class="card wide"><h2>Recall</h2><p class="recall"><b>{found}</b>'
        f" of the open ports were found (95 % interval; it rests on {recall.canaries:,} control probes)</p>"
        f"{charts.interval(recall)}</div>"
    )


def _spots(counts: Counts) -> str:
    rows = "".join(_spot_row(counts, at) for at, rule in enumerate(RULES) if counts.spots[rule.id].count)
    if not rows:
        return ""
    return (
        '<section class="card"><h2>Weak spots</h2><p class="note">What the facts of this sweep tell by themselves. '
        "No vulnerability was tried, and a version alone is no finding.</p>"
        f'<table class="spots"><tbody>{rows}</tbody></table></section>'
    )


def _spot_row(counts: Counts, at: int) -> str:
    rule = RULES[at]
    spot = counts.spots[rule.id]
    places = ", ".join(html(place) for place in spot.places)
    more = f" and {spot.count - len(spot.places):,} more" if spot.count > len(spot.places) else ""
    return (
        f'<tr><td><span class="level {rule.level}">{rule.level}</span></td>'
        f'<td><button class="link" data-filter="{html(rule.title)}">{html(rule.title)}</button>'
        f'<p class="note">{html(rule.advice)}</p></td>'
        f'<td class="number">{spot.count:,}</td><td class="places">{places}{more}</td></tr>'
    )


def _table(counts: Counts, shown: int) -> str:
    heads = "".join(
        f'<th scope="col"><button data-sort="{at}">{name}</button></th>' for at, name in enumerate(_COLUMNS)
    )
    cut = ""
    if counts.rows > shown:
        cut = (
            f'<p class="note">The first {shown:,} of {counts.rows:,} rows are listed; figures and charts count all.</p>'
        )
    return (
        f'<section class="card"><h2>Rows</h2>{cut}<noscript><p class="note">A script of this file shows the rows, '
        "and it is turned off here; figures, charts and weak spots need none.</p></noscript>"
        '<div class="tools"><input id="filter" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="Filter: words, port=22, state=open, addr=10.0." aria-label="Filter rows">'
        '<span id="count" aria-live="polite"></span></div>'
        f'<div class="scroll"><table id="table"><thead><tr>{heads}</tr></thead><tbody></tbody></table></div>'
        '<nav id="pages"><button id="before">Previous</button><span id="page"></span>'
        '<button id="after">Next</button></nav></section>'
    )
