"""What an FTP server says of itself in the shapes that RFC 959 leaves it: host, product, version told apart.

Knows no product: what is found here is less sure than what a table knows. A greeting that has no word of file transfer
nor of a device is not taken for FTP.
"""

from __future__ import annotations

from recon import Match

_LATER = (
    rb"(?:[A-Z+][\w+&'!./*-]*|[a-z]{1,2}-?[A-Z][\w-]*|\([A-Za-z]+\)|\d+[A-Za-z]\w*|\d{3,}\+?"
    rb"|\.NET|of|and|the|de|for|in|'n|&|-|\(tm\)|ftpd?)"
)
NAME = rb"(?P<product>\d?[A-Za-z][\w+&'!*/-]*(?: {1,2}" + _LATER + rb")*?)(?:\((?i:TM|R|C)\))?"
"""A product: every word but the first begins with a capital, so that it ends where the sentence goes on."""

_WORD = (
    rb"(?:(?i:(?:firmware |software )?(?:version|vers|ver|release|rel|revision|rev)|firmware)[ .:#]*(?i:v\.?|r)?"
    rb"|(?i:v|r)[ .:#]*)"
)
_TAIL = (
    rb"(?:[-+]?(?i:rc|beta|alpha|pl|p|sp|ga|release|final|snapshot|dev|pre)[.-]?\w*"
    rb"|(?:-[A-Za-z]?\d{1,4}[a-z]?(?:\.\d+)*)+)?"
)
"""What a maker hangs on: ``-rc1``, ``-R4``, ``-023``."""
VERSION = rb"(?P<version>(?:[A-Z]?\d\w*(?:\.\w+)+|(?:19|20)\d{6})" + _TAIL + rb")"
_GAP = rb"[ ,;:(_/-]+"
VERSIONED = NAME + rb"(?: \([\w .+-]*\))?(?: [Ss]erver [Pp]rocess)?" + _GAP + _WORD + rb"?" + VERSION + rb"\b"

HOST = rb"(?:(?P<hostname>[A-Za-z0-9][\w-]*(?:\.[\w-]+)*)[ :]+)??"
_NOISE = rb"(?:(?:(?i:welcome|to|the|this|is|from|hello|ready|here|your|a|i'm|i am)|-+|=+|\*+|_+)[ ,!:-]+)*"
_220 = rb"^2[23]0[- ][ ]*"
"""``230`` greets a user who needs no login. The code is loose, so that a word and not it decides who is tried."""
_LATER_LINE = rb"^2[23]0[- ](?:[^\n]*\n(?:220)?[- ]*)*?[ ]*"
_CARD = rb"(?:[A-Z]{0,3}[0-9A-F]{12} )?"
"""A device's host name that is its hardware's address."""
_FTP = rb"[\w/+-]*(?i:ftp)[\w/+-]*"
_DEVICE = rb"(?i:camera|\w*?print(?:er)?|router|switch|gateway|storage|video|nas|firewall|webcam|scanner|telepresence)"

_ACME = {"product": "Acme", "version": "1.4.2"}


def _learnt(shape: str, pattern: bytes, examples: dict[bytes, dict[str, str]]) -> Match:
    whole = {line + b"\r\n": expect for line, expect in examples.items()}
    return Match(pattern, service="ftp", name=f"ftp.{shape}", examples=whole)


