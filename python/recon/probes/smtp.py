"""Mail transfer: SMTP (RFC 5321) and its twin for delivery, LMTP (RFC 2033). The server speaks first: ``220 host …``.

Nothing is sent: a client that talks before the greeting is taken for a spammer.
"""

from __future__ import annotations

from functools import partial

from recon.model import Match, Probe
from recon.probes import greetings, smtp_elders
from recon.probes.grammar import HOST, V, greeting
from recon.probes.products import PRODUCTS

_smtp = partial(greeting, "smtp")
_START = rb"^220[- ]" + HOST + rb" "

_COMMON = (
    _smtp(
        _START + rb"E?SMTP Postfix(?: \(?" + V + rb"\)?)?(?: \((?P<distro>Debian|Ubuntu|Raspbian)(?:/GNU)?\))?\r?\n",
        "Postfix",
        {
            b"220 mail.example.org ESMTP Postfix": {"host": "mail.example.org"},
            b"220 mail.example.org ESMTP Postfix (Debian/GNU)": {"distro": "Debian"},
            b"220 mail.example.org ESMTP Postfix (Ubuntu)": {"distro": "Ubuntu"},
            b"220 mail.example.org ESMTP Postfix (3.4.13)": "3.4.13",
            b"220 mail.example.org ESMTP Postfix 2.11.3": "2.11.3",
        },
        vendor="postfix",
    ),
    _smtp(
        _START + rb"(?:[^\r\n]* )?Exim " + V + rb"(?:[ _)]|\r?\n)",
        "Exim",
        {
            b"220 mail2.example.test ESMTP Exim 4.96 Mon, 23 Nov 2026 12:58:17 +0000": {
                "version": "4.96",
                "host": "mail2.example.test",
                "cpe": "cpe:2.3:a:exim:exim:4.96:*:*:*:*:*:*:*",
            },
            b"220-web.example.org ESMTP Exim 4.95 #2 Mon, 23 Nov 2026 07:58:17 -0500 \r\n"
            b"220-We do not authorize the use of this system to transport unsolicited,\r\n220 and/or bulk "
            b"e-mail.": "4.95",
            b"220 mail.example.org ESMTP Exim 4.94.2 Mon, 23 Nov 2026 12:58:17 +0000": "4.94.2",
        },
        vendor="exim",
    ),
    _smtp(
        _START
        + rb"E?SMTP Sendmail (?:(?P<platform>AIX ?[\d.]+)/)?"
        + V
        + rb"(?:\+Sun)?/[\w.+]+(?:/(?P<distro>Debian|Submit-Debian)-(?P<revision>[^;\s]+))?;",
        "Sendmail",
        {
            b"220 mail.example.org ESMTP Sendmail 8.17.1/8.17.1/Debian-2; Mon, 23 Nov 2026 12:58:17 GMT; "
            b"(No UCE/UBE)": {
                "version": "8.17.1",
                "revision": "2",
                "distro": "Debian",
            },
            b"220 mail.example.org ESMTP Sendmail 8.14.7/8.14.7; Mon, 23 Nov 2026 12:58:17 +0100": "8.14.7",
        },
        vendor="sendmail",
    ),
    _smtp(
        _START + rb"Microsoft ESMTP MAIL Service ready at ",
        "Microsoft Exchange",
        {
            b"220 EX01.example.local Microsoft ESMTP MAIL Service ready at Mon, 23 Nov 2026 12:58:17 +0000": {
                "host": "EX01.example.local"
            }
        },
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
    ),
    _smtp(
        _START + rb"Microsoft ESMTP MAIL Service, Version: " + V + rb" ready",
        "Microsoft IIS SMTP",
        {
            b"220 mail.example.org Microsoft ESMTP MAIL Service, Version: 10.0.17763.1 ready at "
            b" Mon, 23 Nov 2026 12:58:17 +0000": "10.0.17763.1"
        },
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:internet_information_services",
    ),
    _smtp(
        _START + rb"ESMTP OpenSMTPD\b",
        "OpenSMTPD",
        {b"220 mail.example.org ESMTP OpenSMTPD": None},
        vendor="openbsd",
    ),
)

