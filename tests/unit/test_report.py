"""The HTML report loads nothing, allows nothing but itself, and counts what it does not list."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest

from recon import Batch, Record, Service, SinkOptions, Summary
from recon.model import Recall
from recon.sinks.report.sink import HtmlSink

EMPTY = {"meta", "input"}


def record(**changes):
    values = {
        "at": "2026-11-23T10:00:00.123456Z", "addr": "127.0.0.1", "host": None, "port": 22, "transport": "tcp",
        "range": "well-known", "registered": "ssh", "state": "open", "reason": "syn-ack", "rtt_us": 85, "ttl": None,
        "services": [Service("ssh", product="OpenSSH", version="9.2p1")], "facts": {}, "banner": b"",
    }  # fmt: skip
    return Record(**{**values, **changes})


def summary(**changes):
    values = {
        "targets": 10, "sent": 12, "open": 3, "closed": 5, "unreachable": 0, "silent": 2, "unknown": 0, "errors": {},
        "drops": 0, "elapsed_s": 3723.0, "rate_pps": 8.0, "backend": "connect", "bottleneck": None, "recall": None,
        "recall_why": "too few open ports <here>", "exit": 0,
    }  # fmt: skip
    return Summary(**{**values, **changes})


class Page(HTMLParser):
    """Elements with their attributes, texts by element, and what is left open."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    @property
    def rows(self):
        return json.loads(self.texts["script"][0])


def report(*records, about=None, limit=100_000):
    stream = io.BytesIO()
    sink = HtmlSink(stream, SinkOptions(), limit)
    sink.write(Batch.of(records))
    sink.close(about)
    return stream.getvalue().decode()


def test_the_page_is_whole_with_rows_and_without():
    for page in (Page(report(record(), record(port=80), about=summary())), Page(report())):
        assert page.open == []
        assert page.elements[0] == ("html", {"lang": "en"})
    assert page.rows == []


def test_nothing_is_loaded_from_anywhere():
    page = Page(report(record(host="www.example", banner=b"http://evil.example"), about=summary()))
    attributes = {name for _, attributes in page.elements for name in attributes}
    assert not attributes & {"src", "href", "action", "style", "srcset", "data", "onclick", "onload", "xlink:href"}
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "section", "div", "ul",
        "li", "span", "b", "strong", "svg", "g", "rect", "text", "line", "circle", "table", "thead", "tbody", "tr",
        "th", "td", "button", "noscript", "input", "nav", "script",
    }  # fmt: skip
    assert "url(" not in page.texts["style"][0]
    assert "@import" not in page.texts["style"][0]


def test_the_policy_allows_the_one_style_and_the_one_script():
    page = Page(report(record()))
    (policy,) = [meta["content"] for tag, meta in page.elements if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, text in (("style", page.texts["style"][0]), ("script", page.texts["script"][-1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_script_makes_no_markup_of_texts():
    script = Page(report()).texts["script"][-1]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch\(|XMLHttp", script
    )


def test_figures_charts_and_weak_spots_count_every_row_and_the_list_ends_at_its_limit():
    weak = {"redis.password": "none"}
    page = report(*(record(addr=f"127.0.0.{at}", facts=weak) for at in range(1, 8)), limit=3, about=summary())
    assert [row[0] for row in Page(page).rows] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert "The first 3 of 7 rows are listed" in page
    assert "<title>22/tcp ssh: 7</title>" in page
    assert "<title>OpenSSH: 7</title>" in page
    assert "Redis without a password" in page
    assert " and 2 more" in page


def test_recall_is_an_interval_or_a_reason():
    assert "Not known: too few open ports &lt;here&gt;." in report(about=summary())
    page = report(about=summary(recall=Recall(0.996, 0.991, 0.998, canaries=64, passes=2)))
    assert "99.1 to 99.8 %" in page
    assert '<circle class="dot"' in page
    assert "Recall" not in report()


def test_a_stopped_sweep_says_so_and_times_read_well():
    page = report(about=summary(interrupted=True, run="01J0000000000000000000000X"))
    assert "stopped before its end" in page
    assert "run 01J0000000000000000000000X" in page
    assert "1 h 2 min" in page


@pytest.mark.parametrize("state", ["closed", "open|silent", "unknown"])
def test_what_is_not_open_counts_no_port_and_no_product(state):
    page = report(record(state=state, facts={"redis.password": "none"}))
    assert page.count("none were seen") == 2
    assert "Redis without a password" not in page
