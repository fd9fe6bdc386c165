"""Games and their voices: Minecraft, Source and Quake servers, TeamSpeak, Mumble. Asked as a server list would ask."""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe
from recon.probes.grammar import greeting

_HELLO = b"\x00\xff\xff\xff\xff\x0f\x05recon\x63\xdd\x01"
_MINECRAFT = bytes([len(_HELLO)]) + _HELLO + b"\x01\x00"
"""Minecraft's server list ping: handshake of protocol -1 for ``recon``, next state status, then the request."""


def _number(value: int) -> bytes:
    """A variable-length number of Minecraft's protocol."""
    low = b""
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        low += bytes([value & 0x7F | 0x80])
        value >>= 7
    return low + bytes([value])


def _status(text: bytes) -> bytes:
    body = b"\x00" + _number(len(text)) + text
    return _number(len(body)) + body


_MINECRAFT_HEAD = rb'^[\s\S]{1,3}\x00[\s\S]{1,3}\{[\s\S]*?"version":\{[^}]*?"name":"'


def _minecraft(pattern: bytes, product: str, name: bytes, version: str | None = None, *, vendor: str) -> Match:
    """Read one kind of server from the name in its status; a proxy names there only the clients that it takes."""
    text = (
        b'{"version":{"name":"%s","protocol":765},"players":{"max":20,"online":0},"description":{"text":"A server"}}'
        % name
    )
    return Match(
        _MINECRAFT_HEAD + pattern + rb'"',
        service="minecraft",
        vendor=vendor,
        product=product,
        examples={_status(text): {"product": product} | ({"version": version} if version else {})},
    )


_V = rb"(?P<version>\d+\.\d+(?:\.\d+)*(?:-[\w.]+)?)"

_MINECRAFT_MATCHES = (
    _minecraft(_V, "Minecraft", b"1.20.4", "1.20.4", vendor="mojang"),
    _minecraft(
        rb"(?:git-)?Paper(?:-\d+)? \(?(?:MC: )?" + _V + rb"\)?", "Paper", b"Paper 1.20.1", "1.20.1", vendor="papermc"
    ),
    _minecraft(rb"(?:CraftBukkit|Spigot) " + _V, "Spigot", b"Spigot 1.16.5", "1.16.5", vendor="spigotmc"),
    _minecraft(rb"Velocity (?P<clients>[^\"]*)", "Velocity", b"Velocity 1.7.2-1.20.4", vendor="papermc"),
    _minecraft(rb"BungeeCord (?P<clients>[^\"]*)", "BungeeCord", b"BungeeCord 1.8.x-1.20.x", vendor="spigotmc"),
    _minecraft(rb"Waterfall (?P<clients>[^\"]*)", "Waterfall", b"Waterfall 1.8.x, 1.20.x", vendor="papermc"),
    Match(
        _MINECRAFT_HEAD + rb'(?P<software>[^"]*)"',
        service="minecraft",
        name="minecraft.status",
        examples={
            _status(b'{"version":{"name":"Acme","protocol":47},"players":{"max":20,"online":0}}\n'): {
                "software": "Acme"
            }
        },
    ),
)
_RAKNET = bytes.fromhex("00ffff00fefefefefdfdfdfd12345678")
_BEDROCK = b"\x01reconrec" + _RAKNET + b"recon-id"
"""RakNet's unconnected ping: a time, the magic number of the protocol, our number."""


def _pong(text: bytes) -> bytes:
    return b"\x1creconrec" + b"srv-guid" + _RAKNET + struct.pack(">H", len(text)) + text


_PONG = rb"^\x1creconrec[\s\S]{8}\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78[\s\S]{2}"

_BEDROCK_MATCHES = (
    Match(
        _PONG
        + rb"(?P<edition>MCPE|MCEE);(?P<title>[^;]*);(?P<protocol>\d+);(?P<version>\d+\.[\w.]+);\d+;(?P<players_most>"
        rb"\d+);",
        service="minecraft-bedrock",
        vendor="mojang",
        product="Minecraft Bedrock",
        cpe="cpe:2.3:a:mojang:minecraft",
        examples={
            _pong(
                b"MCPE;Dedicated Server;622;1.20.40;0;10;13253860892328930865;Bedrock level;Survival;1;19132;19133;"
            ): {
                "version": "1.20.40",
                "title": "Dedicated Server",
                "protocol": "622",
            }
        },
    ),
    Match(
        _PONG,
        service="minecraft-bedrock",
        name="minecraft-bedrock.pong",
        examples={_pong(b""): {"service": "minecraft-bedrock"}},
    ),
)