_SUITES = (
    _smtp(
        rb"^220[- ](?:" + HOST + rb" )?CheckPoint FireWall-1 secure E?SMTP server",
        "CheckPoint FireWall-1",
        {b"220 CheckPoint FireWall-1 secure ESMTP server": None},
        vendor="checkpoint",
        cpe="cpe:2.3:a:checkpoint:firewall-1",
    ),
    _smtp(
        rb"^220[- ](?:" + HOST + rb" )?SMTP/smap Ready",
        "smap",
        {b"220 gate.example.org SMTP/smap Ready.": {"host": "gate.example.org"}},
        vendor="tis",
    ),
    _smtp(
        _START + rb"Mail essentials server",
        "GFI MailEssentials",
        {b"220 mail.example.org Mail essentials server": {"host": "mail.example.org"}},
        vendor="gfi",
        cpe="cpe:2.3:a:gfi:mailessentials",
    ),
    _smtp(
        rb"^220[- ]\[?[\w.:-]+\]? ESMTP amavisd-new service ready",
        "amavisd-new",
        {b"220 [127.0.0.1] ESMTP amavisd-new service ready": None},
        vendor="amavis",
        cpe="cpe:2.3:a:amavis:amavisd-new",
    ),
    _smtp(
        _START + rb"ESMTP Sendmail Switch-" + V + rb"/Switch-",
        "Sendmail Switch",
        {b"220 mail.example.org ESMTP Sendmail Switch-3.3.4/Switch-3.3.4; Mon, 5 Jan 2009": "3.3.4"},
        vendor="sendmail",
    ),
    _smtp(
        _START + rb"Smail-?" + V + rb" \(",
        "Smail",
        {b"220 mail.example.org Smail-3.2.0.102 (#2 1999-Jan-01) ready at Mon, 5 Jan 2009 10:00:00 +0100": "3.2.0.102"},
        vendor="smail",
    ),
    _smtp(
        _START + rb"Sun Internet Mail Server sims\." + V + rb" ready",
        "Sun Internet Mail Server",
        {b"220 mail.example.org Sun Internet Mail Server sims.3.5.2000.03.23.18 ready": "3.5.2000.03.23.18"},
        vendor="sun",
    ),
    _smtp(
        _START + rb"ESMTP \([0-9a-f]{32}\)\r?\n",
        "Barracuda Email Security Gateway",
        {b"220 gate.example.org ESMTP (0123456789abcdef0123456789abcdef)": None},
        vendor="barracuda",
    ),
    _smtp(
        _START + rb"ESMTP VisNetic\.MailServer\.v" + V + rb"(?:;|\r?\n)",
        "VisNetic MailServer",
        {b"220 mail.example.org ESMTP VisNetic.MailServer.v8.3.1; Mon, 5 Jan 2009 10:00:00 -0500": "8.3.1"},
        vendor="deerfield",
    ),
    _smtp(
        _START + rb"Lotus SMTP MTA Service Ready",
        "Lotus SMTP MTA",
        {b"220 mail.example.org Lotus SMTP MTA Service Ready": None},
        vendor="ibm",
    ),
    _smtp(
        _START + rb"ESMTP MDaemon (?:[\w.]+ )?" + V + rb"(?:;| )",
        "MDaemon",
        {b"220 mail.example.org ESMTP MDaemon 17.0.2; Mon, 23 Nov 2026 12:58:17 +0000": "17.0.2"},
        vendor="altn",
    ),
    _smtp(
        _START + rb"Kerio (?:Connect|MailServer) " + V + rb"(?P<stage> patch \d+)? ESMTP ready",
        "Kerio Connect",
        {
            b"220 mail.example.org Kerio Connect 9.2.3 ESMTP ready": "9.2.3",
            b"220 mail.example.org Kerio Connect 9.3.1 patch 2 ESMTP ready": "9.3.1",
            b"220 mail.example.org Kerio MailServer 6.7.3 ESMTP ready": "6.7.3",
        },
        vendor="kerio",
    ),
    _smtp(
        _START + rb"ESMTP Service \((?:Lotus|IBM|HCL) Domino Release " + V,
        "Domino",
        {
            b"220 mail.example.org ESMTP Service (Lotus Domino Release 8.5.3FP6) ready at Mon, 23 Nov 2026": "8.5.3FP6",
            b"220 mail.example.org ESMTP Service (IBM Domino Release 9.0.1FP8) ready at Mon, 23 Nov 2026": "9.0.1FP8",
            b"220 mail.example.org ESMTP Service (HCL Domino Release 12.0.2) ready at Mon, 23 Nov 2026": "12.0.2",
        },
        vendor="hcltech",
    ),
    _smtp(
        _START + rb"ESMTP (?:IceWarp|Merak) " + V,
        "IceWarp",
        {
            b"220 mail.example.org ESMTP IceWarp 13.0.3.6; Mon, 23 Nov 2026 12:58:17 +0000": "13.0.3.6",
            b"220 mail.example.org ESMTP Merak 8.9.1; Mon, 23 Nov 2026 12:58:17 +0000": "8.9.1",
        },
        vendor="icewarp",
        cpe="cpe:2.3:a:icewarp:mail_server",
    ),
    _smtp(
        _START + rb"ESMTP MailEnable Service, Version: " + V + rb"-",
        "MailEnable",
        {b"220 example.org ESMTP MailEnable Service, Version: 10.30-- ready at 11/23/26 12:58:17": "10.30"},
        vendor="mailenable",
    ),
    _smtp(
        _START + rb"(?:ESMTP )?CommuniGate Pro " + V,
        "CommuniGate Pro",
        {b"220 mail.example.org ESMTP CommuniGate Pro 6.2.5": "6.2.5"},
        vendor="communigate",
        cpe="cpe:2.3:a:communigate:communigate_pro",
    ),
    _smtp(
        _START + rb"SurgeSMTP \(Version " + rb"(?P<version>\d[\w.-]*)\)",
        "SurgeMail",
        {b"220 mail.example.org SurgeSMTP (Version 5.0k-16) http://surgemail.com": "5.0k-16"},
        vendor="netwin",
    ),
    _smtp(
        _START + rb"GroupWise Internet Agent " + V,
        "GroupWise",
        {b"220 mail.example.org GroupWise Internet Agent 8.0.2 Copyright 1993-2010 Novell, Inc.  Ready": "8.0.2"},
        vendor="novell",
    ),
    _smtp(
        _START
        + rb"-- Server ESMTP \((?:Sun Java\(tm\)|Sun Java|Oracle Communications) (?:System )?Messaging Server "
        + V,
        "Oracle Communications Messaging Server",
        {
            b"220 mail.example.org -- Server ESMTP (Oracle Communications Messaging Server 8.0.2.3.20190618 64bit"
            b" (built Jun 18 2019))": "8.0.2.3.20190618"
        },
        vendor="oracle",
        cpe="cpe:2.3:a:oracle:communications_messaging_server",
    ),
    _smtp(
        _START + rb"Axigen ESMTP ready",
        "Axigen",
        {b"220 mail.example.org Axigen ESMTP ready": None},
        vendor="axigen",
        cpe="cpe:2.3:a:axigen:axigen_mail_server",
    ),
    _smtp(
        _START + rb"SMTP Server \(JAMES SMTP Server " + V + rb"\)",
        "Apache James",
        {b"220 mail.example.org SMTP Server (JAMES SMTP Server 2.3.2) ready Mon, 23 Nov 2026 12:58:17": "2.3.2"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:james",
    ),
    _smtp(
        _START + rb"Stalwart E?SMTP at your service",
        "Stalwart",
        {b"220 mail.example.org Stalwart ESMTP at your service": None},
        vendor="stalw",
        cpe="cpe:2.3:a:stalw:stalwart",
    ),
)

_OTHERS = (
    _smtp(
        _START + rb"ESMTP Haraka(?:[/ ]" + V + rb")?",
        "Haraka",
        {b"220 mail.example.org ESMTP Haraka/2.8.27 ready (7C0A9E5B)": "2.8.27"},
        vendor="haraka_project",
    ),
    _smtp(
        _START + rb"Python SMTP " + V,
        "aiosmtpd",
        {b"220 host.example.org Python SMTP 1.4.4": "1.4.4"},
        vendor="aio-libs",
    ),
    _smtp(
        _START + rb"Python SMTP proxy version " + V,
        "Python smtpd",
        {b"220 host.example.org Python SMTP proxy version 0.3": "0.3"},
        vendor="python",
    ),
    _smtp(_START + rb"ESMTP MailHog\b", "MailHog", {b"220 mailhog.example ESMTP MailHog": None}),
    _smtp(_START + rb"Mailpit ESMTP Service ready", "Mailpit", {b"220 box Mailpit ESMTP Service ready": None}),
    _smtp(
        rb"^220 mx\.google\.com ESMTP (?P<session>\S+)(?: - gsmtp)",
        "Gmail",
        {b"220 mx.google.com ESMTP 5b1f17b1804b1-4a5b3ad6a2fsi12345678 - gsmtp": None},
        vendor="google",
    ),
    _smtp(
        rb"^220 (?P<host>[\w-]+\.pphosted\.com) ESMTP ",
        "Proofpoint",
        {b"220 mx0a-00000000.pphosted.com ESMTP mfa-m0123456": {"host": "mx0a-00000000.pphosted.com"}},
        vendor="proofpoint",
    ),
    _smtp(
        rb"^220 (?P<host>[\w-]+\.mimecast\.com) ESMTP",
        "Mimecast",
        {b"220 eu-smtp-1.mimecast.com ESMTP; Mon, 23 Nov 2026 12:58:17 +0000": None},
        vendor="mimecast",
    ),
    _smtp(
        rb"^220[- ](?P<host>\S+) ESMTP SimpleEmailService-\S+",
        "Amazon SES",
        {b"220 email-smtp.example.com ESMTP SimpleEmailService-d-AB12CD34E abcdefgh": None},
        vendor="amazon",
    ),
)

_GENERIC = (
    greeting(
        "smtp",
        rb"^220[- ](?P<host>[A-Za-z0-9][\w.-]*)[ :][^\r\n]*\bE?SMTP\b",
        None,
        {
            b"220 mail.example.org ESMTP": {"host": "mail.example.org"},
            b"220 host Simple SMTP here": {"service": "smtp"},
        },
    ),
    greeting("smtp", rb"^220[- ]E?SMTP\b", None, {b"220 ESMTP ready": {"service": "smtp"}}),
    greeting(
        "smtp",
        rb"^(?:421|554)[- ][^\r\n]*\b(?:E?SMTP|mail(?:server)?|5\.7\.1|4\.3\.2|RBL|blacklist|relay)\b",
        None,
        {b"554 mail.example.org ESMTP not accepting messages": {"service": "smtp"}},
    ),
)

_lmtp = partial(greeting, "lmtp")

_LMTP = (
    _lmtp(
        rb"^220 " + HOST + rb" Dovecot(?: \((?P<distro>Debian|Ubuntu|Raspbian)\))? ready\.",
        "Dovecot",
        {
            b"220 vm Dovecot (Debian) ready.": {"distro": "Debian", "host": "vm"},
            b"220 mail.example.org Dovecot ready.": {"host": "mail.example.org"},
        },
        vendor="dovecot",
    ),
    _lmtp(
        rb"^220 " + HOST + rb" (?:Cyrus LMTP|LMTP Cyrus) v?(?P<version>\d+[\d.]*\d)(?:-(?P<distro>Debian|Fedora|Ubuntu)"
        rb"(?:-RPM)?-[\d.]+(?:[+~]\w+)*-(?P<revision>\S+))? server ready",
        "Cyrus IMAP",
        {
            b"220 mail.example.org Cyrus LMTP 3.6.1-Debian-3.6.1-4+deb12u3 server ready": {
                "version": "3.6.1",
                "revision": "4+deb12u3",
                "distro": "Debian",
            },
            b"220 mail.example.org LMTP Cyrus v2.3.13 server ready": "2.3.13",
        },
        vendor="cyrus",
        cpe="cpe:2.3:a:cyrus:imap",
    ),
    _lmtp(
        rb"^220[- ](?P<host>[A-Za-z0-9][\w.-]*)[ :][^\r\n]*\bLMTP\b",
        None,
        {b"220 mail.example.org LMTP ready": {"host": "mail.example.org"}},
    ),
)

_EXTENSIONS = (
    Match(
        rb"^250-[^\r\n]+\r\n(?:250-[^\r\n]+\r\n)*?250[- ](?:STARTTLS|SIZE|PIPELINING|8BITMIME|ENHANCEDSTATUSCODES)\b",
        service="smtp",
        name="smtp.extensions",
        examples={b"250-mail.example.org\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n": {"service": "smtp"}},
    ),
)

PROBES = (
    Probe(
        "smtp",
        ports="25,587,2525",
        tls_ports="465",
        starttls=((b"EHLO recon.invalid\r\n", b"STARTTLS"), (b"STARTTLS\r\n", b"220 ")),
        rarity=1,
        matches=(*_COMMON, *_SUITES, *smtp_elders.MATCHES, *_OTHERS, *greetings.SMTP, *_GENERIC, *_EXTENSIONS),
        products=PRODUCTS,
    ),
    Probe(
        "lmtp",
        ports="24,2003",
        starttls=((b"LHLO recon.invalid\r\n", b"STARTTLS"), (b"STARTTLS\r\n", b"220 ")),
        rarity=5,
        matches=_LMTP,
    ),
)
