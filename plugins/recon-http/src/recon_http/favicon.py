"""``http.favicon``: which protections the page asks browsers for, and what its icon hashes to. One harmless GET."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping

from recon import Conn, Enumerator, Fact, Found, Service
from recon_http.murmur import murmur3
from recon_http.responses import response

ICON_AT_MOST = 256 * 1024

PROTECTIONS = (
    "strict-transport-security",
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
)
"""Response headers that switch on a protection in the browser."""

_OK = 200
_PLAIN_PORT, _TLS_PORT = 80, 443


class Favicon(Enumerator):
    """Names the security headers of the page that the sweep has read, and hashes the icon beside it."""

    name, service, needs = "http.favicon", "http", ("http",)

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield ``security_headers``; of an icon ``favicon_mmh3`` and ``favicon_sha256``."""
        yield Fact("security_headers", [name for name in PROTECTIONS if f"http.header.{name}" in found.facts])
        if found.facts.get("http.status") != _OK:
            return
        await conn.send(request(found))
        icon = await response(conn, ICON_AT_MOST)
        if icon is not None and icon.status == _OK and is_icon(icon.headers, icon.body):
            yield Fact("favicon_mmh3", icon_hash(icon.body))
            yield Fact("favicon_sha256", hashlib.sha256(icon.body).hexdigest())


def request(found: Found) -> bytes:
    """The question (RFC 9112 section 3); the port stands in ``Host`` unless it is the scheme's own."""
    host = found.host or found.addr
    authority = f"[{host}]" if ":" in host else host
    if found.port not in {_PLAIN_PORT, _TLS_PORT}:
        authority += f":{found.port}"
    head = ("GET /favicon.ico HTTP/1.1", f"Host: {authority}", "User-Agent: Mozilla/5.0 (compatible; recon)")
    return "\r\n".join((*head, "Accept: image/*", "Connection: close", "", "")).encode()


def is_icon(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is more than nothing and no page: many servers answer every path with a page."""
    is_page = "html" in headers.get("content-type", "") or (body.lstrip()[:1] == b"<" and b"<svg" not in body)
    return bool(body) and not is_page


def icon_hash(icon: bytes) -> int:
    """MurmurHash3 of the icon in base64 with lines of 76 characters, the form that search engines index."""
    return murmur3(base64.encodebytes(icon))
