"""What each server of the lab says. Data and pure functions; must never open a socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes to say next, and whether the server hangs up after them."""

    data: bytes
    ends: bool = False


Listener = Callable[[bytes], Answer | None]
"""From what the client said so far to an answer, or none: go on listening."""


def _mute(_: bytes) -> Answer | None:
    return None


@dataclass(frozen=True, slots=True)
class Server:
    """One server: where it is, what it says first, how it answers, and the truth about it."""

    name: str
    addr: str
    port: int
    other_port: int
    greeting: bytes = b""
    answer: Listener = _mute
    product: str | None = None
    version: str | None = None


def _by_line(replies: dict[bytes, bytes], otherwise: bytes, goodbye: bytes) -> Listener:
    """Answer line protocols (FTP, SMTP, POP3): one reply a line, by its first word; ``goodbye`` hangs up."""

    def answer(heard: bytes) -> Answer | None:
        if not heard.endswith(b"\n"):
            return None
        said, ends = b"", False
        for line in heard.splitlines():
            word = line.split(b" ")[0].upper()
            ends = word == b"QUIT"
            said += goodbye if ends else replies.get(word, otherwise)
        return Answer(said, ends)

    return answer


def _imap(heard: bytes) -> Answer | None:
    if not heard.endswith(b"\n"):
        return None
    tag, _, command = heard.split(b"\n")[0].strip().partition(b" ")
    if command.upper() == b"CAPABILITY":
        listed = b"* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED\r\n"
        return Answer(listed + tag + b" OK Pre-login capabilities listed, post-login capabilities have more.\r\n")
    if command.upper() == b"LOGOUT":
        return Answer(b"* BYE Logging out\r\n" + tag + b" OK Logout completed.\r\n", ends=True)
    return Answer((tag or b"*") + b" BAD Error in IMAP command received by server.\r\n")


def _http(server: bytes, body: bytes, *, status: bytes = b"200 OK", headers: bytes = b"") -> Listener:
    reply = b"HTTP/1.1 %s\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\nServer: %s\r\n%s" % (status, server, headers)
    reply += b"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)

    def answer(heard: bytes) -> Answer | None:
        if b"\r\n\r\n" in heard or b"\n\n" in heard:
            return Answer(reply, ends=True)
        return None

    return answer


_REDIS_INFO = b"# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nos:Linux 6.1.0-28-amd64 x86_64\r\n"


def _redis(heard: bytes) -> Answer | None:
    if not heard.endswith(b"\n"):
        return None
    words = [word for word in heard.split(b"\r\n") if word and word[:1] not in b"*$"]
    command = words[0].split(b" ")[0].upper() if words else b""
    if command == b"PING":
        return Answer(b"+PONG\r\n")
    if command == b"INFO":
        return Answer(b"$%d\r\n%s\r\n" % (len(_REDIS_INFO), _REDIS_INFO))
    if command in {b"QUIT", b"GET", b"POST", b"HOST:"} and b"HTTP/" in heard:
        return Answer(b"", ends=True)  # Redis drops what looks like a browser's cross-protocol request
    if not command:
        return None
    return Answer(b"-ERR unknown command '%s', with args beginning with: \r\n" % command[:128])


def _mysql_greeting(version: bytes, plugin: bytes) -> bytes:
    """Protocol::HandshakeV10 of the MySQL client/server protocol."""
    body = b"\x0a" + version + b"\x00" + b"\x2a\x00\x00\x00" + b"J7k:&2pQ" + b"\x00"
    body += b"\xff\xf7" + b"\x08" + b"\x02\x00" + b"\xff\x81" + b"\x15" + bytes(10)
    body += b"xV3-uZ9q.Lw1" + b"\x00" + plugin + b"\x00"
    return len(body).to_bytes(3, "little") + b"\x00" + body


def _mysql(_: bytes) -> Answer | None:
    refusal = b"\xff\x15\x04#28000Access denied for user ''@'127.0.0.1' (using password: NO)"
    return Answer(len(refusal).to_bytes(3, "little") + b"\x02" + refusal, ends=True)


