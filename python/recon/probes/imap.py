"""Mail reading by IMAP (RFC 9051 section 7.1.1): the server greets with ``* OK``, ``* PREAUTH`` or ``* BYE``."""

from __future__ import annotations

from functools import partial

from recon.model import Probe
from recon.probes import greetings
from recon.probes.grammar import HOST, V, greeting
from recon.probes.products import PRODUCTS

_imap = partial(greeting, "imap")
_OK = (
    rb"^(?:\* OK Waiting for authentication process to respond\.\.\r\n)?"
    rb"\* (?:OK|PREAUTH) (?:\[CAPABILITY (?P<capabilities>[^\]\r\n]*)\] ?)?"
)
"""Dovecot asks to wait while it starts."""

_SERVERS = (
    _imap(
        rb"^\* OK (?:" + HOST + rb" )?dbmail imap \(protocol version \w+\) server " + V + rb" ready",
        "DBMail",
        {b"* OK mail.example.org dbmail imap (protocol version 4r1) server 2.2.17 ready to run": "2.2.17"},
        vendor="dbmail",
    ),
    _imap(
        _OK + rb"Dovecot(?: \((?P<distro>Debian|Ubuntu|Raspbian)\))?(?: DA)? ready\.",
        "Dovecot",
        {
            b"* OK [CAPABILITY IMAP4rev1 SASL-IR STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.": {
                "distro": "Debian",
                "capabilities": "IMAP4rev1 SASL-IR STARTTLS AUTH=PLAIN",
            },
            b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] Dovecot ready.": {
                "cpe": "cpe:2.3:a:dovecot:dovecot:*:*:*:*:*:*:*:*"
            },
            b"* OK Dovecot DA ready.": None,
            b"* OK Waiting for authentication process to respond..\r\n"
            b"* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.": {"distro": "Debian"},
        },
        vendor="dovecot",
    ),
    _imap(
        _OK + HOST + rb" Cyrus IMAP4? v?(?P<version>\d+[\d.]*\d)(?:-(?P<distro>Debian|Fedora|Ubuntu)(?:-RPM)?"
        rb"-[\d.]+(?:[+~]\w+)*-(?P<revision>\S+))?(?:[-\w.+~]*) server ready",
        "Cyrus IMAP",
        {
            b"* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE] mail.example.org Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u3"
            b" server ready": {"version": "3.6.1", "revision": "4+deb12u3", "distro": "Debian"},
            b"* OK mail.example.org Cyrus IMAP4 v2.3.16-Fedora-RPM-2.3.16-6.el6_1.2 server ready": {
                "version": "2.3.16",
                "revision": "6.el6_1.2",
                "distro": "Fedora",
            },
            b"* OK mail.example.org Cyrus IMAP v2.4.17 server ready": "2.4.17",
            b"* OK [CAPABILITY IMAP4rev1 ID] mail.example.org Cyrus IMAP 3.0.8-1.el7 server ready": "3.0.8",
        },
        vendor="cyrus",
        cpe="cpe:2.3:a:cyrus:imap",
    ),
    _imap(
        _OK + rb"Courier-IMAP ready\.",
        "Courier-IMAP",
        {
            b"* OK [CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE ACL ACL2=UNION STARTTLS] Courier-IMAP ready."
            b" Copyright 1998-2018 Double Precision, Inc.  See COPYING for distribution information.": None
        },
        vendor="courier-mta",
    ),
    _imap(
        _OK + rb"The Microsoft Exchange IMAP4 service is ready\.",
        "Microsoft Exchange",
        {b"* OK The Microsoft Exchange IMAP4 service is ready.": None},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
    ),
    _imap(
        _OK + rb"Microsoft Exchange (?:Server )?\d* ?IMAP4rev1 server version " + V + rb" \((?P<host>[^)\s]+)\) ready",
        "Microsoft Exchange",
        {
            b"* OK Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 (mail.example.org) ready.": {
                "version": "6.5.7638.1",
                "host": "mail.example.org",
            }
        },
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
    ),
    _imap(
        _OK + HOST + rb" IMAP4rev1 v?(?P<version>20\d\d[a-z]?\.\d+\w*|\d\d\.\d+)(?: server ready| at )",
        "UW imapd",
        {
            b"* OK [CAPABILITY IMAP4REV1 I18NLEVEL=1 LITERAL+ STARTTLS] mail.example.org IMAP4rev1 "
            b"2007f.404 at Mon, 23 Nov"
            b" 2026 12:58:17 +0000 (UTC)": {"version": "2007f.404", "host": "mail.example.org"}
        },
        vendor="university_of_washington",
        cpe="cpe:2.3:a:university_of_washington:uw-imap",
    ),
    _imap(_OK + rb"IMAPrev1\r?\n", "hMailServer", {b"* OK IMAPrev1": None}, vendor="hmailserver"),
    _imap(
        _OK + rb"Gimap ready for requests from ",
        "Gmail",
        {b"* OK Gimap ready for requests from 192.0.2.1 ab1mb1234567ejb": None},
        vendor="google",
    ),
    _imap(
        _OK + HOST + rb" Zimbra(?: " + V + rb")? IMAP4rev1 server ready",
        "Zimbra",
        {
            b"* OK mail.example.org Zimbra IMAP4rev1 server ready": {"host": "mail.example.org"},
            b"* OK mail.example.org Zimbra 8.8.15_GA_3829 IMAP4rev1 server ready": "8.8.15_GA_3829",
        },
        vendor="synacor",
        cpe="cpe:2.3:a:synacor:zimbra_collaboration_suite",
    ),
    _imap(
        _OK + rb"Domino IMAP4 Server (?:Release|Build) " + V + rb" ready",
        "Domino",
        {b"* OK Domino IMAP4 Server Release 9.0.1FP8 ready Mon, 23 Nov 2026 12:58:17 +0000": "9.0.1FP8"},
        vendor="hcltech",
    ),
    _imap(
        _OK + HOST + rb" IMAP4rev1 MDaemon " + V + rb" ready",
        "MDaemon",
        {b"* OK mail.example.org IMAP4rev1 MDaemon 17.0.2 ready": "17.0.2"},
        vendor="altn",
    ),
    _imap(
        _OK + rb"Kerio (?:Connect|MailServer) " + V + rb"(?: patch \d+)? IMAP4rev1 server ready",
        "Kerio Connect",
        {b"* OK Kerio Connect 9.2.3 IMAP4rev1 server ready": "9.2.3"},
        vendor="kerio",
    ),
    _imap(
        _OK + rb"CommuniGate Pro IMAP Server " + V + rb" at " + HOST + rb" ready",
        "CommuniGate Pro",
        {b"* OK CommuniGate Pro IMAP Server 6.2.5 at mail.example.org ready": "6.2.5"},
        vendor="communigate",
        cpe="cpe:2.3:a:communigate:communigate_pro",
    ),
    _imap(
        _OK + rb"GroupWise IMAP4rev1 Server Ready",
        "GroupWise",
        {b"* OK GroupWise IMAP4rev1 Server Ready": None},
        vendor="novell",
    ),
    _imap(
        _OK + rb"Axigen IMAP4rev1 service is ready",
        "Axigen",
        {b"* OK Axigen IMAP4rev1 service is ready": None},
        vendor="axigen",
        cpe="cpe:2.3:a:axigen:axigen_mail_server",
    ),
    _imap(
        _OK + HOST + rb" IceWarp " + V + rb" IMAP4rev1",
        "IceWarp",
        {b"* OK mail.example.org IceWarp 13.0.3.6 IMAP4rev1 Mon, 23 Nov 2026 12:58:17 +0000": "13.0.3.6"},
        vendor="icewarp",
        cpe="cpe:2.3:a:icewarp:mail_server",
    ),
    _imap(
        _OK + rb"Stalwart IMAP4rev2 at your service\.",
        "Stalwart",
        {b"* OK [CAPABILITY IMAP4rev2 IMAP4rev1 ENABLE SASL-IR STARTTLS] Stalwart IMAP4rev2 at your service.": None},
        vendor="stalw",
        cpe="cpe:2.3:a:stalw:stalwart",
    ),
    _imap(
        _OK + rb"(?:Welcome to )?Binc IMAP v" + V,
        "Binc IMAP",
        {b"* OK Welcome to Binc IMAP v1.2.9 Copyright (C) 2002-2003 Andreas Aardal Hanssen at 2004": "1.2.9"},
        vendor="binc",
        cpe="cpe:2.3:a:binc:binc_imap",
    ),
    _imap(
        _OK + rb"dbmail " + V + rb" ready",
        "DBMail",
        {b"* OK [CAPABILITY IMAP4rev1 ID STARTTLS] dbmail 3.2.3 ready.": "3.2.3"},
        vendor="dbmail",
    ),
    _imap(
        _OK + rb"JAMES IMAP4rev1 Server",
        "Apache James",
        {b"* OK JAMES IMAP4rev1 Server mail.example.org is ready.": None},
        vendor="apache",
        cpe="cpe:2.3:a:apache:james",
    ),
    _imap(
        _OK + rb"IMAP4rev1 SmarterMail",
        "SmarterMail",
        {b"* OK IMAP4rev1 SmarterMail": None},
        vendor="smartertools",
    ),
    _imap(
        _OK + rb"Proton Mail Bridge " + V,
        "Proton Mail Bridge",
        {b"* OK [CAPABILITY ID IMAP4rev1 STARTTLS] Proton Mail Bridge 03.00.15 - gluon session ID 1": "03.00.15"},
        vendor="proton",
    ),
)

_GENERIC = (
    _imap(
        rb"^\* (?:OK|PREAUTH|BYE) [^\r\n]*IMAP",
        None,
        {
            b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready": {"service": "imap"},
            b"* BYE IMAP is closed": {"service": "imap"},
        },
    ),
)

PROBES = (
    Probe(
        "imap",
        ports="143,220",
        tls_ports="993",
        starttls=((b"a STARTTLS\r\n", b"a OK"),),
        rarity=2,
        matches=(*_SERVERS, *greetings.IMAP, *_GENERIC, greetings.IMAP_ONLY),
        products=PRODUCTS,
    ),
)
