"""What a server of mail or news says of itself in the shapes that the standards leave it. Knows no product; no I/O.

A greeting is the host's name, the protocol's, the product's, a version and a date, in any order that RFC 5321 section
4.2, RFC 1939 section 4, RFC 3501 section 7.1.5 and RFC 3977 section 5.1 allow. Here each is told from the others; what
these matches find is less sure than what a table knows.
"""

from __future__ import annotations

from recon.model import Match

_FIRST = rb"\d{0,3}[A-Za-z][\w+&'!*-]*?(?:/(?:\d+|[A-Z]{2,4}\b))?(?:\.[A-Z][A-Za-z]+)*"
_LATER = (
    rb"(?:[A-Z][\w+&'!./*-]*(?:\((?i:tm|r|c)\))?"
    rb"|\([A-Za-z]+\)|\d+[A-Za-z]\w*|\d{3,}|[a-z]+[A-Z]\w*|of|and|the|de|'n|&|-|\(tm\))"
)
NAME = rb"(?P<product>" + _FIRST + rb"(?: {1,2}" + _LATER + rb")*?)(?:\((?i:TM|R|C)\))?"
"""A product: every word but the first begins with a capital, so that it ends where the sentence goes on."""

_SIDE = (
    rb"(?: (?i:for|on) [A-Z][\w/.+-]*(?: [A-Z0-9][\w/.+-]*)*?)?(?: (?i:NT-)?(?i:E?SMTP|POP3?|IMAP4?(?:rev1)?|NNTP|MTA)"
    rb"(?:/E?SMTP)?(?:[ -](?i:mail|server|service|daemon|agent|handler|proxy|gateway))*"
    rb"| (?:server|service|daemon|proxy|gateway))?"
)
_GAP = rb"(?:[ ,;:()\[$_/-]{1,4})"
_WORD = (
    rb"(?:(?i:(?:firmware |software )?(?:version|vers|ver|vr|release|rel|revision|rev)|firmware)[ .:#]*(?i:v\.?|r)?"
    rb"|(?i:vM|v|r)[ .:#]*)"
)
_TAIL = (
    rb"(?:[-+]?(?i:rc|beta|alpha|pl|p|sp|ga|fp|hf|release|final|snapshot|dev|pre)[.-]?\w*"
    rb"|(?:-[A-Za-z]?\d{1,4}[a-z]?(?:\.\d+)*)+)?"
)
"""What a maker hangs on: ``-rc1``, ``-R4``, ``-023``, ``-6.03``."""
DOTTED = rb"(?P<version>(?:\d\w*(?:\.\w+)+|\d+(?:_\d+)+|(?:19|20)\d{6})" + _TAIL + rb")"
ANY = rb"(?P<version>\d\w*(?:\.\w+)*" + _TAIL + rb")"

VERSIONED = NAME + _SIDE + rb"(?:" + _GAP + _WORD + rb"?" + DOTTED + rb"\b)"
"""A product and a version with a dot in it, or one that is a day: ``20010228``."""
WORDED = NAME + _SIDE + rb"(?:" + _GAP + _WORD + ANY + rb"\b)"
"""A product and a version that is called one."""

_HOST = rb"(?P<host>[A-Za-z0-9\[](?:[\w:-]|\.[\w-])*\]?)"
_NOISE = (
    rb"(?:(?:(?i:server|service|daemon|mail|mailer|ready|welcome|hello|to|the|this|is|from|here|your|it|of|on|running|by|powered|using)"
    rb"|-+|=+|\*+|\d\.\d\.\d|[\[(][0-9a-f]{1,16}[\])])[ ,;:!(]+)*\(?"
)
_READY = rb"(?:[ ,;:-]+(?i:is ready|ready|at your service|started|starting)\b|[ ]*;|[ .]*\r?\n|[ ]+<)"
BARE = NAME + rb"(?: (?i:E?SMTP|POP3?|IMAP4?(?:rev1)?|NNTP|mail|server|service|agent|daemon))*" + _READY
"""A product without a version, before what ends such a sentence."""


def _learnt(service: str, shape: str, pattern: bytes, examples: dict[bytes, dict[str, str]]) -> Match:
    whole = {line + b"\r\n": expect for line, expect in examples.items()}
    return Match(pattern, service=service, name=f"{service}.{shape}", examples=whole)


_220 = rb"^220[- ](?:\d\.\d\.\d )?" + _HOST + rb"[ ,:-]+(?:<[^>\r\n]*> )?"
_CAPITAL = rb"[A-Z](?:-[A-Za-z])?[a-z][\w.-]*"
_LEAD = rb"(?:(?:NT-)?E?SMTP[ ,:-]+(?:(?i:server|service|daemon)[ ,:-]+)?)?[(\[]?"
_PROTOCOL = rb"(?:[\w.()-]+[ ,:]+)*?\(?(?i:NT-)?(?i:E?SMTP)\)?[ ,:]+" + _NOISE
_ACME = {"product": "Acme", "version": "1.4.2"}

