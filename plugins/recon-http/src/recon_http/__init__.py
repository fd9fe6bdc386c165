"""Names HTTP servers, and what runs behind them, by their answer to ``GET /``; hashes the icon. Follows no redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon import Enumerator, Probe, hookimpl
from recon_http import (
    applications,
    appservers,
    cookies,
    devices,
    generic,
    headers,
    modules,
    pages,
    proxies,
    questions,
    realms,
    webservers,
)
from recon_http.favicon import Favicon
from recon_http.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator


@hookimpl
def recon_probes() -> Iterator[Probe]:
    """Yield the question for the page at the root, and those for servers that say nothing of themselves there."""
    yield Probe(
        "http",
        ports="80,81,88,280,591,631,3000,3128,5000,5601,7001,8000-8010,8042,8069,8080-8091,8123,8180,8280,8500,8800,"
        "8880,8888,8983,9000,9080,9090,9200,10000,15672,16992",
        tls_ports="443,832,981,1311,4343,4443,5443,6443,7443,8006,8243,8333,8443,8834,9443,10443,12443,18091,18092",
        send=questions.ROOT,
        rarity=1,
        products=PRODUCTS,
        matches=(
            *webservers.MATCHES,
            *appservers.MATCHES,
            *modules.MATCHES,
            *proxies.MATCHES,
            *devices.MATCHES,
            *pages.MATCHES,
            *headers.MATCHES,
            *cookies.MATCHES,
            *realms.MATCHES,
            *applications.MATCHES,
            *generic.MATCHES,
        ),
    )
    yield from questions.PROBES


@hookimpl
def recon_enumerators() -> Iterator[type[Enumerator]]:
    """Yield what is asked of a server that was found to speak HTTP."""
    yield Favicon
