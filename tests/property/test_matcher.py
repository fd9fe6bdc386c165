"""Arbitrary bytes never upset the matcher, and cutting a conversation in other places never changes what it means."""

import functools
import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from recon import Match, Probe, _core
from recon.model import Record, Service

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 4\r\n\r\npage"

PROBES = [
    Probe(
        "ssh",
        ports="22",
        matches=[
            Match(
                rb"^SSH-[\d.]+-OpenSSH_(?P<version>[\w.]+)(?: Debian-(?P<revision>\S+))?",
                service="ssh",
                vendor="openbsd",
                product="OpenSSH",
                distro="Debian",
                examples={GREETING: {"version": "9.2p1"}},
            )
        ],
    ),
    Probe(
        "http",
        ports="80",
        send=b"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
        matches=[
            Match(
                rb"^nginx/(?P<version>[\d.]+)",
                service="http",
                vendor="f5",
                product="nginx",
                field="header:server",
                examples={b"nginx/1.22.1": {"version": "1.22.1"}},
            )
        ],
    ),
]

speech = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from([GREETING, PAGE, b"HTTP/1.1 ", b"\r\n", b"Transfer-Encoding: chunked\r\n", b"fffffffff\r\n",
                         b"Content-Length: 99999999999999999999\r\n", b"220-", b"220 ", b"<title>", b"&#x110000;",
                         b"\xff", b"\x00", b"Server: nginx/", b"SSH-2.0-OpenSSH_"]),
        max_size=12,
    ).map(b"".join),
)  # fmt: skip
entries = st.lists(
    st.tuples(st.sampled_from(["sent", "received", "secured"]), speech, st.integers(0, 10_000_000), st.integers(0, 3)),
    max_size=6,
).map(lambda said: sorted(said, key=lambda one: one[2]))


@functools.cache
def pack():
    """The compiled probes of these tests."""
    made = _core.Pack([("test", probe) for probe in PROBES])
    assert made.faults == []
    return made


@given(speech, st.sampled_from(["listen", "http", "nobody"]), st.booleans())
def test_identify_never_raises_and_says_the_same_twice(data, asked, tls):
    first = pack().identify(data, asked=asked, tls=tls)
    assert first == pack().identify(data, asked=asked, tls=tls)
    services, facts = first
    assert all(isinstance(service, Service) and 0 <= service.confidence <= 1 for service in services)
    assert all(isinstance(name, str) for name in facts)


@given(entries, st.sampled_from([22, 80, 8022, 0, 65535]))
def test_any_conversation_replays_to_a_record(said, port):
    record = pack().replay(said, port=port)
    assert isinstance(record, Record)
    assert (record.port, record.state) == (port, "open")


@given(st.lists(st.integers(0, len(GREETING)), max_size=6).map(sorted))
def test_a_greeting_cut_anywhere_means_the_same(cuts):
    bounds = [0, *cuts, len(GREETING)]
    parts = [GREETING[start:end] for start, end in itertools.pairwise(bounds) if start < end]
    said = [("received", part, 1000 * index, 0) for index, part in enumerate(parts)]
    record = pack().replay(said, port=2222)
    assert record.banner == GREETING
    assert [(one.version, one.revision) for one in record.services] == [("9.2p1", "2+deb12u10")]


@given(st.lists(st.tuples(entries, st.sampled_from([22, 80, 9999])), max_size=8))
def test_records_and_batches_are_the_same_rows(conversations):
    records = [pack().replay(said, port=port) for said, port in conversations]
    batch = _core.Batch.of(records)
    assert len(batch) == len(records)
    assert list(batch) == records
    assert _core.Batch.of(list(batch)).to_jsonl() == batch.to_jsonl()
    rows = [json.loads(line) for line in batch.to_jsonl().splitlines()]
    assert [row["port"] for row in rows] == [record.port for record in records]
    assert batch.to_list().decode().splitlines() == [f"{record.addr}:{record.port}" for record in records]


texts = st.text(max_size=20)


@given(texts, texts, st.dictionaries(texts, st.one_of(texts, st.booleans(), st.integers(-(2**63), 2**63 - 1))))
def test_an_edited_record_comes_back_as_it_was_edited(host, product, facts):
    record = pack().replay([("received", GREETING, 1, 0)], port=22)
    record.host = host
    record.facts = dict(facts)
    record.services[0].product = product
    assert list(_core.Batch.of([record])) == [record]
