"""DNS over TCP and UDP: the CHAOS text ``version.bind`` (RFC 4892), in which most servers name themselves.

The question carries EDNS (RFC 6891), so that an answer goes on behind its text and a cut one is seen to be cut.
"""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import Yields

_NAME = b"\x07version\x04bind\x00"
_QUERY = (
    b"\x1a\x2b\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01" + _NAME + b"\x00\x10\x00\x03\x00\x00\x29\x04\xd0" + b"\x00" * 6
)

_OPT = b"\x00\x00\x29\x04\xd0" + b"\x00" * 6
_ASKED = rb"\x1a\x2b[\x80-\x87][\s\S]{9}\x07(?i:version)\x04(?i:bind)\x00\x00\x10\x00\x03"
_TEXT = _ASKED + rb"(?:\xc0\x0c|\x07(?i:version)\x04(?i:bind)\x00)\x00\x10\x00\x03[\s\S]{7}"
"""Head, question, then the answer's name, type, class, time to live, length, and length of the text."""


def _answer(text: bytes) -> bytes:
    head = b"\x1a\x2b\x84\x00\x00\x01\x00\x01\x00\x00\x00\x01" + _NAME + b"\x00\x10\x00\x03"
    size = len(text)
    return head + b"\xc0\x0c\x00\x10\x00\x03\x00\x00\x00\x00" + (size + 1).to_bytes(2) + bytes([size]) + text + _OPT


def _over_tcp(message: bytes) -> bytes:
    return len(message).to_bytes(2) + message


def _server(  # noqa: PLR0913 - the fields of a match, by name
    pattern: bytes,
    product: str | None,
    examples: dict[bytes, Yields],
    *,
    tcp: bool,
    vendor: str | None = None,
    cpe: str | None = None,
) -> Match:
    wrap = _over_tcp if tcp else bytes
    values = {text: expect if not isinstance(expect, str) else {"version": expect} for text, expect in examples.items()}
    return Match(
        (rb"^[\s\S]{2}" if tcp else rb"^") + _TEXT + pattern,
        service="dns",
        vendor=vendor,
        product=product,
        cpe=cpe,
        examples={wrap(_answer(text)): dict(expect or {}) for text, expect in values.items()},
    )


_V = rb"(?P<version>\d+\.\d+[\w.]*)"
_BIND_V = rb"(?P<version>9\.\d+\.\d+(?:-[SPW]\d+|[ab]\d|rc\d)*)"
_OLD_BIND_V = rb"(?P<version>8\.[1-4](?:\.\d+)?(?:-(?:P\d+|T\d\w*|REL))*)(?:-NOESW)?"
"""BIND 8; its makers ended it with 8.4."""


