"""The driver of enumerators: order, answers, what is learnt. A fake engine answers; no test opens a socket."""

import pytest
from enumeration_bench import CLOSED, Bench, FakeBatch, done, enumerator, names, owned, record, tell, teller

from recon import ConversationEnded, Fact, PluginError, Service
from recon.enumeration import MOST_IN_FLIGHT, Driver, in_order


def test_an_enumerator_comes_after_what_it_needs():
    late, early, middle = teller("demo.c", ("demo.b",)), teller("demo.a"), teller("demo.b", ("demo.a", "tls"))
    assert names(in_order(owned(late, middle, early))) == ["demo.a", "demo.b", "demo.c"]


def test_what_nobody_gives_is_refused_by_name():
    with pytest.raises(PluginError, match=r"demo\.a needs 'nothing'"):
        in_order(owned(teller("demo.a", ("nothing",))))


def test_enumerators_that_need_each_other_are_refused():
    with pytest.raises(PluginError, match="need each other"):
        in_order(owned(teller("demo.a", ("demo.b",)), teller("demo.b", ("demo.a",))))


def test_an_enumerator_that_needs_itself_is_refused():
    with pytest.raises(PluginError, match="need each other"):
        in_order(owned(teller("demo.a", ("demo.a",))))


def test_only_records_with_the_service_are_talked_to():
    bench = Bench(owned(enumerator(tell)), lambda _: done())
    other = record("other", port=9)
    out = bench.run(record("demo"), other)
    assert out[0] is other
    assert other.facts == {}
    assert out[1].facts == {"demo.told": 1}
    assert bench.kinds_ordered == ["open", "close"]


@pytest.mark.parametrize(("probe", "greets"), [("listen", True), ("http", False), (None, False)])
def test_a_greeting_is_awaited_where_the_service_was_found_by_listening(probe, greets):
    bench = Bench(owned(enumerator(tell)), lambda _: done())
    service = Service("demo", tls=True, evidence={"probe": probe} if probe else {})
    bench.run(record(service, port=77))
    assert bench.ordered[0] == ("open", "192.0.2.1", 77, None, True, greets, False)


def test_what_is_sent_goes_along_with_the_question_for_its_answer():
    async def talk(conn, found):
        assert conn.greeting == b"hello"
        assert (found.addr, found.port, found.service.name) == ("192.0.2.1", 1, "demo")
        await conn.send(b"A")
        yield Fact("first", (await conn.receive(until=b"\n", limit=5, timeout_s=1.5)).decode())
        yield Fact("second", (await conn.receive(exactly=2)).decode())
        assert conn.transcript == [("sent", b"A"), ("received", b"one\n"), ("received", b"tw")]

    bench = Bench(owned(enumerator(talk)), [done(b"hello"), done(b"one\n"), done(b"tw")])
    [out] = bench.run(record("demo"))
    assert bench.faults == []
    assert out.facts == {"demo.first": "one\n", "demo.second": "tw"}
    assert bench.ordered[1:] == [
        ("send", b"A"),
        ("receive", b"\n", None, 5, 1500),
        ("receive", None, 2, 65_536, 3000),
        ("close",),
    ]


def test_an_end_may_be_caught_and_tells_what_came():
    async def talk(conn, _found):
        try:
            await conn.receive()
        except ConversationEnded as end:
            yield Fact("why", end.why)
            yield Fact("came", end.received.decode())

    bench = Bench(owned(enumerator(talk)), [done(), ("timeout", b"half", "timeout")])
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.why": "timeout", "demo.came": "half"}


def test_an_end_that_is_not_caught_is_no_fault_and_what_was_told_stands():
    async def talk(conn, _found):
        yield Fact("told", 1)
        await conn.receive()
        yield Fact("never", 1)

    bench = Bench(owned(enumerator(talk)), [done(), CLOSED])
    [out] = bench.run(record("demo"))
    assert (out.facts, bench.faults) == ({"demo.told": 1}, [])


def test_a_port_that_does_not_open_again_keeps_its_record():
    bench = Bench(owned(enumerator(tell)), [("closed", b"", "refused")])
    [out] = bench.run(record("demo"))
    assert (out.facts, bench.faults) == ({}, [])


def test_reopen_connects_anew_and_keeps_the_greeting():
    async def talk(conn, _found):
        again = await conn.reopen()
        assert again == conn.greeting
        yield Fact("greeting", again.decode())

    bench = Bench(owned(enumerator(talk)), [done(b"one"), done(b"two")])
    [out] = bench.run(record("demo"))
    assert (out.facts, bench.faults) == ({"demo.greeting": "two"}, [])
    assert bench.ordered[0] == bench.ordered[1]


