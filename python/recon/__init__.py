"""recon sweeps address and port ranges, talks to what answers, and says exactly what it is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recon._core import Batch
    from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
    from recon.errors import (
        EngineError,
        PermissionDenied,
        PlanError,
        PluginError,
        ReconError,
        ScopeError,
        StoreError,
    )
    from recon.hookspecs import hookimpl
    from recon.model import (
        Fact,
        Findings,
        Match,
        Probe,
        Product,
        Progress,
        Record,
        Service,
        Sink,
        SinkOptions,
        SinkType,
        Summary,
    )
    from recon.offline import identify
    from recon.pipeline import Sweep, sweep
    from recon.plan import Plan

# Names are imported when first used, so that `import recon` costs next to nothing.
_HOME = {
    "Batch": "recon._core",
    "Conn": "recon.enumerator",
    "ConversationEnded": "recon.enumerator",
    "EngineError": "recon.errors",
    "Enumerator": "recon.enumerator",
    "Fact": "recon.model",
    "Findings": "recon.model",
    "Found": "recon.enumerator",
    "Match": "recon.model",
    "PermissionDenied": "recon.errors",
    "Plan": "recon.plan",
    "PlanError": "recon.errors",
    "PluginError": "recon.errors",
    "Probe": "recon.model",
    "Product": "recon.model",
    "Progress": "recon.model",
    "ReconError": "recon.errors",
    "Record": "recon.model",
    "ScopeError": "recon.errors",
    "Service": "recon.model",
    "Sink": "recon.model",
    "SinkOptions": "recon.model",
    "SinkType": "recon.model",
    "StoreError": "recon.errors",
    "Summary": "recon.model",
    "Sweep": "recon.pipeline",
    "hookimpl": "recon.hookspecs",
    "identify": "recon.offline",
    "sweep": "recon.pipeline",
}

__all__ = [
    "Batch",
    "Conn",
    "ConversationEnded",
    "EngineError",
    "Enumerator",
    "Fact",
    "Findings",
    "Found",
    "Match",
    "PermissionDenied",
    "Plan",
    "PlanError",
    "PluginError",
    "Probe",
    "Product",
    "Progress",
    "ReconError",
    "Record",
    "ScopeError",
    "Service",
    "Sink",
    "SinkOptions",
    "SinkType",
    "StoreError",
    "Summary",
    "Sweep",
    "hookimpl",
    "identify",
    "sweep",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        message = f"module 'recon' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
