"""Servers that say that they talk over TLS only, in the greeting or in the refusal of a plain login."""

from __future__ import annotations

from recon import Match

_REQUIRED = {"tls_required": "true"}

MATCHES = (
    Match(
        rb"^220[- ](?:[^\n]*\n)*?[^\n]*(?i:(?:TLS|SSL|FTPES|FTPS|encryption)(?: connections?)? (?:is |are )?"
        rb"(?:required|mandatory|only\b|enforced)"
        rb"|(?:requires?|must use|only accepts?|insists on) (?:explicit |AUTH )?(?:TLS|SSL|FTPES|FTPS|encryption))",
        service="ftp",
        name="ftp.tls-greeting",
        facts=_REQUIRED,
        examples={
            b"220 Files of Acme (TLS required)\r\n": {"tls_required": "true"},
            b"220-Acme\r\n220 This server requires explicit TLS\r\n": {"tls_required": "true"},
            b"220 Acme FTP ready, must use TLS\r\n": {"tls_required": "true"},
        },
    ),
    Match(
        rb"^(?:421|4[23]1|5[0-5]\d)[- ][^\r\n]*(?:SSL/TLS required|Policy requires SSL|must use encryption"
        rb"|cleartext sessions|Use AUTH first|TLS is required|TLS required|(?i:requires TLS))",
        service="ftp",
        name="ftp.tls-refusal",
        facts=_REQUIRED,
        examples={
            b"550 SSL/TLS required on the control channel\r\n": {"tls_required": "true"},
            b"534 Policy requires SSL.\r\n": {"tls_required": "true"},
            b"530 Non-anonymous sessions must use encryption.\r\n": {"tls_required": "true"},
            b"421 Sorry, cleartext sessions and weak ciphers are not accepted on this server.\r\n": {
                "tls_required": "true",
            },
            b"503 Use AUTH first.\r\n": {"tls_required": "true"},
        },
    ),
)
