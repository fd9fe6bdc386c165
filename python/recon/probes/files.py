"""Servers of files and disks: TFTP, AFP, Sun RPC with NFS, Subversion, git, iSCSI. Nothing is opened or written."""

from __future__ import annotations

import struct
from functools import partial

from recon.model import Match, Probe

_TFTP = b"\x00\x01recon.no-such-file\x00octet\x00"
"""RFC 1350 section 5: a wish to read a file that nobody has; the answer is an error."""


_TFTP_MODE = b"\x00\x01recon.no-such-file\x00recon\x00"
"""The same in a mode of transfer that does not exist: servers refuse it in words of their own."""


def _tftp(code: int, text: bytes, name: str) -> Match:
    return Match(
        rb"^\x00\x05\x00\x%02x(?P<error>[\x20-\x7e]{4,})" % code,
        service="tftp",
        name=name,
        examples={b"\x00\x05\x00" + bytes([code]) + text + b"\x00": {"error": text.decode()}},
    )


_TFTP_MATCHES = (
    Match(
        rb"^\x00\x05\x00\x01file [\x20-\x7e]*recon\.no-such-file not found",
        service="tftp",
        vendor="thekelleys",
        product="dnsmasq",
        examples={b"\x00\x05\x00\x01file /srv/tftp/recon.no-such-file not found\x00": {"product": "dnsmasq"}},
    ),
    _tftp(0, b"Permission denied", "tftp.undefined"),
    _tftp(1, b"File not found", "tftp.not-found"),
    _tftp(2, b"Access violation", "tftp.access"),
    _tftp(4, b"Illegal TFTP operation", "tftp.illegal"),
)

_TFTP_MODE_MATCHES = (
    Match(
        rb"^\x00\x05\x00\x04unsupported request from [\da-f.:]+\x00",
        service="tftp",
        vendor="thekelleys",
        product="dnsmasq",
        name="tftp.dnsmasq-mode",
        examples={b"\x00\x05\x00\x04unsupported request from 192.0.2.1\x00": {"product": "dnsmasq"}},
    ),
    Match(
        rb"^\x00\x05\x00\x04Unknown mode\x00$",
        service="tftp",
        product="tftpd-hpa",
        examples={b"\x00\x05\x00\x04Unknown mode\x00": {"product": "tftpd-hpa"}},
    ),
)

_AFP = b"\x00\x03\x00\x01" + b"\x00" * 12
"""A DSI request (Apple Filing Protocol Programming Guide, DSIGetStatus): allowed before any log-in."""


def _afp_status(machine: bytes, *versions: bytes) -> bytes:
    """A status block: offsets, name of the server, kind of machine, protocol versions, ways to log in."""
    name = b"\x05tower"
    said = bytes([len(machine)]) + machine
    listed = bytes([len(versions)]) + b"".join(bytes([len(one)]) + one for one in versions)
    ways = b"\x01\x04DHX2"
    at = 10 + len(name)
    offsets = (at, at + len(said), at + len(said) + len(listed), 0)
    body = struct.pack(">HHHHH", *offsets, 0x8FFB) + name + said + listed + ways + b"\x00" * 16
    return b"\x01\x03\x00\x01\x00\x00\x00\x00" + struct.pack(">II", len(body), 0) + body


_AFP_HEAD = rb"^\x01\x03\x00\x01\x00\x00\x00\x00[\s\S]{8}[\s\S]*?"
_AFP_VERSIONS = rb"[\s\S]{1,2}(?:AFP|\x0eAFPVersion )"

_AFP_MATCHES = (
    Match(
        _AFP_HEAD + rb"[\x09-\x30]Netatalk ?(?P<version>\d+\.\d+(?:\.\d+)?(?:[a-z]+\d*)?)" + _AFP_VERSIONS,
        service="afp",
        vendor="netatalk",
        product="Netatalk",
        examples={
            _afp_status(b"Netatalk3.1.12", b"AFP2.2", b"AFPX03", b"AFP3.4"): {
                "version": "3.1.12",
                "cpe": "cpe:2.3:a:netatalk:netatalk:3.1.12:*:*:*:*:*:*:*",
            },
            _afp_status(b"Netatalk2.2.5", b"AFPVersion 1.1", b"AFP2.2", b"AFP3.3"): {"version": "2.2.5"},
        },
    ),
    Match(
        _AFP_HEAD
        + rb"[\x07-\x30](?P<model>(?:Mac(?:Book|mini|Pro|BookPro|BookAir)?|iMac(?:Pro)?|Xserve|PowerMac|PowerBook)\d+,"
        rb"\d+)" + _AFP_VERSIONS,
        service="afp",
        vendor="apple",
        product="Apple File Server",
        examples={_afp_status(b"Macmini7,1", b"AFP3.4", b"AFP3.3"): {"model": "Macmini7,1"}},
    ),
    Match(
        _AFP_HEAD + rb"[\x07-\x30](?P<model>TimeCapsule\d+,\d+|AirPort\d*,?\d*)" + _AFP_VERSIONS,
        service="afp",
        vendor="apple",
        product="AirPort",
        part="h",
        examples={_afp_status(b"TimeCapsule8,119", b"AFP3.3", b"AFP3.2"): {"model": "TimeCapsule8,119"}},
    ),
    Match(
        _AFP_HEAD + rb"(?P<newest>AFP(?:\d\.\d|X0\d))",
        service="afp",
        name="afp.status",
        examples={_afp_status(b"Acme NAS", b"AFP2.2", b"AFPX03"): {"newest": "AFP2.2"}},
    ),
)


