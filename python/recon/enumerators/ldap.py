"""``ldap.root``: the root entry of a directory, which everybody may read (RFC 4512 section 5.1). Never binds.

Facts: ``naming_contexts``, ``protocol_versions``, ``sasl_mechanisms``, ``starttls``, ``control_count`` and
``extension_count``, ``vendor_name``, ``vendor_version`` (RFC 3045), ``schema_entry``, ``alternative_servers``. Of
Active Directory and its like (MS-ADTS 3.1.1.3.2): ``dns_host_name``, ``server_name``, ``service_name``,
``default_context``, ``forest_context``, ``domain_functionality``, ``forest_functionality`` and
``controller_functionality`` (as releases of Windows Server), ``global_catalog``, ``synchronized``, ``current_time``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators import ber
from recon.enumerators.naming import name_and_version, refined
from recon.enumerators.reading import Cut, Lines, Reader, text
from recon.model import Fact, Service

LONGEST_MESSAGE = 131_072
MESSAGES_AT_MOST = 8
VALUES_AT_MOST = 256

_ENTRY, _DONE, _SEARCH, _PRESENT, _UNBIND = 0x64, 0x65, 0x63, 0x87, 0x42
_NUMBER = 1
_LONG = 0x80
_START_TLS = "1.3.6.1.4.1.1466.20037"
_LISTS = {
    "namingcontexts": "naming_contexts",
    "supportedldapversion": "protocol_versions",
    "supportedsaslmechanisms": "sasl_mechanisms",
    "altserver": "alternative_servers",
}
_TEXTS = {
    "vendorname": "vendor_name",
    "vendorversion": "vendor_version",
    "subschemasubentry": "schema_entry",
    "dnshostname": "dns_host_name",
    "servername": "server_name",
    "ldapservicename": "service_name",
    "defaultnamingcontext": "default_context",
    "rootdomainnamingcontext": "forest_context",
}
_COUNTS = {"supportedcontrol": "control_count", "supportedextension": "extension_count"}
_SWITCHES = {"isglobalcatalogready": "global_catalog", "issynchronized": "synchronized"}
_LEVELS = {
    "domainfunctionality": "domain_functionality",
    "forestfunctionality": "forest_functionality",
    "domaincontrollerfunctionality": "controller_functionality",
}
_RELEASES = {
    "0": "2000",
    "1": "2003 interim",
    "2": "2003",
    "3": "2008",
    "4": "2008 R2",
    "5": "2012",
    "6": "2012 R2",
    "7": "2016",
    "10": "2025",
}
"""MS-ADTS 6.1.4: DS_BEHAVIOR."""

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z")
_KNOWN = {
    "389-directory": ("redhat", "389 Directory Server"),
    "openldap": ("openldap", "OpenLDAP"),
    "apacheds": ("apache", "ApacheDS"),
}

Attributes = Mapping[str, list[str]]


def _search() -> bytes:
    """The root entry with all its attributes, operational ones too (RFC 4511 section 4.5.1, RFC 3673)."""
    scope, limits = ber.built(ber.ENUMERATED, b"\x00"), ber.built(ber.INTEGER, b"\x00") * 2 + ber.built(0x01, b"\x00")
    wanted = ber.built(ber.SEQUENCE, ber.built(ber.TEXT, b"*"), ber.built(ber.TEXT, b"+"))
    body = ber.built(
        _SEARCH, ber.built(ber.TEXT), scope, scope, limits, ber.built(_PRESENT, b"objectClass"), wanted
    )  # fmt: skip
    return ber.built(ber.SEQUENCE, ber.built(ber.INTEGER, bytes([_NUMBER])), body)


SEARCH = _search()
UNBIND = ber.built(ber.SEQUENCE, ber.built(ber.INTEGER, bytes([_NUMBER + 1])), ber.built(_UNBIND))
"""The end of the conversation (RFC 4511 section 4.3), not of a login."""


class Root(Enumerator):
    """Searches for the root entry."""

    name, service = "ldap.root", "ldap"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:
        """Yield what the entry says, and the service that ``vendorVersion`` names."""
        lines = Lines(conn)
        await conn.send(SEARCH)
        for _ in range(MESSAGES_AT_MOST):
            kind, body = await message(lines)
            if kind != _ENTRY:
                break
            entry = attributes(body)
            for fact in facts_of(entry):
                yield fact
            better = service_of(found.service, entry)
            if better is not None:
                yield better
        await conn.send(UNBIND)


async def message(lines: Lines) -> tuple[int, bytes]:
    """The next message's operation: its tag and contents. Raises ConversationEnded, also for what is none."""
    tag, length = await lines.exactly(2)
    try:
        if length >= _LONG:
            length = int.from_bytes(await lines.exactly(ber.length_of_length(length)), "big")
        inside = Reader(await lines.exactly(length) if tag == ber.SEQUENCE and length <= LONGEST_MESSAGE else b"")
        ber.element(inside)
        return ber.element(inside)
    except Cut:
        raise ConversationEnded("not a message") from None


def attributes(body: bytes) -> Attributes:
    """The attributes of a SearchResultEntry by name in lower case; what is cut is left out."""
    found: dict[str, list[str]] = {}
    try:
        reader = Reader(body)
        ber.element(reader)
        for _, one in ber.elements(ber.element(reader)[1]):
            held = Reader(one)
            name = text(ber.element(held)[1]).lower()
            found[name] = [text(value) for _, value in ber.elements(ber.element(held)[1])][:VALUES_AT_MOST]
    except Cut:
        pass
    return found


def facts_of(entry: Attributes) -> Iterator[Fact]:
    """Yield what the attributes say."""
    first = {name: values[0] for name, values in entry.items() if values}
    yield from (Fact(ours, entry[theirs]) for theirs, ours in _LISTS.items() if theirs in entry)
    if "supportedextension" in entry:
        yield Fact("starttls", _START_TLS in entry["supportedextension"])
    yield from (Fact(ours, len(entry[theirs])) for theirs, ours in _COUNTS.items() if theirs in entry)
    yield from (Fact(ours, first[theirs]) for theirs, ours in _TEXTS.items() if theirs in first)
    yield from (Fact(ours, first[theirs].upper() == "TRUE") for theirs, ours in _SWITCHES.items() if theirs in first)
    yield from (
        Fact(ours, _RELEASES.get(first[theirs], first[theirs])) for theirs, ours in _LEVELS.items() if theirs in first
    )
    when = _TIME.fullmatch(first.get("currenttime", ""))
    if when:
        yield Fact("current_time", "{}-{}-{}T{}:{}:{}Z".format(*when.groups()))


def service_of(service: Service, entry: Attributes) -> Service | None:
    """The service with what ``vendorVersion`` says, behind ``vendorName`` where that names the program."""
    version = next(iter(entry.get("vendorversion", [])), "")
    said, number = name_and_version(version)
    return refined(service, Root.name, said=said, version=number, known=_KNOWN) if said and number else None


ENUMERATORS = (Root,)
