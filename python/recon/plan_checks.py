"""Option values on their way into a plan: each is right, or a PlanError names it. Must never look at targets."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from ipaddress import ip_address

from recon.errors import PlanError

DEFAULT_RECALL = 0.999
SEED_BITS = 63


def read_seed(seed: int | None) -> int:
    """The seed, or a new one."""
    if seed is None:
        return secrets.randbits(SEED_BITS)
    if not 0 <= seed < 1 << SEED_BITS:
        raise PlanError(str(seed), "a seed is a whole number from 0 to 2^63 - 1", "--seed 7")
    return seed


def read_shard(shard: tuple[int, int]) -> tuple[int, int]:
    """A shard that exists."""
    index, count = shard
    if count < 1 or not 0 <= index < count:
        raise PlanError(f"{index}/{count}", "a shard is i/n with i from 0 to n - 1", "--shard 0/4")
    return shard


def read_rate(rate: float | str) -> float | None:
    """Probes a second; none where no number was given."""
    if rate in {"auto", "max"}:
        return None
    try:
        value = float(rate)
    except ValueError:
        value = -1.0
    if not 1 <= value < float("inf"):
        raise PlanError(str(rate), "a rate is probes a second, at least 1, or auto, or max", "--rate 10000")
    return value


def read_goal(recall: float | None, passes: int | None) -> float | None:
    """The wanted share; none where the user says how many passes there are."""
    if recall is None:
        return DEFAULT_RECALL if passes is None else None
    if passes is not None:
        raise PlanError("--recall", "passes follow from the recall, so that both cannot be chosen", "--recall 0.999")
    if not 0 < recall < 1:
        raise PlanError(str(recall), "a recall is a share of what is there, above 0 and below 1", "--recall 0.999")
    return recall


def positive(value: float, what: str, example: str) -> float:
    """A number above zero."""
    if not 0 < value < float("inf"):
        raise PlanError(str(value), f"a {what} is above zero", example)
    return value


def read_source_port(port: int) -> int:
    """A port that packets can come from."""
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the last port
        raise PlanError(str(port), "a source port goes from 1 to 65535", "--source-port 40000")
    return port


def read_address(word: str) -> str:
    """An address, in its usual form."""
    try:
        return str(ip_address(word))
    except ValueError:
        raise PlanError(word, "is no address of this machine", "--source-ip 192.0.2.7") from None


def choice(word: str, known: Sequence[str], what: str) -> str:
    """A word of those that are known."""
    if word not in known:
        raise PlanError(word, f"no such {what}; there are {', '.join(known)}", known[0])
    return word


def at_least(value: int, least: int, what: str) -> int:
    """A number that is not below the least."""
    if value < least:
        raise PlanError(str(value), f"{what} must be at least {least}", str(least))
    return value


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def span(seconds: float) -> str:
    """A length of time for a reader."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