_A2S = b"\xff\xff\xff\xffTSource Engine Query\x00"
"""Valve's server queries, A2S_INFO; most servers want it again with the number that they answer."""

_A2S_MATCHES = (
    Match(
        rb"^\xff\xff\xff\xffI[\s\S](?P<title>[^\x00]+)\x00(?P<map>[^\x00]*)\x00(?P<folder>[^\x00]*)\x00(?P<game>"
        rb"[^\x00]*)\x00"
        rb"[\s\S]{5}[dlp][lwmo][\x00\x01][\x00\x01](?P<game_version>[\w.]+)\x00",
        service="a2s",
        name="a2s.info",
        examples={
            b"\xff\xff\xff\xffI\x11Our Server\x00de_dust2\x00csgo\x00Counter-Strike: Global Offensive\x00\xda\x02\x03"
            b"\x14\x00"
            b"dl\x00\x011.38.7.9\x00": {"game": "Counter-Strike: Global Offensive", "game_version": "1.38.7.9"}
        },
    ),
    Match(
        rb"^\xff\xff\xff\xffA([\s\S]{4})$",
        service="a2s",
        name="a2s.challenge",
        reply=_A2S + b"{1}",
        examples={b"\xff\xff\xff\xffA\x0b\x22\x33\x44": {"service": "a2s"}},
    ),
    Match(
        rb"^\xff\xff\xff\xffm[\w.:-]+\x00(?P<title>[^\x00]+)\x00(?P<map>[^\x00]*)\x00(?P<folder>[^\x00]*)\x00(?P<game>"
        rb"[^\x00]*)\x00",
        service="a2s",
        name="a2s.old",
        examples={
            b"\xff\xff\xff\xffm192.0.2.1:27015\x00Our Server\x00crossfire\x00valve\x00Half-Life\x00": {
                "game": "Half-Life"
            }
        },
    ),
)

_QUAKE = b"\xff\xff\xff\xffgetstatus recon\n"
_QUAKE_MATCHES = (
    Match(
        rb"^\xff\xff\xff\xffstatusResponse\n[\s\S]*\\version\\(?P<product>[A-Za-z][\w+ -]*?) "
        rb"v?(?P<version>\d+\.\d+[\da-z.+~-]*)[ _\\]",
        service="quake3",
        name="quake3.version",
        examples={
            b"\xff\xff\xff\xffstatusResponse\n\\challenge\\recon\\version\\ioq3 1.36+u20221123 linux-x86_64 Dec  9 202"
            b"2\\protocol\\71"
            b"\\mapname\\q3dm17\n": {"product": "ioq3", "version": "1.36+u20221123"},
        },
    ),
    Match(
        rb"^\xff\xff\xff\xff(?:statusResponse|infoResponse|print)\n",
        service="quake3",
        name="quake3.status",
        examples={b"\xff\xff\xff\xffstatusResponse\n\\mapname\\q3dm17\n": {"service": "quake3"}},
    ),
)

_TS3_MATCHES = (
    greeting(
        "teamspeak",
        rb"^TS3\r?\n\r?[^\r\n]*\r?\n\r?version=(?P<version>\d+\.\d+[\w.-]*) build=(?P<build>\d+) platform="
        rb"(?P<platform>\w+)",
        "TeamSpeak 3",
        {
            b'TS3\n\rWelcome to the TeamSpeak 3 ServerQuery interface, type "help" for a list of commands'
            b".\n\rversion=3.13.7 build=1655727713 platform=Linux\n\rerror id=0 "
            b"msg=ok": {
                "version": "3.13.7",
                "build": "1655727713",
            }
        },
        vendor="teamspeak",
        cpe="cpe:2.3:a:teamspeak:teamspeak3",
        end=b"\n\r",
    ),
    greeting(
        "teamspeak",
        rb"^TS3\r?\n\r?(?:Welcome to the TeamSpeak|error id=|version=)",
        None,
        {b'TS3\n\rWelcome to the TeamSpeak 3 ServerQuery interface, type "help" for a list': {"service": "teamspeak"}},
        name="teamspeak.greeting",
        end=b"\n\r",
    ),
)

