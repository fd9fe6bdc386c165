"""Any other server that names itself by the grammar of RFC 9110 section 10.2.4, or nearly so. Knows no product.

The standard wants ``name/version (comment) …`` with names without blanks; devices write ``Acme Web Server 1.4``,
``Acme/ 1.4``, ``Acme Ver1.4`` and ``OS/2.6 UPnP/1.0 Acme/1.4`` (UPnP Device Architecture 1.0 section 1.2.2) as well.
Each token is a service of its own; what the pack knows of a name so found stands in ``products``.
"""

from __future__ import annotations

from recon import Match

_FIRST = rb"(?:\d|\$)?[A-Za-z][\w!#%&'*.^`|~+@:-]*?(?:\((?i:r|tm|c)\))?(?:/[A-Za-z][\w.-]*?)??"
_LATER = (
    rb"(?: {1,2}(?:[A-Z&][\w!#%&'*.^`|~+@-]*?(?:/[A-Za-z][\w.-]*?)??"
    rb"|for|of|and|(?i:web|server|httpd|http|devices)|\d{3,}[\w-]*?)"
    rb"|,? (?:Inc|Ltd|Corp)\b\.?)"
)
_NAME = rb"(?P<product>" + _FIRST + _LATER + rb"*?)"
_START = rb"(?:^|[ ,;(+<])"
_WORD = rb"(?:(?i:(?:firmware |software )?(?:version|ver|rev|release)|firmware|r|v)[ .:]*(?i:v\.?|r)?)?"
_TAIL = (
    rb"(?:-?(?i:rc|beta|alpha|pl|p|sp|ga|final|release|snapshot|dev|pre)[.-]?\w*"
    rb"|(?:-[A-Za-z]?\d{1,4}[a-z]?(?:\.\d+)*)+)?"
)
"""What a maker hangs on: ``-rc1``, ``-b4``, ``-023``."""
_VERSION = rb"(?P<version>(?:[A-Z]\d\.\w+|\d\w*)(?:\.\w+)*" + _TAIL + rb")"
_DOTTED = rb"(?P<version>(?:\d\w*(?:\.\w+)+|\d\d-\d\d)" + _TAIL + rb")"
_END = rb"\b"
"""Takes nothing, so that the blank behind a token may begin the next one."""

_SLASHED = _START + _NAME + rb" ?/{1,2} ?" + _WORD + _VERSION + _END
_SPACED = _START + _NAME + rb"[ :;_(-]+" + _WORD + _DOTTED + _END
_CALLED = rb"^" + _NAME + rb"[ ,(]+(?i:version|ver|rev|release|build)[ .:]+v?" + _VERSION + _END
_NUMBERED = rb"^" + _NAME + rb" (?P<version>\d{1,2})$"
_WORDS = rb"\d?[A-Za-z][\w!#%&'*.^`|~+@-]*(?: {1,2}(?:[A-Za-z&][\w!#%&'*.^`|~+@-]*(?:/[A-Z][a-z]+)?|\d+\w*))*"
_BARE = rb"^(?P<product>" + _WORDS + rb")(?:[.]?$|[ ]*[;:,(/+<=\[]| - )"
_BEFORE_UPNP = rb"^(?P<product>" + _WORDS + rb"),? UPnP/\d\.\d"
_DEVICE = rb"(?:UPnP/\d\.\d[, ]+(?:DLNADOC/\d\.\d+[, ]+)?|DLNADOC/\d\.\d+[, ]+(?:UPnP/\d\.\d[, ]+)?)"
_UPNP = rb"\b" + _DEVICE + _NAME + rb"/[ ]?" + _WORD + _VERSION + _END

