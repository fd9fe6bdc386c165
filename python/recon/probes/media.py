"""Calls, streams and devices: SIP (RFC 3261), RTSP (RFC 7826), SSDP. All answer with a head of lines like HTTP's.

The product stands in ``Server``, or in SIP's ``User-Agent``: the same grammar of tokens, kept as loosely.
"""

from __future__ import annotations

from recon.model import Match, Probe
from recon.probes.products import PRODUCTS

_LINES = rb"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*?"
_RTSP_HEAD = rb"^RTSP/[12]\.0 \d\d\d" + _LINES + rb"(?i:Server): *"
_SIP_HEAD = rb"^SIP/2\.0 \d\d\d" + _LINES + rb"(?i:Server|User-Agent): *"

_FIRST = rb"\d?[A-Za-z][\w!#&'*.+-]*?"
_LATER = rb" {1,2}(?:[A-Z&][\w!#&'*.+-]*?|for|of|and|\d{3,}\w*?|router|server)"
_NAME = rb"(?P<product>" + _FIRST + rb"(?:" + _LATER + rb")*?)"
_WORD = rb"(?:(?i:(?:firmware |software )?(?:version|ver|rev|release)|firmware|fw|r|v)[ .:]*(?i:v\.?|r)?)?"
_TAIL = rb"(?:-[A-Za-z]?\d{1,4}[a-z]?(?:\.\d+)*)?"
"""What a maker hangs on: ``-b4``, ``-12``."""
_VERSION = rb"(?P<version>\d\w*(?:\.\w+)*" + _TAIL + rb")"
_DOTTED = rb"(?P<version>\d\w*(?:\.\w+)+" + _TAIL + rb")"
_END = rb"(?:[^\w/\r\n][^\r\n]*)?\r\n"


def _answer(start: bytes, server: bytes) -> bytes:
    return start + b" 200 OK\r\nCSeq: 1 OPTIONS\r\nServer: " + server + b"\r\n\r\n"


def _named(service: str, head: bytes, start: bytes, mark: str = "") -> tuple[Match, ...]:
    """Read any product from the header by its grammar, the most exact shape first."""
    acme = {"product": "Acme", "version": "1.4.2"}
    shapes: tuple[tuple[str, bytes, dict[bytes, dict[str, str]]], ...] = (
        (
            "spaced",
            _NAME + rb"(?: RTSP(?: [Ss]erver)?)?[ ]+\(?" + _WORD + _DOTTED + _END,
            {b"Acme Switch 1.4.2 (x86)": acme | {"product": "Acme Switch"}, b"Acme (1.4.2 (i386/linux))": acme},
        ),
        ("token", _NAME + rb" ?/ ?" + _WORD + _VERSION + _END, {b"Acme/1.4.2 (hand made)": acme}),
        ("tagged", _NAME + rb"[ _-]+" + _WORD + rb"(?:[A-Z0-9.]+ +)?" + _DOTTED + _END, {b"Acme-1.4.2": acme}),
        (
            "glued",
            rb"(?P<product>[A-Z][A-Za-z_-]*[A-Za-z])" + _DOTTED + _END,
            {b"Acme1.4.2": acme},
        ),
        (
            "bare",
            rb"(?P<product>[A-Za-z][\w!#&'*.+-]*(?: {1,2}[A-Za-z0-9&][\w!#&'*.+-]*)*)(?:\r\n|[ ]*[(/;,])",
            {b"Acme Stream Server": {"product": "Acme Stream Server"}},
        ),
    )
    return tuple(
        Match(
            head + pattern,
            service=service,
            name=f"{service}.{shape}{mark}",
            examples={_answer(start, text): expect for text, expect in examples.items()},
        )
        for shape, pattern, examples in shapes
    )


