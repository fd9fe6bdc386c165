"""Remote screens by RFB (RFC 6143 section 7.1.1): the server says its protocol version and waits for ours."""

from __future__ import annotations

from recon.model import Match, Probe

_FAILURE = rb"\x00\x00[\s\S]{1,3}Too many (?:security|authentication) failures"

_MATCHES = (
    Match(
        rb"^RFB (?P<protocol>003\.889)\n",
        service="vnc",
        vendor="apple",
        product="Apple Remote Desktop",
        examples={b"RFB 003.889\n": {"protocol": "003.889"}},
    ),
    Match(
        rb"^RFB (?P<protocol>00[45]\.\d{3})\n",
        service="vnc",
        vendor="realvnc",
        product="RealVNC",
        examples={b"RFB 005.000\n": {"protocol": "005.000"}, b"RFB 004.001\n": {"protocol": "004.001"}},
    ),
    Match(
        rb"^RFB (?P<protocol>003\.\d{3})\n",
        service="vnc",
        examples={b"RFB 003.008\n": {"protocol": "003.008"}, b"RFB 003.003\n": {}},
    ),
    Match(
        rb"^RFB 003\.\d{3}\n" + _FAILURE,
        service="vnc",
        name="vnc.locked",
        facts={"locked": "too many failures"},
        examples={b"RFB 003.008\n\x00\x00\x00\x00\x1aToo many security failures": {"locked": "too many failures"}},
    ),
)

PROBES = (Probe("vnc", ports="5900-5910", rarity=3, matches=_MATCHES),)
