"""Reads the limits of this machine that bound a sweep. Must never write, and never fail on a strange machine."""

from __future__ import annotations

import errno
import os
import resource
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recon.links import Link, links

Verdict = Literal["good", "low", "missing"]

_GOOD_FDS = 16_384
_GOOD_EPHEMERAL = 28_000
_GOOD_BACKLOG = 4096
_CONNTRACK_SHARE = 0.5
_CAP_NET_ADMIN, _CAP_NET_RAW = 12, 13
_AF_XDP = 44
"""Linux's number for the address family (include/linux/socket.h); Python has no name for it before 3.14."""

_PRIVILEGE = "run recon with sudo, or in a unit with AmbientCapabilities={}; never setcap a Python interpreter"
_LINKS = {
    "af_xdp": "With --backend raw, probes leave here by a ring that is shared with the kernel: the fastest link.",
    "af_packet": "With --backend raw, answers are read and conversations held by packet sockets, and probes leave by"
    " them where AF_XDP cannot be had.",
    "raw_ip": "With --backend raw, packets to this machine itself and into tunnels leave by raw IP sockets.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One limit: its value now, what it means for a sweep, and how to change it (empty: no need)."""

    name: str
    value: str
    verdict: Verdict
    meaning: str
    change: str


def checks(proc: Path = Path("/proc")) -> list[Check]:
    """Every limit that this machine has, in the order in which sweeps meet them."""
    found = [
        _descriptors(),
        _ephemeral_ports(proc),
        _processors(),
        _capability(proc, "CAP_NET_RAW", _CAP_NET_RAW),
        _capability(proc, "CAP_NET_ADMIN", _CAP_NET_ADMIN),
        _af_xdp(),
        *(_link(link) for link in links()),
        _conntrack(proc),
        _time_wait(proc),
        _backlog(proc),
    ]
    return [check for check in found if check is not None]


def _descriptors() -> Check:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = hard == resource.RLIM_INFINITY or hard >= _GOOD_FDS
    top = "unlimited" if hard == resource.RLIM_INFINITY else f"{hard:,}"
    return Check(
        "open files",
        f"{soft:,} soft, {top} hard",
        "good" if enough else "low",
        "The connect backend raises the soft limit to the hard one and keeps that many targets in flight, less a"
        " reserve; over a silent range the rate is at most that number divided by the timeout.",
        "" if enough else "ulimit -Hn 65536 as root, or LimitNOFILE=65536 in the unit, or nofile in limits.conf",
    )


def _ephemeral_ports(proc: Path) -> Check | None:
    span = _text(proc, "sys/net/ipv4/ip_local_port_range").split()
    if len(span) != 2:  # noqa: PLR2004 - first and last
        return None
    first, last = int(span[0]), int(span[1])
    reserved = _text(proc, "sys/net/ipv4/ip_local_reserved_ports")
    count = last - first + 1 - _reserved_inside(reserved, first, last)
    return Check(
        "ephemeral ports",
        f"{first}-{last}, {count:,} usable" + (f", reserved {reserved}" if reserved else ""),
        "good" if count >= _GOOD_EPHEMERAL else "low",
        "So many connections can be open at once to one and the same address and port; recon closes with RST, so"
        " none of them lingers.",
        "" if count >= _GOOD_EPHEMERAL else "sysctl -w net.ipv4.ip_local_port_range='15000 65000'",
    )


def _reserved_inside(reserved: str, first: int, last: int) -> int:
    total = 0
    for word in filter(None, reserved.split(",")):
        low, _, high = word.partition("-")
        total += max(min(int(high or low), last) - max(int(low), first) + 1, 0)
    return total


def _processors() -> Check:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check(
        "processors",
        f"{usable} usable of {os.cpu_count() or 1}",
        "good",
        "One sending thread each by default; the targets, when they are on this machine, share them.",
        "",
    )


def _capability(proc: Path, name: str, bit: int) -> Check | None:
    row = next((row for row in _text(proc, "self/status").splitlines() if row.startswith("CapEff:")), None)
    if row is None:
        return None
    held = bool(int(row.split()[1], 16) >> bit & 1)
    needs = {
        _CAP_NET_RAW: "Raw packets need it. The connect backend does not: sweeps work without, at socket speed.",
        _CAP_NET_ADMIN: "AF_XDP sockets and network namespaces need it. The connect backend does not.",
    }
    if held:
        return Check(name, "held", "good", needs[bit], "")
    return Check(name, "not held", "missing", needs[bit], _PRIVILEGE.format(name))


def _af_xdp() -> Check:
    try:
        socket.socket(_AF_XDP, socket.SOCK_RAW, 0).close()
        value, there = "supported", True
    except PermissionError:
        value, there = "supported, not permitted", True
    except OSError as error:
        value, there = f"not available ({error.strerror})", False
    return Check(
        "AF_XDP",
        value,
        "good" if there else "missing",
        "The fastest way to send raw packets; packet sockets stand in for it. The connect backend needs neither.",
        "" if there else "a kernel with CONFIG_XDP_SOCKETS=y",
    )


def _link(link: Link) -> Check:
    name = f"{link.name} on {link.interface}" if link.interface else link.name
    if link.refusal is None:
        return Check(name, "may be opened", "good", _LINKS[link.name], "")
    return Check(name, os.strerror(link.refusal), "missing", _LINKS[link.name], _cure(link))


def _cure(link: Link) -> str:
    """What to change so that a link may be opened."""
    if link.refusal in {errno.EPERM, errno.EACCES}:
        return _PRIVILEGE.format("CAP_NET_RAW")
    if link.refusal == errno.EBUSY:
        return f"end the program that holds the first queue of {link.interface} by AF_XDP, or let af_packet stand in"
    return "a kernel and a driver that have it, or let another link stand in"


def _conntrack(proc: Path) -> Check:
    limit, used = (_text(proc, f"sys/net/netfilter/nf_conntrack_{name}") for name in ("max", "count"))
    if not limit.isdecimal() or not used.isdecimal():
        return Check("connection tracking", "not loaded", "good", "No table of connections can fill up.", "")
    full = int(used) > int(limit) * _CONNTRACK_SHARE
    return Check(
        "connection tracking",
        f"{int(used):,} of {int(limit):,}",
        "low" if full else "good",
        "Every probe takes an entry for seconds to minutes; a full table drops packets silently, and open ports with"
        " them.",
        f"sysctl -w net.netfilter.nf_conntrack_max={int(limit) * 8}, or a notrack rule for recon's source port"
        if full
        else "",
    )


def _time_wait(proc: Path) -> Check | None:
    value = _text(proc, "sys/net/ipv4/tcp_tw_reuse")
    if not value:
        return None
    names = {"0": "off", "1": "on", "2": "on for loopback"}
    return Check(
        "TIME_WAIT reuse",
        names.get(value, value),
        "good",
        "recon leaves no TIME_WAIT behind (it closes with RST); this only matters beside programs that do.",
        "",
    )


def _backlog(proc: Path) -> Check | None:
    value = _text(proc, "sys/net/core/somaxconn")
    if not value.isdecimal():
        return None
    enough = int(value) >= _GOOD_BACKLOG
    return Check(
        "listen backlog",
        f"{int(value):,}",
        "good" if enough else "low",
        "Only counts when the target is this machine: a listener whose queue is full lets probes go unanswered.",
        "" if enough else "sysctl -w net.core.somaxconn=4096",
    )


def _text(proc: Path, name: str) -> str:
    try:
        return (proc / name).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
