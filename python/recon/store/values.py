"""Compares columns with values that a user wrote. Must never put a value into SQL other than as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from recon import _core

VERSION_ORDER = "recon_version"
"""The SQL function that gives a version's sort key."""

_ORDER = frozenset({"<", "<=", ">", ">="})
_LAST_PORT = 65535
_FLAGS = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_MAPPED = 0xFFFF << 32


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the values it takes, in order."""

    sql: str
    values: tuple[object, ...] = ()


class Refused(ValueError):  # noqa: N818 - it is not the program that errs
    """A value or an operator that a column cannot be compared with; its text says why."""


Compare = Callable[[str, str, str], Condition]
"""Takes a column, an operator (never ``!=``, which is ``=`` turned round) and a value; raises Refused."""


def text(column: str, operator: str, value: str) -> Condition:
    """``=``: the whole text; ``~``: a part of it, in whatever case."""
    if operator == "~":
        return Condition(f"instr(lower({column}), lower(?)) > 0", (value,))
    _only(operator, "=")
    return Condition(f"{column} = ?", (value,))


def number(column: str, operator: str, value: str) -> Condition:
    """Compare a number."""
    _only(operator, "=", *_ORDER)
    try:
        return Condition(f"{column} {operator} ?", (float(value),))
    except ValueError:
        raise Refused("is compared with a number, such as 0.8") from None


def ports(column: str, operator: str, value: str) -> Condition:
    """``=``: one of ``22,80,8000-8100``; the others compare a number."""
    if operator != "=":
        return number(column, operator, value)
    ranges = [_range(word) for word in value.split(",")]
    return Condition(
        " OR ".join(f"{column} BETWEEN ? AND ?" for _ in ranges), tuple(end for ends in ranges for end in ends)
    )


def _range(word: str) -> tuple[int, int]:
    first, dash, last = word.strip().partition("-")
    try:
        ends = int(first), int(last if dash else first)
    except ValueError:
        ends = -1, -1
    if not 0 <= ends[0] <= ends[1] <= _LAST_PORT:
        raise Refused("is a port, a range or a list of them: 22,80,8000-8100")
    return ends


def addresses(column: str, operator: str, value: str) -> Condition:
    """``=``: an address, a prefix or ``first-last``; ``<`` and so on compare one address."""
    _only(operator, "=", *_ORDER)
    try:
        if operator in _ORDER:
            return Condition(f"{column} {operator} ?", (sixteen(value),))
        return Condition(f"{column} BETWEEN ? AND ?", _ends(value))
    except ValueError:
        raise Refused("is an address, a prefix or a range: 10.0.0.0/8, 10.0.0.1-10.0.0.9") from None


def _ends(value: str) -> tuple[bytes, bytes]:
    if "/" in value:
        network = ip_network(value, strict=False)
        return sixteen(str(network[0])), sixteen(str(network[-1]))
    first, dash, last = value.partition("-")
    return sixteen(first), sixteen(last if dash else first)


def sixteen(word: str) -> bytes:
    """An address as the column has it; ValueError on what is none."""
    address = ip_address(word.strip())
    return (address if isinstance(address, IPv6Address) else IPv6Address(_MAPPED | int(address))).packed


def one_of(*known: str) -> Compare:
    """Compare with words of which there are few."""

    def compare(column: str, operator: str, value: str) -> Condition:
        _only(operator, "=")
        words = [word.strip() for word in value.split(",")]
        if strange := next((word for word in words if word not in known), None):
            raise Refused(f"cannot be {strange!r}; there are {', '.join(known)}")
        return Condition(f"{column} IN ({', '.join('?' * len(words))})", tuple(words))

    return compare


def flag(column: str, operator: str, value: str) -> Condition:
    """Compare with true or false."""
    _only(operator, "=")
    if value.lower() not in _FLAGS:
        raise Refused("is true or false")
    return Condition(f"{column} = ?", (_FLAGS[value.lower()],))


def version(column: str, operator: str, value: str) -> Condition:
    """Compare in the order of versions; ``~`` looks for a part of the text."""
    if operator == "~":
        return text(column, operator, value)
    return Condition(f"{column}_key {operator} ?", (_core.version_key(value),))


def time_us(column: str, operator: str, value: str) -> Condition:
    """Compare a time: RFC 3339 or its beginning; without a zone it is UTC."""
    _only(operator, *_ORDER)
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise Refused("is a time, such as 2026-11-23T10:00") from None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return Condition(f"{column} {operator} ?", (round(when.timestamp() * 1_000_000),))


def fact(column: str, operator: str, value: str) -> Condition:
    """``=``: the whole value, or one of a list; ``<`` and so on in the order of versions, which is that of numbers."""
    if operator in _ORDER:
        return Condition(f"{VERSION_ORDER}(CAST({column} AS TEXT)) {operator} ?", (_core.version_key(value),))
    if operator == "=" and value.removeprefix("-").isdecimal() and value.isascii():
        return Condition(f"{column} IN (?, ?)", (value, int(value) if len(value) < 19 else value))  # noqa: PLR2004 - 63 bits
    return text(column, operator, value)


def _only(operator: str, *known: str) -> None:
    if operator not in known:
        shown = " ".join(sorted({*known, "!="} if "=" in known else known))
        raise Refused(f"cannot be compared with {operator}, only with {shown}")
