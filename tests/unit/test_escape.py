"""Foreign text is harmless in every medium."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from recon.sinks import escape

HOSTILE = {
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
    "surrogate": "\ud800",
    "nul": "a\x00b",
    "markup": "[red]x[/red]",
    "formula": "=cmd|'/c calc'!A1",
    "script": "<script>alert('1')</script>&amp;",
    "cdata": "]]>",
    "markdown": "[click](javascript:alert(1)) ![x](//evil.example/x.png) **b** `c` | d | @user #1 www.evil.example",
    "long": "<b>" * 100,
    "path": "../../../../etc/passwd",
}
WRITERS = [
    escape.terminal, escape.csv_cell, escape.html, escape.xml, escape.markdown, escape.greppable, escape.json,
]  # fmt: skip
FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("write", WRITERS)
def test_no_control_reaches_any_medium(text, write):
    assert not {unicodedata.category(character) for character in write(text)} & FORBIDDEN_CATEGORIES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b", r"\x9b"),
        ("\u202e", r"\u{202e}"),
        ("\U000e0041", r"\u{e0041}"),
        (b"\xff\xfe", r"\xff\xfe"),
        (b"na\xc3\xafve", "naïve"),
        ("日本", "日本"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_a_terminal_shows_controls_and_keeps_letters(text, shown):
    assert escape.terminal(text) == shown


@pytest.mark.parametrize("text", ["x" * 1_000_000, b"\x1b" * 1_000_000, b"\xff" * 1_000_000])
def test_a_megabyte_is_cut_and_the_cut_is_marked(text):
    shown = escape.terminal(text, 100)
    assert len(shown) == 100
    assert shown.endswith("…")


def test_text_of_exactly_the_limit_is_not_cut():
    assert escape.terminal("x" * 100, 100) == "x" * 100
    assert escape.terminal(b"x" * 100, 100) == "x" * 100
    assert escape.terminal(b"x" * 101, 100) == "x" * 99 + "…"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_a_formula_is_disarmed(text):
    cell = next(csv.reader(io.StringIO(escape.csv_cell(text))))[0]
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ['a"b', "a,b", "a;b", '"', ",", '=a","b', "plain", ""])
def test_a_cell_reads_back_as_one_cell(text):
    row = next(csv.reader(io.StringIO(f"x,{escape.csv_cell(text)},y")))
    assert [row[0], row[1].removeprefix("'"), row[2]] == ["x", text, "y"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_markup_stays_text_in_html_and_xml(text):
    parser = _Texts()
    parser.feed(f'<p title="{escape.html(text)}">{escape.html(text)}</p>')
    assert parser.tags == ["p"]
    element = ET.fromstring(f"<p a='{escape.xml(text)}'>{escape.xml(text)}</p>")  # noqa: S314 - our own text
    assert element.text == element.get("a") == escape.terminal(text, 1_000_000)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_markdown_reads_it_as_text_or_code_and_nothing_else(text):
    cells = [escape.markdown(f"{text}"), escape.markdown(f"1{text}1"), "end"]
    table = MarkdownIt("commonmark").enable("table").parse(f"| a | b | c |\n|---|---|---|\n| {' | '.join(cells)} |\n")
    rows = [token for token in table if token.type == "inline"][3:]
    pieces = [[piece.type for piece in token.children or ()] for token in rows]
    assert pieces in ([["code_inline"], [kind], ["text"]] for kind in ("code_inline", "text"))
    marks = str.maketrans({"|": r"\x7c", "`": r"\x60"})
    assert rows[0].children[0].content == escape.terminal(text).translate(marks)


@pytest.mark.parametrize("text", ["OpenSSH 9.2p1 (Debian 2+deb12u10)", "nginx 1.22.1", "日本", "http/tls", "80%"])
def test_markdown_leaves_plain_words_plain(text):
    assert escape.markdown(text) == text


@pytest.mark.parametrize("text", ["a_b_", "www.evil.example", "http://x", "@user", "#1", "a@b.example", "(x?)", "- x"])
def test_markdown_makes_code_of_what_a_site_would_link(text):
    assert escape.markdown(text) == f"`{text}`"


def test_nothing_is_nothing_in_every_medium_but_json():
    assert [write("") for write in WRITERS] == [""] * 6 + ['""']


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_greppable_field_ends_no_field_and_no_port(text):
    assert not set(escape.greppable(text)) & set("/,()\t\r\n")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_json_reads_back_and_ends_no_script(text):
    assert json.loads(escape.json(text)) == escape.terminal(text, 1_000_000)
    assert not set(escape.json(text)) & set("<>&")


class _Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, _):
        self.tags.append(tag)