def _rpc(mark: bytes, program: int, version: int, procedure: int) -> bytes:
    """RFC 5531 section 9: our mark, a call, RPC version 2, what to call, and no credentials."""
    return mark + struct.pack(">IIIII", 0, 2, program, version, procedure) + b"\x00" * 16


def _over_tcp(message: bytes) -> bytes:
    return struct.pack(">I", 0x80000000 | len(message)) + message


_LIST = _rpc(b"rpcb", 100000, 2, 4)
"""The port mapper's PMAPPROC_DUMP (RFC 1833 section 3)."""

_NFS = _rpc(b"nfs?", 100003, 0x72656, 0)
"""The empty procedure in a version that nobody has: the answer names the lowest and highest that is there."""

_PROGRAMS = (
    (100003, "nfs"),
    (100005, "mountd"),
    (100021, "nlockmgr"),
    (100024, "status"),
    (100011, "rquotad"),
    (100227, "nfs_acl"),
    (100004, "ypserv"),
    (100007, "ypbind"),
    (100009, "yppasswdd"),
    (100002, "rusersd"),
    (100008, "walld"),
    (100001, "rstatd"),
    (100083, "ttdbserverd"),
    (100068, "cmsd"),
    (100232, "sadmind"),
    (391002, "sgi_fam"),
)
"""Numbers of programs from the registry of RPC program numbers (RFC 5531 section 8.3)."""


def _answer(mark: bytes, state: int, rest: bytes = b"") -> bytes:
    return mark + struct.pack(">IIIII", 1, 0, 0, 0, state) + rest


def _entry(program: int, version: int, port: int) -> bytes:
    return struct.pack(">IIIII", 1, program, version, 6, port)


def _escaped(data: bytes) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in data)


