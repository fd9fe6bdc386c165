"""What can fail on our own machine, how a test makes it fail, and what a sweep must make of it. Data only.

`test_faults.py` provokes each row; `docs/faults.md` shows them. No row may hold a wrong verdict: an open port that is
not there, a port called closed or unreachable that is open.
"""

from __future__ import annotations

from dataclasses import dataclass

ALL = 256
"""Targets of each sweep but those that something happens to under way: 128 hosts, an open and a closed port."""
HALF = ALL // 2
EVERY_SEVENTH = "when=40+7"
NO_LOCKED_MEMORY = ("setpriv", "--bounding-set", "-ipc_lock", "prlimit", "--memlock=65536:65536")
FEW_FILES = ("prlimit", "--nofile=64:64")
FILES_FOR_RAW = ("prlimit", "--nofile=200:200")
"""It holds its 128 source ports, once for each IP version, so that fewer are refused before the first packet."""


@dataclass(frozen=True)
class Fault:
    """One failure under one backend, and what is to become of it."""

    what: str
    backend: str
    unknown: int | None
    """Targets without a verdict; none: as many as were not answered."""
    becomes: str
    exit: int = 0
    silent: int = 0
    errno: str | None = None
    """What is counted among the local errors."""
    inject: str | None = None
    """Words for `strace -e inject=`."""
    prefix: tuple[str, ...] = ()
    """Words before the sweep's own command."""
    setup: str = ""
    """What is done to the lab before: the name of a function in `fault_ground.py`."""
    hosts: str = "10.98.0.0/25"
    rate: int | str = "max"
    is_dropping: bool = False
    """Whether the kernel is to drop answers; `hosts` are more then, and all of them answer."""
    transport: str = ""
    """`U:` for UDP, where only the closed port is asked."""


AGAIN = "tried again"
GIVEN_UP = "tried again, then given up"
HOPELESS = {"unknown": ALL, "exit": 3, "becomes": GIVEN_UP}


def injected(what: str, backend: str, inject: str, **options: object) -> Fault:
    """A fault that strace puts into a system call; the errno's name is in the words for it."""
    errno = inject.split("error=")[1].split(":", maxsplit=1)[0]
    settings = {"inject": inject, "errno": errno, "unknown": 0, "becomes": AGAIN, **options}
    return Fault(what, backend, **settings)  # type: ignore[arg-type]


CONNECT = (
    injected("no free descriptor, now and then", "connect", f"socket:error=EMFILE:{EVERY_SEVENTH}"),
    injected("no free file in the system, now and then", "connect", f"socket:error=ENFILE:{EVERY_SEVENTH}"),
    injected("no free local port, now and then", "connect", f"connect:error=EADDRNOTAVAIL:{EVERY_SEVENTH}"),
    injected("no buffers, now and then", "connect", f"connect:error=ENOBUFS:{EVERY_SEVENTH}"),
    injected("no memory, now and then", "connect", f"connect:error=ENOMEM:{EVERY_SEVENTH}"),
    injected("routing cache full, now and then", "connect", f"connect:error=EAGAIN:{EVERY_SEVENTH}"),
    injected("no route for an instant", "connect", "connect:error=ENETUNREACH:when=40+23"),
    injected("no free local port, ever", "connect", "connect:error=EADDRNOTAVAIL", **HOPELESS),
    injected("connecting is forbidden", "connect", "connect:error=EPERM", **HOPELESS),
    injected("the network is down", "connect", "connect:error=ENETDOWN", **HOPELESS),
    Fault(
        "waiting is interrupted, every other time", "connect", 0, "waited again",
        inject="epoll_wait,epoll_pwait,epoll_pwait2:error=EINTR:when=5+2",
    ),
    Fault("64 descriptors", "connect", 0, "fewer at once", prefix=FEW_FILES),
    Fault("32 local ports", "connect", 0, "fewer at once", setup="few_local_ports"),
    Fault(
        "our packet filter drops SYNs to the open port", "connect", 0, "silent: a socket is told nothing of it",
        silent=HALF, setup="output_drops",
    ),
    Fault(
        "our connection tracking takes nobody more", "connect", 0, "silent: a socket is told nothing of it",
        silent=HALF, setup="tracking_is_full",
    ),
    Fault("the interface is down", "connect", ALL, "no verdict", exit=3, setup="cable_is_down"),
    Fault("no route", "connect", ALL, "no verdict", exit=3, errno="ENETUNREACH", setup="no_route"),
    injected(
        "UDP: no buffers, now and then", "connect", "sendmmsg:error=ENOBUFS:when=3+7", transport="U:",
    ),
    injected(
        "UDP: sending is forbidden", "connect", "sendmmsg:error=EPERM",
        transport="U:", unknown=HALF, exit=3, becomes=GIVEN_UP,
    ),
)  # fmt: skip