def test_reopen_of_a_port_that_is_gone_ends_it():
    async def talk(conn, _found):
        yield Fact("told", 1)
        await conn.reopen()
        yield Fact("never", 1)

    bench = Bench(owned(enumerator(talk)), [done(), ("closed", b"", "refused")])
    [out] = bench.run(record("demo"))
    assert (out.facts, bench.faults) == ({"demo.told": 1}, [])


def test_start_tls_is_ordered_after_what_was_sent_and_gives_the_session():
    async def talk(conn, _found):
        await conn.send(b"STARTTLS\r\n")
        await conn.receive(until=b"\n")
        yield Fact("session", (await conn.start_tls(server_name="example.test")).decode())
        await conn.send(b"inside")

    answers = [done(), done(b"220\n"), ("secured", b"TLS1.3", "")]
    bench = Bench(owned(enumerator(talk)), answers)
    [out] = bench.run(record("demo"))
    assert (out.facts, bench.faults) == ({"demo.session": "TLS1.3"}, [])
    assert bench.kinds_ordered == ["open", "send", "receive", "secure", "send", "close"]
    assert bench.ordered[3] == ("secure", "example.test")


def test_several_enumerators_of_one_record_run_in_turn_each_on_a_connection():
    seen = []

    async def second(_conn, found):
        seen.append(dict(found.facts))
        yield Fact("two", 2)

    kinds = owned(enumerator(second, name="demo.two", needs=("demo.one",)), teller("demo.one"))
    bench = Bench(kinds, lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.one": "demo.one", "demo.two": 2}
    assert seen == [{"demo.one": "demo.one"}]
    assert bench.kinds_ordered.count("open") == 2
    assert bench.kinds_ordered[-1] == "close"


def test_an_enumerator_whose_need_was_not_met_here_is_passed_over():
    kinds = owned(enumerator(tell, needs=("tls",)))
    bench = Bench(kinds, lambda _: done())
    plain, secure = bench.run(record("demo"), record("demo", facts={"tls.version": "1.3"}))
    assert sorted([plain.facts, secure.facts], key=len) == [{}, {"tls.version": "1.3", "demo.told": 1}]
    assert bench.kinds_ordered.count("open") == 1


def test_each_service_of_a_record_has_its_own_enumerators():
    kinds = owned(enumerator(tell), enumerator(tell, name="other.it", service="other"))
    [out] = Bench(kinds, lambda _: done()).run(record("demo", "other"))
    assert out.facts == {"demo.told": 1, "other.told": 1}


@pytest.mark.parametrize(
    ("known", "new", "left"),
    [
        ([Service("demo")], Service("demo", product="Demo"), [("demo", "Demo", None)]),
        (
            [Service("demo", product="Demo")],
            Service("demo", product="Demo", version="1"),
            [("demo", "Demo", "1")],
        ),
        (
            [Service("demo", product="Demo")],
            Service("demo", product="Module", version="2"),
            [("demo", "Demo", None), ("demo", "Module", "2")],
        ),
        ([Service("demo")], Service("other"), [("demo", None, None), ("other", None, None)]),
    ],
    ids=["a name for the bare protocol", "a version for a product", "another product", "another protocol"],
)
def test_a_service_that_is_told_joins_what_is_known(known, new, left):
    async def talk(_conn, _found):
        yield new

    [out] = Bench(owned(enumerator(talk)), lambda _: done()).run(record(*known))
    assert [(one.name, one.product, one.version) for one in out.services] == left


def test_abandoning_ends_every_conversation_and_keeps_what_was_learnt():
    async def talk(conn, _found):
        yield Fact("told", 1)
        await conn.receive()

    driver = Driver(owned(enumerator(talk), teller("demo.next")), lambda *_: None)
    driver.take(FakeBatch([record("demo", port=port) for port in range(5)]))
    driver.hear([(number, *done()) for number, *_ in driver.orders()])
    driver.abandon()
    assert driver.in_flight == 0
    out = [one for batch in driver.finished() for one in batch]
    assert [one.facts for one in out] == [{"demo.told": 1}] * 5
    assert [order[1] for order in driver.orders()] == ["receive"] * 5 + ["close"] * 5
    driver.hear([(number, *done(b"late")) for number in range(5)])
    assert list(driver.finished()) == []


def test_records_come_out_in_batches_of_those_they_came_in():
    driver = Driver(owned(enumerator(tell)), lambda *_: None)
    for ports in ((1, 2), (3, 4)):
        driver.take(FakeBatch([record("demo", port=port) for port in ports]))
    driver.hear([(number, *done()) for number, *_ in driver.orders()])
    assert [[one.port for one in batch] for batch in driver.finished()] == [[1, 2], [3, 4]]


def test_a_full_driver_has_no_room():
    driver = Driver(owned(enumerator(tell)), lambda *_: None)
    driver.take(FakeBatch([record("demo") for _ in range(MOST_IN_FLIGHT - 1)]))
    assert driver.has_room
    driver.take(FakeBatch([record("demo")]))
    assert not driver.has_room
