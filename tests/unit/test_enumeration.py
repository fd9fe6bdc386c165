"""The driver of enumerators: order, faults, what is learnt. A fake engine answers; no test opens a socket."""

import contextlib
import inspect
from dataclasses import dataclass, field

import pytest

from recon import ConversationEnded, Enumerator, Fact, PluginError, Record, Service
from recon.enumeration import MOST_IN_FLIGHT, Driver, in_order

CLOSED = ("closed", b"", "closed by peer")


def enumerator(talk, name="demo.it", service="demo", needs=()):
    """A class whose ``enumerate`` is the async generator function ``talk(conn, found)``."""

    async def enumerate_(_self, conn, found):
        steps = talk(conn, found)
        if inspect.isasyncgen(steps):
            async for learnt in steps:
                yield learnt
        else:
            await steps

    return type("Made", (Enumerator,), {"name": name, "service": service, "needs": needs, "enumerate": enumerate_})


def owned(*kinds):
    """The kinds as one plugin's."""
    return [("test", kind) for kind in kinds]


def record(*services, port=1, facts=None):
    """A record with these services: names, or services."""
    made = [Service(one) if isinstance(one, str) else one for one in services]
    return Record(
        at="2026-01-01T00:00:00.000000Z", addr="192.0.2.1", host=None, port=port, transport="tcp", range="registered",
        registered=None, state="open", reason="syn-ack", rtt_us=1, ttl=None, services=made, facts=dict(facts or {}),
        banner=b"",
    )  # fmt: skip


class FakeBatch(list):
    """Records that can be split and edited as the real ones."""

    def split(self, services):
        mine = [one for one in self if services & {service.name for service in one.services}]
        return FakeBatch(mine), FakeBatch(one for one in self if one not in mine)

    def edited(self, records):
        return FakeBatch(records)


@dataclass
class Bench:
    """A driver, and an engine that answers its orders from ``answers``: a list in turn, or a function."""

    kinds: list
    answers: object = ()
    faults: list = field(default_factory=list)
    ordered: list = field(default_factory=list)

    def __post_init__(self):
        self.driver = Driver(self.kinds, lambda plugin, why: self.faults.append((plugin, why)))

    def run(self, *records, turns=1000):
        """Answer until no conversation is left; the records that came out."""
        out = list(self.driver.take(FakeBatch(records)))
        script = None if callable(self.answers) else iter(self.answers)
        for _ in range(turns):
            orders = self.driver.orders()
            self.ordered += [order[1:] for order in orders]
            said = [(order, self._answer(order, script)) for order in orders if order[1] != "close"]
            self.driver.hear([(order[0], *answer) for order, answer in said])
            out += [one for batch in self.driver.finished() for one in batch]
            if not self.driver.in_flight:
                self.ordered += [order[1:] for order in self.driver.orders()]
                return out
        pytest.fail(f"still in conversation after {turns} turns")

    def _answer(self, order, script):
        return self.answers(order) if script is None else next(script, CLOSED)

    @property
    def kinds_ordered(self):
        """What was ordered, by kind."""
        return [order[0] for order in self.ordered]


def done(data=b""):
    """The engine did it."""
    return "done", data, ""


async def tell(_conn, _found):
    """One fact."""
    yield Fact("told", 1)


def teller(name, needs=()):
    """An enumerator that tells under its own name."""

    async def talk(_conn, _found):
        yield Fact(name.partition(".")[2], name)

    return enumerator(talk, name=name, needs=needs)


def names(kinds):
    return [kind.name for _, kind in kinds]


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


async def _no_generator(_self, _conn, _found):
    return None


def _plain(_self, _conn, _found):
    return iter(())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"service": "demo", "enumerate": tell}, "has no name"),
        ({"name": "demo.a", "enumerate": tell}, "has no service"),
        ({"name": 7, "service": "demo", "enumerate": tell}, "has no name"),
        ({"name": "demo.a", "service": "demo", "enumerate": _no_generator}, "async def that yields"),
        ({"name": "demo.a", "service": "demo", "enumerate": _plain}, "async def that yields"),
        ({"name": "demo.a", "service": "demo"}, "async def that yields"),
    ],
)
def test_a_badly_written_class_is_refused_with_what_is_wrong(body, why):
    with pytest.raises(PluginError, match=why):
        in_order(owned(type("Bad", (Enumerator,), body)))


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
    assert bench.ordered[0] == ("open", "192.0.2.1", 77, None, True, greets)


def test_orders_are_given_one_at_a_time_and_answers_come_back():
    async def talk(conn, found):
        assert conn.greeting == b"hello"
        assert (found.addr, found.port, found.service.name) == ("192.0.2.1", 1, "demo")
        await conn.send(b"A")
        yield Fact("first", (await conn.receive(until=b"\n", limit=5, timeout_s=1.5)).decode())
        yield Fact("second", (await conn.receive(exactly=2)).decode())
        assert conn.transcript == [("sent", b"A"), ("received", b"one\n"), ("received", b"tw")]

    bench = Bench(owned(enumerator(talk)), [done(b"hello"), done(), done(b"one\n"), done(b"tw")])
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


