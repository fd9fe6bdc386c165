"""Languages, frameworks and modules that stand beside the server: each is a service with its own version."""

from __future__ import annotations

from recon import Match
from recon_http.grammar import START, token, value

_PHP = START + rb"PHP(?:/(?P<version>\d[\d.]*(?:RC\d+|alpha\d*|beta\d*|[a-z]\d*)?)"


def _php(name: str, header: str, revision: bytes, distro: str | None, examples: dict[bytes, dict[str, str]]) -> Match:
    """Read PHP, whose packages by Debian and Ubuntu carry the package's revision."""
    return Match(
        _PHP + revision,
        service="http",
        vendor="php",
        product="PHP",
        distro=distro,
        name=name,
        field=f"header:{header}",
        examples=examples,
    )


def _phps(header: str, name: str) -> tuple[Match, ...]:
    """Read PHP from one header; the packaged ones first, so that they win."""
    return (
        _php(
            f"http.php.ubuntu.{name}",
            header,
            rb"-(?P<revision>[^ ,;()]*ubuntu[^ ,;()]*))",
            "Ubuntu",
            {b"PHP/7.4.3-4ubuntu2.19": {"version": "7.4.3", "distro": "Ubuntu", "revision": "4ubuntu2.19"}},
        ),
        _php(
            f"http.php.debian.{name}",
            header,
            rb"-(?P<revision>[^ ,;()]*(?:\+deb|etch|lenny|squeeze|wheezy|jessie|stretch|buster)[^ ,;()]*))",
            "Debian",
            {b"PHP/5.3.3-7+squeeze19": {"version": "5.3.3", "distro": "Debian", "revision": "7+squeeze19"}},
        ),
        _php(
            f"http.php.{name}",
            header,
            rb"(?:-(?P<build>[^ ,;()]+))?)?(?:[ ,;()]|$)",
            None,
            {
                b"PHP/8.2.7": {"version": "8.2.7", "cpe": "cpe:2.3:a:php:php:8.2.7:*:*:*:*:*:*:*"},
                b"PHP/8.0.0RC1": {"version": "8.0.0RC1"},
                b"PHP/7.2.24-1": {"version": "7.2.24", "build": "1"},
                b"PHP": {"product": "PHP"},
            },
        ),
    )


