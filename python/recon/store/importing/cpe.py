"""CPE names in the older URI form become CPE 2.3 (NISTIR 7695 section 6). Must never guess a part that is not told."""

from __future__ import annotations

import re
from urllib.parse import unquote

_PARTS = 11
_TOLD = 7
_URI = re.compile(r"cpe:/([aho])((?::[^:\s]*){1,6})", re.IGNORECASE)
_BARE = re.compile(r"[\w.\-]", re.ASCII)


def formatted(names: list[str]) -> tuple[str, str | None]:
    """Give part and CPE 2.3 of the first application or device of ``names``; ``a`` and none where there is none."""
    for name in names:
        found = _URI.fullmatch(name)
        if found is not None and found[1].lower() != "o":
            parts = [found[1].lower(), *map(_value, found[2].split(":")[1:])]
            if "" not in parts:
                return parts[0], ":".join(["cpe:2.3", *parts, *["*"] * (_PARTS - len(parts))])
    return "a", None


def vendor_of(cpe: str | None) -> str | None:
    """The vendor of a CPE 2.3; none where it is any."""
    vendor = re.split(r"(?<!\\):", cpe)[3] if cpe else "*"
    return None if vendor in {"*", "-"} else re.sub(r"\\(.)", r"\1", vendor)


def _value(word: str) -> str:
    """One value, its marks escaped; empty where it cannot be one, any for a packed edition."""
    if not word or word.startswith("~"):
        return "*"
    plain = unquote(word, errors="strict" if word.isascii() else "replace").lower() if "%" in word else word.lower()
    if not plain.isascii() or not plain.isprintable():
        return ""
    return "".join(letter if _BARE.fullmatch(letter) else f"\\{letter}" for letter in plain)
