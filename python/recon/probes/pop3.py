"""Mail reading by POP3 (RFC 1939 section 4): the server greets with ``+OK``, and a stamp in ``<>`` for APOP."""

from __future__ import annotations

from functools import partial

from recon.model import Probe
from recon.probes import greetings
from recon.probes.grammar import HOST, V, greeting
from recon.probes.products import PRODUCTS

_pop3 = partial(greeting, "pop3")
_OK = rb"^\+OK "

_SERVERS = (
    _pop3(
        _OK + rb"Lotus Notes POP3 server version X?" + V + rb" ready",
        "Domino",
        {b"+OK Lotus Notes POP3 server version X2.0 ready on Domino/ACME": "2.0"},
        vendor="hcltech",
    ),
    _pop3(
        _OK + rb"POP3 \[cppop " + V + rb"\] at ",
        "cppop",
        {b"+OK POP3 [cppop 19.0] at [192.0.2.1]": "19.0"},
        vendor="cpanel",
        cpe="cpe:2.3:a:cpanel:cpanel",
    ),
    _pop3(
        _OK + rb"Dovecot(?: \((?P<distro>Debian|Ubuntu|Raspbian)\))?(?: DA)? ready\.(?: (?P<stamp><[^>\r\n]+>))?",
        "Dovecot",
        {
            b"+OK Dovecot (Debian) ready.": {"distro": "Debian"},
            b"+OK Dovecot ready. <2a6.1.63778a3d.7qTt1Cz2aBc=@mail.example.org>": {
                "stamp": "<2a6.1.63778a3d.7qTt1Cz2aBc=@mail.example.org>"
            },
            b"+OK Dovecot DA ready.": None,
        },
        vendor="dovecot",
    ),
    _pop3(
        _OK + rb"(?:" + HOST + rb" )?Cyrus POP3 v?(?P<version>\d+[\d.]*\d)(?:-(?P<distro>Debian|Fedora|Ubuntu)(?:-RPM)?"
        rb"-[\d.]+(?:[+~]\w+)*-(?P<revision>\S+))?(?:[-\w.+~]*) server ready",
        "Cyrus IMAP",
        {
            b"+OK mail.example.org Cyrus POP3 3.6.1-Debian-3.6.1-4+deb12u3 server ready"
            b" <123.1795438700@mail.example.org>": {"version": "3.6.1", "revision": "4+deb12u3", "distro": "Debian"},
            b"+OK mail.example.org Cyrus POP3 v2.4.17 server ready <1.2@mail.example.org>": "2.4.17",
        },
        vendor="cyrus",
        cpe="cpe:2.3:a:cyrus:imap",
    ),
    _pop3(
        _OK + rb"Hello there\.",
        "Courier-POP3",
        {b"+OK Hello there.": None, b"+OK Hello there. <1234.1795438700@localhost.localdomain>": None},
        vendor="courier-mta",
    ),
    _pop3(
        _OK + rb"The Microsoft Exchange POP3 service is ready\.",
        "Microsoft Exchange",
        {b"+OK The Microsoft Exchange POP3 service is ready.": None},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
    ),
    _pop3(
        _OK + rb"Microsoft Exchange (?:Server )?\d* ?POP3 server version " + V + rb" \((?P<host>[^)\s]+)\) ready",
        "Microsoft Exchange",
        {b"+OK Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (mail.example.org) ready.": "6.5.7638.1"},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
    ),
    _pop3(
        _OK + rb"Microsoft Windows POP3 Service Version " + V,
        "Microsoft POP3 Service",
        {b"+OK Microsoft Windows POP3 Service Version 1.0 <12345678@mail.example.org> ready.": "1.0"},
        vendor="microsoft",
    ),
    _pop3(
        _OK + rb"POP3 " + HOST + rb" v?(?P<version>(?:19|20)\d\d[a-z]?\.\d+\w*) server ready",
        "UW ipop3d",
        {b"+OK POP3 mail.example.org 2007f.104 server ready": {"version": "2007f.104", "host": "mail.example.org"}},
        vendor="university_of_washington",
        cpe="cpe:2.3:a:university_of_washington:uw-imap",
    ),
    _pop3(rb"^\+OK POP3\r?\n", "hMailServer", {b"+OK POP3": None}, vendor="hmailserver"),
    _pop3(
        _OK + rb"(?:QPOP|Qpopper) \(version " + V + rb"\) at " + HOST + rb" starting",
        "Qpopper",
        {
            b"+OK QPOP (version 4.0.5) at mail.example.org starting.  <123.1795438700@mail.example.org>": "4.0.5",
            b"+OK Qpopper (version 4.1.0) at mail.example.org starting.": "4.1.0",
        },
        vendor="qualcomm",
    ),
    _pop3(
        _OK + rb"Gpop ready for requests from ",
        "Gmail",
        {b"+OK Gpop ready for requests from 192.0.2.1 ab1mb1234567ejb": None},
        vendor="google",
    ),
    _pop3(
        _OK + HOST + rb" POP3 MDaemon " + V + rb" ready",
        "MDaemon",
        {
            b"+OK mail.example.org POP3 MDaemon 17.0.2 ready <MDAEMON-F202611231258.AA581799MD1234@mail.exa"
            b"mple.org>": "17.0.2"
        },
        vendor="altn",
    ),
    _pop3(
        _OK + rb"Kerio (?:Connect|MailServer) " + V + rb"(?: patch \d+)? POP3 server ready",
        "Kerio Connect",
        {b"+OK Kerio Connect 9.2.3 POP3 server ready <1234.1795438700.567@mail.example.org>": "9.2.3"},
        vendor="kerio",
    ),
    _pop3(
        _OK + rb"Welcome to MailEnable POP3 Server",
        "MailEnable",
        {b"+OK Welcome to MailEnable POP3 Server": None},
        vendor="mailenable",
    ),
    _pop3(
        _OK + HOST + rb" Zimbra(?: " + V + rb")? POP3 server ready",
        "Zimbra",
        {b"+OK mail.example.org Zimbra POP3 server ready": {"host": "mail.example.org"}},
        vendor="synacor",
        cpe="cpe:2.3:a:synacor:zimbra_collaboration_suite",
    ),
    _pop3(
        _OK + rb"CommuniGate Pro POP3 Server " + V + rb" ready",
        "CommuniGate Pro",
        {b"+OK CommuniGate Pro POP3 Server 6.2.5 ready <1.1795438700@mail.example.org>": "6.2.5"},
        vendor="communigate",
        cpe="cpe:2.3:a:communigate:communigate_pro",
    ),
    _pop3(
        _OK + rb"(?:Lotus Notes|IBM Notes|HCL Notes) POP3 server version Release " + V + rb" ready",
        "Domino",
        {b"+OK Lotus Notes POP3 server version Release 8.5.3FP6 ready on mail/example.": "8.5.3FP6"},
        vendor="hcltech",
    ),
    _pop3(
        _OK + rb"[Tt]eapop \[v?" + V + rb"\]",
        "Teapop",
        {b"+OK Teapop [v0.3.7] - Teaspoon stirs around again <1795438700.1234567@mail.example.org>": "0.3.7"},
    ),
    _pop3(
        _OK + rb"DBMAIL pop3 server ready to rock",
        "DBMail",
        {b"+OK DBMAIL pop3 server ready to rock <0123456789abcdef@mail.example.org>": None},
        vendor="dbmail",
    ),
    _pop3(
        _OK + HOST + rb" POP3 server \(JAMES POP3 Server " + V + rb"\) ready",
        "Apache James",
        {b"+OK mail.example.org POP3 server (JAMES POP3 Server 2.3.2) ready": "2.3.2"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:james",
    ),
    _pop3(
        _OK + rb"VPOP3 Server Ready", "VPOP3", {b"+OK VPOP3 Server Ready <1.2.3@mail.example.org>": None}, vendor="pscs"
    ),
    _pop3(
        _OK + HOST + rb" IceWarp " + V + rb" POP3",
        "IceWarp",
        {
            b"+OK mail.example.org IceWarp 13.0.3.6 POP3 Mon, 23 Nov 2026 12:58:17 +0000 "
            b"<1@mail.example.org>": "13.0.3.6"
        },
        vendor="icewarp",
        cpe="cpe:2.3:a:icewarp:mail_server",
    ),
    _pop3(
        _OK + rb"GroupWise POP3 server ready", "GroupWise", {b"+OK GroupWise POP3 server ready": None}, vendor="novell"
    ),
    _pop3(
        _OK + rb"Stalwart POP3 at your service",
        "Stalwart",
        {b"+OK Stalwart POP3 at your service.": None},
        vendor="stalw",
        cpe="cpe:2.3:a:stalw:stalwart",
    ),
)

_GENERIC = (
    _pop3(
        rb"^\+OK\b[^\r\n]*(?:POP|<[^<>@\s]+@[^<>\s]+>)",
        None,
        {
            b"+OK Acme POP3 server ready": {"service": "pop3"},
            b"+OK <1896.697170952@mail.example.org>": {"service": "pop3"},
        },
    ),
    _pop3(rb"^-ERR [^\r\n]*\bPOP3?\b", None, {b"-ERR POP3 is closed to you": {"service": "pop3"}}),
    _pop3(rb"^\+OK ready\b", None, {b"+OK ready": {"service": "pop3"}}),
)

PROBES = (
    Probe(
        "pop3",
        ports="109,110",
        tls_ports="995",
        starttls=((b"STLS\r\n", b"+OK"),),
        rarity=2,
        matches=(*_SERVERS, *greetings.POP3, *_GENERIC, greetings.POP3_ONLY),
        products=PRODUCTS,
    ),
)