MATCHES = (
    *_phps("server", "server"),
    *_phps("x-powered-by", "powered-by"),
    token(
        rb"OpenSSL",
        "OpenSSL",
        {b"Apache/2.4.6 OpenSSL/1.0.2k-fips": "1.0.2k", b"OpenSSL/3.0.11": "3.0.11"},
        vendor="openssl",
    ),
    token(rb"mod_ssl", "mod_ssl", {b"Apache/2.2.3 mod_ssl/2.2.3": "2.2.3"}, vendor="modssl"),
    token(
        rb"PeerSec-MatrixSSL",
        "MatrixSSL",
        {b"GoAhead-Webs PeerSec-MatrixSSL/3.2.1-OPEN": "3.2.1"},
        vendor="matrixssl",
    ),
    token(
        rb"OracleAS-Web-Cache-1[01]g",
        "Oracle Web Cache",
        {b"Oracle-Application-Server-10g OracleAS-Web-Cache-10g/10.1.2.0.2 (N;ecid=1)": "10.1.2.0.2"},
        vendor="oracle",
        cpe="cpe:2.3:a:oracle:application_server_web_cache",
    ),
    token(rb"mod_perl", "mod_perl", {b"Apache/2.4.6 mod_perl/2.0.11 Perl/v5.16.3": "2.0.11"}, vendor="apache"),
    token(rb"mod_python", "mod_python", {b"Apache mod_python/3.3.1": "3.3.1"}, vendor="apache"),
    token(rb"mod_wsgi", "mod_wsgi", {b"Apache/2.4.6 mod_wsgi/3.4 Python/2.7.5": "3.4"}, vendor="modwsgi"),
    token(
        rb"mod_jk",
        "mod_jk",
        {b"Apache mod_jk/1.2.46": "1.2.46"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:tomcat_jk_connector",
    ),
    token(rb"mod_fcgid", "mod_fcgid", {b"Apache mod_fcgid/2.3.9": "2.3.9"}, vendor="apache"),
    token(rb"mod_auth_gssapi", "mod_auth_gssapi", {b"Apache mod_auth_gssapi/1.5.1": "1.5.1"}),
    token(rb"mod_nss", "mod_nss", {b"Apache mod_nss/1.0.14 NSS/3.28.4": "1.0.14"}),
    token(rb"DAV", "mod_dav", {b"Apache/2.2.22 DAV/2": "2"}, vendor="apache"),
    value(
        START + rb"SVN/(?P<version>\d[\w.]*)",
        "mod_dav_svn",
        {b"Apache/2.4.6 SVN/1.7.14": "1.7.14"},
        vendor="apache",
        cpe="cpe:2.3:a:apache:subversion",
    ),
    token(rb"Perl", "Perl", {b"Apache/2.4.6 mod_perl/2.0.11 Perl/v5.16.3": "5.16.3"}, vendor="perl"),
    token(
        rb"(?:C?Python)",
        "Python",
        {b"Werkzeug/2.3.4 Python/3.11.2": "3.11.2", b"WSGIServer/0.2 CPython/3.8.10": "3.8.10"},
        vendor="python",
    ),
    value(
        START + rb"Ruby/(?P<version>\d[\d.]*)(?:/(?P<released>[\d-]+))?",
        "Ruby",
        {b"WEBrick/1.6.0 (Ruby/2.7.0/2019-12-25)": "2.7.0"},
        vendor="ruby-lang",
    ),
    *(
        value(
            START + rb"Phusion[ _]Passenger(?:\(R\))?(?: \(mod_rails/mod_rack\))?(?:[ /](?P<version>\d[\w.]*))?",
            "Phusion Passenger",
            {
                b"nginx/1.18.0 + Phusion Passenger 6.0.4": "6.0.4",
                b"Phusion Passenger(R) 6.0.17": "6.0.17",
                b"Phusion_Passenger/4.0.10": "4.0.10",
                b"Phusion Passenger": None,
            },
            vendor="phusion",
            header=header,
        )
        for header in ("server", "x-powered-by")
    ),
    token(rb"ASP\.NET", "ASP.NET", {b"ASP.NET": None}, vendor="microsoft", header="x-powered-by"),
    value(
        rb"^(?P<version>\d[\d.]+)$",
        "ASP.NET",
        {b"4.0.30319": "4.0.30319"},
        vendor="microsoft",
        header="x-aspnet-version",
    ),
    value(
        rb"^(?P<version>\d[\d.]+)$",
        "ASP.NET MVC",
        {b"5.2": "5.2"},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:asp.net_model_view_controller",
        header="x-aspnetmvc-version",
    ),
    token(rb"Express", "Express", {b"Express": None}, vendor="openjsf", header="x-powered-by"),
    token(
        rb"Next\.js",
        "Next.js",
        {b"Next.js": None, b"Next.js 9.3.0": "9.3.0"},
        vendor="vercel",
        header="x-powered-by",
        between=b"[ /]",
    ),
    token(rb"Nuxt", "Nuxt", {b"Nuxt": None}, vendor="nuxt", header="x-powered-by"),
    *(
        token(
            rb"Node\.js", "Node.js", {b"Node.js": None, b"Node.js/18.12.0": "18.12.0"}, vendor="nodejs", header=header
        )
        for header in ("server", "x-powered-by")
    ),
    token(rb"PleskLin", "Plesk", {b"PleskLin": None}, vendor="plesk", header="x-powered-by"),
    value(rb"^(?P<version>\d[\w.]*)", "Jenkins", {b"2.401.1": "2.401.1"}, vendor="jenkins", header="x-jenkins"),
    value(
        rb"^(?:v)?(?P<version>\d[\w.]*(?:[~-](?:rc|beta|alpha)[\w.]*)?)",
        "InfluxDB",
        {b"1.8.10": "1.8.10", b"v2.7.1": "2.7.1"},
        vendor="influxdata",
        header="x-influxdb-version",
    ),
    value(
        rb"^(?P<version>\d+(?:\.\d+)+)$",
        "SharePoint",
        {b"15.0.0.4569": "15.0.0.4569"},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:sharepoint_server",
        header="microsoftsharepointteamservices",
    ),
    value(
        rb"^(?P<version>\d+(?:\.\d+)+)$",
        "Microsoft Exchange",
        {b"15.2.1118.7": "15.2.1118.7"},
        vendor="microsoft",
        cpe="cpe:2.3:a:microsoft:exchange_server",
        header="x-owa-version",
    ),
    value(
        rb"^Liferay (?:Portal|Community|Digital|DXP)[A-Za-z ]*(?P<version>\d[\w.]*)?",
        "Liferay Portal",
        {b"Liferay Portal Community Edition 6.1.1 CE GA2 (Paton / Build 6101 / July 31, 2012)": "6.1.1"},
        vendor="liferay",
        cpe="cpe:2.3:a:liferay:liferay_portal",
        header="liferay-portal",
    ),
    value(rb"^(?:HIT|MISS|UNCACHEABLE)", "Drupal", {b"MISS": None}, vendor="drupal", header="x-drupal-cache"),
    value(rb"^\d+$", "Confluence", {b"1700000000000": None}, vendor="atlassian", header="x-confluence-request-time"),
    value(
        rb"^Drupal (?P<version>\d[\w.]*)",
        "Drupal",
        {b"Drupal 9 (https://www.drupal.org)": "9"},
        vendor="drupal",
        header="x-generator",
    ),
)
