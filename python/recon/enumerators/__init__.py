"""The built-in enumerators: one file a protocol, each with its ``ENUMERATORS``. None logs in or changes anything.

To add one, write a file like its neighbours and name it here; ``tests/enumerators`` then wants a recording of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from recon.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.enumerator import Enumerator

FAMILIES = (
    "smtp",
    "imap",
    "pop3",
    "mysql",
    "postgresql",
    "redis",
    "memcached",
    "dns",
    "mqtt",
    "smb",
    "rdp",
    "ldap",
    "rsync",
    "vnc",
    "telnet",
)


@hookimpl
def recon_enumerators() -> Iterator[type[Enumerator]]:
    """Yield every family's classes; a family is imported only here."""
    for family in FAMILIES:
        yield from import_module(f"recon.enumerators.{family}").ENUMERATORS
