"""``recon --version``: everything a bug report needs on one line. Must never start anything."""

from __future__ import annotations

import platform

from recon.plan import CORE_VERSION, SHUFFLE_VERSION


def version_line() -> str:
    """Versions of recon, its core, Python and the number line's shuffle."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to import

    try:
        own = version("recon-sweep")
    except PackageNotFoundError:
        own = CORE_VERSION
    return f"recon {own} (core {CORE_VERSION}, Python {platform.python_version()}, shuffle {SHUFFLE_VERSION})"