_MUMBLE = b"\x00\x00\x00\x00recon-id"
"""Mumble protocol, connectionless ping: what a server list sends."""


def _mumble_pong(version: tuple[int, int, int], users: int, most: int) -> bytes:
    return b"\x00" + bytes(version) + b"recon-id" + struct.pack(">III", users, most, 72000)


_MUMBLE_MATCHES = (
    Match(
        rb"^\x00(?P<version>[\x01-\x03][\s\S]{2})recon-id(?P<users>[\s\S]{4})(?P<users_most>[\s\S]{4})[\s\S]{4}$",
        service="mumble",
        vendor="mumble",
        product="Murmur",
        cpe="cpe:2.3:a:mumble:murmur",
        decode={"version": "{u8}.{u8}.{u8}", "users": "{u32be}", "users_most": "{u32be}"},
        examples={
            _mumble_pong((1, 3, 4), 0, 10): {"version": "1.3.4", "users": "0", "users_most": "10"},
            _mumble_pong((1, 4, 230), 7, 100): {"version": "1.4.230", "users": "7"},
        },
    ),
)


def _greeting(release: bytes, system: bytes) -> bytes:
    """Mumble protocol, message 0 (Version): number, release, operating system, its version."""
    body = b"\x08\x84\x86\x04" + b"".join(
        bytes([tag, len(text)]) + text for tag, text in ((0x12, release), (0x1A, b"X11"), (0x22, system))
    )
    return struct.pack(">HI", 0, len(body)) + body


_MUMBLE_GREETINGS = (
    Match(
        rb"^\x00\x00\x00\x00[\s\S]{2}\x08[\s\S]{1,12}?\x12[\x05-\x20](?P<version>\d+\.\d+\.\d+)"
        rb"(?:-(?P<revision>[\w.+~]+))?\x1a[\s\S](?P<os>\w+)\x22[\s\S](?P<distro>Debian|Ubuntu)",
        service="mumble",
        vendor="mumble",
        product="Murmur",
        cpe="cpe:2.3:a:mumble:murmur",
        examples={
            _greeting(b"1.3.4-4", b"Debian GNU/Linux 12 (bookworm)"): {
                "version": "1.3.4",
                "revision": "4",
                "distro": "Debian",
            }
        },
    ),
    Match(
        rb"^\x00\x00\x00\x00[\s\S]{2}\x08[\s\S]{1,12}?\x12[\x05-\x20](?P<version>\d+\.\d+\.\d+)[^\x1a]*\x1a[\s\S]"
        rb"(?P<os>[A-Z]\w+)\x22[\s\S](?P<os_version>[\x20-\x7e]+)",
        service="mumble",
        vendor="mumble",
        product="Murmur",
        cpe="cpe:2.3:a:mumble:murmur",
        examples={_greeting(b"1.4.287", b"Arch Linux [x64]"): {"version": "1.4.287", "os": "X11"}},
    ),
)
"""Inside TLS the server speaks first."""

_ask_udp = partial(Probe, transport="udp")

PROBES = (
    Probe("minecraft", ports="25565", send=_MINECRAFT, ends="quiet", rarity=8, matches=_MINECRAFT_MATCHES),
    _ask_udp("minecraft-bedrock", ports="19132-19133", send=_BEDROCK, rarity=3, matches=_BEDROCK_MATCHES),
    _ask_udp("a2s", ports="27015-27020,2302-2303,7777-7778", send=_A2S, rarity=3, matches=_A2S_MATCHES),
    _ask_udp("quake3", ports="27960-27963", send=_QUAKE, rarity=4, matches=_QUAKE_MATCHES),
    Probe("teamspeak", ports="10011,25639", send=b"version\n", ends="quiet", rarity=9, matches=_TS3_MATCHES),
    Probe("mumble-tls", tls_ports="64738", rarity=6, matches=_MUMBLE_GREETINGS),
    _ask_udp("mumble", ports="64738", send=_MUMBLE, rarity=4, matches=_MUMBLE_MATCHES),
)
