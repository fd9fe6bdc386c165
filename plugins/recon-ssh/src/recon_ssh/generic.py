"""Any other server that keeps to RFC 4253: its ``softwareversion``, taken apart where that is customary."""

from __future__ import annotations

from recon import Match
from recon_ssh.grammar import END, START

_VERSION = rb"[vVR]?(?P<version>(?:[A-Z]\.)?\d\w*?(?:\.{1,2}[A-Za-z0-9]+)*)(?P<variant>[_/+~.-][^ \r\n]*)?"
_WORDS = rb"(?P<product>[A-Za-z][\w.+-]*?(?: [A-Za-z][\w.+-]*?)*?)"

MATCHES = (
    Match(
        START
        + rb"(?P<product>[A-Za-z][A-Za-z+-]*\d)[_/](?P<version>\d+(?:\.\w+)+)(?P<variant>[_/+~-][^ \r\n]*)?"
        + END,
        service="ssh",
        name="ssh.numbered",
        examples={b"SSH-2.0-Acme5_2.44\r\n": {"product": "Acme5", "version": "2.44"}},
    ),
    Match(
        START + rb"(?P<product>[A-Za-z](?:[\w.+/-]*?[A-Za-z+])??)[_/.-]+" + _VERSION + END,
        service="ssh",
        name="ssh.generic",
        examples={
            b"SSH-2.0-Acme_1.4.2 built by hand\r\n": {
                "product": "Acme",
                "version": "1.4.2",
                "comment": "built by hand",
            },
            b"SSH-2.0-acme-shell_v7\r\n": {"product": "acme-shell", "version": "7"},
            b"SSH-2.0-AcmeShell_R4.10\r\n": {"product": "AcmeShell", "version": "4.10"},
            b"SSH-2.0-Acme_Secure_Shell-A.05.80.003\r\n": {"product": "Acme_Secure_Shell", "version": "A.05.80.003"},
            b"SSH-2.0-Acme_Gate_1.4.2-beta\r\n": {"product": "Acme_Gate", "version": "1.4.2", "variant": "-beta"},
        },
    ),
    Match(
        START
        + _WORDS
        + rb",? \(?(?i:(?:version|release|firmware|rev\.?|ver\.?)[ :]+v?|v|r)?(?P<version>\d+(?:\.\w+)+(?:-\w+)*)\)?"
        + rb"(?:[ :,;](?P<comment>[^\r\n]*))?\r?\n",
        service="ssh",
        name="ssh.words",
        examples={
            b"SSH-2.0-Acme Gate Server (Version 1.4.2)\r\n": {"product": "Acme Gate Server", "version": "1.4.2"},
            b"SSH-2.0-Acme Shell 1.4.2\r\n": {"product": "Acme Shell", "version": "1.4.2"},
            b"SSH-2.0-Acme Version 1.4.2-7 (x)\r\n": {"product": "Acme", "version": "1.4.2-7", "comment": "(x)"},
        },
    ),
    Match(
        START + rb"(?P<product>[A-Za-z][\w.+/-]*(?: (?:SSH|SFTP|[Ss]erver|Server))*)" + END,
        service="ssh",
        name="ssh.bare",
        examples={
            b"SSH-2.0-Gadget\r\n": {"product": "Gadget", "protocol": "2.0"},
            b"SSH-2.0-Gadget_Shell hello\r\n": {"product": "Gadget_Shell", "comment": "hello"},
            b"SSH-2.0-Acme SSH server\r\n": {"product": "Acme SSH server"},
        },
    ),
    Match(
        START + rb"(?P<version>\d+(?:\.\w+)+)[-_ ]+(?:in |- )?(?P<product>[A-Za-z][\w.+-]*(?: [A-Z][\w.+-]*)*)" + END,
        service="ssh",
        name="ssh.reversed",
        examples={b"SSH-2.0-1.4.2-acme\r\n": {"product": "acme", "version": "1.4.2"}},
    ),
    Match(
        START,
        service="ssh",
        name="ssh.protocol",
        examples={b"SSH-1.5-\r\n": {"protocol": "1.5"}, b"SSH-2.0-12 (x)\r\n": {"protocol": "2.0"}},
    ),
)
