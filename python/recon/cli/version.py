"""``recon --version``: everything a bug report needs on one line. Must never start anything."""

from __future__ import annotations

import platform

from recon import _core


def version_line() -> str:
    """Versions of recon, its core, Python and the number line's shuffle."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to import

    try:
        own = version("recon-sweep")
    except PackageNotFoundError:
        own = _core.__version__
    return f"recon {own} (core {_core.__version__}, Python {platform.python_version()}, shuffle {_core.Line.VERSION})"
