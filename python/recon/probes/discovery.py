"""How devices are found and say what they are, over UDP: NetBIOS, mDNS, CoAP, NAT-PMP, WS-Discovery, Ubiquiti, SLP.

Each question goes to one address, never to a group.
"""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_NODE_STATUS = b"re\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x20CK" + b"A" * 30 + b"\x00\x00\x21\x00\x01"
"""RFC 1002 section 4.2.17: which names do you hold?"""


def _names(*names: tuple[str, int, int]) -> bytes:
    held = b"".join(name.ljust(15).encode() + struct.pack(">BH", kind, flags) for name, kind, flags in names)
    body = bytes([len(names)]) + held + b"\x00\x0c\x29\x11\x22\x33" + b"\x00" * 40
    head = b"re\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x20CK" + b"A" * 30 + b"\x00\x00\x21\x00\x01"
    return head + struct.pack(">IH", 0, len(body)) + body


_NETBIOS_MATCHES = (
    Match(
        rb"^re[\x84\x85]\x00\x00\x00\x00\x01\x00\x00\x00\x00\x20CKA{30}\x00\x00\x21\x00\x01[\s\S]{6}[\x01-\x40]"
        rb"(?P<computer>[!-~][ -~]{0,14}?) *\x00[\x04\x44\x64]\x00(?:[\s\S]{18})*?(?P<group>[!-~][ -~]{0,14}?) *\x00"
        rb"[\x84\xc4\xe4]\x00",
        service="netbios-ns",
        examples={
            _names(("TOWER", 0, 0x0400), ("TOWER", 3, 0x0400), ("TOWER", 0x20, 0x0400), ("WORKGROUP", 0, 0x8400)): {
                "computer": "TOWER",
                "group": "WORKGROUP",
            },
            _names(("WIN-7ABCDEFGHIJ", 0, 0x0400), ("CORP", 0, 0x8400), ("WIN-7ABCDEFGHIJ", 0x20, 0x0400)): {
                "computer": "WIN-7ABCDEFGHIJ",
                "group": "CORP",
            },
        },
    ),
    Match(
        rb"^re[\x84\x85][\s\S]\x00\x00\x00\x01\x00\x00\x00\x00\x20CKA{30}\x00\x00\x21\x00\x01",
        service="netbios-ns",
        name="netbios-ns.answer",
        examples={_names(): {"service": "netbios-ns"}},
    ),
)

_SERVICES = b"\x09_services\x07_dns-sd\x04_udp\x05local\x00"
_MDNS = b"re\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + _SERVICES + b"\x00\x0c\x80\x01"
"""RFC 6763 section 9 and RFC 6762 section 5.4: which kinds of services are here? To be answered to us alone."""


def _pointers(*kinds: bytes) -> bytes:
    head = b"re\x84\x00\x00\x01" + struct.pack(">HHH", len(kinds), 0, 0) + _SERVICES + b"\x00\x0c\x00\x01"
    return head + b"".join(
        b"\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x0a"
        + struct.pack(">H", len(kind) + 9)
        + bytes([len(kind)])
        + kind
        + b"\x04_tcp\xc0\x23"
        for kind in kinds
    )


def _mdns_kind(kind: str, meaning: str) -> Match:
    return Match(
        rb"^re[\x84-\x87]\x00[\s\S]{8}[\s\S]*[\x02-\x14]_%s\x04_(?:tcp|udp)" % kind.encode(),
        service="mdns",
        name=f"mdns.{kind}",
        facts={kind: meaning},
        examples={_pointers(b"_" + kind.encode()): {kind: meaning}},
    )


_MDNS_MATCHES = (
    *(
        _mdns_kind(kind, "offered")
        for kind in (
            "workstation", "ssh", "sftp-ssh", "smb", "afpovertcp", "nfs", "http", "https", "ipp", "ipps", "printer",
            "pdl-datastream", "scanner", "uscan", "airplay", "raop", "googlecast", "spotify-connect", "homekit", "hap",
            "device-info", "rfb", "mqtt", "sonos", "hue", "androidtvremote2", "adb", "companion-link", "esphomelib",
        )
    ),
    Match(
        rb"^re[\x84-\x87]\x00[\s\S]{8}[\s\S]*\x09_services\x07_dns-sd\x04_udp",
        service="mdns",
        name="mdns.services",
        examples={_pointers(b"_acme"): {"service": "mdns"}},
    ),
)  # fmt: skip

_COAP = b"\x44\x01re" + b"reco" + b"\xbb.well-known\x04core"
"""RFC 7252 and RFC 6690: which resources do you have?"""

_COAP_MATCHES = (
    Match(
        rb"^\x64[\x45\x5f]rereco[\s\S]*?\xff(?P<resources><[\x20-\x7e]+)",
        service="coap",
        examples={b'\x64\x45rereco\xc1\x28\xff</>;title="General Info";ct=0,</time>;if="clock"': {"service": "coap"}},
    ),
    Match(
        rb"^[\x54\x64][\x40-\xa5]rereco",
        service="coap",
        name="coap.answer",
        examples={b"\x64\x84rereco": {"service": "coap"}},
    ),
)

_NAT_PMP_MATCHES = (
    Match(
        rb"^\x00\x80\x00[\x00-\x05][\s\S]{4}[\s\S]{4}$",
        service="nat-pmp",
        examples={b"\x00\x80\x00\x00\x00\x01\x51\x80\xc0\x00\x02\x01": {"service": "nat-pmp"}},
    ),
)
"""RFC 6886 section 3.2: the answer to a question about the outer address."""