SMTP = (
    _learnt(
        "smtp",
        "hostless",
        rb"^220[- ]E?SMTP[ ]+(?:on|by)[ ]+" + VERSIONED,
        {b"220 ESMTP on Acme [1.4.2] ready.": _ACME},
    ),
    _learnt(
        "smtp",
        "named",
        _220 + _LEAD + VERSIONED + rb"[^\r\n]*(?i:SMTP|mail)",
        {
            b"220 mx.example.org Acme Mail Server 1.4.2 ESMTP ready": _ACME | {"product": "Acme Mail Server"},
            b"220 mx.example.org Acme, Version: 1.4.2 ESMTP; Mon, 5 Jan 2009": _ACME,
        },
    ),
    _learnt(
        "smtp",
        "called",
        _220 + _LEAD + WORDED + rb"[^\r\n]*(?i:SMTP|mail)",
        {b"220 mx.example.org Acme Mail Release 7 SMTP": {"product": "Acme Mail", "version": "7"}},
    ),
    _learnt(
        "smtp",
        "tagged",
        _220
        + _LEAD
        + NAME
        + rb" (?:NT-)?E?SMTP(?:/E?SMTP)?(?:[ -](?i:server|service|proxy|daemon|gateway|agent|receiver))*"
        + _GAP
        + _WORD
        + rb"?"
        + DOTTED
        + rb"\b",
        {
            b"220 mx.example.org Acme ESMTP 1.4.2-GA; Mon, 5 Jan 2009": _ACME | {"version": "1.4.2-GA"},
            b"220 mx.example.org (Acme SMTP/ESMTP Server) 1.4.2": _ACME,
        },
    ),
    _learnt(
        "smtp",
        "mail",
        _220 + _LEAD + rb"(?P<product>"
        rb"(?:(?:\d?[A-Z][\w+-]* )+(?:Mail|SMTP|Email|Messaging)|[A-Z]\w*[a-z]Mail|[A-Z]+SMTP)"
        rb"(?: (?:Server|Service|Security|Appliance|Gateway|Suite|Pro|Agent|Switch|Router))*)(?: for [A-Z][\w/ .]*)?"
        + _GAP
        + _WORD
        + rb"?"
        + DOTTED
        + rb"\b",
        {
            b"220 mx.example.org Acme Internet Mail Server 1.4.2 ready": _ACME
            | {"product": "Acme Internet Mail Server"},
            b"220 mx.example.org AcmeMail 1.4.2": _ACME | {"product": "AcmeMail"},
        },
    ),
    _learnt(
        "smtp",
        "behind",
        _220 + _PROTOCOL + VERSIONED,
        {
            b"220 mx.example.org ESMTP Acme 1.4.2": _ACME,
            b"220 mx.example.org ESMTP Acme-20010228-pl04": _ACME | {"version": "20010228-pl04"},
            b"220 mx.example.org ESMTP Acme Post Office (v1.4.2) ready": _ACME | {"product": "Acme Post Office"},
            b"220 mx.example.org ESMTP service (Acme 1.4.2) ready": _ACME,
            b"220 mx.example.org ESMTP service ready [1] (Acme 1.4.2)": _ACME,
        },
    ),
    _learnt(
        "smtp",
        "titled",
        rb"^220[- ](?P<host>[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)[ ,]+"
        rb"(?P<product>"
        + _CAPITAL
        + rb"(?: (?:for )?"
        + _CAPITAL
        + rb")*?)"
        + _GAP
        + _WORD
        + rb"?"
        + DOTTED
        + rb"\b[^\r\nfF]*(?:ready|Ready|; )[^\r\nfF]*\r?\n",
        {
            b"220 mx.example.org Acme v1.4.2 release 223 ready": _ACME,
            b"220 mx.example.org A-Cme Shield for Internet Mail 1.4.2 ready": _ACME
            | {"product": "A-Cme Shield for Internet Mail"},
        },
    ),
    _learnt(
        "smtp",
        "behind-called",
        _220 + _PROTOCOL + WORDED,
        {b"220 mx.example.org ESMTP Acme Version 7": {"product": "Acme", "version": "7"}},
    ),
    _learnt(
        "smtp",
        "bare",
        _220 + rb"\(?(?P<product>[A-Za-z][\w+&'!-]*(?: [A-Z][\w+&'!-]*)*?)\)?(?: (?:E?SMTP|LMTP)\b(?: \w+)*?)" + _READY,
        {
            b"220 mx.example.org Acme ESMTP Server ready": {"product": "Acme"},
            b"220 mx.example.org (Acme Relay) ESMTP Service ready": {"product": "Acme Relay"},
        },
    ),
    _learnt(
        "smtp",
        "bare-behind",
        _220 + rb"E?SMTP[ ]+(?P<product>[A-Z][\w+&'-]*(?: [A-Z][\w+&'-]*)*?)(?: server)?" + _READY,
        {
            b"220 mx.example.org ESMTP Acme Messaging Gateway": {"product": "Acme Messaging Gateway"},
            b"220 mx.example.org ESMTP Acme ready": {"product": "Acme"},
        },
    ),
)

