"""Names FTP servers from their greeting (RFC 959 section 5.4). Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon import Probe, hookimpl
from recon_ftp import appliances, generic, servers, systems, tls

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
        matches=(*servers.MATCHES, *systems.MATCHES, *appliances.MATCHES, *tls.MATCHES, *generic.MATCHES),
    )
