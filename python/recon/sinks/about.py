"""Who wrote a document. Must never cost anything before it is asked."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _version_of


def version() -> str:
    """The version of recon; 0 where it runs from a tree that nobody installed."""
    try:
        return _version_of("recon-sweep")
    except PackageNotFoundError:
        return "0"
