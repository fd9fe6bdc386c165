"""Every payload in every field that a target can fill, through every format: the shape stays, and nothing acts."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from recon import Batch, Record, Service, SinkOptions
from recon.sinks import recon_sinks

SINKS = {sink.name: sink for sink in recon_sinks()}
SERVICE_FIELDS = ("name", "vendor", "product", "version", "cpe", "distro", "revision", "version_source")
FIELDS = (*SERVICE_FIELDS, "evidence", "host", "fact", "fact name", "fact list", "banner")
WEAK = {"redis.password": "none"}


PAYLOADS = {
    "title": "\x1b]0;owned\x07",
    "clear": "\x1b[2J\x1b[H",
    "clipboard": "\x1b]52;c;ZWNobyBoaQ==\x07",
    "link": "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\",
    "c1": "\x9b31mred",
    "bidi": "abc\u202e\u2066dlrow\u2069\u200f",
    "zero-width": "pay\u200bpal\u2060\ufeff",
    "tags": "\U000e0041\U000e0042",
    "unassigned": "\u0378\U0003fffe",
    "private": "\ue000",
    "filler": "\u3164\u115f",
    "lines": "a\r\nb\u2028c\x85d",
    "nul": "a\x00b",
    "markup": "[red]x[/red]",
    "formula": "=cmd|'/c calc'!A1",
    "script": "</script><script>alert('1')</script>&amp;<!--",
    "attribute": "\" onload='x' a=\"",
    "cdata": "]]>",
    "markdown": "[click](javascript:alert(1)) ![x](//evil.example/x.png) **b** `c` | d | @user #1 www.evil.example",
    "greppable": "x/open/tcp//, 1/open\tIgnored State: y",
    "long": "<b>" * 100,
    "path": "../../../../etc/passwd",
}
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""What Unicode calls controls, formats, surrogates, private, unassigned, and line ends."""


def record(field, text):
    """A record that holds ``text`` in one field and plain words elsewhere."""
    service = Service("name", "a", "vendor", "product", "1", "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*", "distro", "2", 0.9,
                      "greeting", evidence={"probe": "p", "match": "m"})  # fmt: skip
    facts = dict(WEAK)
    if field in SERVICE_FIELDS:
        setattr(service, field, text)
    elif field == "evidence":
        service.evidence = {"probe": text, "match": text}
    elif field.startswith("fact"):
        facts |= {"fact": {"x.y": text}, "fact name": {text: "1"}, "fact list": {"x.y": [text, text]}}[field]
    return Record("2026-11-23T10:00:00.123456Z", "127.0.0.1", text if field == "host" else "plain", 22, "tcp",
                  "well-known", "ssh", "open", "syn-ack", 85, None, [service], facts,
                  text.encode() if field == "banner" else b"banner")  # fmt: skip


def written(name, one):
    stream = io.BytesIO()
    sink = SINKS[name].open(stream, SinkOptions())
    sink.write(Batch.of([one]))
    sink.close(None)
    return stream.getvalue().decode()


class Shape(HTMLParser):
    """Tags with the names of their attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, [name for name, _ in attrs]))

    def handle_comment(self, _):
        raise AssertionError


def html_shape(text):
    start = text.index('id="rows">') + len('id="rows">')
    rows = json.loads(text[start : text.index("</script>", start)])
    return Shape(text).tags, [len(row) for row in rows]


def xml_shape(text):
    # A fact more or less is an element more or less: names and attributes are what must not change.
    return {(element.tag, tuple(element.attrib)) for element in ET.fromstring(text).iter()}  # noqa: S314 - our own


def markdown_shape(text):
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    pieces = {piece.type for token in tokens for piece in token.children or ()}
    return [token.type for token in tokens], pieces - {"code_inline"}


def greppable_shape(text):
    lines = text.splitlines()
    return len(lines), [[port.count("/") for port in line.split("\t")[-1].split(", ")] for line in lines[1:2]]


def csv_shape(text):
    rows = list(csv.reader(io.StringIO(text)))
    assert not any(cell[:1] in set("=+-@") for row in rows[1:] for cell in row)
    return [len(row) for row in rows]


SHAPES = {
    "table": lambda text: text.count("\n"),
    "list": lambda text: text,
    "jsonl": lambda text: [sorted(set(json.loads(line)) - {"banner_base64"}) for line in text.strip().split("\n")],
    "csv": csv_shape,
    "markdown": markdown_shape,
    "html": html_shape,
    "nmap-xml": xml_shape,
    "greppable": greppable_shape,
    "naabu": lambda text: [sorted(json.loads(line)) for line in text.splitlines()],
    "sarif": lambda text: [sorted(result) for result in json.loads(text)["runs"][0]["results"]],
}
BINARY = {"arrow", "parquet"}


def test_every_format_has_its_reader():
    assert set(SHAPES) == set(SINKS) - BINARY


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", SHAPES)
def test_no_payload_changes_the_shape_or_leaves_a_control(name, field):
    shape = SHAPES[name]
    plain = shape(written(name, record(field, "plain")))
    for payload, text in PAYLOADS.items():
        made = written(name, record(field, text))
        assert shape(made) == plain, payload
        if name != "jsonl":  # keeps the exact text, and json.loads gives it back
            left = {letter for letter in made if unicodedata.category(letter) in FORBIDDEN} - set("\n\r\t")
            assert not left, payload
