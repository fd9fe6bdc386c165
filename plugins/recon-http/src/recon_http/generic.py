"""Any other server that names itself by the grammar of RFC 9110 section 10.2.4, or nearly so. Knows no product.

The standard wants ``name/version (comment) …`` with names without blanks; devices write ``Acme Web Server 1.4``,
``Acme/ 1.4``, ``Acme Ver1.4`` and ``OS/2.6 UPnP/1.0 Acme/1.4`` (UPnP Device Architecture 1.0 section 1.2.2) as well.
"""

from __future__ import annotations

from recon import Match

_FIRST = rb"(?:\d|\$)?[A-Za-z][\w!#%&'*.^`|~+@:-]*?"
_LATER = rb"(?:, | {1,2})(?:[A-Z&][\w!#%&'*.^`|~+@()-]*?|for|of|and|\d{3,}\w*?)"
_NAME = rb"(?P<product>" + _FIRST + rb"(?:" + _LATER + rb")*?)"
_WORD = rb"(?:(?i:version|ver|rev|release|r|v)[ .:]*)?"
_TAIL = rb"(?:-?(?i:rc|beta|alpha|pl|p|sp|ga|final|release|snapshot|dev|pre)[.-]?\w*)?"
_VERSION = rb"(?P<version>\d\w*(?:\.\w+)*" + _TAIL + rb")"
_DOTTED = rb"(?P<version>\d\w*(?:\.\w+)+" + _TAIL + rb")"

_SLASHED = rb"^" + _NAME + rb" ?/ ?" + _WORD + _VERSION + rb"(?:[^\w/]|$)"
_SPACED = rb"^" + _NAME + rb"[ :_-]+" + _WORD + _DOTTED + rb"(?:[^\w/]|$)"
_BARE_NAME = rb"^(?P<product>\d?[A-Za-z][\w!#%&'*.^`|~+@-]*(?:(?:, | {1,2})(?:[A-Za-z&][\w!#%&'*.^`|~+@-]*|\d+\w*))*)"
_BARE = _BARE_NAME + rb"(?:$|[ ]*[;:,(/+<=\[]| - )"
_DEVICE = rb"(?:UPnP/\d\.\d[, ]+(?:DLNADOC/\d\.\d+[, ]+)?|DLNADOC/\d\.\d+[, ]+(?:UPnP/\d\.\d[, ]+)?)"
_UPNP = rb"\b" + _DEVICE + _NAME + rb"/[ ]?" + _WORD + _VERSION + rb"(?:[^\w/]|$)"

_ACME = {"product": "Acme", "version": "1.4.2"}


def _header(name: str, shape: str) -> tuple[Match, ...]:
    """Read what stands in one header, the most exact shape first."""

    def match(kind: str, pattern: bytes, examples: dict[bytes, dict[str, str]]) -> Match:
        return Match(pattern, service="http", field=f"header:{name}", name=f"{shape}{kind}", examples=examples)

    return (
        match(
            ".upnp",
            _UPNP,
            {
                b"Linux/2.6 UPnP/1.0 Acme/1.4.2": _ACME,
                b"Linux/2.6, UPnP/1.0, Acme Media Kit/1.4.2": _ACME | {"product": "Acme Media Kit"},
            },
        ),
        match(
            ".before-upnp",
            _BARE_NAME + rb",? UPnP/\d\.\d",
            {b"Acme Router UPnP/1.0": {"product": "Acme Router"}},
        ),
        match(
            "",
            _SLASHED,
            {
                b"Acme/1.4.2 (hand made)": _ACME,
                b"Acme Web Server/1.4.2": _ACME | {"product": "Acme Web Server"},
                b"Acme/ 1.4.2": _ACME,
                b"Acme/v1.4.2-rc1": _ACME | {"version": "1.4.2-rc1"},
            },
        ),
        match(
            ".words",
            _SPACED,
            {
                b"Acme Embedded Server 1.4.2": _ACME | {"product": "Acme Embedded Server"},
                b"Acme Version 1.4.2 Build 12": _ACME,
                b"Acme-1.4.2": _ACME,
            },
        ),
        match(
            ".bare",
            _BARE,
            {
                b"Gadget-httpd": {"product": "Gadget-httpd"},
                b"Gadget Web Server (hand made)": {"product": "Gadget Web Server"},
            },
        ),
    )


MATCHES = (*_header("server", "http.server"), *_header("x-powered-by", "http.powered-by"))
