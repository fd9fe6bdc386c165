"""A driver of enumerators beside a fake engine that answers its orders. Opens no socket and holds no test."""

import inspect
from dataclasses import dataclass, field

import pytest

from recon import Enumerator, Fact, Record, Service
from recon.enumeration import Driver

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
