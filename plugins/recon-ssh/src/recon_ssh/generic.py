"""Any other server that keeps to RFC 4253: its ``softwareversion``, taken apart where that is customary."""

from __future__ import annotations

from recon import Match
from recon_ssh.grammar import END, START

MATCHES = (
    Match(
        START
        + rb"(?P<product>[A-Za-z][A-Za-z0-9.]*?)(?:[_/-](?P<version>\d[\w.]*)|(?P<variant>[_/+~-][^ \r\n]*))?"
        + END,
        service="ssh",
        name="ssh.generic",
        examples={
            b"SSH-2.0-Acme_1.4.2 built by hand\r\n": {
                "product": "Acme",
                "version": "1.4.2",
                "comment": "built by hand",
            },
            b"SSH-2.0-Gadget\r\n": {"product": "Gadget", "protocol": "2.0"},
            b"SSH-2.0-acme-shell_v7\r\n": {"product": "acme", "variant": "-shell_v7"},
        },
    ),
    Match(
        START,
        service="ssh",
        name="ssh.protocol",
        examples={b"SSH-1.5-\r\n": {"protocol": "1.5"}, b"SSH-2.0-2.7.1 x\r\n": {"protocol": "2.0"}},
    ),
)