def test_an_enumerator_that_raises_costs_one_fault_and_keeps_the_record():
    async def talk(conn, _found):
        yield Fact("told", 1)
        await conn.send(b"x")
        raise KeyError("oops")

    bench = Bench(owned(enumerator(talk), teller("demo.next")), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.told": 1, "demo.next": "demo.next"}
    assert bench.faults == [("test", "enumerator demo.it: KeyError: 'oops'")]


@pytest.mark.parametrize("value", ["text", None, 7, ("told", 1), {"told": 1}])
def test_a_yield_of_another_type_is_a_fault(value):
    async def talk(_conn, _found):
        yield value

    bench = Bench(owned(enumerator(talk)), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {}
    [(_, why)] = bench.faults
    assert f"not {type(value).__name__}" in why


def test_awaiting_anything_but_the_connection_is_a_fault():
    class Elsewhere:
        def __await__(self):
            yield "something of an event loop"

    async def talk(_conn, _found):
        yield Fact("told", 1)
        await Elsewhere()

    bench = Bench(owned(enumerator(talk)), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.told": 1}
    assert "awaits only its connection" in bench.faults[0][1]


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

    answers = [done(), done(), done(b"220\n"), ("secured", b"TLS1.3", ""), done()]
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


@pytest.mark.xfail(strict=True, reason="a need that names an enumerator is held against the names of facts")
def test_an_enumerator_may_need_another_whatever_its_facts_are_called():
    kinds = owned(enumerator(tell, name="demo.two", needs=("demo.one",)), enumerator(tell, name="demo.one"))
    bench = Bench(kinds, lambda _: done())
    bench.run(record("demo"))
    assert bench.kinds_ordered.count("open") == 2


@pytest.mark.xfail(strict=True, reason="the last one of a name silently takes the place of the others")
def test_a_name_is_taken_once():
    with pytest.raises(PluginError, match=r"demo\.a is taken"):
        in_order(owned(teller("demo.a"), teller("demo.a")))


@pytest.mark.xfail(strict=True, reason="what is no class at all raises AttributeError or TypeError later")
@pytest.mark.parametrize("kind", ["demo.a", enumerator(tell)(), None, object])
def test_what_is_no_class_of_enumerator_is_refused(kind):
    with pytest.raises(PluginError, match="no class of Enumerator"):
        in_order(owned(kind))


@pytest.mark.xfail(strict=True, reason="making the enumerator is not guarded")
def test_an_enumerator_that_cannot_be_made_costs_one_fault():
    def fail(_self):
        raise ValueError("not today")

    kind = enumerator(tell)
    kind.__init__ = fail
    bench = Bench(owned(kind, teller("demo.next")), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.next": "demo.next"}
    assert bench.faults == [("test", "enumerator demo.it: ValueError: not today")]


@pytest.mark.xfail(strict=True, reason="nothing bounds the steps of an enumerator")
def test_an_enumerator_that_takes_no_end_for_an_answer_is_ended():
    async def talk(conn, _found):
        yield Fact("told", 1)
        while True:
            with contextlib.suppress(ConversationEnded):
                await conn.reopen()

    bench = Bench(owned(enumerator(talk)), lambda _: done() if len(bench.ordered) == 1 else CLOSED)
    [out] = bench.run(record("demo"), turns=20_000)
    assert out.facts == {"demo.told": 1}
    assert len(bench.faults) == 1


@pytest.mark.xfail(strict=True, reason="what no row can hold is noticed only when rows are made, and ends the run")
@pytest.mark.parametrize(
    "value",
    [Fact("x", 0.5), Fact("x", None), Fact("x", b"y"), Fact("x", [1]), Fact("x", 2**63), Fact("x", "\ud800"),
     Fact(7, "x"), Service(None), Service("demo", version=1.0), Service("demo", evidence={"a": 1})],
    ids=repr,
)  # fmt: skip
def test_what_no_row_can_hold_is_a_fault(value):
    async def talk(_conn, _found):
        yield Fact("told", 1)
        yield value

    bench = Bench(owned(enumerator(talk)), lambda _: done())
    [out] = bench.run(record("demo"))
    assert (out.facts, out.services) == ({"demo.told": 1}, [Service("demo")])
    assert len(bench.faults) == 1


@pytest.mark.xfail(strict=True, reason="an order that makes no sense is noticed by the engine, and ends the run")
@pytest.mark.parametrize(
    "order",
    [
        lambda conn: conn.send("text"),
        lambda conn: conn.send([300]),
        lambda conn: conn.receive(until="text"),
        lambda conn: conn.receive(limit=0),
        lambda conn: conn.receive(limit=-1),
        lambda conn: conn.receive(exactly=-1),
        lambda conn: conn.receive(exactly=2**64),
        lambda conn: conn.start_tls(server_name=7),
    ],
)
def test_an_order_that_makes_no_sense_is_a_fault_and_never_reaches_the_engine(order):
    async def talk(conn, _found):
        yield Fact("told", 1)
        await order(conn)

    bench = Bench(owned(enumerator(talk)), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.told": 1}
    assert bench.kinds_ordered == ["open", "close"]
    assert len(bench.faults) == 1


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
