"""Names FTP servers from their greeting (RFC 959 section 5.4), and reads what they offer. Never logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon import Enumerator, Probe, hookimpl
from recon_ftp import appliances, generic, learnt, servers, systems, tls
from recon_ftp.anonymous import Anonymous
from recon_ftp.features import Features
from recon_ftp.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator


@hookimpl
def recon_probes() -> Iterator[Probe]:
    """Yield the one question: listen."""
    yield Probe(
        "ftp",
        ports="21,2100,2121,8021",
        tls_ports="990",
        starttls=((b"AUTH TLS\r\n", b"234"),),
        rarity=1,
        products=PRODUCTS,
        matches=(
            *servers.MATCHES,
            *systems.MATCHES,
            *appliances.MATCHES,
            *tls.MATCHES,
            *learnt.MATCHES,
            *generic.MATCHES,
        ),
    )


@hookimpl
def recon_enumerators() -> Iterator[type[Enumerator]]:
    """Yield what is asked of a server that was found to speak FTP."""
    yield Features
    yield Anonymous