_OK = rb"^\+OK[ ]+(?:<[^>\r\n]*> )?(?:ready )?(?:\[?(?P<host>[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)\]?[ ,:-]+)?"
_POP = rb"(?:POP3?|NT-POP3)[ ,:]+" + _NOISE
_RUNNING = rb"(?:[^\r\n(]*\((?:running )?)"

POP3 = (
    _learnt(
        "pop3",
        "behind",
        _OK + rb"(?:X1 )?" + _POP + VERSIONED,
        {
            b"+OK POP3 server ready (Acme 1.4.2)": _ACME,
            b"+OK mail.example.org POP3 Acme 1.4.2 ready <1@example.org>": _ACME,
            b"+OK POP3 on Acme [1.4.2] ready.": _ACME,
        },
    ),
    _learnt(
        "pop3",
        "named",
        _OK + rb"[\[(]?" + VERSIONED,
        {
            b"+OK <1@x> [Acme 1.4.2 POP3 Server] ready": _ACME,
            b"+OK Acme POP3 Server Version 1.4.2 ready": _ACME,
            b"+OK <1896.697170952@mail.example.org> Acme POP3 server v1.4.2": _ACME,
            b"+OK mail.example.org Acme v1.4.2 POP3 server": _ACME,
            b"+OK Acme version 1.4.2 ready.": _ACME,
        },
    ),
    _learnt(
        "pop3",
        "aside",
        _OK + _RUNNING + VERSIONED,
        {b"+OK POP3 server ready (running Acme 1.4.2) <1@example.org>": _ACME},
    ),
    _learnt(
        "pop3",
        "bare",
        _OK + rb"(?:POP3? )?(?P<product>[A-Za-z][\w+&'!-]*(?: [A-Z][\w+&'!-]*)*?)"
        rb"(?: (?:POP3?|IMAP)\b(?: \w+)*?)?" + _READY,
        {b"+OK Acme POP3 server ready.": {"product": "Acme"}},
    ),
)

POP3_ONLY = _learnt("pop3", "greeting", rb"^\+OK [^\r\n]+\r\n", {b"+OK Welcome": {"service": "pop3"}})
IMAP_ONLY = _learnt("imap", "greeting", rb"^\* OK [^\r\n]+\r\n", {b"* OK Welcome": {"service": "imap"}})
"""Nobody else greets so."""

_GREETS = (
    rb"^\* (?:OK|PREAUTH) (?:\[CAPABILITY [^\]\r\n]*\] )?(?:\[?(?P<host>[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)\]?[ ,:-]+)?"
)
_IMAP = rb"(?i:IMAP4?(?:rev[12])?|IMAPrev1)[ ,:]+" + _NOISE

IMAP = (
    _learnt(
        "imap",
        "behind",
        _GREETS + _IMAP + VERSIONED,
        {
            b"* OK IMAP4 server (Acme 1.4.2) ready": _ACME,
            b"* OK mail.example.org IMAP4rev1 service Acme 1.4.2 ready": _ACME,
        },
    ),
    _learnt(
        "imap",
        "named",
        _GREETS + VERSIONED,
        {
            b"* OK Acme v1.4.2 IMAP4 server ready": _ACME,
            b"* OK [CAPABILITY IMAP4rev1] mail.example.org Acme IMAP4 Server 1.4.2 ready": _ACME,
        },
    ),
    _learnt(
        "imap",
        "aside",
        _GREETS + rb"[^\r\n(]*\((?:running )?" + VERSIONED,
        {b"* OK mail.example.org Multiplexor (Acme 1.4.2 (built Mar 14 2008))": _ACME},
    ),
    _learnt(
        "imap",
        "bare",
        _GREETS
        + rb"(?P<product>[A-Z][\w+&'-]*(?: [A-Z][\w+&'-]*)*?)(?: (?i:IMAP4?(?:rev[12])?)\b(?: \w+)*?)?(?: [Ss]erver)?"
        + _READY,
        {b"* OK mail.example.org Acme IMAP4 Agent server ready": {"product": "Acme"}},
    ),
)

_POSTING = rb"^20[01] (?:(?P<host>[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)[ ,:-]+)?"

NNTP = (
    _learnt(
        "nntp",
        "behind",
        _POSTING + rb"(?:NNTP|[Nn]ews)[ ,:]+" + _NOISE + VERSIONED,
        {b"200 NNTP server Acme 1.4.2": _ACME},
    ),
    _learnt(
        "nntp",
        "named",
        _POSTING + VERSIONED + rb"[^\r\n]*(?i:NNTP|news|post|ready|running)",
        {b"200 news.example.org Acme NNTP Daemon, version 1.4.2 ready (posting ok)": _ACME},
    ),
)
