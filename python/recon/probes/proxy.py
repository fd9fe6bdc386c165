"""HTTP proxies, by what only they say. The one question asks a proxy to connect to itself: no third host is reached."""

from __future__ import annotations

from recon.model import Match, Probe

_CONNECT = b"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"

_MATCHES = (
    Match(
        rb"^(?P<squid_error>ERR_\w+) \d+$",
        field="header:x-squid-error",
        service="http-proxy",
        vendor="squid-cache",
        product="Squid",
        examples={b"ERR_ACCESS_DENIED 0": {"squid_error": "ERR_ACCESS_DENIED"}, b"ERR_INVALID_URL 0": {}},
    ),
    Match(
        rb"^squid/(?P<version>\d[\w.]*)",
        field="header:server",
        service="http-proxy",
        vendor="squid-cache",
        product="Squid",
        examples={b"squid/5.7": {"version": "5.7", "cpe": "cpe:2.3:a:squid-cache:squid:5.7:*:*:*:*:*:*:*"}},
    ),
    Match(
        rb"^(?P<authentication>Basic|NTLM|Negotiate|Kerberos|Digest)\b",
        field="header:proxy-authenticate",
        service="http-proxy",
        examples={b'Basic realm="proxy"': {"authentication": "Basic"}, b"Negotiate": {}},
    ),
    Match(
        rb"^HTTP/1\.[01] 200 [Cc]onnection [Ee]stablished",
        field="status",
        service="http-proxy",
        name="http-proxy.open",
        facts={"connect": "allowed"},
        examples={b"HTTP/1.1 200 Connection established": {"connect": "allowed"}},
    ),
    Match(
        rb"^HTTP/1\.[01] 407 ",
        field="status",
        service="http-proxy",
        name="http-proxy.authentication",
        facts={"connect": "needs authentication"},
        examples={b"HTTP/1.1 407 Proxy Authentication Required": {"connect": "needs authentication"}},
    ),
    Match(
        rb"^Privoxy(?: v?(?P<version>\d[\w.]*))?",
        field="header:x-privoxy",
        service="http-proxy",
        vendor="privoxy",
        product="Privoxy",
        examples={b"Privoxy 3.0.34": {"version": "3.0.34"}},
    ),
    Match(
        rb"^tinyproxy/(?P<version>\d[\w.]*)",
        field="header:server",
        service="http-proxy",
        vendor="tinyproxy",
        product="Tinyproxy",
        examples={b"tinyproxy/1.11.1": {"version": "1.11.1"}},
    ),
    Match(
        rb"^tinyproxy/(?P<version>\d[\w.]*)",
        field="header:proxy-agent",
        service="http-proxy",
        vendor="tinyproxy",
        product="Tinyproxy",
        examples={b"tinyproxy/1.11.1": {"version": "1.11.1"}},
    ),
    Match(
        rb"^(?P<product>[A-Za-z][\w.-]*)(?:/(?P<version>\d[\w.]*))?(?: |$)",
        field="header:proxy-agent",
        service="http-proxy",
        name="http-proxy.agent",
        examples={b"Apache/2.4.57 (Debian)": {"product": "Apache", "version": "2.4.57"}},
    ),
    Match(
        rb"^Mikrotik HttpProxy",
        field="header:server",
        service="http-proxy",
        vendor="mikrotik",
        product="MikroTik HTTP proxy",
        examples={b"Mikrotik HttpProxy": {}},
    ),
)

PROBES = (Probe("http-proxy", ports="3128,8118,8123", send=_CONNECT, rarity=7, matches=_MATCHES),)