_FTP_LOGIN = {b"USER": b"331 Please specify the password.\r\n", b"PASS": b"530 Login incorrect.\r\n"}
_VSFTPD = _by_line(
    {
        **_FTP_LOGIN,
        b"FEAT": b"211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n",
    },
    b"530 Please login with USER and PASS.\r\n",
    b"221 Goodbye.\r\n",
)
_PROFTPD = _by_line(
    {
        b"USER": b"331 Password required for anonymous\r\n",
        b"PASS": b"530 Login incorrect.\r\n",
        b"FEAT": b"211-Features:\r\n AUTH TLS\r\n EPRT\r\n EPSV\r\n MDTM\r\n SIZE\r\n UTF8\r\n211 End\r\n",
    },
    b"530 Please login with USER and PASS\r\n",
    b"221 Goodbye.\r\n",
)
_PURE_FTPD = _by_line(
    {
        b"USER": b"331 User anonymous OK. Password required\r\n",
        b"PASS": b"530 Login authentication failed\r\n",
        b"FEAT": b"211-Extensions supported:\r\n UTF8\r\n EPRT\r\n MDTM\r\n SIZE\r\n AUTH TLS\r\n PBSZ\r\n211 End.\r\n",
    },
    b"530 You aren't logged in\r\n",
    b"221-Goodbye. You uploaded 0 and downloaded 0 kbytes.\r\n221 Logout.\r\n",
)
_POSTFIX = _by_line(
    {
        b"EHLO": b"250-mail.example.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-ETRN\r\n250-STARTTLS\r\n"
        b"250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n",
        b"HELO": b"250 mail.example.test\r\n",
        b"NOOP": b"250 2.0.0 Ok\r\n",
    },
    b"502 5.5.2 Error: command not recognized\r\n",
    b"221 2.0.0 Bye\r\n",
)
_POP3 = _by_line(
    {b"CAPA": b"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nSTLS\r\nSASL\r\n.\r\n"},
    b"-ERR Unknown command.\r\n",
    b"+OK Logging out\r\n",
)

_NGINX_PAGE = b"<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body></body>\n</html>\n"
_PHP_PAGE = b"<!DOCTYPE html>\n<html><head><title>Parts &amp; labour</title></head><body>It works.</body></html>\n"
_LIGHTTPD_PAGE = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body></body></html>\n"
_HOSTILE = b"220 \x1b]0;owned\x07\x1b[2J\xe2\x80\xae[red]hello[/red] <script>alert(1)</script>\r\n"

SERVERS: tuple[Server, ...] = (
    Server(
        "openssh", "127.77.13.5", 22, 8022, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n",
        product="OpenSSH", version="9.2p1",
    ),
    Server(
        "openssh", "127.77.200.7", 2222, 2223, b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n",
        product="OpenSSH", version="9.6p1",
    ),
    Server(
        "dropbear", "127.77.90.1", 2222, 2223, b"SSH-2.0-dropbear_2022.83\r\n",
        product="Dropbear", version="2022.83",
    ),
    Server("vsftpd", "127.77.21.21", 21, 8021, b"220 (vsFTPd 3.0.3)\r\n", _VSFTPD, "vsftpd", "3.0.3"),
    Server(
        "proftpd", "127.77.33.40", 2121, 2122, b"220 ProFTPD 1.3.8 Server (files.example.test) [127.77.33.40]\r\n",
        _PROFTPD, "ProFTPD", "1.3.8",
    ),
    Server(
        "pureftpd", "127.77.250.3", 21, 8021,
        b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are user number 1 of 50 allowed.\r\n"
        b"220-Local time is now 10:00. Server port: 21.\r\n220-This is a private system - No anonymous login\r\n"
        b"220-IPv6 connections are also welcome on this server.\r\n"
        b"220 You will be disconnected after 15 minutes of inactivity.\r\n",
        _PURE_FTPD, "Pure-FTPd",
    ),
    Server(
        "nginx", "127.77.80.80", 80, 8081, answer=_http(b"nginx/1.22.1", _NGINX_PAGE),
        product="nginx", version="1.22.1",
    ),
    Server(
        "apache", "127.77.2.254", 8080, 8082,
        answer=_http(b"Apache/2.4.62 (Debian)", _PHP_PAGE, headers=b"X-Powered-By: PHP/8.2.26\r\n"),
        product="Apache httpd", version="2.4.62",
    ),
    Server(
        "lighttpd", "127.77.144.9", 8000, 8083,
        answer=_http(b"lighttpd/1.4.69", _LIGHTTPD_PAGE, status=b"404 Not Found"),
        product="lighttpd", version="1.4.69",
    ),
    Server(
        "postfix", "127.77.25.25", 25, 8025, b"220 mail.example.test ESMTP Postfix (Debian/GNU)\r\n", _POSTFIX,
        "Postfix",
    ),
    Server(
        "dovecot-imap", "127.77.143.1", 143, 8143,
        b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED]"
        b" Dovecot (Debian) ready.\r\n",
        _imap, "Dovecot",
    ),
    Server("dovecot-pop3", "127.77.143.2", 110, 8110, b"+OK Dovecot (Debian) ready.\r\n", _POP3, "Dovecot"),
    Server(
        "mariadb", "127.77.33.6", 3306, 3307,
        _mysql_greeting(b"5.5.5-10.11.14-MariaDB-0+deb12u2", b"mysql_native_password"), _mysql,
        "MariaDB", "10.11.14",
    ),
    Server(
        "mysql", "127.77.180.180", 3306, 3307, _mysql_greeting(b"8.0.40", b"caching_sha2_password"), _mysql,
        "MySQL", "8.0.40",
    ),
    Server("redis", "127.77.63.79", 6379, 6380, answer=_redis, product="Redis"),
    Server("silent", "127.77.0.1", 8080, 8082),
    Server("silent", "127.77.255.254", 22, 8022),
    Server("hostile", "127.77.66.6", 2121, 2122, _HOSTILE),
)  # fmt: skip
"""Some on odd ports, some silent, one that tries to take over the terminal."""