def _matches(*, tcp: bool) -> tuple[Match, ...]:
    server = partial(_server, tcp=tcp)
    start = rb"^[\s\S]{2}" if tcp else rb"^"
    refused = b"\x1a\x2b\x80\x05\x00\x01\x00\x00\x00\x00\x00\x01" + _NAME + b"\x00\x10\x00\x03" + _OPT
    return (
        server(
            _BIND_V + rb"(?:(?:-(?P<revision>\d[\w.+~:-]*))?-(?P<distro>Debian|Ubuntu))?[\x00\xc0]",
            "BIND",
            {
                b"9.18.49-1~deb12u3-Debian": {
                    "version": "9.18.49",
                    "revision": "1~deb12u3",
                    "distro": "Debian",
                    "cpe": "cpe:2.3:a:isc:bind:9.18.49:*:*:*:*:*:*:*",
                },
                b"9.18.28-0ubuntu0.22.04.1-Ubuntu": {"version": "9.18.28", "distro": "Ubuntu"},
                b"9.11.5-P4-5.1+deb10u7-Debian": {"version": "9.11.5-P4", "revision": "5.1+deb10u7"},
                b"9.20.4": "9.20.4",
                b"9.16.1-Ubuntu": {"version": "9.16.1", "distro": "Ubuntu"},
            },
            vendor="isc",
        ),
        server(
            _BIND_V + rb"-(?P<distro>RedHat|RH)(?:-9\.\d+\.\d+-(?P<revision>[\w.]+))?",
            "BIND",
            {
                b"9.11.4-P2-RedHat-9.11.4-26.P2.el7_9.15": {"version": "9.11.4-P2", "revision": "26.P2.el7_9.15"},
                b"9.16.23-RH": {"version": "9.16.23", "distro": "RH"},
            },
            vendor="isc",
        ),
        server(
            _OLD_BIND_V + rb"[\x00\xc0]",
            "BIND",
            {b"8.4.6-REL": "8.4.6-REL", b"8.4.7-REL-NOESW": "8.4.7-REL", b"8.2.3-T6B": "8.2.3-T6B"},
            vendor="isc",
        ),
        server(
            rb"dnsmasq-(?:pi-hole-v?)?" + rb"(?P<version>\d+\.[\w.+]*)",
            "dnsmasq",
            {b"dnsmasq-2.89": "2.89", b"dnsmasq-pi-hole-v2.90+1": "2.90+1"},
            vendor="thekelleys",
        ),
        server(rb"unbound " + _V, "Unbound", {b"unbound 1.17.1": "1.17.1"}, vendor="nlnetlabs"),
        server(
            rb"NSD " + _V,
            "NSD",
            {b"NSD 4.6.1": "4.6.1"},
            vendor="nlnetlabs",
            cpe="cpe:2.3:a:nlnetlabs:name_server_daemon",
        ),
        server(
            rb"PowerDNS Authoritative Server (?P<version>\d+\.\d+[\w.-]*)",
            "PowerDNS Authoritative Server",
            {b"PowerDNS Authoritative Server 4.7.3 (built Mar 28 2023 10:41:30 by root@localhost)": "4.7.3"},
            vendor="powerdns",
            cpe="cpe:2.3:a:powerdns:authoritative_server",
        ),
        server(
            rb"PowerDNS Recursor (?P<version>\d+\.\d+[\w.-]*)",
            "PowerDNS Recursor",
            {b"PowerDNS Recursor 4.8.4 (built Mar 29 2023 12:05:36 by root@localhost)": "4.8.4"},
            vendor="powerdns",
            cpe="cpe:2.3:a:powerdns:recursor",
        ),
        server(rb"dnsdist " + _V, "dnsdist", {b"dnsdist 1.7.3": "1.7.3"}, vendor="powerdns"),
        server(rb"Knot DNS " + _V, "Knot DNS", {b"Knot DNS 3.2.6": "3.2.6"}, vendor="nic"),
        server(rb"CoreDNS-" + _V, "CoreDNS", {b"CoreDNS-1.11.1": "1.11.1"}, vendor="coredns.io"),
        server(
            rb"Microsoft DNS (?P<version>\d+\.\d+\.\d+)",
            "Microsoft DNS",
            {b"Microsoft DNS 6.1.7601 (1DB15D39)": "6.1.7601", b"Microsoft DNS 10.0.17763 (45630001)": "10.0.17763"},
            vendor="microsoft",
            cpe="cpe:2.3:a:microsoft:dns_server",
        ),
        server(
            rb"(?P<product>[A-Z][\w-]*[a-z][\w-]*(?: [A-Z][\w-]*)*)[ /-](?i:version |v)?" + _V + rb"[\x00\xc0 ]",
            None,
            {b"Acme Names 5.4.1": {"product": "Acme Names", "version": "5.4.1"}},
        ),
        server(
            rb"(?P<text>[\x20-\x7e]+)[\x00\xc0]",
            None,
            {b"none of your business": {"text": "none of your business"}},
        ),
        Match(
            start + _ASKED,
            service="dns",
            name="dns.question-tcp" if tcp else "dns.question-udp",
            examples={(_over_tcp(refused) if tcp else refused): {"service": "dns"}},
        ),
    )


PROBES = (
    Probe(
        "dns-tcp",
        ports="53",
        tls_ports="853",
        send=_over_tcp(_QUERY),
        ends="quiet",
        rarity=5,
        matches=_matches(tcp=True),
    ),
    Probe("dns", ports="53,5353", send=_QUERY, transport="udp", rarity=1, matches=_matches(tcp=False)),
)
