"""Products that name themselves in the page: its title, or the generator it states."""

from __future__ import annotations

from recon import Match


def _title(pattern: bytes, product: str, vendor: str, examples: dict[bytes, dict[str, str]]) -> Match:
    """Read one product from the title."""
    return Match(pattern, service="http", vendor=vendor, product=product, field="title", examples=examples)


def _generator(name: bytes, product: str, vendor: str, example: bytes, version: str) -> Match:
    """Read one product from ``<meta name="generator">``."""
    return Match(
        rb"""(?i)<meta\s+name=["']?generator["']?\s+content=["']""" + name + rb"""(?P<version>\d[\w.]*)?[^"'>]*["']""",
        service="http",
        vendor=vendor,
        product=product,
        field="body",
        examples={b'<meta name="generator" content="' + example + b'" />': {"product": product, "version": version}},
    )


MATCHES = (
    _title(
        rb"^Apache Tomcat/(?P<version>\d[\w.]*)",
        "Apache Tomcat",
        "apache",
        {
            b"Apache Tomcat/9.0.71": {"version": "9.0.71"},
            b"Apache Tomcat/7.0.52 - Error report": {"version": "7.0.52"},
        },
    ),
    _title(
        rb"^RouterOS(?: router configuration page)?(?: v?(?P<version>\d[\w.]*))?$",
        "MikroTik RouterOS webfig",
        "mikrotik",
        {b"RouterOS router configuration page": {}, b"RouterOS": {}},
    ),
    _title(rb"^Grafana$", "Grafana", "grafana", {b"Grafana": {}}),
    _title(
        rb"^phpMyAdmin(?: (?P<version>\d[\w.]*))?",
        "phpMyAdmin",
        "phpmyadmin",
        {b"phpMyAdmin 2.11.9": {}, b"phpMyAdmin": {}},
    ),
    _title(
        rb"^Zimbra (?:Web Client|Collaboration|Administration)",
        "Zimbra",
        "zimbra",
        {b"Zimbra Web Client Sign In": {}, b"Zimbra Administration": {}},
    ),
    _title(
        rb"^(?:\S*Welcome to )?VMware ESXi(?: (?P<version>\d[\d.]*))?",
        "VMware ESXi",
        "vmware",
        {b"VMware ESXi 5.1": {"version": "5.1"}, b"Welcome to VMware ESXi": {}},
    ),
    _title(
        rb"^Webmin (?P<version>\d[\w.]*) on (?P<host>\S+)",
        "Webmin",
        "webmin",
        {b"Webmin 1.910 on box (Debian Linux 9)": {"version": "1.910"}},
    ),
    _title(
        rb"^(?:Welcome to )?OpenWrt(?: (?P<version>\d[\w.]*))?",
        "OpenWrt",
        "openwrt",
        {b"Welcome to OpenWrt 19.07.8 - LuCI": {"version": "19.07.8"}},
    ),
    _title(
        rb"^(?:Welcome to )?Citrix XenServer(?: (?P<version>\d[\d.]*))?",
        "Citrix XenServer",
        "citrix",
        {b"Welcome to Citrix XenServer 6.5.0": {"version": "6.5.0"}},
    ),
    _title(
        rb"^(?:Dell )?iDRAC(?P<generation>\d*)\b",
        "Dell iDRAC",
        "dell",
        {b"iDRAC6 - Login": {"generation": "6"}},
    ),
    _title(rb"^pfSense - Login", "pfSense", "netgate", {b"pfSense - Login": {}}),
    _title(
        rb"^Synology(?:\xc2\xae)? ?DiskStation|^DiskStation - Synology",
        "Synology DSM",
        "synology",
        {b"Synology DiskStation": {}},
    ),
    _generator(rb"WordPress ", "WordPress", "wordpress", b"WordPress 6.4.2", "6.4.2"),
    _generator(rb"Drupal ", "Drupal", "drupal", b"Drupal 10 (https://www.drupal.org)", "10"),
    _generator(rb"TYPO3 (?:CMS )?", "TYPO3", "typo3", b"TYPO3 4.5 CMS", "4.5"),
    _generator(rb"MediaWiki ", "MediaWiki", "mediawiki", b"MediaWiki 1.39.4", "1.39.4"),
)