RAW = (
    injected("AF_XDP: no buffers, now and then", "raw", "sendto:error=ENOBUFS:when=20+3", rate=2000),
    injected("AF_XDP: the queue is full, now and then", "raw", "sendto:error=EAGAIN:when=20+3", rate=2000, errno=None),
    Fault("no memory may be locked", "raw", 0, "sent by AF_PACKET", prefix=NO_LOCKED_MEMORY),
    injected(
        "AF_PACKET: no buffers, now and then", "raw", "sendmmsg:error=ENOBUFS:when=2+3",
        prefix=NO_LOCKED_MEMORY, rate=2000,
    ),
    injected(
        "AF_PACKET: sending is forbidden", "raw", "sendmmsg:error=EPERM",
        prefix=NO_LOCKED_MEMORY, **HOPELESS,
    ),
    Fault(
        "waiting is interrupted, every other time", "raw", 0, "waited again",
        inject="ppoll,poll:error=EINTR:when=5+2",
    ),
    Fault(
        "the receiver is away while its ring overflows", "raw", 0, "counted as dropped, asked again",
        inject="ppoll:delay_exit=700000:when=5..12", hosts="10.98.0.0/17", rate=30_000, is_dropping=True,
    ),
    Fault("200 descriptors", "raw", 0, "enough for any number of targets", prefix=FILES_FOR_RAW),
    Fault("32 local ports", "raw", 0, "not needed", setup="few_local_ports"),
    Fault("our packet filter drops SYNs to the open port", "raw", 0, "sent below the filter", setup="output_drops"),
    Fault(
        "the same on loopback", "raw", HALF, GIVEN_UP, exit=3, errno="EPERM",
        setup="output_drops", hosts="127.98.0.0/25",
    ),
    Fault("our connection tracking takes nobody more", "raw", 0, "sent below it", setup="tracking_is_full"),
    Fault("the interface is down", "raw", ALL, "no verdict", exit=3, setup="cable_is_down"),
    Fault("no route", "raw", ALL, "no verdict", exit=3, errno="ENETUNREACH", setup="no_route"),
    Fault("the router never answers ARP", "raw", ALL, "no verdict", exit=3, errno="EHOSTUNREACH", setup="mute_router"),
)  # fmt: skip

STOPPED, CLOCK, BLINK, DOWN = (
    "stopped (SIGSTOP), then continued",
    "the clock is set an hour ahead, then an hour back",
    "the interface goes down and comes back",
    "the interface goes down for good",
)
UNDER_WAY = (
    Fault(STOPPED, "connect", 0, "goes on at its rate"),
    Fault(STOPPED, "raw", 0, "goes on at its rate"),
    Fault(CLOCK, "connect", 0, "nothing: no deadline follows that clock"),
    Fault(CLOCK, "raw", 0, "nothing: no deadline follows that clock"),
    Fault(BLINK, "connect", None, "no verdict for what was asked meanwhile", exit=3),
    Fault(BLINK, "raw", 0, "waits for it, asks again"),
    Fault(DOWN, "connect", None, "no verdict for what was not answered", exit=3),
    Fault(DOWN, "raw", None, "no verdict for what was not answered", exit=3),
)
"""What happens to a sweep of 6,000 open ports at 2,000/s after its first answers; no second has more."""

FAULTS = (*CONNECT, *RAW, *UNDER_WAY)


def rows() -> list[str]:
    """The table of the document."""
    head = ["| fault | backend | what becomes of it | unknown | wrong verdicts | exit |", "|---|---|---|---|---|---|"]
    told = [
        f"| {fault.what} | {fault.backend} | {fault.becomes} | {amount(fault)} | 0 | {fault.exit} |" for fault in FAULTS
    ]
    return head + told


def amount(fault: Fault) -> str:
    """How many are without a verdict, of how many."""
    if fault.unknown is None:
        return "what was not answered"
    return "0" if fault.unknown == 0 else f"{fault.unknown} of {HALF if fault.transport else ALL}"
