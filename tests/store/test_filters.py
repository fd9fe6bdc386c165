"""Filters: what each word finds, in which order versions stand, and what a bad word is told."""

import pytest
from store_runs import record, service

from recon import PlanError
from recon.store import Filter, projection

RECORDS = [
    record("10.0.0.1", 22, service("OpenSSH", "8.9p1", distro="Ubuntu"), facts={"ssh.hassh": "ab12", "ssh.bits": 2048}),
    record("10.0.0.2", 22, service("OpenSSH", "9.10"), host="b.example", facts={"ssh.names": ["x", "y"]}),
    record("10.0.0.3", 80, service("nginx", "1.18.0", name="http"), service("PHP", "8.2", name="http", confidence=0.6)),
    record("10.0.0.4", 443, service("nginx", "1.22", name="http", tls=True), banner=b"Hello\xff"),
    record("10.0.0.5", 80, state="closed", reason="refused", banner=b""),
    record("2001:db8::1", 22, service("Dropbear", name="ssh")),
]


def found(keep, *words):
    """The last part of the addresses that the words find."""
    run = keep(RECORDS)
    return [one.addr.replace("::", ".").rpartition(".")[2] for one in run.records(Filter.parse(words), order="addr")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "123451"),
        (["product=openssh"], "12"),
        (["product=OpenSSH", "version<9"], "1"),
        (["product=OpenSSH", "version>9"], "2"),
        (["version>=9.2"], "2"),
        (["version=1.18"], "3"),
        (["version~p1"], "1"),
        (["product!=OpenSSH"], "3451"),
        (["product=nginx", "version!=1.18"], "4"),
        (["product=nginx", "version=8.2"], ""),
        (["product=nginx", "product=PHP"], ""),
        (["service=http"], "34"),
        (["vendor=nginx"], "34"),
        (["distro=ubuntu"], "1"),
        (["confidence<0.9"], "3"),
        (["tls=true"], "4"),
        (["port=22"], "121"),
        (["port=80,440-450"], "345"),
        (["port!=22,80"], "4"),
        (["port>=80"], "345"),
        (["addr=10.0.0.0/30"], "123"),
        (["addr=10.0.0.2-10.0.0.3"], "23"),
        (["addr=2001:db8::/32"], "1"),
        (["addr!=10.0.0.0/8"], "1"),
        (["addr>10.0.0.4"], "51"),
        (["state=closed"], "5"),
        (["state=closed,open", "port=80"], "35"),
        (["host=B.example"], "2"),
        (["host!=b.example", "port=22"], "11"),
        (["reason=refused"], "5"),
        (["rtt_us<100", "port=443"], "4"),
        (["banner~HELLO", "tls=true"], "4"),
        (["at>=2026-11-23"], "123451"),
        (["at<2026-11-23T10:00+00:00"], ""),
        (["transport=udp"], ""),
        (["fact:ssh.hassh=ab12"], "1"),
        (["fact:ssh.hassh!=ab12"], "23451"),
        (["fact:ssh.hassh~AB"], "1"),
        (["fact:ssh.bits=2048"], "1"),
        (["fact:ssh.bits<3072"], "1"),
        (["fact:ssh.bits>3072"], ""),
        (["fact:ssh.names=y"], "2"),
        (["product=' OR 1=1 --"], ""),
    ],
)
def test_what_words_find(keep, words, expected):
    assert "".join(found(keep, *words)) == expected


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("prodct=x", "did you mean product.*there are addr, port"),
        ("port", "is no filter"),
        ("=x", "is no filter"),
        ("port=http", "22,80"),
        ("port=70000", "22,80"),
        ("port~22", "only with"),
        ("state=opne", "there are open, closed"),
        ("addr=10.0.0", "prefix"),
        ("addr=10.0.0.0/40", "prefix"),
        ("tls=maybe", "true or false"),
        ("confidence>=much", "number"),
        ("confidence~9", "only with"),
        ("product<9", "only with"),
        ("at=2026-11-23", "only with"),
        ("at>yesterday", "is a time"),
        ("fact:=x", "is no filter"),
    ],
)
def test_a_bad_word_is_named_with_what_there_is(word, why):
    with pytest.raises(PlanError, match=why) as caught:
        Filter.parse([word])
    assert caught.value.word == word


def test_an_index_is_there_once_a_filter_asked_for_it(keep):
    run = keep(RECORDS)
    where = Filter.parse(["product=nginx", "version<1.20", "port=80"])
    assert where.indexes == {"service_product", "reply_port"}
    assert len(list(run.rows(where))) == 1
    connection = projection.open_rows(run.folder)
    made = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%'")}
    assert made == {"service_product", "reply_port"}
    asked = f"EXPLAIN QUERY PLAN SELECT row FROM reply WHERE {where.where.sql}"  # noqa: S608 - our own SQL
    plan = connection.execute(asked, where.where.values)
    assert "service_product" in str(plan.fetchall())
    connection.close()
