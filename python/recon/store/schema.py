"""The tables of rows.db. Must never hold what the journal does not: any other version of it is made again."""

VERSION = 1
"""Bumped on any change; a file of an older version is made again from the journal, one of a newer one is refused."""

APPLICATION = 0x7265_636F
"""What marks a SQLite file as ours."""

TABLES = """
CREATE TABLE mark (
    only INTEGER PRIMARY KEY CHECK (only = 1), offset INTEGER NOT NULL, tail BLOB NOT NULL, replies INTEGER NOT NULL
) STRICT;
CREATE TABLE reply (
    number INTEGER PRIMARY KEY, position INTEGER, addr BLOB NOT NULL, port INTEGER NOT NULL, transport TEXT NOT NULL,
    state TEXT NOT NULL, host TEXT COLLATE NOCASE, reason TEXT NOT NULL, rtt_us INTEGER, at_us INTEGER NOT NULL,
    row BLOB NOT NULL
) STRICT;
CREATE TABLE service (
    number INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE, vendor TEXT COLLATE NOCASE,
    product TEXT COLLATE NOCASE, version TEXT COLLATE NOCASE, version_key BLOB, cpe TEXT, distro TEXT COLLATE NOCASE,
    revision TEXT COLLATE NOCASE, confidence REAL NOT NULL, tls INTEGER NOT NULL, PRIMARY KEY (number, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (
    number INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, value ANY NOT NULL, PRIMARY KEY (number, place)
) STRICT, WITHOUT ROWID;
"""
"""``number`` counts the rows of the journal in their order; ``addr`` has 16 bytes, IPv4 as IPv6 has it; ``mark`` says
how much of the journal is here: the offset behind it, and a digest of what stands before that offset."""

COLUMNS = {"reply": 11, "service": 12, "fact": 4}

INDEXES = {
    "reply_addr": "reply (addr, port, transport)",
    "reply_port": "reply (port, addr, transport)",
    "reply_state": "reply (state, addr, port, transport)",
    "reply_host": "reply (host, addr, port)",
    "service_name": "service (name, version_key)",
    "service_product": "service (product, version_key)",
    "service_vendor": "service (vendor, version_key)",
    "service_cpe": "service (cpe)",
    "fact_name": "fact (name, value)",
}
"""Made when a filter first asks for one, since most rows are never searched by most columns."""
