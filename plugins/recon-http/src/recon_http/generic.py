"""Any other server that names itself by the grammar of RFC 9110 section 10.2.4."""

from __future__ import annotations

from recon import Match

_TOKEN = rb"^(?P<product>[A-Za-z][\w!#$%&'*.^`|~+-]*)(?:/v?(?P<version>\d[\w.]*)|$|[ /;,(])"

MATCHES = (
    Match(
        _TOKEN,
        service="http",
        field="header:server",
        name="http.server",
        examples={
            b"Acme/1.4.2 (hand made)": {"product": "Acme", "version": "1.4.2"},
            b"Gadget-httpd": {"product": "Gadget-httpd"},
        },
    ),
    Match(
        _TOKEN,
        service="http",
        field="header:x-powered-by",
        name="http.powered-by",
        examples={b"Acme/1.4.2": {"product": "Acme", "version": "1.4.2"}, b"Gadget": {"product": "Gadget"}},
    ),
)
