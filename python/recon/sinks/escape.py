"""Make foreign text harmless, one function per medium. Must never let a control reach the reader."""

from __future__ import annotations

import html as _html
import json as _json
import re as _re

TERMINAL_LIMIT = 240
"""Characters of one foreign text that a terminal row may show."""

CSV_LIMIT = 32_000
"""Characters of one CSV cell: spreadsheets cut at 32,767."""

DOCUMENT_LIMIT = 1_000_000
"""Characters of one text in an HTML or XML document."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that draw nothing although Unicode calls them printable."""

_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet run a cell (the last four are their full-width forms)."""

_QUOTED = frozenset('",;')
"""Characters that put a cell in quotes; controls are visible escapes by then."""

_PLAIN_MARKDOWN = _re.compile(r"[^\W_](?:[\w .,/+():;%'-]*[\w.)%+'-])?")
"""Texts that mean nothing to Markdown inside a line; links, and what GitHub makes links of, are left out below."""

_LINKS = _re.compile(r"_|://|www\.", _re.IGNORECASE)
_MARKS_OF_CELLS = str.maketrans({"|": r"\x7c", "`": r"\x60"})
_MARKS_OF_FIELDS = str.maketrans({"/": "|", ",": ";", "(": "[", ")": "]"})
_ANGLES = _re.compile("[<>&]")
_MARKS_OF_SCRIPTS = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"}

_KEPT_BYTES = range(0xDC80, 0xDD00)
"""What surrogateescape makes of bytes that are not UTF-8."""

_LAST_OF_ONE_BYTE = 0xFF
_MORE = "…"


def terminal(text: str | bytes, limit: int = TERMINAL_LIMIT) -> str:
    r"""Show every control, bidi, zero-width and unassigned character as ``\xNN`` or ``\u{…}``.

    The result is at most ``limit`` characters; a cut is marked by an ellipsis.
    """
    shown = _visible(_start_of(text, limit))
    cut = len(text) > limit if isinstance(text, str) else len(text) > 4 * limit
    if cut or len(shown) > limit:
        return shown[: limit - len(_MORE)] + _MORE
    return shown


def csv_cell(text: str | bytes, limit: int = CSV_LIMIT) -> str:
    """One RFC 4180 cell: controls visible, a would-be formula disarmed by a leading apostrophe."""
    raw = _start_of(text, limit)
    shown = terminal(text, limit)
    if raw.lstrip(" ")[:1] in _FORMULA:
        shown = "'" + shown
    if not _QUOTED.isdisjoint(shown):
        return '"' + shown.replace('"', '""') + '"'
    return shown


def html(text: str | bytes, limit: int = DOCUMENT_LIMIT) -> str:
    """Text for an HTML element or a quoted attribute."""
    return _html.escape(terminal(text, limit), quote=True)


def xml(text: str | bytes, limit: int = DOCUMENT_LIMIT) -> str:
    """Text for an XML 1.0 element or a quoted attribute; characters XML forbids are already visible escapes."""
    shown = terminal(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace('"', "&quot;").replace("'", "&apos;")


def markdown(text: str | bytes, limit: int = TERMINAL_LIMIT) -> str:
    """Text inside a line or a table's cell of Markdown: as it is where it cannot act, else as code.

    Nothing inside a code span is read, be it a link, a tag, a mention or an image; pipes and backticks, which would
    end the cell or the span, are visible escapes.
    """
    shown = terminal(text, limit).translate(_MARKS_OF_CELLS)
    if _PLAIN_MARKDOWN.fullmatch(shown) and not _LINKS.search(shown):
        return shown
    return f"`{shown}`" if shown.strip() else ""


def greppable(text: str | bytes, limit: int = TERMINAL_LIMIT) -> str:
    """A field of nmap's greppable form: what parts fields and ports from each other is replaced, as nmap does."""
    return terminal(text, limit).translate(_MARKS_OF_FIELDS)


def json(text: str | bytes, limit: int = DOCUMENT_LIMIT) -> str:
    """A JSON text with its quotes, in ASCII; it may stand in an HTML script element, which no ``<`` can end."""
    written = _json.dumps(terminal(text, limit))
    return _ANGLES.sub(lambda mark: _MARKS_OF_SCRIPTS[mark[0]], written)


def _start_of(text: str | bytes, limit: int) -> str:
    if isinstance(text, str):
        return text[:limit]
    return text[: 4 * limit].decode("utf-8", "surrogateescape")


def _visible(text: str) -> str:
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    return "".join(character if _draws(character) else _code(character) for character in text)


def _draws(character: str) -> bool:
    return character.isprintable() and character not in _INVISIBLE


def _code(character: str) -> str:
    point = ord(character)
    if point in _KEPT_BYTES:
        point -= 0xDC00
    return f"\\x{point:02x}" if point <= _LAST_OF_ONE_BYTE else f"\\u{{{point:x}}}"
