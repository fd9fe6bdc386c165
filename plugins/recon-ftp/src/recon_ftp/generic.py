"""Any other server that calls itself FTP, and what only FTP servers say."""

from __future__ import annotations

from recon import Match

MATCHES = (
    Match(
        rb"^2[23]0[- ](?P<hostname>(?:[\w-]+\.)+[\w-]+):? (?i:FTP|Secure FTP)\b",
        service="ftp",
        name="ftp.hostname",
        examples={b"220 files.example.org FTP server ready.\r\n": {"hostname": "files.example.org"}},
    ),
    Match(
        rb"^2[23]0[- ](?:[^\n]*\n)*?[^\n]*(?i:\bS?FTPS?[ds]?\b|File Transfer)",
        service="ftp",
        name="ftp.generic",
        examples={
            b"220 the FTP of Acme\r\n": {"service": "ftp"},
            b"220-Hello\r\n220 this is an ftpd\r\n": {"service": "ftp"},
        },
    ),
    Match(
        rb"^(?:220|331|421|5\d\d)[- ](?:[^\n]*\n)*?[^\n]*(?:Please login with USER and PASS|USER and PASS\b|AUTH TLS)",
        service="ftp",
        name="ftp.replies",
        examples={
            b"530 Please login with USER and PASS.\r\n": {"service": "ftp"},
            b"503 Use AUTH TLS first\r\n": {"service": "ftp"},
        },
    ),
)
