"""Rows as the report's data: JSON that its script reads. Must never hold more of one row than a reader would scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.sinks.escape import json
from recon.sinks.words import fact_text, product_of, products_of, service_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.model import Record, Service
    from recon.sinks.findings import Finding

BANNER_LIMIT = 1_000
"""Characters of a banner."""

VALUE_LIMIT = 400
"""Characters of any other text."""

FACTS_LIMIT = 80
"""Facts of a row."""


def data_of(record: Record, findings: Iterable[Finding]) -> str:
    """One JSON list: what the table's cells show, then what a row shows when it is opened."""
    service, detected = service_of(record)
    cells = (
        json(record.addr),
        json(record.host or "", VALUE_LIMIT),
        str(record.port),
        json(record.transport),
        json(record.state),
        json(service, VALUE_LIMIT),
        "1" if detected else "0",
        json(products_of(record), VALUE_LIMIT),
        _texts(f"{finding.rule.level}: {finding.rule.title}. {finding.text}" for finding in findings),
        _pairs(_details(record)),
        json(record.banner, BANNER_LIMIT),
    )
    return f"[{','.join(cells)}]"


def _details(record: Record) -> Iterable[tuple[str, str]]:
    yield "seen", record.at
    yield "reason", record.reason
    if record.rtt_us is not None:
        yield "round trip", f"{record.rtt_us / 1000:.3f} ms"
    if record.registered:
        yield "registered for", record.registered
    for service in record.services:
        yield f"service {service.name}", _service(service)
    for name, value in list(record.facts.items())[:FACTS_LIMIT]:
        yield name, fact_text(value)
    if len(record.facts) > FACTS_LIMIT:
        yield "more facts", str(len(record.facts) - FACTS_LIMIT)


def _service(service: Service) -> str:
    told = (
        product_of(service),
        service.cpe,
        f"confidence {service.confidence:g}",
        f"by {service.evidence.get('match', '')}" if service.evidence.get("match") else None,
    )
    return " · ".join(part for part in told if part)


def _texts(texts: Iterable[str]) -> str:
    return f"[{','.join(json(text, VALUE_LIMIT) for text in texts)}]"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    written = (f"[{json(name, VALUE_LIMIT)},{json(value, VALUE_LIMIT)}]" for name, value in pairs)
    return f"[{','.join(written)}]"