def _sun_rpc(*, tcp: bool) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Read the answers of the port mapper and of NFS."""
    wrap, way = (_over_tcp, "tcp") if tcp else (bytes, "udp")
    start = rb"^\x80\x00[\s\S]{2}" if tcp else b"^"
    accepted = rb"\x00\x00\x00\x01" + rb"\x00" * 12
    listed = start + b"rpcb" + accepted + rb"\x00\x00\x00\x00\x00\x00\x00\x01"
    dumped = _answer(b"rpcb", 0, _entry(100000, 4, 111))
    mapper = tuple(
        Match(
            listed
            + rb"[\s\S]*?\x00\x00\x00\x01"
            + _escaped(struct.pack(">I", number))
            + rb"\x00\x00\x00[\s\S]\x00\x00\x00[\x06\x11]",
            service="rpcbind",
            name=f"rpcbind.{name}-{way}",
            facts={name: "registered"},
            examples={wrap(dumped + _entry(number, 3, 2049) + b"\x00" * 4): {name: "registered"}},
        )
        for number, name in _PROGRAMS
    )
    return (
        (
            *mapper,
            Match(
                listed + rb"\x00\x01\x86\xa0\x00\x00\x00[\x02-\x04]",
                service="rpcbind",
                name=f"rpcbind.list-{way}",
                examples={wrap(dumped + b"\x00" * 4): {"service": "rpcbind"}},
            ),
            Match(
                start + b"rpcb" + accepted + rb"\x00\x00\x00\x01$",
                service="sunrpc",
                name=f"sunrpc.other-{way}",
                examples={wrap(_answer(b"rpcb", 1)): {"service": "sunrpc"}},
            ),
        ),
        (
            Match(
                start
                + rb"nfs\?"
                + accepted
                + rb"\x00\x00\x00\x02(?P<lowest>\x00\x00\x00[\x02-\x04])(?P<highest>\x00\x00\x00[\x02-\x04])",
                service="nfs",
                name=f"nfs.versions-{way}",
                decode={"lowest": "{u32be}", "highest": "{u32be}"},
                examples={wrap(_answer(b"nfs?", 2, struct.pack(">II", 3, 4))): {"lowest": "3", "highest": "4"}},
            ),
        ),
    )


_MAPPER_TCP, _NFS_TCP = _sun_rpc(tcp=True)
_MAPPER_UDP, _NFS_UDP = _sun_rpc(tcp=False)

_SVN_MATCHES = (
    Match(
        rb"^\( success \( (?P<oldest>\d) (?P<protocol>\d) \( [A-Z0-9 -]*\) \( (?P<abilities>[\w: -]*)\) \) \) ",
        service="svn",
        vendor="apache",
        product="svnserve",
        cpe="cpe:2.3:a:apache:subversion",
        examples={
            b"( success ( 2 2 ( ) ( edit-pipeline svndiff1 accepts-svndiff2 absent-entries commit-revprops depth"
            b" log-revprops atomic-revprops partial-replay inherited-props ephemeral-txnprops file-revs-reverse list )"
            b" ) ) \n": {"protocol": "2", "product": "svnserve"},
            b"( success ( 1 2 ( ANONYMOUS ) ( edit-pipeline ) ) ) \n": {"oldest": "1", "protocol": "2"},
        },
    ),
)
"""The greeting of Subversion's protocol (libsvn_ra_svn/protocol, section 2.1); the number there is the protocol's."""


def _packet(text: bytes) -> bytes:
    return b"%04x%s" % (len(text) + 4, text)


_GIT = _packet(b"git-upload-pack /recon.no-such-repository\x00host={host}\x00\x00version=2\x00")
"""gitprotocol-pack(5): a wish to read a repository that nobody has."""

_GIT_MATCHES = (
    Match(
        rb"^[0-9a-f]{4}ERR access denied or repository not exported: /recon",
        service="git",
        vendor="git-scm",
        product="git daemon",
        cpe="cpe:2.3:a:git-scm:git",
        examples={
            _packet(b"ERR access denied or repository not exported: /recon.no-such-repository"): {
                "product": "git daemon"
            }
        },
    ),
    Match(
        rb"^[0-9a-f]{4}ERR (?P<error>[\x20-\x7e]*)",
        service="git",
        name="git.error",
        examples={_packet(b"ERR Repository not found.\n"): {"service": "git"}},
    ),
    Match(
        rb"^000eversion 2\n[0-9a-f]{4}agent=git/(?P<version>\d+\.\d+[\w.]*)",
        service="git",
        vendor="git-scm",
        product="git daemon",
        cpe="cpe:2.3:a:git-scm:git",
        examples={b"000eversion 2\n0015agent=git/2.39.5\n0000": {"version": "2.39.5"}},
    ),
)

_ISCSI = bytes.fromhex("4387ffff" + "00000000") + b"recon\x00\x00\x00" + b"reco" + b"\x00" * 28
"""RFC 7143 section 11.12: a log-in request of versions that no target has; it is refused before any name is read."""

_ISCSI_MATCHES = (
    Match(
        rb"^\x23[\s\S]{15}reco[\s\S]{16}\x02\x05",
        service="iscsi",
        name="iscsi.version-refused",
        examples={
            b"\x23\x80\x00\x00"
            + b"\x00" * 4
            + b"recon\x00\x00\x00"
            + b"reco"
            + b"\x00" * 16
            + b"\x02\x05"
            + b"\x00" * 10: {"service": "iscsi"}
        },
    ),
    Match(
        rb"^[\x23\x3f][\s\S]{15}reco[\s\S]{28}",
        service="iscsi",
        name="iscsi.answer",
        examples={
            b"\x23\x80\x00\x00" + b"\x00" * 12 + b"reco" + b"\x00" * 16 + b"\x02\x00" + b"\x00" * 10: {
                "service": "iscsi"
            }
        },
    ),
)

_ask = partial(Probe, ends="quiet")
_ask_udp = partial(Probe, transport="udp")

PROBES = (
    _ask_udp("tftp", ports="69", send=_TFTP, rarity=3, answers_elsewhere=True, matches=_TFTP_MATCHES),
    _ask_udp("tftp-mode", ports="69", send=_TFTP_MODE, rarity=4, answers_elsewhere=True, matches=_TFTP_MODE_MATCHES),
    _ask("afp", ports="548", send=_AFP, rarity=6, matches=_AFP_MATCHES),
    _ask("rpcbind", ports="111,32768-32785", send=_over_tcp(_LIST), rarity=5, matches=_MAPPER_TCP),
    _ask("nfs", ports="2049", send=_over_tcp(_NFS), rarity=7, matches=_NFS_TCP),
    _ask_udp("rpcbind-udp", ports="111", send=_LIST, rarity=2, matches=_MAPPER_UDP),
    _ask_udp("nfs-udp", ports="2049", send=_NFS, rarity=4, matches=_NFS_UDP),
    Probe("svn", ports="3690", rarity=6, matches=_SVN_MATCHES),
    _ask("git", ports="9418", send=_GIT, rarity=8, matches=_GIT_MATCHES),
    _ask("iscsi", ports="860,3260", send=_ISCSI, rarity=8, matches=_ISCSI_MATCHES),
)
