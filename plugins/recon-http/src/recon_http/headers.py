"""Applications and services by a header that only they send, whatever stands in ``Server``. Data only."""

from __future__ import annotations

from recon import Match
from recon_http.grammar import value

_ANY = rb"^\S"

_HEADERS: tuple[tuple[str, str, str, bytes], ...] = (
    ("Jira", "atlassian", "x-arequestid", b"611x123x1"),
    ("Apache CouchDB", "apache", "x-couchdb-body-time", b"0"),
    ("Plex Media Server", "plex", "x-plex-protocol", b"1.0"),
    ("Transmission", "transmissionbt", "x-transmission-session-id", b"a1b2"),
    ("Amazon CloudFront", "amazon", "x-amz-cf-id", b"a1b2=="),
    ("Cloudflare", "cloudflare", "cf-ray", b"7d0000000000abcd-FRA"),
    ("Azure Front Door", "microsoft", "x-azure-ref", b"0a1b2"),
    ("Vercel", "vercel", "x-vercel-id", b"fra1::a1b2"),
    ("Netlify", "netlify", "x-nf-request-id", b"01ABC"),
    ("GitHub", "github", "x-github-request-id", b"A1B2:1234"),
    ("Sucuri CloudProxy", "sucuri", "x-sucuri-id", b"12004"),
    ("Imperva Incapsula", "imperva", "x-iinfo", b"1-1-1 NNNN CT(0 0 0)"),
    ("LiteSpeed Cache", "litespeedtech", "x-litespeed-cache", b"hit"),
    ("Magento", "magento", "x-magento-tags", b"FPC"),
    ("Magento", "magento", "x-magento-cache-control", b"max-age=0"),
    ("Kibana", "elastic", "kbn-name", b"kibana"),
    ("Consul", "hashicorp", "x-consul-index", b"12"),
    ("Nomad", "hashicorp", "x-nomad-index", b"12"),
    ("etcd", "etcd", "x-etcd-cluster-id", b"cdf818194e3a8c32"),
    ("GitLab", "gitlab", "x-gitlab-meta", b'{"version":"1"}'),
    ("Microsoft Exchange", "microsoft", "x-feserver", b"EX01"),
    ("Shopify", "shopify", "x-shopid", b"123"),
    ("ClickHouse", "clickhouse", "x-clickhouse-server-display-name", b"db1"),
    ("Artifactory", "jfrog", "x-artifactory-id", b"a1b2"),
)
"""Product, vendor, the header in lower case, and a value of it; from the programs' own documents."""

_VALUES: tuple[tuple[str, str, str, bytes, bytes, str | None], ...] = (
    ("Elasticsearch", "elastic", "x-elastic-product", rb"^Elasticsearch", b"Elasticsearch", None),
    ("WordPress", "wordpress", "x-redirect-by", rb"^WordPress", b"WordPress", None),
    ("WordPress", "wordpress", "x-pingback", rb"/xmlrpc\.php$", b"http://example.org/xmlrpc.php", None),
    (
        "mod_pagespeed",
        "google",
        "x-mod-pagespeed",
        rb"^(?P<version>\d[\w.]*(?:-\d+)?)",
        b"1.13.35.2-0",
        "1.13.35.2-0",
    ),
    ("Heroku vegur", "salesforce", "via", rb"^\d\.\d vegur", b"1.1 vegur", None),
    ("Caddy", "caddyserver", "via", rb"^\d\.\d Caddy", b"1.1 Caddy", None),
    ("Google Frontend", "google", "via", rb"^\d\.\d google", b"1.1 google", None),
    (
        "Liferay",
        "liferay",
        "liferay-portal",
        rb"^Liferay[^\r\n]*? (?P<version>\d+(?:\.\d+)+)",
        b"Liferay Portal Community Edition 6.2 CE GA4 6.2.3",
        "6.2",
    ),
)
"""Product, vendor, header, a pattern for its value, a value and the version in it."""

_UPGRADE = Match(
    rb"^(?P<upgrade>[A-Za-z][\w/., +-]*)$",
    service="http",
    field="header:upgrade",
    name="http.upgrade",
    examples={b"websocket": {"upgrade": "websocket"}, b"h2,h2c": {"upgrade": "h2,h2c"}},
)
"""What else the server speaks on this port (RFC 9110 section 7.8): ``websocket``, ``h2c``, ``TLS/1.0, HTTP/1.1``."""

MATCHES: tuple[Match, ...] = (
    _UPGRADE,
    *(
        value(_ANY, product, {example: None}, vendor=vendor, header=header)
        for product, vendor, header, example in _HEADERS
    ),
    *(
        value(pattern, product, {example: version}, vendor=vendor, header=header)
        for product, vendor, header, pattern, example, version in _VALUES
    ),
)
