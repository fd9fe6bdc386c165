"""Every error that recon raises on purpose, in one tree.

ReconError
├── PlanError         a word of the plan is wrong; ``word``, ``why`` and ``example`` say which
├── ScopeError        the plan leaves the allowed scope
├── PermissionDenied  the machine does not let us; the message says what to change
├── EngineError       the run cannot go on
├── StoreError        rows cannot be written or read
└── PluginError       a plugin is broken; ``plugin`` names it
"""

from __future__ import annotations


class ReconError(Exception):
    """Anything that recon raises on purpose."""


class PlanError(ReconError):
    """A word of the plan is wrong."""

    def __init__(self, word: str, why: str, example: str = "") -> None:
        """Keep the bad ``word``, ``why`` it is bad, and a correct ``example``."""
        self.word = word
        self.why = why
        self.example = example
        hint = f" (for example: {example})" if example else ""
        super().__init__(f"{word!r}: {why}{hint}")


class ScopeError(ReconError):
    """The plan leaves the allowed scope."""


class PermissionDenied(ReconError):  # noqa: N818 - the name the design fixes
    """The machine does not let us; the message says what to change."""


class EngineError(ReconError):
    """The run cannot go on."""


class StoreError(ReconError):
    """Rows cannot be written or read."""


class PluginError(ReconError):
    """A plugin is broken."""

    def __init__(self, plugin: str, why: str) -> None:
        """Keep the name of the ``plugin`` and ``why`` it was left out."""
        self.plugin = plugin
        self.why = why
        super().__init__(f"plugin {plugin}: {why}")