def _known(service: str, head: bytes, start: bytes) -> tuple[Match, ...]:
    """Read what departs from the grammar or has a name of its own."""
    rows: tuple[tuple[str, bytes, bytes, str, str | None, str | None], ...] = SIP if service == "sip" else RTSP
    return tuple(
        Match(
            head + pattern,
            service=service,
            product=product,
            vendor=vendor,
            cpe=cpe,
            examples={_answer(start, text): {"version": version} if version else {"product": product}},
        )
        for product, pattern, text, vendor, version, cpe in (
            (row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows
        )
    )


_V = rb"(?P<version>\d[\w.]*)"

SIP = (
    ("Grandstream", rb"Grandstream (?P<model>[A-Z][\w-]+) +V\d\S* +" + _V, b"Grandstream HT286  V1.1A 1.1.0.45",
     "grandstream", "1.1.0.45", None),
    ("Asterisk", rb"Asterisk(?: PBX)?(?: (?:certified/)?" + _V + rb")?", b"Asterisk PBX 16.28.0", "digium", "16.28.0",
     "cpe:2.3:a:digium:asterisk"),
    ("FreePBX", rb"FPBX-" + _V + rb"\((?P<asterisk>[\w.]+)\)", b"FPBX-16.0.40.7(18.20.2)", "sangoma", "16.0.40.7",
     None),
    ("OpenSIPS", rb"OpenSIPS \(" + _V, b"OpenSIPS (3.2.4 (x86_64/linux))", "opensips", "3.2.4", None),
    ("Kamailio", rb"(?i:kamailio) \(" + _V, b"kamailio (5.6.3 (x86_64/linux))", "kamailio", "5.6.3", None),
    ("SIP Express Router", rb"Sip EXpress router \(" + _V, b"Sip EXpress router (2.0.0 (i386/linux))", "iptel", "2.0.0",
     None),
    ("FreeSWITCH", rb"FreeSWITCH(?:-mod_sofia/" + _V + rb")?", b"FreeSWITCH-mod_sofia/1.10.7~64bit", "freeswitch",
     "1.10.7", None),
    ("Cisco IOS SIP Gateway", rb"Cisco-SIPGateway/IOS-(?:[\d.]*x\b|" + _V + rb")", b"Cisco-SIPGateway/IOS-15.2.4.M3",
     "cisco", "15.2.4.M3", None),
    ("Cisco CUCM", rb"Cisco-(?:CUCM|CCM)" + _V, b"Cisco-CUCM11.5", "cisco", "11.5",
     "cpe:2.3:a:cisco:unified_communications_manager"),
    ("3CX Phone System", rb"3CXPhoneSystem(?: " + _V + rb")?", b"3CXPhoneSystem 15.5.1551.5",
     "3cx", "15.5.1551.5", None),
    ("Polycom SoundPoint IP", rb"PolycomSoundPointIP-SPIP_(?P<model>\d+)-UA/" + _V,
     b"PolycomSoundPointIP-SPIP_650-UA/4.0.3.7562", "polycom", "4.0.3.7562", None),
    ("Linksys SPA", rb"Linksys/(?P<model>[A-Z]+\d\w*)-" + _V, b"Linksys/SPA942-6.1.5(a)", "linksys", "6.1.5", None),
    ("Sipura SPA", rb"Sipura/(?P<model>[A-Z]+\d\w*)-" + _V, b"Sipura/SPA2000-3.1.2", "sipura", "3.1.2", None),
    ("Cisco SPA", rb"Cisco/(?P<model>[A-Z]+\d\w*)-" + _V, b"Cisco/SPA112-1.4.1(SR1)", "cisco", "1.4.1", None),
)  # fmt: skip
"""Product, pattern, an example, vendor, the version in it, CPE where it is not made of vendor and product."""

RTSP = (
    ("GStreamer RTSP Server", rb"GStreamer RTSP server", b"GStreamer RTSP server", "gstreamer", None, None),
    ("QuickTime Streaming Server", rb"QTSS/" + _V, b"QTSS/6.0.3 (Build/526.3; Platform/MacOSX)", "apple", "6.0.3",
     "cpe:2.3:a:apple:quicktime_streaming_server"),
    ("Darwin Streaming Server", rb"DSS/" + _V, b"DSS/5.5.5 (Build/489.16; Platform/Linux)", "apple", "5.5.5",
     "cpe:2.3:a:apple:darwin_streaming_server"),
    ("RealServer", rb"RealServer Version " + _V, b"RealServer Version 7.0.1.370 (win32)", "realnetworks", "7.0.1.370",
     None),
    ("Helix Server", rb"Helix (?:Mobile |Universal )?Server Version " + _V,
     b"Helix Server Version 14.2.0.212 (win-x86)", "realnetworks", "14.2.0.212", None),
    ("Windows Media Services", rb"WMServer/" + _V, b"WMServer/9.5.6001.18281", "microsoft", "9.5.6001.18281", None),
    ("Wowza Streaming Engine", rb"Wowza Streaming Engine " + _V, b"Wowza Streaming Engine 4.8.5 build20200616020056",
     "wowza", "4.8.5", "cpe:2.3:a:wowza:streaming_engine"),
    ("Dahua Rtsp Server", rb"(?:Dahua Rtsp Server|Rtsp Server/" + _V + rb")", b"Rtsp Server/3.0",
     "dahuasecurity", "3.0", None),
    ("AirTunes", rb"AirTunes/" + _V, b"AirTunes/366.0", "apple", "366.0", None),
    ("Hipcam RealServer", rb"Hipcam RealServer/V" + _V, b"Hipcam RealServer/V1.0", "hipcam", "1.0", None),
    ("LIVE555", rb"LIVE555 Streaming Media v" + _V, b"LIVE555 Streaming Media v2018.02.18", "live555", "2018.02.18",
     "cpe:2.3:a:live555:streaming_media"),
)  # fmt: skip

_RTSP_ONLY = Match(
    rb"^RTSP/[12]\.0 \d\d\d ",
    service="rtsp",
    name="rtsp.answer",
    examples={b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n": {"service": "rtsp"}},
)

_SIP_OPTIONS = (
    b"OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/%s {host}:{port};branch=z9hG4bK-recon;rport\r\nMax-Forwards: 70\r\n"
    b"From: <sip:recon@{host}>;tag=recon\r\nTo: <sip:{host}>\r\nCall-ID: recon@{host}\r\nCSeq: 1 OPTIONS\r\n"
    b"Accept: application/sdp\r\nContent-Length: 0\r\n\r\n"
)


def _sip(mark: str) -> tuple[Match, ...]:
    """All readings of an answer by SIP; ``mark`` tells those of one transport from those of the other."""
    only = Match(
        rb"^SIP/2\.0 \d\d\d ",
        service="sip",
        name=f"sip.answer{mark}",
        examples={b"SIP/2.0 405 Method Not Allowed\r\nCSeq: 1 OPTIONS\r\n\r\n": {"service": "sip"}},
    )
    return (*_known("sip", _SIP_HEAD, b"SIP/2.0"), *_named("sip", _SIP_HEAD, b"SIP/2.0", mark), only)


_RTSP_MATCHES = (*_known("rtsp", _RTSP_HEAD, b"RTSP/1.0"), *_named("rtsp", _RTSP_HEAD, b"RTSP/1.0"), _RTSP_ONLY)

_SSDP_SEARCH = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: {host}:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)
_SSDP_HEAD = rb"^HTTP/1\.[01] 200 OK" + _LINES + rb"(?i:SERVER): *"
_SSDP_SYSTEM = (
    rb"(?:(?P<system>[^\r\n]*?)[, ]+)?UPnP/(?P<upnp>\d\.\d)[, ]+(?:DLNADOC/\d\.\d+[, ]+)?"
    + _NAME
    + rb"/ ?"
    + _WORD
    + _VERSION
    + _END
)
_SSDP_MATCHES = (
    Match(
        _SSDP_HEAD + _SSDP_SYSTEM,
        service="ssdp",
        name="ssdp.server",
        examples={
            b"HTTP/1.1 200 OK\r\nEXT:\r\nST: upnp:rootdevice\r\nSERVER: Linux/3.10 UPnP/1.0 Acme/1.4.2"
            b"\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n": {"product": "Acme", "version": "1.4.2", "system": "Linux/3.10"}
        },
    ),
    Match(
        rb"^HTTP/1\.[01] 200 OK" + _LINES + rb"(?i:USN: uuid:|ST: (?:upnp|ssdp|urn|uuid):)",
        service="ssdp",
        name="ssdp.answer",
        examples={b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n": {"service": "ssdp"}},
    ),
)
"""UPnP Device Architecture 1.1 section 1.3: a search sent to one host, and ``OS/version UPnP/1.0 product/version``."""

PROBES = (
    Probe(
        "rtsp",
        ports="554,8554",
        send=b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        rarity=4,
        matches=_RTSP_MATCHES,
        products=PRODUCTS,
    ),
    Probe(
        "sip",
        ports="5060",
        tls_ports="5061",
        send=_SIP_OPTIONS % b"TCP",
        rarity=4,
        matches=_sip(""),
        products=PRODUCTS,
    ),
    Probe(
        "ssdp",
        ports="1900",
        transport="udp",
        send=_SSDP_SEARCH,
        rarity=3,
        matches=_SSDP_MATCHES,
        products=PRODUCTS,
    ),
    Probe("sip-udp", ports="5060", transport="udp", send=_SIP_OPTIONS % b"UDP", rarity=4, matches=_sip("-udp")),
)
