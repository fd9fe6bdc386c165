"""One question that several protocols of lines understand, for ports that hint at none. Its readings are theirs."""

from __future__ import annotations

from recon.model import Probe

PROBES = (Probe("lines", send=b"INFO server\r\nversion\r\n", ends="quiet", rarity=2),)
"""``INFO`` is Redis's, ``version`` is Memcached's; each says of the other's that it knows no such command."""
