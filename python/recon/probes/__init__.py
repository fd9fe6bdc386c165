"""The built-in pack: one file for each protocol family, each with its ``PROBES``. Data only; nothing here does I/O.

SSH, FTP and HTTP are whole in plugins of their own. To add a family, write a file like its neighbours and name it here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from recon.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.model import Probe

FAMILIES = (
    "lines",
    "smtp",
    "imap",
    "pop3",
    "sieve",
    "mysql",
    "postgresql",
    "redis",
    "memcached",
    "dns",
    "mqtt",
    "smb",
    "snmp",
    "ldap",
    "ntp",
    "rsync",
    "proxy",
    "vnc",
    "telnet",
    "media",
    "simple",
    "chatter",
    "messaging",
    "databases",
    "remote",
    "files",
    "mssql",
    "stores",
    "queues",
    "kerberos",
    "infrastructure",
    "java",
    "tunnels",
    "discovery",
    "games",
    "industrial",
    "http2",
)
"""In this order they are asked where nothing else tells one from another."""


@hookimpl
def recon_probes() -> Iterator[Probe]:
    """Yield every family's questions; a family is imported only here."""
    for family in FAMILIES:
        yield from import_module(f"recon.probes.{family}").PROBES


def family_names() -> dict[str, str]:
    """The family of each built-in probe, by the probe's name."""
    return {probe.name: family for family in FAMILIES for probe in import_module(f"recon.probes.{family}").PROBES}