MATCHES = (
    _learnt(
        "aside",
        _220
        + HOST
        + rb"FTP [Ss]erver(?: [Pp]rocess)? "
        + rb"(?:[\[(](?:(?:Revision \S+ )?Version:? )?(?:[\d.]+\+)?|ready,? (?:built|powered) by )"
        + VERSIONED,
        {
            b"220 box FTP server (Acme 1.4.2) ready.": _ACME | {"hostname": "box"},
            b"220 box FTP server (Version Acme-20060712) ready.": _ACME | {"version": "20060712"},
            b"220 box FTP server (Version 6.00+Acme 1.4.2) ready.": _ACME,
            b"220 box.example.org FTP server (Acme Release 1.4.2 Mode-7) ready.": _ACME,
            b"220 FTP server (Acme: 1.4.2) ready.": _ACME,
            b"220 box FTP Server [Acme V1.4.2 build 170124] ready": _ACME,
        },
    ),
    _learnt(
        "glued",
        _220 + rb"(?:[\w.-]+ )*?FTP [Ss]erver \((?:Version )?(?P<product>[A-Z][A-Za-z]+)" + VERSION + rb"\)",
        {b"220 Gate Five Switch FTP server (Version Acme1.4.2) ready.": _ACME},
    ),
    _learnt(
        "product",
        _LATER_LINE
        + _NOISE
        + _CARD
        + rb"(?P<product>(?:\d?[A-Za-z][\w+&'!*/-]*(?: {1,2}"
        + _LATER
        + rb")*? )??"
        + _FTP
        + rb"(?: (?:[Ss]erver|[Dd]aemon|[Ss]ervice|Edition|\.NET|[A-Z]\w*))*?)(?: for [A-Z][\w/ .]*?)?(?: ready)?"
        + rb"(?: \([\w .+-]*\))?"
        + _GAP
        + _WORD
        + rb"?"
        + VERSION
        + rb"\b",
        {
            b"220 Acme FTP Server 1.4.2 ready": _ACME | {"product": "Acme FTP Server"},
            b"220 AcmeFTPd (Version 1.4.2)": _ACME | {"product": "AcmeFTPd"},
            b"220-Welcome to Acme FTP Server v1.4.2": _ACME | {"product": "Acme FTP Server"},
            b"220 ET0004007B5ABB Acme Laser 1612 FTP Server 1.4.2": _ACME | {"product": "Acme Laser 1612 FTP Server"},
            b"220-Hello\r\n220 Acme FTP Server v1.4.2": _ACME | {"product": "Acme FTP Server"},
        },
    ),
    _learnt(
        "named",
        _220 + _NOISE + HOST + VERSIONED + rb"[^\r\n]*(?i:ftp)",
        {
            b"220 Acme 1.4.2 FTP server ready.": _ACME,
            b"220 box.example.org Acme Store 1.4.2 FTP ready.": _ACME | {"product": "Acme Store"},
        },
    ),
    _learnt(
        "device",
        _220
        + _NOISE
        + rb"(?P<product>[A-Z][\w+&'!*-]*(?: {1,2}(?:"
        + _LATER
        + rb"|\(rev \d+\)))*? (?i:network )?"
        + _DEVICE
        + rb"(?: (?:[A-Z]\w*|\d{3,}\w*))*?)"
        + _GAP
        + _WORD
        + rb"?"
        + VERSION
        + rb"\b",
        {b"220 Acme 12X Network Camera 1.4.2 (Jan 15 2008) ready.": _ACME | {"product": "Acme 12X Network Camera"}},
    ),
    _learnt(
        "server",
        _220 + rb"(?P<product>[A-Z][\w+&'-]* Server)" + _GAP + _WORD + rb"?" + VERSION + rb"\b",
        {b"220 Acme Server 1.4.2 by Acme": _ACME | {"product": "Acme Server"}},
    ),
    _learnt(
        "called",
        _220 + rb"[^\r\n(]*\((?P<product>\w*(?i:ftp)\w*)\) " + _WORD + VERSION + rb"\b",
        {b"220 box Acme Ltd. (ACMEFTPD) Version 1.4.2": _ACME | {"product": "ACMEFTPD"}},
    ),
    _learnt(
        "aside-bare",
        _220 + HOST + rb"FTP [Ss]erver \((?P<product>[A-Z][\w+&'.-]*(?: [\w+&'.-]+)*)\)",
        {b"220 FTP Server (Acme Gate 12) [192.0.2.1]": {"product": "Acme Gate 12"}},
    ),
    _learnt(
        "bare",
        _220 + _NOISE + rb"(?P<product>[A-Z][\w+&'!*/-]*(?: {1,2}" + _LATER + rb")*?(?: \d{1,2})? "
        rb"(?:FTP|Ftp|FTPS)(?: (?i:print))?(?: (?i:server|service|daemon))?)"
        rb"(?i:[ ,.:;-]+(?:is )?ready|[. ]*\r?\n|[ ]*[(\[])",
        {
            b"220 Acme FTP server ready.": {"product": "Acme FTP server"},
            b"220 Acme Office FTP Server": {"product": "Acme Office FTP Server"},
        },
    ),
    _learnt(
        "word",
        _220 + _NOISE + rb"(?P<product>(?:[A-Za-z]\w*(?:FTP|Ftp|ftp)\w*|FTP-[A-Z]\w+)(?: [Ss]erver)?)"
        rb"(?i:[ ,.:;-]+(?:is )?ready|[. !]*\r?\n|[ ]*\()",
        {
            b"220 AcmeFTPD server ready. - be nice": {"product": "AcmeFTPD server"},
            b"220 FTP-Acme": {"product": "FTP-Acme"},
        },
    ),
    _learnt(
        "device-bare",
        _220
        + _NOISE
        + rb"(?P<product>[A-Z][\w+&'!*-]*(?: {1,2}"
        + _LATER
        + rb")* (?i:network )?"
        + _DEVICE
        + rb"(?: (?:[A-Z][\w-]*|\d{3,}\w*))*)(?i: is ready| ready|[. ]*\r?\n)",
        {b"220 Acme Laser Printer 3110cn": {"product": "Acme Laser Printer 3110cn"}},
    ),
)
