"""Filter words (``product=OpenSSH 'version<9'``) become a search of rows.db. Must never let a word become SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from recon.errors import PlanError
from recon.store import values
from recon.store.values import Compare, Condition, Refused

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~")
_WORD = re.compile(r"(fact:[^=!<>~]+|[^=!<>~:]+)(<=|>=|!=|=|<|>|~)(.*)", re.DOTALL)
_EXAMPLE = "product=OpenSSH 'version<9'"
_FACT = "fact:"
_STATES = ("open", "closed", "unreachable", "open|silent", "unknown")


@dataclass(frozen=True, slots=True)
class Field:
    """A column to search, how it is compared, and the index that serves it."""

    column: str
    compare: Compare
    index: str | None = None


_REPLY = {
    "addr": Field("addr", values.addresses, "reply_addr"),
    "port": Field("port", values.ports, "reply_port"),
    "transport": Field("transport", values.one_of("tcp", "udp")),
    "state": Field("state", values.one_of(*_STATES), "reply_state"),
    "host": Field("host", values.text, "reply_host"),
    "reason": Field("reason", values.text),
    "rtt_us": Field("rtt_us", values.number),
    "at": Field("at_us", values.time_us),
    "banner": Field("json_extract(CAST(row AS TEXT), '$.banner')", values.text),
}
_SERVICE = {
    "service": Field("name", values.text, "service_name"),
    "product": Field("product", values.text, "service_product"),
    "vendor": Field("vendor", values.text, "service_vendor"),
    "version": Field("version", values.version),
    "cpe": Field("cpe", values.text, "service_cpe"),
    "distro": Field("distro", values.text),
    "revision": Field("revision", values.text),
    "confidence": Field("confidence", values.number),
    "tls": Field("tls", values.flag),
}
FIELDS = (*_REPLY, *_SERVICE, "fact:NAME")


@dataclass(frozen=True, slots=True)
class Filter:
    """A search: what must hold of a reply, and the indexes that serve it."""

    where: Condition
    indexes: frozenset[str]

    @classmethod
    def parse(cls, words: Iterable[str]) -> Filter:
        """Read filter words; all must hold, those about a service for one and the same service of the reply.

        Raises PlanError with the bad word and what there is.
        """
        known = [_Term.read(word) for word in words]
        conditions = [term.on_reply() for term in known if term.name not in _SERVICE]
        conditions += _on_services([term for term in known if term.name in _SERVICE])
        where = Condition(" AND ".join(one.sql for one in conditions), sum((one.values for one in conditions), ()))
        return cls(where, frozenset(term.field.index for term in known if term.field.index))


@dataclass(frozen=True, slots=True)
class _Term:
    """One word that was read."""

    name: str
    field: Field
    negative: bool
    condition: Condition

    @classmethod
    def read(cls, word: str) -> _Term:
        found = _WORD.fullmatch(word)
        if found is None:
            raise PlanError(word, f"is no filter: a field, one of {' '.join(OPERATORS)}, and a value", _EXAMPLE)
        name, operator, value = found.groups()
        field = _field(name.strip(), word)
        try:
            condition = field.compare(field.column, "=" if operator == "!=" else operator, value)
        except Refused as error:
            raise PlanError(word, f"{name} {error}", _EXAMPLE) from None
        return cls(name.strip(), field, operator == "!=", condition)

    def on_reply(self) -> Condition:
        if self.name.startswith(_FACT):
            inside = f"SELECT number FROM fact WHERE name = ? AND ({self.condition.sql})"  # noqa: S608 - our own SQL
            known = (self.name.removeprefix(_FACT), *self.condition.values)
            return Condition(f"number {'NOT IN' if self.negative else 'IN'} ({inside})", known)
        return self.plain()

    def plain(self) -> Condition:
        """The comparison itself; what is not there is unequal to everything."""
        sql = f"({self.condition.sql})"
        return Condition(f"{sql} IS NOT TRUE" if self.negative else sql, self.condition.values)


def _field(name: str, word: str) -> Field:
    if name.startswith(_FACT):
        return Field("value", values.fact, "fact_name")
    field = _REPLY.get(name) or _SERVICE.get(name)
    if field is None:
        near = get_close_matches(name, FIELDS, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise PlanError(word, f"no such field; {hint}there are {', '.join(FIELDS)}", _EXAMPLE)
    return field


def _on_services(terms: list[_Term]) -> list[Condition]:
    """One service must meet all terms; where all of them are negative, none may be such a service."""
    if not terms:
        return []
    if all(term.negative for term in terms):
        return [_service(Condition(f"({term.condition.sql})", term.condition.values), "NOT IN") for term in terms]
    plain = [term.plain() for term in terms]
    joined = Condition(" AND ".join(one.sql for one in plain), sum((one.values for one in plain), ()))
    return [_service(joined, "IN")]


def _service(condition: Condition, holds: str) -> Condition:
    inside = f"SELECT number FROM service WHERE {condition.sql}"  # noqa: S608 - our own SQL; values are parameters
    return Condition(f"number {holds} ({inside})", condition.values)
