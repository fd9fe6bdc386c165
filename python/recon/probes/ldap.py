"""LDAP: an anonymous search for the root entry (RFC 4512 section 5.1), in which servers say what they are.

Values with lengths need code; a pattern reads the product, and a version only where its end is certain.
"""

from __future__ import annotations

from recon.model import Match, Probe

_SEARCH = bytes.fromhex("302b020101632604000a01000a0100020100020100010100870b6f626a656374436c617373300604012a04012b")
"""Message 1, base scope, no limits, filter (objectClass=*), attributes ``*`` and ``+`` (RFC 4511, RFC 3673)."""

_ENTRY = rb"^\x30(?:[\x00-\x7f]|\x81[\s\S]|\x82[\s\S]{2}|\x84[\s\S]{4})\x02\x01\x01\x64"
_VENDOR = rb"[\s\S]*(?i:vendorVersion)\x31(?:\x84[\s\S]{4}|[\s\S])\x04(?:\x84[\s\S]{4}|[\s\S])"


def _attribute(name: bytes, *values: bytes) -> bytes:
    held = b"".join(bytes([4, len(value)]) + value for value in values)
    body = bytes([4, len(name)]) + name + bytes([0x31, len(held)]) + held
    return bytes([0x30, len(body)]) + body


def _root(*attributes: tuple[bytes, bytes]) -> bytes:
    held = b"".join(_attribute(name, value) for name, value in attributes)
    entry = b"\x04\x00\x30\x82" + len(held).to_bytes(2) + held
    body = b"\x02\x01\x01\x64\x82" + len(entry).to_bytes(2) + entry
    return b"\x30\x82" + len(body).to_bytes(2) + body + b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"


def _by_vendor(  # noqa: PLR0913 - the fields of a match, by name
    pattern: bytes, product: str, text: bytes, version: str, *, vendor: str, cpe: str | None = None
) -> Match:
    """Read a product from ``vendorVersion`` (RFC 3045)."""
    return Match(
        _ENTRY + _VENDOR + pattern,
        service="ldap",
        vendor=vendor,
        product=product,
        cpe=cpe,
        examples={_root((b"vendorVersion", text)): {"version": version, "product": product}},
    )


_MATCHES = (
    Match(
        _ENTRY + rb"[\s\S]*\x04\x0fOpenLDAProotDSE",
        service="ldap",
        vendor="openldap",
        product="OpenLDAP",
        examples={
            _root((b"objectClass", b"OpenLDAProotDSE"), (b"namingContexts", b"dc=example,dc=test")): {
                "product": "OpenLDAP"
            }
        },
    ),
    Match(
        _ENTRY + rb"[\s\S]*\x04(?:\x84[\s\S]{4}|[\s\S])(?:domainControllerFunctionality|isGlobalCatalogReady)\x31",
        service="ldap",
        vendor="microsoft",
        product="Active Directory",
        cpe="cpe:2.3:a:microsoft:active_directory",
        examples={
            _root((b"dnsHostName", b"dc1.example.local"), (b"isGlobalCatalogReady", b"TRUE")): {
                "product": "Active Directory"
            }
        },
    ),
    _by_vendor(
        rb"389-Directory/(?P<version>\d[\w.]*) B",
        "389 Directory Server",
        b"389-Directory/1.4.4.19 B2021.148.0000",
        "1.4.4.19",
        vendor="redhat",
        cpe="cpe:2.3:a:redhat:389_directory_server",
    ),
    _by_vendor(
        rb"LDAP Agent for (?:NetIQ |Novell )?eDirectory (?P<version>\d[\w.]*(?: SP\d+)?) \(",
        "eDirectory",
        b"LDAP Agent for NetIQ eDirectory 9.2.4 (40204.14)",
        "9.2.4",
        vendor="microfocus",
    ),
    _by_vendor(
        rb"Sun(?: Java\(TM\) System |-)Directory(?: Server)?[-/ ](?:Server/)?(?P<version>\d+\.\d+(?:\.\d+)*)(?:_| B|-)",
        "Sun Directory Server",
        b"Sun-Directory-Server/11.1.1.5.0 B2011.0517.2342",
        "11.1.1.5.0",
        vendor="oracle",
        cpe="cpe:2.3:a:oracle:directory_server",
    ),
    Match(
        _ENTRY + rb"[\s\S]*\x04\x0avendorName1[\s\S]\x04[\s\S]Apache Software Foundation",
        service="ldap",
        vendor="apache",
        product="ApacheDS",
        cpe="cpe:2.3:a:apache:apacheds",
        examples={_root((b"vendorName", b"Apache Software Foundation"), (b"vendorVersion", b"2.0.0.AM26")): {}},
    ),
    Match(
        _ENTRY + rb"[\s\S]*\x04\x0avendorName1[\s\S]\x04[\s\S]Samba Team",
        service="ldap",
        vendor="samba",
        product="Samba",
        examples={_root((b"vendorName", b"Samba Team (https://www.samba.org)")): {"product": "Samba"}},
    ),
    Match(
        _ENTRY,
        service="ldap",
        name="ldap.entry",
        examples={_root((b"objectClass", b"top")): {"service": "ldap"}},
    ),
    Match(
        rb"^\x30(?:[\x00-\x7f]|\x81[\s\S]|\x82[\s\S]{2}|\x84[\s\S]{4})\x02\x01[\x00\x01][\x65\x78](?:[\x00-\x7f]|\x84[\s\S]{4})"
        rb"\x0a\x01",
        service="ldap",
        name="ldap.result",
        examples={b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x32\x04\x00\x04\x00": {"service": "ldap"}},
    ),
)

_START_TLS = bytes.fromhex("301d02010277188016") + b"1.3.6.1.4.1.1466.20037"
"""Message 2, the extended request of RFC 4511 section 4.14; the answer's result must be 0, success."""

PROBES = (
    Probe(
        "ldap",
        ports="389,3268",
        tls_ports="636,3269",
        send=_SEARCH,
        ends="quiet",
        starttls=((_START_TLS, b"\x02\x01\x02\x78\x07\x0a\x01\x00"),),
        rarity=4,
        matches=_MATCHES,
    ),
)
