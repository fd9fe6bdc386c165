"""Readings of option values; each raises PlanError with the bad word. Must never know what the options are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from recon.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable

MIN_CONFIDENCE_HELP = "Leave out services that are less certain, such as 0.9; rows stay."
FORMATS = ("table", "list", "jsonl", "csv", "markdown", "html", "nmap-xml", "greppable", "naabu",
           "arrow", "parquet", "sarif")  # fmt: skip
FORMAT_HELP = f"{', '.join(FORMATS)}, or a plugin's. Default: table on a terminal, list into a pipe."
STATES = ("open", "closed", "unreachable", "silent", "unknown")

_MILLISECONDS_OF = {"ms": 1, "s": 1000, "m": 60_000}
_LONGEST_MS = 3_600_000
_SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_S = 366 * 86_400
_SCALE_OF = {"k": 1000, "m": 1_000_000}
_DIGITS = 15


def rate(word: str) -> int | Literal["auto", "max"]:
    """``auto``, ``max`` or probes a second; ``k`` and ``m`` multiply."""
    if word == "auto":
        return "auto"
    if word == "max":
        return "max"
    scale = _SCALE_OF.get(word[-1:].lower(), 1)
    value = _whole((word[:-1] if scale > 1 else word).replace("_", ""))
    if not value:
        raise PlanError(f"--rate {word}", "neither a number of probes a second (from 1) nor auto or max", "--rate 5000")
    return value * scale


def timeout_ms(word: str) -> int:
    """Seconds (``2``, ``0.9``) or a number with its unit (``900ms``, ``2s``) as milliseconds."""
    unit = next((unit for unit in _MILLISECONDS_OF if word.endswith(unit)), "s")
    try:
        value = round(float(word.removesuffix(unit)) * _MILLISECONDS_OF[unit])
    except (ValueError, OverflowError):
        value = 0
    if not 1 <= value <= _LONGEST_MS:
        raise PlanError(f"--timeout {word}", "not a time between 1ms and 60m", "--timeout 900ms")
    return value


def seconds(option: str, word: str) -> float:
    """A time with its unit (``90s``, ``10m``, ``2h``), or a number of seconds."""
    unit = next((unit for unit in _SECONDS_OF if word.endswith(unit)), "")
    try:
        value = float(word.removesuffix(unit)) * _SECONDS_OF.get(unit, 1)
    except ValueError:
        value = 0.0
    if not 0 < value < _LONGEST_S:
        raise PlanError(f"{option} {word}", "not a time such as 90s, 10m or 2h", f"{option} 10m")
    return value


def shard(word: str) -> tuple[int, int]:
    """``i/n``: the part ``i`` (from 0) of ``n``."""
    first, _, second = word.partition("/")
    index, count = _whole(first), _whole(second)
    if index is None or not count or index >= count:
        raise PlanError(f"--shard {word}", "not i/n with i from 0 to n-1", "--shard 0/4, the first of four")
    return index, count


def states(words: str) -> tuple[str, ...]:
    """Comma-separated states to show."""
    asked = tuple(word.strip() for word in words.split(","))
    bad = next((word for word in asked if word not in STATES), None)
    if bad is not None:
        raise PlanError(f"--show {bad}", f"not one of {', '.join(STATES)}", "--show open,closed")
    return asked


def disabled(words: list[str]) -> tuple[str, ...]:
    """Read the plugin names of ``-P no:NAME`` words."""
    bad = next((word for word in words if not word.startswith("no:") or word == "no:"), None)
    if bad is not None:
        raise PlanError(f"-P {bad}", "only no:NAME is understood", "-P no:ssh")
    return tuple(word.removeprefix("no:") for word in words)


def one_of(option: str, word: str, allowed: tuple[str, ...]) -> str:
    """``word`` if it is allowed."""
    if word in allowed:
        return word
    raise PlanError(f"{option} {word}", f"not one of {', '.join(allowed)}", f"{option} {allowed[0]}")


def starting_with(*values: str) -> Callable[[str], list[str]]:
    """Make what a shell's completion asks for: those of ``values`` that begin like the word so far."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def _whole(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS else None
