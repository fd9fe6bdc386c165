"""Records and rows that the tests of the store are made of."""

from recon import Batch, Record, Service

AT = "2026-11-23T10:00:00.000000Z"


def service(product, version=None, name="ssh", **fields):
    """A service."""
    fields = {"vendor": product.lower(), "confidence": 0.98, "evidence": {"probe": "listen", "match": "x"}} | fields
    return Service(name, product=product, version=version, **fields)


def record(addr, port=22, *services, facts=None, **fields):
    """A record of an open port."""
    fields = {"host": None, "transport": "tcp", "state": "open", "reason": "syn-ack", "banner": b"hello"} | fields
    return Record(
        at=AT, addr=addr, port=port, range="", registered=None, rtt_us=85, ttl=None, services=list(services),
        facts=facts or {}, **fields,
    )  # fmt: skip


def rows_of(records, line=None):
    """(position, JSON row) of each record."""
    lines = Batch.of(records).to_jsonl().splitlines()
    found = zip(records, lines, strict=True)
    return [(line and line.position_of(one.addr, one.port, one.transport), row) for one, row in found]
