"""Windows file sharing: an SMB 2 negotiation and the first step of a log-in in one go (MS-SMB2 3.2.4, MS-NLMP 2.2.1.2).

The log-in ends there: no name and no password is ever sent. Names and dialects in full need code, not patterns.
"""

from __future__ import annotations

import struct

from recon.model import Match, Probe


def _framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def _header(command: int, number: int) -> bytes:
    """MS-SMB2 2.2.1.2: protocol, size, charge, status, command, credits, flags, next, id, process, tree, session."""
    fixed = struct.pack("<4sHHIHHIIQIIQ", b"\xfeSMB", 64, 0, 0, command, 31, 0, 0, number, 0xFEFF, 0, 0)
    return fixed + b"\x00" * 16


def _der(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body


def _negotiate() -> bytes:
    """MS-SMB2 2.2.3: dialects 2.0.2 and 2.1, signing enabled."""
    body = struct.pack("<HHHHI16sQHH", 36, 2, 1, 0, 0, b"recon-smb-client", 0, 0x0202, 0x0210)
    return _framed(_header(0, 0) + body)


def _session_setup() -> bytes:
    """MS-SMB2 2.2.5 around SPNEGO (RFC 4178 section 4.2.1) around an NTLM negotiate message."""
    ntlm = b"NTLMSSP\x00" + struct.pack("<II", 1, 0x62088215) + b"\x00" * 16 + bytes.fromhex("0601b11d0000000f")
    mechanisms = _der(0xA0, _der(0x30, bytes.fromhex("060a2b06010401823702020a")))
    token = _der(0xA0, _der(0x30, mechanisms + _der(0xA2, _der(0x04, ntlm))))
    blob = _der(0x60, bytes.fromhex("06062b0601050502") + token)
    body = struct.pack("<HBBIIHHQ", 25, 0, 1, 1, 0, 64 + 24, len(blob), 0)
    return _framed(_header(1, 1) + body + blob)


_SMB2 = rb"^\x00[\s\S]{3}\xfeSMB\x40\x00"
_BODY = _SMB2 + rb"[\s\S]{58}\x41\x00"
"""A negotiate response: header, then structure size 65 (MS-SMB2 2.2.4)."""
_CHALLENGE = rb"\xfeSMB[\s\S]*NTLMSSP\x00\x02\x00\x00\x00[\s\S]{36}"
"""Up to the version in an NTLM challenge (MS-NLMP 2.2.1.2)."""

_ANSWER = _framed(
    bytes.fromhex("fe534d4240000000000000000000010001000000000000000000000000000000fffe0000000000000000000000000000")
    + b"\x00" * 16
    + bytes.fromhex(
        "41000100100200006c6f63616c00000000000000000000000700000000008000000080000000800000000000000000000000"
    )
    + bytes.fromhex("00000000000080000000 00000000".replace(" ", ""))
)


def _session(version: str) -> bytes:
    challenge = b"NTLMSSP\x00\x02\x00\x00\x00" + bytes.fromhex("0c000c003800000015828a62") + b"\x11" * 8 + b"\x00" * 8
    challenge += bytes.fromhex("3c003c0044000000") + bytes.fromhex(version) + "CORPUS".encode("utf-16-le") + b"\x00" * 4
    return _framed(_header(1, 1) + challenge)


_MATCHES = (
    Match(
        _CHALLENGE + rb"\x06\x01\x00\x00\x00\x00\x00\x0f",
        service="smb",
        vendor="samba",
        product="Samba",
        examples={_ANSWER + _session("060100000000000f"): {"product": "Samba"}},
    ),
    Match(
        _CHALLENGE
        + rb"(?P<version>(?:\x0a\x00|\x06[\x00-\x03]|\x05[\x01\x02])(?:[\s\S][^\x00]|[^\x00]\x00))\x00\x00\x00\x0f",
        service="smb",
        part="o",
        vendor="microsoft",
        product="Windows",
        decode={"version": "{u8}.{u8}.{u16le}"},
        examples={
            _ANSWER + _session("0a0063450000000f"): {"product": "Windows", "version": "10.0.17763"},
            _ANSWER + _session("0601b11d0000000f"): {"product": "Windows", "version": "6.1.7601"},
        },
    ),
    Match(
        _BODY + rb"[\x03\x02]\x00",
        service="smb",
        name="smb.signing-required",
        facts={"signing": "required"},
        examples={_ANSWER.replace(b"\x41\x00\x01\x00", b"\x41\x00\x03\x00"): {"signing": "required"}},
    ),
    Match(
        _BODY + rb"\x01\x00",
        service="smb",
        name="smb.signing-enabled",
        facts={"signing": "enabled"},
        examples={_ANSWER: {"signing": "enabled"}},
    ),
    Match(
        _SMB2,
        service="smb",
        name="smb.smb2",
        facts={"protocol": "SMB 2"},
        examples={_ANSWER: {"protocol": "SMB 2"}},
    ),
    Match(
        rb"^\x00[\s\S]{3}\xffSMB[\x72\x73]",
        service="smb",
        name="smb.smb1",
        facts={"protocol": "SMB 1"},
        examples={b"\x00\x00\x00\x23\xffSMB\x72\x00\x00\x00\x00\x98\x01\x28" + b"\x00" * 25: {"protocol": "SMB 1"}},
    ),
)

PROBES = (Probe("smb", ports="445", send=_negotiate() + _session_setup(), ends="quiet", rarity=4, matches=_MATCHES),)
