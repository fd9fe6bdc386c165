"""Small servers of messages and queues that name themselves in one answer: AMQP, NATS, NNTP, XMPP, IRC."""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes import greetings
from recon.probes.grammar import HOST, V, greeting
from recon.probes.products import PRODUCTS

_nntp = partial(greeting, "nntp")
_AMQP = b"AMQP\x00\x00\x09\x01"
"""The header of AMQP 0-9-1 section 4.2.2; what does not speak it answers with the header of what it does."""


def _start(product: bytes, version: bytes) -> bytes:
    """AMQP 0-9-1: connection.start with the server's properties."""
    text = b"\x07productS" + len(product).to_bytes(4) + product + b"\x07versionS" + len(version).to_bytes(4) + version
    body = b"\x00\x0a\x00\x0a\x00\x09" + len(text).to_bytes(4) + text + b"\x00\x00\x00\x05PLAIN\x00\x00\x00\x05en_US"
    return b"\x01\x00\x00" + len(body).to_bytes(4) + body + b"\xce"


_AMQP_MATCHES = (
    Match(
        rb"^\x01\x00\x00[\s\S]{4}\x00\x0a\x00\x0a\x00\x09[\s\S]*\x07productS\x00\x00\x00\x08RabbitMQ"
        rb"[\s\S]*\x07versionS\x00\x00\x00[\x01-\x20](?P<version>\d+\.\d+[\w.+-]*)",
        service="amqp",
        vendor="vmware",
        product="RabbitMQ",
        examples={_start(b"RabbitMQ", b"3.10.8"): {"version": "3.10.8"}},
    ),
    Match(
        rb"^\x01\x00\x00[\s\S]{4}\x00\x0a\x00\x0a\x00\x09[\s\S]*\x07productS\x00\x00\x00\x07LavinMQ"
        rb"[\s\S]*\x07versionS\x00\x00\x00[\x01-\x20](?P<version>\d+\.\d+[\w.+-]*)",
        service="amqp",
        vendor="cloudamqp",
        product="LavinMQ",
        examples={_start(b"LavinMQ", b"1.2.11"): {"version": "1.2.11"}},
    ),
    Match(
        rb"^\x01\x00\x00[\s\S]{4}\x00\x0a\x00\x0a\x00\x09[\s\S]*\x07productS\x00\x00\x00\x08qpid-cpp"
        rb"[\s\S]*\x07versionS\x00\x00\x00[\x01-\x20](?P<version>\d+\.\d+[\w.+-]*)",
        service="amqp",
        vendor="apache",
        product="Qpid C++",
        cpe="cpe:2.3:a:apache:qpid-cpp",
        examples={_start(b"qpid-cpp", b"1.39.0"): {"version": "1.39.0"}},
    ),
    Match(
        rb"^\x01\x00\x00[\s\S]{4}\x00\x0a\x00\x0a\x00\x09",
        service="amqp",
        facts={"protocol": "0-9-1"},
        examples={_start(b"Acme", b"1"): {"protocol": "0-9-1"}},
    ),
    Match(
        rb"^AMQP[\x00\x03]\x01\x00\x00",
        service="amqp",
        name="amqp.header",
        facts={"protocol": "1.0"},
        examples={b"AMQP\x03\x01\x00\x00": {"protocol": "1.0"}},
    ),
)

_NATS_MATCHES = (
    Match(
        rb'^INFO \{(?:[^\r\n]*,)?\s*"version":\s*"(?P<version>\d[^"]*)"',
        service="nats",
        vendor="linuxfoundation",
        product="NATS Server",
        cpe="cpe:2.3:a:linuxfoundation:nats-server",
        examples={
            b'INFO {"server_id":"NABC","server_name":"NABC","version":"2.10.7","proto":1,"go":"go1.21.5","h'
            b'ost":"0.0.0.0",'
            b'"port":4222,"headers":true,"max_payload":1048576} \r\n': {"version": "2.10.7"}
        },
    ),
)

_NNTP_MATCHES = (
    _nntp(
        rb"^20[01] " + HOST + rb" Diablo (?P<version>\d[\w.-]*\w) ",
        "Diablo",
        {b"200 news.example.org Diablo 6-CUR-20200101 NNRP ready (posting ok)": "6-CUR-20200101"},
        vendor="diablo",
    ),
    _nntp(
        rb"^20[01] " + HOST + rb" InterNetNews (?:NNRP )?server INN " + V,
        "INN",
        {
            b"200 news.example.org InterNetNews NNRP server INN 2.7.1 ready (posting ok)": "2.7.1",
            b"201 news.example.org InterNetNews server INN 2.6.4 ready": "2.6.4",
        },
        vendor="isc",
    ),
    _nntp(
        rb"^20[01] NNTP Service (?P<version>\d[\d.]*) Version: ",
        "Microsoft NNTP Service",
        {b"200 NNTP Service 6.0.3790.3959 Version: 6.0.3790.3959 Posting Allowed ": "6.0.3790.3959"},
        vendor="microsoft",
    ),
    *greetings.NNTP,
    _nntp(
        rb"^20[01] [^\r\n]*(?:NNTP|[Nn]ews|[Pp]osting)",
        None,
        {b"200 news.example.org NNTP ready, posting allowed": {"service": "nntp"}},
    ),
)

_XMPP_MATCHES = (
    Match(
        rb"^<\?xml version='1\.0'\?><stream:stream[^>]*\bid='\d{15,}'[^>]*xmlns:stream='http://etherx\.jabber\.org/str"
        rb"eams'",
        service="xmpp",
        name="xmpp.stream",
        examples={
            b"<?xml version='1.0'?><stream:stream id='12345678901234567890' version='1.0' xml:lang='en'"
            b" xmlns:stream='http://etherx.jabber.org/streams' from='example.org' xmlns='jabber:client'>": {}
        },
    ),
    Match(
        rb"<stream:(?:stream|error)[ >]",
        service="xmpp",
        examples={
            b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='example.org'"
            b" version='1.0'><stream:features><starttls/></stream:features>": {"service": "xmpp"}
        },
    ),
)

_STREAM = (
    b"<?xml version='1.0'?><stream:stream to='{host}' version='1.0' xmlns='jabber:client'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)

_IRC_MATCHES = (
    Match(
        rb"^:(?P<host>[\w.-]+) (?:NOTICE (?:\*|AUTH|Auth) :|020 \* :)",
        service="irc",
        examples={b":irc.example.org NOTICE * :*** Looking up your hostname...\r\n": {"host": "irc.example.org"}},
    ),
    Match(
        rb"^NOTICE AUTH :\*\*\*",
        service="irc",
        name="irc.notice",
        examples={b"NOTICE AUTH :*** Looking up your hostname\r\n": {"service": "irc"}},
    ),
)

PROBES = (
    Probe("amqp", ports="5672", tls_ports="5671", send=_AMQP, ends="quiet", rarity=4, matches=_AMQP_MATCHES),
    Probe("nats", ports="4222", rarity=5, matches=_NATS_MATCHES),
    Probe("nntp", ports="119", tls_ports="563", rarity=5, matches=_NNTP_MATCHES, products=PRODUCTS),
    Probe(
        "xmpp",
        ports="5222,5269",
        tls_ports="5223,5270",
        send=_STREAM,
        ends="quiet",
        starttls=(
            (_STREAM, b"urn:ietf:params:xml:ns:xmpp-tls"),
            (b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"<proceed"),
        ),
        rarity=5,
        matches=_XMPP_MATCHES,
    ),
    Probe("irc", ports="194,6660-6669", tls_ports="6697", rarity=5, matches=_IRC_MATCHES),
)
