"""How a record reads in words. Must never pass a registered name off as a detected service."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recon.model import FactValue, Record, Service


def product_of(service: Service) -> str:
    """``OpenSSH 9.2p1 (Debian 2+deb12u10)``; empty when the product is not known."""
    name = " ".join(part for part in (service.product, service.version) if part)
    packaged = " ".join(part for part in (service.distro, service.revision) if part)
    return f"{name} ({packaged})" if name and packaged else name


def products_of(record: Record) -> str:
    """Every product on the port, the first one first."""
    return ", ".join(text for text in map(product_of, record.services) if text)


def service_of(record: Record) -> tuple[str, bool]:
    """Name the service and say whether it was detected; a registered one comes as ``(ssh?)``."""
    if record.services:
        first = record.services[0]
        return (f"{first.name}/tls" if first.tls else first.name), True
    return (f"({record.registered}?)" if record.registered else ""), False


def fact_text(value: FactValue) -> str:
    """A fact's value in words: yes or no, a number, or texts with commas between them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def columns_of(text: str) -> int:
    """Terminal columns that ``text`` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def clipped(text: str, width: int) -> str:
    """``text`` cut to ``width`` columns, the cut marked by an ellipsis."""
    if columns_of(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        used += _columns(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…" if width > 0 else ""


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
