"""Puts what an enumerator yields into a record. Refuses, with TypeError or ValueError, what no row can hold."""

from __future__ import annotations

from recon.model import Fact, FactValue, Service

_MOST, _LEAST = 2**63 - 1, -(2**63)
_WORDS = ("vendor", "product", "version", "cpe", "distro", "revision")


def add_fact(facts: dict[str, FactValue], family: str, fact: Fact) -> None:
    """Keep a fact under ``family.name``."""
    _check_text("a fact's name", fact.name)
    match fact.value:
        case str() as text:
            _check_text(f"fact {fact.name}", text)
        case list() as texts:
            for text in texts:
                _check_text(f"fact {fact.name}", text)
        case int() as number if not _LEAST <= number <= _MOST:
            raise ValueError(f"fact {fact.name} does not fit 64 bits")
        case bool() | int():
            pass
        case other:
            raise TypeError(f"fact {fact.name} is {type(other).__name__}, not str, int, bool or a list of str")
    facts[f"{family}.{fact.name}"] = fact.value


def add_service(services: list[Service], new: Service) -> None:
    """Keep a service: it replaces the bare protocol of its name, or the same product with less known."""
    for word in ("name", "part", "version_source"):
        _check_text(f"a service's {word}", getattr(new, word))
    for word in _WORDS:
        if getattr(new, word) is not None:
            _check_text(f"a service's {word}", getattr(new, word))
    for word, text in new.evidence.items():
        _check_text("evidence", word)
        _check_text("evidence", text)
    new.confidence, new.tls = float(new.confidence), bool(new.tls)
    for index, known in enumerate(services):
        if known.name == new.name and known.product in (None, new.product):
            services[index] = new
            return
    services.append(new)


def _check_text(what: str, text: object) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{what} is {type(text).__name__}, not str")
    text.encode()
