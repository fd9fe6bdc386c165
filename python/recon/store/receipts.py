"""The receipt of a complete run: what a merge checks before it believes one. Must never be written of less than all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from recon import _core
from recon.store import documents

if TYPE_CHECKING:
    from recon.model import Summary
    from recon.store.run import Run

SCHEMA = 1
COUNTS = ("sent", "open", "closed", "unreachable", "silent", "unknown", "drops")


def end(run: Run, summary: Summary) -> None:
    """Write the summary, and a receipt where every position of the run is settled; raises StoreError."""
    documents.write(run.folder / documents.SUMMARY, summary.to_json() + "\n")
    standing = run.standing
    if standing.get("finished"):
        receipt = {
            "schema": SCHEMA,
            "run": run.id,
            "plan": run.about["whole_digest"],
            "shard": run.about["options"]["shard"],
            "interval": standing["interval"],
            "counts": {name: standing["tally"][name] for name in COUNTS},
            "rows": standing["rows"],
            "sha256": _core.JournalReader(run.journal).digest(),
            "recon": run.about["recon"],
            "plugins": run.about["run"]["plugins"],
        }
        documents.write(run.folder / documents.RECEIPT, json.dumps(receipt, indent=1) + "\n")
