"""Names SSH servers from their identification line (RFC 4253 section 4.2), and reads what they offer. Never logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon import Enumerator, Probe, hookimpl
from recon_ssh import appliances, generic, libraries, openssh, servers
from recon_ssh.algorithms import Algorithms
from recon_ssh.hostkeys import HostKeys
from recon_ssh.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator


@hookimpl
def recon_probes() -> Iterator[Probe]:
    """Yield the one question: listen."""
    yield Probe(
        "ssh",
        ports="22,222,2022,2200,2222,8022,22222,29418",
        rarity=1,
        products=PRODUCTS,
        matches=(*openssh.MATCHES, *servers.MATCHES, *libraries.MATCHES, *appliances.MATCHES, *generic.MATCHES),
    )


@hookimpl
def recon_enumerators() -> Iterator[type[Enumerator]]:
    """Yield what is asked of a server that was found to speak SSH."""
    yield Algorithms
    yield HostKeys
