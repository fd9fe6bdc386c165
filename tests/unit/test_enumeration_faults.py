"""What authors of enumerators get wrong costs one fault or is refused by name. No test opens a socket."""

import contextlib

import pytest
from enumeration_bench import CLOSED, Bench, done, enumerator, owned, record, tell, teller

from recon import ConversationEnded, Enumerator, Fact, PluginError, Service
from recon.enumeration import in_order


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


def test_an_enumerator_may_need_another_whatever_its_facts_are_called():
    kinds = owned(enumerator(tell, name="demo.two", needs=("demo.one",)), enumerator(tell, name="demo.one"))
    bench = Bench(kinds, lambda _: done())
    bench.run(record("demo"))
    assert bench.kinds_ordered.count("open") == 2


def test_a_name_is_taken_once():
    with pytest.raises(PluginError, match=r"demo\.a is taken"):
        in_order(owned(teller("demo.a"), teller("demo.a")))


@pytest.mark.parametrize("kind", ["demo.a", enumerator(tell)(), None, object])
def test_what_is_no_class_of_enumerator_is_refused(kind):
    with pytest.raises(PluginError, match="no class of Enumerator"):
        in_order(owned(kind))


def test_an_enumerator_that_cannot_be_made_costs_one_fault():
    def fail(_self):
        raise ValueError("not today")

    kind = enumerator(tell)
    kind.__init__ = fail
    bench = Bench(owned(kind, teller("demo.next")), lambda _: done())
    [out] = bench.run(record("demo"))
    assert out.facts == {"demo.next": "demo.next"}
    assert bench.faults == [("test", "enumerator demo.it: ValueError: not today")]


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
