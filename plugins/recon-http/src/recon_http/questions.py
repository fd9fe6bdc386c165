"""Further questions for servers that do not name themselves at the root: where they tell their version to everybody."""

from __future__ import annotations

from recon import Match, Probe


def _get(path: bytes) -> bytes:
    return (
        b"GET " + path + b" HTTP/1.1\r\n"
        b"Host: {authority}\r\n"
        b"User-Agent: Mozilla/5.0 (compatible; recon)\r\n"
        b"Accept: */*\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )


ROOT = _get(b"/")
"""The page at the root (RFC 9112 section 3)."""


def _body(pattern: bytes, product: str, vendor: str, example: bytes, version: str) -> Match:
    return Match(
        pattern,
        service="http",
        vendor=vendor,
        product=product,
        field="body",
        examples={example: {"product": product, "version": version}},
    )


_VERSION = (
    _body(
        rb'^\{"etcdserver":"(?P<version>\d[^"]*)"',
        "etcd",
        "etcd",
        b'{"etcdserver":"3.5.9","etcdcluster":"3.5.0"}',
        "3.5.9",
    ),
    _body(
        rb'^\{"version":"(?P<version>\d[\w.-]*)[^"]*","revision":"[^"]*","branch":"[^"]*","buildUser":"[^"]*",'
        rb'"buildDate":"[^"]*","goVersion":"go',
        "Prometheus",
        "prometheus",
        b'{"version":"2.42.0+ds","revision":"2.42.0+ds-5","branch":"x","buildUser":"a","buildDate":"20260604-00:58:54",'
        b'"goVersion":"go1.19.8"}',
        "2.42.0",
    ),
)

_ARIA2 = (
    _body(
        rb'"result":\{"enabledFeatures":\["[^\]]*\],"version":"(?P<version>\d[\w.]*)"',
        "aria2",
        "aria2_project",
        b'{"id":"1","jsonrpc":"2.0","result":{"enabledFeatures":["GZip","HTTPS"],"version":"1.36.0"}}',
        "1.36.0",
    ),
)

PROBES = (
    Probe("http-version", ports="2379", send=_get(b"/version"), rarity=7, matches=_VERSION),
    Probe("aria2", ports="6800", send=_get(b"/jsonrpc?method=aria2.getVersion&id=1"), rarity=8, matches=_ARIA2),
)
