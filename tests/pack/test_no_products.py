"""What looks like a product and is none: a date, an address, a host, a protocol, a sentence. None of it becomes one."""

from __future__ import annotations

import importlib

import pytest

from recon import _core, probes

BARE = (
    b"220 mail.example.com ESMTP ready\r\n",
    b"220 mail.example.com ESMTP\r\n",
    b"220 mail.example.com SMTP Service Ready\r\n",
    b"220 mail.example.com ESMTP; Mon, 5 Jan 2009 10:00:00 +0000\r\n",
    b"220 mail.example.com SMTP Server ready at Mon, 05 Jan 2009 10:00:00 +0100\r\n",
    b"220 mail.example.com ESMTP d9443c01a7336-1d4c3f2b1a5si12345678 ready\r\n",
    b"220 FTP server ready.\r\n",
    b"220 192.0.2.1 FTP server ready\r\n",
    b"220 files.example.org FTP server ready.\r\n",
    b"220 FTP service ready for new user.\r\n",
    b"220 Welcome to our FTP server, it is 10.10.2020\r\n",
    b"+OK POP3 server ready <1896.697170952@mail.example.org>\r\n",
    b"+OK ready\r\n",
    b"+OK Welcome to mail.example.com <1@x>\r\n",
    b"* OK Welcome\r\n",
    b"220 mail.example.com No UCE ESMTP\r\n",
    b"220 Authorized Users Only FTP\r\n",
    b"\r\nWelcome\r\n\r\nlogin: ",
    b"+OK POP3 ready at 192.0.2.1\r\n",
    b"* OK IMAP4rev1 server ready\r\n",
    b"* OK [CAPABILITY IMAP4rev1 SASL-IR STARTTLS] ready\r\n",
    b"* OK mail.example.com IMAP4 service ready\r\n",
    b"200 news.example.com NNTP service ready - posting ok\r\n",
    b"220 mail.example.com ESMTP server ready, build 1.2.3 of 2009\r\n",
    b"+OK (rev 2.1) POP3 server ready\r\n",
    b"* OK IMAP4 server (ready 10:11:12)\r\n",
    b"220 ESMTP on mail.example.com ready\r\n",
    b"220 box FTP server [192.0.2.1] ready\r\n",
    b"HTTP/1.1 200 OK\r\nServer: UPnP/1.0\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nServer: HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Api-Version: 2.1.0\r\nMime-Version: 1.0\r\nContent-Length: 0\r\n\r\n",
)


@pytest.fixture(scope="module")
def pack() -> _core.Pack:
    modules = [probes, *(importlib.import_module(f"recon_{name}") for name in ("ssh", "ftp", "http"))]
    return _core.Pack([(module.__name__, probe) for module in modules for probe in module.recon_probes()])


@pytest.mark.parametrize("answer", BARE, ids=lambda answer: answer[:40].decode("latin-1").strip())
def test_what_names_no_product_yields_none(pack, answer) -> None:
    services, _ = pack.identify(answer, asked="http" if answer.startswith(b"HTTP") else "listen")
    assert services or answer.startswith(b"\r\n"), "the protocol itself is known"
    assert [(one.product, one.version) for one in services if one.product or one.version] == []