_PROBE = (
    b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">'
    b"<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
    b"<a:MessageID>urn:uuid:7265636f-6e00-4000-8000-7265636f6e00</a:MessageID>"
    b"<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe/></s:Body></s:Envelope>"
)
"""WS-Discovery (April 2005) section 5: who is there?"""


def _probe_match(scopes: bytes) -> bytes:
    return (
        b'<?xml version="1.0" encoding="UTF-8"?><env:Envelope><env:Body><d:ProbeMatches><d:ProbeMatch><d:Types>'
        b"dn:NetworkVideoTransmitter</d:Types><d:Scopes>" + scopes + b"</d:Scopes><d:XAddrs>http://192.0.2.9/onvif/"
        b"device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>\n"
    )


_WS_HEAD = rb"(?i)^\s*<[\s\S]*ProbeMatches[\s\S]*"

_WS_MATCHES = (
    Match(
        _WS_HEAD + rb"onvif://www\.onvif\.org/hardware/(?P<product>[\w.%()+-]+)[\s\S]*ProbeMatches>",
        service="ws-discovery",
        part="h",
        name="ws-discovery.onvif",
        examples={
            _probe_match(b"onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2143G0-I"
                         b" onvif://www.onvif.org/name/HIKVISION%20DS-2CD2143G0-I"): {"product": "DS-2CD2143G0-I"}
        },
    ),
    Match(
        rb"(?i)ProbeMatches[\s\S]*Types[^>]*>(?P<types>[^<]+)<",
        service="ws-discovery",
        name="ws-discovery.types",
        examples={_probe_match(b""): {"types": "dn:NetworkVideoTransmitter"}},
    ),
)  # fmt: skip


def _tlv(kind: int, value: bytes) -> bytes:
    return struct.pack(">BH", kind, len(value)) + value


def _ubnt(*fields: tuple[int, bytes]) -> bytes:
    body = b"".join(_tlv(*one) for one in fields)
    return b"\x01\x00" + struct.pack(">H", len(body)) + body


_UBNT_MATCHES = (
    Match(
        rb"^\x01\x00[\s\S]{2}[\s\S]*\x03\x00[\s\S](?P<platform>[A-Za-z0-9]{2,12})\.[\w-]+\.v?(?P<version>\d+\.\d+\.\d+"
        rb")[\w.+-]*",
        service="ubiquiti-discovery",
        vendor="ui",
        product="Ubiquiti firmware",
        part="o",
        examples={
            _ubnt(
                (2, b"\x00\x27\x22\x11\x22\x33\xc0\x00\x02\x01"),
                (3, b"XW.ar934x.v6.1.7.32555.180523.2032"),
                (11, b"roof-5"),
                (12, b"N5N"),
            ): {"version": "6.1.7", "platform": "XW"}
        },
    ),
    Match(
        rb"^\x01\x00[\s\S]{2}[\x01\x02]\x00[\x06\x0a][\s\S]{6,10}[\x01-\x16]\x00",
        service="ubiquiti-discovery",
        vendor="ui",
        name="ubiquiti-discovery.answer",
        examples={_ubnt((2, b"\x00\x27\x22\x11\x22\x33\xc0\x00\x02\x01"), (11, b"roof-5")): {"vendor": "ui"}},
    ),
)
"""Ubiquiti's discovery (port 10001): type, length, value; 3 is the firmware."""

_SLP = (
    b"\x02\x01\x00\x00\x36\x00\x00\x00\x00\x00re\x00\x02en"
    b"\x00\x00"
    b"\x00\x15service:service-agent"
    b"\x00\x07default"
    b"\x00\x00"
    b"\x00\x00"
)
"""RFC 2608 section 8.1: who offers services here?"""
_SLP = _SLP[:2] + len(_SLP).to_bytes(3) + _SLP[5:]

_SLP_MATCHES = (
    Match(
        rb"^\x02[\x02\x0b][\s\S]{8}re\x00\x02en",
        service="slp",
        facts={"protocol": "2"},
        examples={
            b"\x02\x0b\x00\x00\x40\x00\x00\x00\x00\x00re\x00\x02en\x00\x00\x00\x00\x00\x00" + b"\x00" * 40: {
                "protocol": "2"
            }
        },
    ),
)

_ask_udp = partial(Probe, transport="udp")

PROBES = (
    _ask_udp("netbios-ns", ports="137", send=_NODE_STATUS, rarity=1, matches=_NETBIOS_MATCHES),
    _ask_udp("mdns", ports="5353", send=_MDNS, rarity=2, matches=_MDNS_MATCHES),
    _ask_udp("coap", ports="5683", send=_COAP, rarity=3, matches=_COAP_MATCHES),
    _ask_udp("nat-pmp", ports="5351", send=b"\x00\x00", rarity=3, matches=_NAT_PMP_MATCHES),
    _ask_udp("ws-discovery", ports="3702", send=_PROBE, rarity=2, matches=_WS_MATCHES),
    _ask_udp("ubiquiti", ports="10001", send=b"\x01\x00\x00\x00", rarity=3, matches=_UBNT_MATCHES),
    _ask_udp("slp", ports="427", send=_SLP, rarity=4, matches=_SLP_MATCHES),
)
