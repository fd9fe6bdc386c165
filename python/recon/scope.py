"""What may be sent to at all: allow and deny lines of a file. It refuses what it cannot read; it never guesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from recon import _core
from recon.errors import PlanError, ScopeError
from recon.plan_words import Resolve, Resolved, digest_of, lookup

MOST_NAMED = 3
"""Words out of scope that an error names."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Address words that are allowed (none: all) and denied, host names resolved; denial wins.

    ``where`` is the file it was read from.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...]
    where: str = ""
    core: _core.Scope = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the words over each other; raises PlanError on one that is no address or range."""
        object.__setattr__(self, "core", _core.Scope(self.allow, self.deny))

    @classmethod
    def load(cls, path: str, resolve: Resolve | None = None) -> Self:
        """Read a scope file; ScopeError with file, line and bad word if any line cannot be honoured."""
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise _refused(path, f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise _refused(path, "is not text in UTF-8") from None
        return cls.parse(text, path, resolve)

    @classmethod
    def parse(cls, text: str, where: str = "scope", resolve: Resolve | None = None) -> Self:
        """Read the lines of a scope file; names are resolved once, to all their addresses."""
        lists: dict[str, list[str]] = {"allow": [], "deny": []}
        for number, line in enumerate(text.splitlines(), start=1):
            rule, *words = line.partition("#")[0].split() or [""]
            if rule:
                _list_for(lists, rule, f"{where}:{number}").extend(
                    _addresses(words, f"{where}:{number}", resolve or lookup)
                )
        if not any(lists.values()):
            raise _refused(where, "has no line that allows or denies anything")
        return cls(tuple(lists["allow"]), tuple(lists["deny"]), where)

    @property
    def digest(self) -> str:
        """A digest of the addresses it holds, however its lines are written; 32 hexadecimal digits."""
        return digest_of(self.core.ranges)

    def refuse_named(self, words: Iterable[str], hosts: Mapping[str, Sequence[str]]) -> None:
        """Raise ScopeError if one of ``words`` is a single address, or a name none of whose addresses, is in scope."""
        outside = [word for word in words if self._is_outside(word, hosts)]
        if outside:
            more = f" and {len(outside) - MOST_NAMED} more" if len(outside) > MOST_NAMED else ""
            named = ", ".join(outside[:MOST_NAMED])
            raise _refused(self.where, f"{named}{more} {'are' if len(outside) > 1 else 'is'} out of scope")

    def refuse_empty(self) -> None:
        """Raise ScopeError: not one target of the plan is in scope."""
        raise _refused(self.where, "not one target is in scope")

    def stored(self) -> dict[str, Any]:
        """The scope as plain data."""
        return {"allow": self.allow, "deny": self.deny, "where": self.where}

    def _is_outside(self, word: str, hosts: Mapping[str, Sequence[str]]) -> bool:
        addr = _single(word)
        if addr is not None:
            return addr not in self.core
        named = _core.target_name(word)
        found = hosts.get(named[0], ()) if named else ()
        return bool(found) and not any(each in self.core for each in found)


def _list_for(lists: Mapping[str, list[str]], rule: str, place: str) -> list[str]:
    if rule not in lists:
        raise _refused(place, f"{rule!r} is neither allow nor deny; write for example: deny 10.0.0.1")
    return lists[rule]


def _addresses(words: Sequence[str], place: str, resolve: Resolve) -> list[str]:
    """Address words for the words of one line; a name without an address, or a bad word, refuses the list."""
    if not words:
        raise _refused(place, "an address, range or host name is missing; write for example: allow 10.0.0.0/8")
    resolved = Resolved(resolve)
    try:
        found = resolved.read(words)
        _core.Scope(found, [])
    except PlanError as error:
        raise _refused(place, f"{error.word!r}: {error.why}") from None
    if resolved.unresolved:
        raise _refused(place, f"{resolved.unresolved[0]!r} has no address, so the line cannot be honoured")
    return found


def _single(word: str) -> str | None:
    """The address of a word that names just one, with a port or without."""
    host = word.rpartition(":")[0].strip("[]") if word.startswith("[") or word.count(":") == 1 else word
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _refused(where: str, why: str) -> ScopeError:
    return ScopeError(f"{where}: {why}; refused, nothing was sent")
