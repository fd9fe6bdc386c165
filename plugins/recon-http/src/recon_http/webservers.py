"""Web servers proper."""

from __future__ import annotations

from recon import Match
from recon_http.grammar import END, START, token, value

_DISTRO = (
    rb"(?P<distro>Debian|Ubuntu|Raspbian|CentOS(?: Stream)?|Red Hat(?: Enterprise Linux)?|Fedora(?: Linux)?|AlmaLinux"
    rb"|Rocky Linux|Oracle Linux|Amazon(?: Linux)?|openSUSE|SUSE|Linux/SUSE|Gentoo|FreeBSD|Mandriva[^)]*|Arch Linux)"
)
_PLATFORM = rb"(?P<platform>Unix|UNIX|Win32|Win64|Darwin|OpenBSD|NetBSD|Trustix[^)]*)"

MATCHES = (
    Match(
        START + rb"nginx(?:/(?P<version>\d[\w.]*))?(?: \(" + _DISTRO + rb"\))?" + END,
        service="http",
        vendor="f5",
        product="nginx",
        field="header:server",
        examples={
            b"nginx/1.22.1": {"version": "1.22.1", "cpe": "cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*"},
            b"nginx/1.18.0 (Ubuntu)": {"version": "1.18.0", "distro": "Ubuntu"},
            b"nginx": {"product": "nginx"},
            b"nginx/1.18.0 + Phusion Passenger 6.0.4": {"version": "1.18.0"},
        },
    ),
    Match(
        START
        + rb"Apache(?:/(?P<version>\d[\w.]*)(?P<stage>-[^ ()]+)?)?(?:[ -]\((?:"
        + _DISTRO
        + rb"|"
        + _PLATFORM
        + rb")\))?"
        + END,
        service="http",
        vendor="apache",
        product="Apache httpd",
        cpe="cpe:2.3:a:apache:http_server",
        field="header:server",
        examples={
            b"Apache/2.4.57 (Debian)": {
                "version": "2.4.57",
                "distro": "Debian",
                "cpe": "cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*",
            },
            b"Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips PHP/5.4.16": {"version": "2.4.6", "distro": "CentOS"},
            b"Apache/2.4.54 (Win64) OpenSSL/1.1.1p PHP/8.1.10": {"version": "2.4.54", "platform": "Win64"},
            b"Apache/2.4.37 (Red Hat Enterprise Linux)": {"distro": "Red Hat Enterprise Linux"},
            b"Apache/2.2.15 (Unix) mod_ssl/2.2.15": {"version": "2.2.15", "platform": "Unix"},
            b"Apache": {"product": "Apache httpd"},
        },
    ),
    token(rb"lighttpd", "lighttpd", {b"lighttpd/1.4.69": "1.4.69", b"lighttpd": None}, vendor="lighttpd"),
    token(
        rb"Microsoft-IIS",
        "Microsoft IIS",
        {b"Microsoft-IIS/10.0": "10.0", b"Microsoft-IIS/7.5": "7.5"},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:internet_information_services",
    ),
    token(rb"Microsoft-HTTPAPI", "Microsoft HTTPAPI", {b"Microsoft-HTTPAPI/2.0": "2.0"}, vendor="microsoft"),
    token(rb"Caddy", "Caddy", {b"Caddy": None, b"Caddy/2.7.6": "2.7.6"}, vendor="caddyserver"),
    token(
        rb"LiteSpeed",
        "LiteSpeed",
        {b"LiteSpeed": None, b"LiteSpeed/5.4.12 Enterprise": "5.4.12"},
        vendor="litespeedtech",
        cpe="cpe:2.3:a:litespeedtech:litespeed_web_server",
    ),
    token(rb"openresty", "OpenResty", {b"openresty/1.21.4.1": "1.21.4.1", b"openresty": None}, vendor="openresty"),
    token(rb"Tengine", "Tengine", {b"Tengine/2.3.2": "2.3.2", b"Tengine": None}, vendor="alibaba"),
    token(rb"Cherokee", "Cherokee", {b"Cherokee/1.2.104 (UNIX)": "1.2.104"}, vendor="cherokee-project"),
    token(rb"Hiawatha", "Hiawatha", {b"Hiawatha v10.11": "10.11"}, vendor="hiawatha-webserver", between=b"[ /]"),
    token(rb"Monkey", "Monkey", {b"Monkey/1.6.9": "1.6.9", b"Monkey/0.9.2 (Linux)": "0.9.2"}, vendor="monkey-project"),
    token(rb"h2o", "H2O", {b"h2o/2.2.6": "2.2.6"}, vendor="dena"),
    token(rb"thttpd", "thttpd", {b"thttpd/2.25b 29dec2003": "2.25b"}, vendor="acme"),
    token(rb"mini_httpd", "mini_httpd", {b"mini_httpd/1.30 26Oct2018": "1.30"}, vendor="acme"),
    token(rb"micro_httpd", "micro_httpd", {b"micro_httpd": None}, vendor="acme"),
    token(rb"Boa", "Boa", {b"Boa/0.94.14rc21": "0.94.14rc21"}, vendor="boa"),
    token(rb"Abyss", "Abyss Web Server", {b"Abyss/2.16-X1-Win32 AbyssLib/2.16": "2.16"}, vendor="aprelium"),
    token(rb"Yaws", "Yaws", {b"Yaws 2.0.6": "2.0.6", b"Yaws/1.98": "1.98"}, vendor="yaws", between=b"[ /]"),
    token(
        rb"IBM_HTTP_Server",
        "IBM HTTP Server",
        {b"IBM_HTTP_Server/8.5.5.17 (Unix)": "8.5.5.17", b"IBM_HTTP_Server": None},
        vendor="ibm",
    ),
    token(
        rb"Oracle-HTTP-Server(?:-\d+g)?",
        "Oracle HTTP Server",
        {b"Oracle-HTTP-Server-11g": None, b"Oracle-HTTP-Server/12.2.1.4": "12.2.1.4"},
        vendor="oracle",
        cpe="cpe:2.3:a:oracle:http_server",
    ),
    token(
        rb"(?:Sun-Java-System|Oracle-iPlanet)-Web-Server",
        "Oracle iPlanet Web Server",
        {b"Sun-Java-System-Web-Server/7.0": "7.0", b"Oracle-iPlanet-Web-Server/7.0": "7.0"},
        vendor="oracle",
    ),
    token(
        rb"Lotus-Domino",
        "HCL Domino",
        {b"Lotus-Domino": None, b"Lotus-Domino/9.0.1": "9.0.1", b"Lotus-Domino/Release-4.6.5": "4.6.5"},
        vendor="hcltech",
        between=rb"/(?:Release-)?",
    ),
    value(
        rb"^Mongoose(?:/(?P<version>\d[\w.]*))?" + END,
        "Mongoose",
        {b"Mongoose/6.18": "6.18", b"Mongoose": None},
        vendor="cesanta",
    ),
    token(rb"Warp", "Warp", {b"Warp/3.3.13": "3.3.13"}, vendor="yesodweb"),
    token(rb"Icecast", "Icecast", {b"Icecast 2.4.4": "2.4.4"}, vendor="xiph", between=b"[ /]"),
    token(rb"CUPS", "CUPS", {b"CUPS/2.4 IPP/2.1": "2.4"}, vendor="apple"),
)
