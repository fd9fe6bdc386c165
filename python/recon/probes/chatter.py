"""Servers of lines that name themselves unasked or in a refusal: dict, CVS, gpsd, Tor's control port, IRC, SOCKS.

The one question that Tor answers without a login is asked; a SOCKS proxy is asked for a connection to nowhere.
"""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import HOST, V, greeting

_GREETINGS = (
    greeting(
        "dict",
        rb"^220 " + HOST + rb" dictd " + V + rb"(?:/\S+)? on (?P<system>[^<\r\n]*?) <",
        "dictd",
        {b"220 dict.example.org dictd 1.12.1/rf on Linux 4.19 <auth.mime> <1.2.3@example.org>": "1.12.1"},
        vendor="dict",
    ),
    greeting(
        "dict",
        rb"^220 [^\r\n]*<(?:auth|mime)[\w.]*> <[^>\r\n]+>",
        None,
        {b"220 dict.example.org Acme <auth.mime> <1.2.3@dict.example.org>": {"service": "dict"}},
    ),
    Match(
        rb'^\{"class":"VERSION","release":"(?P<version>\d[^"]*)"',
        service="gpsd",
        vendor="gpsd_project",
        product="gpsd",
        examples={
            b'{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}\r\n': {
                "version": "3.22"
            }
        },
    ),
    greeting(
        "cvspserver",
        rb"^cvs \[pserver aborted\]: bad auth protocol start",
        "CVS",
        {b"cvs [pserver aborted]: bad auth protocol start: GET / HTTP/1.1": None},
        vendor="gnu",
    ),
)

_irc = partial(greeting, "irc")
_IRC = (
    _irc(
        rb'^ERROR :"?Oops, HTTP request received\? This is IRC!',
        "ngIRCd",
        {b'ERROR :"Oops, HTTP request received? This is IRC!"': None},
        vendor="barton",
    ),
    _irc(
        rb"^:(?P<host>\S+) NOTICE \S+ :BitlBee-IRCd initialized",
        "BitlBee",
        {b":localhost NOTICE * :BitlBee-IRCd initialized, please go on": {"host": "localhost"}},
        vendor="bitlbee",
    ),
)

_NOWHERE = b"\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00"
"""A request to connect to port 0 of 0.0.0.0 (RFC 1928 section 4): always refused."""

_SOCKS5 = (b"\x05\x01\x00" + _NOWHERE).ljust(1024, b"\x00") + _NOWHERE
"""An offer to do without authentication (RFC 1928 section 3) and the request; again behind the 1024 bytes that a server
reads at once, for one that takes all of those for the offer (microsocks)."""

_TOR = (
    Match(
        rb'^250-PROTOCOLINFO 1\r\n(?:250-[^\r\n]*\r\n)*?250-VERSION Tor="(?P<version>[^"]+)"',
        service="tor-control",
        vendor="torproject",
        product="Tor",
        examples={
            b'250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE COOKIEFILE="/c"\r\n250-VERSION Tor="0.4.7.16"\r\n'
            b"250 OK\r\n": {"version": "0.4.7.16"}
        },
    ),
    Match(
        rb"Tor ControlPort is not an HTTP proxy",
        field="status",
        service="tor-control",
        name="tor-control.refusal",
        examples={b"HTTP/1.0 501 Tor ControlPort is not an HTTP proxy": {"service": "tor-control"}},
    ),
)

_SOCKS = (
    Match(
        rb"^\x05\x00\x05[\x00-\x08]\x00[\x01\x03\x04]",
        service="socks5",
        facts={"authentication": "none"},
        examples={b"\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00": {"authentication": "none"}},
    ),
)

PROBES = (
    Probe("chatter", ports="2628,2947", rarity=7, matches=(*_GREETINGS, *_IRC)),
    Probe("tor-control", ports="9051", send=b"PROTOCOLINFO 1\r\n", rarity=6, matches=_TOR),
    Probe(
        "socks5",
        ports="1080-1081,9050,9150",
        send=_SOCKS5,
        ends="quiet",
        rarity=6,
        matches=_SOCKS,
    ),
)