_ACME = {"product": "Acme", "version": "1.4.2"}
_SHAPES: tuple[tuple[str, bytes, dict[bytes, dict[str, str]]], ...] = (
    (
        ".upnp",
        _UPNP,
        {
            b"Linux/2.6 UPnP/1.0 Acme/1.4.2": _ACME,
            b"Linux/2.6, UPnP/1.0, Acme Media Kit/1.4.2": _ACME | {"product": "Acme Media Kit"},
        },
    ),
    (".before-upnp", _BEFORE_UPNP, {b"Acme Router UPnP/1.0": {"product": "Acme Router"}}),
    (
        "",
        _SLASHED,
        {
            b"Acme/1.4.2 (hand made)": _ACME,
            b"Acme Web Server/1.4.2": _ACME | {"product": "Acme Web Server"},
            b"Acme/ 1.4.2": _ACME,
            b"Acme/v1.4.2-rc1": _ACME | {"version": "1.4.2-rc1"},
            b"Acme/V1.4.2-b4": _ACME | {"version": "1.4.2-b4"},
            b"Acme//1.4.2": _ACME,
            b"Acme Video Set/F9.3": {"product": "Acme Video Set", "version": "F9.3"},
        },
    ),
    (
        ".words",
        _SPACED,
        {
            b"Acme Embedded Server 1.4.2": _ACME | {"product": "Acme Embedded Server"},
            b"Acme Version 1.4.2 Build 12": _ACME,
            b"Acme-1.4.2": _ACME,
            b"Acme! Framework;1.4.2;prod": _ACME | {"product": "Acme! Framework"},
        },
    ),
    (".called", _CALLED, {b"Acme Endpoint, Version 41128": {"product": "Acme Endpoint", "version": "41128"}}),
    (".numbered", _NUMBERED, {b"Acme Camera 5": {"product": "Acme Camera", "version": "5"}}),
    (
        ".bare",
        _BARE,
        {
            b"Gadget-httpd": {"product": "Gadget-httpd"},
            b"Gadget Web Server (hand made)": {"product": "Gadget Web Server"},
        },
    ),
)
"""The most exact shape first: a later one passes over what an earlier one has read."""


def _header(name: str, shape: str) -> tuple[Match, ...]:
    """Read every product that stands in one header."""
    return tuple(
        Match(pattern, service="http", field=f"header:{name}", name=f"{shape}{kind}", each=True, examples=examples)
        for kind, pattern, examples in _SHAPES
    )


def _titled(field: str, start: bytes, shape: str) -> tuple[Match, ...]:
    """Read one product that stands alone in a header, with its version or without."""
    name = rb"^" + start + rb"(?P<product>[A-Za-z][\w.+-]*(?: [A-Z][\w.+-]*)*"
    line = b"x-powered-cms: " if start else b""
    named = {"product": "Acme Site Manager"}
    return (
        Match(
            name + rb"?)[ /]v?(?P<version>\d+(?:\.\w+)*)",
            service="http",
            field=f"header:{field}",
            name=shape,
            examples={line + b"Acme Site Manager 1.4.2 (https://example.org)": named | {"version": "1.4.2"}},
        ),
        Match(
            name + rb")(?:$|[ ;,(])",
            service="http",
            field=f"header:{field}",
            name=f"{shape}.bare",
            examples={line + b"Acme Site Manager (x)": named},
        ),
    )


MATCHES = (
    *_header("server", "http.server"),
    *_header("x-powered-by", "http.powered-by"),
    Match(
        rb"\((?P<product>[A-Za-z][\w.-]*(?: [A-Z][\w.-]*)*)(?:/(?P<version>\d[\w.]*(?:-\d{1,4}\b)?))?[^)]*\)",
        service="http",
        field="header:via",
        name="http.via",
        each=True,
        examples={b"1.1 cache.example.org (AcmeCache/1.4.2)": {"product": "AcmeCache", "version": "1.4.2"}},
    ),
    *_titled("x-generator", b"", "http.generator"),
    Match(
        rb"^(?:x-)?(?P<product>[a-z][\w-]*?)-version: v?(?P<version>\d\w*(?:\.\w+)+)",
        service="http",
        field="header:*",
        name="http.version-header",
        examples={b"x-acme-version: 1.4.2": {"product": "acme", "version": "1.4.2"}},
    ),
    *_titled("*", rb"x-powered-[\w-]+: ", "http.powered-header"),
)
