"""The small services of RFC 862 to 867, and of text: echo, chargen, daytime, finger, ident, whois, gopher.

None of them carries a product unless it says so in words. RFC 868's time is four bytes, which prove nothing: unknown.
"""

from __future__ import annotations

from recon.model import Match, Probe

_ROTATED = b" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"

_MATCHES = (
    Match(
        rb"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:\d\d? )?"
        rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ ,]+(?:\d\d?,? )?"
        rb"(?:\d\d:\d\d:\d\d (?:\w+ )?\d{4}|\d{4} \d\d:\d\d:\d\d(?:-\w+)?)\r?\n$",
        service="daytime",
        examples={b"Mon Nov 23 12:58:17 2026\r\n": {"service": "daytime"}, b"Mon, 23 Nov 2026 12:58:17\r\n": {}},
    ),
    Match(
        rb"^\n?\d{5} \d\d-\d\d-\d\d \d\d:\d\d:\d\d [^\r\n]*UTC\(NIST\)",
        service="daytime",
        name="daytime.nist",
        examples={b"\n61367 26-11-23 12:58:17 00 0 0 123.4 UTC(NIST) * \n": {"service": "daytime"}},
    ),
    Match(
        rb"[#-&]?\x27\(\)\*\+,-\./0123456789:;<=>\?@ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        service="chargen",
        examples={_ROTATED: {"service": "chargen"}},
    ),
    Match(
        rb"^INFO server\r\nversion\r\n$|^GET / HTTP/1\.1\r\nHost: ",
        service="echo",
        examples={b"INFO server\r\nversion\r\n": {"service": "echo"}, b"GET / HTTP/1.1\r\nHost: example.org\r\n": {}},
    ),
)

_FINGER = (
    Match(
        rb"^[\s]*Login +Name +(?:Tty|TTY|Idle)|^[\s]*No one logged on|^Login: \w+ +(?:\t+)?Name: ",
        service="finger",
        examples={
            b"Login     Name       Tty      Idle  Login Time   Office     Office Phone\r\n": {"service": "finger"},
            b"No one logged on.\r\n": {},
        },
    ),
    Match(
        rb"^\r?\n *Line +User +Host\(s\) +Idle",
        service="finger",
        product="IOS",
        vendor="cisco",
        part="o",
        examples={b"\r\n    Line       User       Host(s)              Idle       Location\r\n": {"product": "IOS"}},
    ),
)

_IDENT = (
    Match(
        rb"^ *\d+ *, *\d+ *: *(?:ERROR|USERID) *: ?(?P<answer>[A-Z-]+)",
        service="ident",
        examples={b"1 , 1 : ERROR : NO-USER\r\n": {"answer": "NO-USER"}, b"1,1:ERROR:INVALID-PORT\r\n": {}},
    ),
)

_WHOIS = (
    Match(
        rb"^% (?:This is the (?P<registry>[A-Za-z-]+) |[^\r\n]*(?:[Ww]hois|WHOIS))",
        service="whois",
        examples={b"% This is the RIPE Database query service.\r\n": {"registry": "RIPE"}},
    ),
)

_GOPHER = (
    Match(
        rb"\ni[^\t\r\n]*Gophered by Gophernicus/(?P<version>\d[\w.]*) on (?P<system>[^\t\r\n]*)\t",
        service="gopher",
        product="Gophernicus",
        vendor="gophernicus",
        examples={
            b"1Files\t/files\tgopher.example.org\t70\r\niGophered by Gophernicus/3.1.1 on Debian/12 x86_64\t\t"
            b"null.host\t1\r\n.\r\n": {"version": "3.1.1", "system": "Debian/12 x86_64"}
        },
    ),
    Match(
        rb"^(?:[0-9+ghisITd][^\t\r\n]*\t[^\t\r\n]*\t[^\t\r\n]+\t\d+(?:\t\+)?\r?\n)*?"
        rb"(?:[i3][^\t\r\n]*\t[^\t\r\n]*\t(?:\(NULL\)|error\.host|null\.host|TITLE|Error)\t\d+"
        rb"|[0-9ghI][^\t\r\n]*\t/[^\t\r\n]*\t[\w.-]+\t70)(?:\t\+)?\r?\n",
        service="gopher",
        examples={
            b"iWelcome\tfake\t(NULL)\t0\r\n1Files\t/files\tgopher.example.org\t70\r\n.\r\n": {"service": "gopher"},
            b"3 '/x' does not exist\t\terror.host\t1\r\n": {},
        },
    ),
)

PROBES = (
    Probe("simple", ports="7,13,19", rarity=7, matches=_MATCHES),
    Probe("finger", ports="79", send=b"\r\n", ends="quiet", rarity=6, matches=_FINGER),
    Probe("ident", ports="113", send=b"1 , 1\r\n", rarity=7, matches=_IDENT),
    Probe("whois", ports="43", send=b"?\r\n", ends="quiet", rarity=8, matches=_WHOIS),
    Probe("gopher", ports="70", send=b"\r\n", ends="quiet", rarity=7, matches=_GOPHER),
)
