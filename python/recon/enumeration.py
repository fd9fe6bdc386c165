"""Drives Python enumerators: many conversations in flight, stepped in batches by the thread that iterates the sweep.

No asyncio and no sockets: an enumerator yields orders, the engine carries them out and tells what became of them.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from recon.blocking import Ended, Threads
from recon.enumerator import Conn, ConversationEnded, Enumerator, Found, Want
from recon.errors import PluginError
from recon.learnt import add_fact, add_service
from recon.model import Fact, Record, Service

if TYPE_CHECKING:
    from recon._core import Batch

CORE_FAMILIES = ("tls", "http")
"""Families of facts that the dialogue itself gives."""

MOST_IN_FLIGHT = 16_384
"""Records in conversation; beyond it no further batch is taken."""

MOST_STEPS = 10_000
"""Orders and values of one enumerator on one record; one that needs more does not end by itself."""

Order = tuple[object, ...]
Answer = tuple[int, str, bytes, str]
Owned = tuple[str, type[Enumerator]]
"""The plugin that brought an enumerator, and the enumerator."""


def in_order(enumerators: Iterable[Owned]) -> list[Owned]:
    """Sort enumerators so that each comes after what it needs.

    Raises PluginError when one needs what nobody gives, when they need each other, or when one is badly written.
    """
    known: dict[str, Owned] = {}
    for plugin, kind in enumerators:
        _check(plugin, kind)
        if known.setdefault(kind.name, (plugin, kind))[1] is not kind:
            raise PluginError(plugin, f"the enumerator {kind.name} is taken by {known[kind.name][0]}")
    graph: dict[str, list[str]] = {}
    for plugin, kind in known.values():
        missing = [need for need in kind.needs if need not in known and need not in CORE_FAMILIES]
        if missing:
            raise PluginError(plugin, f"enumerator {kind.name} needs {missing[0]!r}, which nothing gives")
        graph[kind.name] = [need for need in kind.needs if need in known]
    try:
        return [known[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise PluginError(known[error.args[1][0]][0], f"enumerators need each other: {error.args[1]}") from error


def _check(plugin: str, kind: type[Enumerator]) -> None:
    if not inspect.isclass(kind) or not issubclass(kind, Enumerator):
        raise PluginError(plugin, f"{kind!r} is no class of Enumerator")
    for word in ("name", "service"):
        if not isinstance(getattr(kind, word, None), str):
            raise PluginError(plugin, f"enumerator {kind.__name__} has no {word}")
    if kind.blocking and not inspect.isgeneratorfunction(kind.enumerate):
        raise PluginError(plugin, f"enumerator {kind.name}: a blocking enumerate must be a def that yields")
    if not kind.blocking and not inspect.isasyncgenfunction(kind.enumerate):
        raise PluginError(plugin, f"enumerator {kind.name}: enumerate must be an async def that yields")


@dataclass(slots=True)
class Task:
    """One record with the enumerators that are still to run on it."""

    number: int
    record: Record
    batch: Batch
    left: deque[Owned]
    greeted: set[str]
    conn: Conn = field(default_factory=Conn)
    plugin: str = ""
    kind: type[Enumerator] | None = None
    service: Service | None = None
    steps: Any = None
    step: Any = None
    turns: int = 0
    run: set[str] = field(default_factory=set)


class Driver:
    """Runs enumerators over records. Give it batches and answers; take orders and finished batches."""

    def __init__(self, enumerators: Iterable[Owned], on_fault: Callable[[str, str], None]) -> None:
        """``on_fault(plugin, why)`` is told of each enumerator that raises."""
        self._enumerators = in_order(enumerators)
        self.services = {kind.service for _, kind in self._enumerators}
        self._on_fault = on_fault
        self._tasks: dict[int, Task] = {}
        self._next = 0
        self._orders: list[Order] = []
        self._finished: list[tuple[Batch, Record]] = []
        self._threads = Threads()

    @property
    def in_flight(self) -> int:
        """Records in conversation."""
        return len(self._tasks)

    @property
    def has_room(self) -> bool:
        """Whether another batch may be taken."""
        return len(self._tasks) < MOST_IN_FLIGHT

    def take(self, batch: Batch) -> Batch:
        """Begin with the records that an enumerator is for; return the others."""
        wanted, others = batch.split(self.services)
        for record in wanted:
            self._begin(record, wanted)
        return others

    def orders(self) -> list[Order]:
        """What the engine must do now."""
        orders, self._orders = self._orders, []
        return orders

    def finished(self) -> Iterator[Batch]:
        """Batches of the records that are done since the last call."""
        by_batch: dict[int, tuple[Batch, list[Record]]] = {}
        for batch, record in self._finished:
            by_batch.setdefault(id(batch), (batch, []))[1].append(record)
        self._finished = []
        for batch, records in by_batch.values():
            yield batch.edited(records)

    def hear(self, answers: Iterable[Answer]) -> None:
        """Go on with the conversations that an order was answered in, or that ended in a thread."""
        for ended in self._threads.ended():
            self._hear_thread(ended)
        for number, kind, data, why in answers:
            task = self._tasks.get(number)
            if task is not None:
                self._answer(task, kind, data, why)

    def abandon(self) -> None:
        """End every conversation; what was learnt so far stands."""
        for task in list(self._tasks.values()):
            task.left.clear()
            self._end(task)

    def _begin(self, record: Record, batch: Batch) -> None:
        names = {service.name for service in record.services if record.transport == "tcp"}
        left = deque(owned for owned in self._enumerators if owned[1].service in names)
        greeted = {service.name for service in record.services if service.evidence.get("probe") == "listen"}
        task = Task(self._next, record, batch, left, greeted)
        self._next += 1
        self._tasks[task.number] = task
        self._next_enumerator(task)

    def _next_enumerator(self, task: Task) -> None:
        while task.left:
            task.plugin, task.kind = task.left.popleft()
            if all(need in task.run or _has(task.record, need) for need in task.kind.needs):
                if task.run:
                    self._orders.append((task.number, "close"))
                task.run.add(task.kind.name)
                task.conn = Conn()
                task.steps, task.turns = None, 0
                self._open(task)
                return
        self._orders.append((task.number, "close"))
        del self._tasks[task.number]
        self._finished.append((task.batch, task.record))

    def _open(self, task: Task) -> None:
        record = task.record
        task.service = service = _service(task)
        lends = task.kind is not None and task.kind.blocking
        tls, greets = service.tls and not lends, service.name in task.greeted and not lends
        self._orders.append((task.number, "open", record.addr, record.port, record.host, tls, greets, lends))

    def _answer(self, task: Task, kind: str, data: bytes, why: str) -> None:
        ended = ConversationEnded(why, data) if kind in ("timeout", "closed") else None
        if task.steps is None:
            if ended or task.kind is None:
                self._end(task)
                return
            if kind == "lent":
                self._threads.give(task.number, task.kind, int(data), _found(task))
                return
            task.conn.greeting = data
            self._advance(task, None, None)
        else:
            self._advance(task, data, ended)

    def _hear_thread(self, ended: Ended) -> None:
        task = self._tasks.get(ended.number)
        if task is None:
            return
        error = ended.error
        try:
            for value in ended.learnt:
                _learn(task, value)
        except TypeError as wrong:
            error = wrong
        if error is not None:
            self._fault(task, error)
        self._end(task)

    def _fault(self, task: Task, error: Exception) -> None:
        self._on_fault(task.plugin, f"enumerator {task.kind and task.kind.name}: {type(error).__name__}: {error}")

    def _advance(self, task: Task, data: bytes | None, ended: ConversationEnded | None) -> None:
        """Run the coroutine until it wants something again, or is done."""
        try:
            if task.steps is None:
                task.steps = _begun(task)
            while True:
                _count(task)
                if task.step is None:
                    task.step, data = task.steps.__anext__(), None
                try:
                    want = task.step.throw(ended) if ended else task.step.send(data)
                except StopIteration as stop:
                    task.step, ended = None, None
                    _learn(task, stop.value)
                    continue
                self._order(task, want)
                if want.kind != "send":
                    return
                data = b""  # nothing comes back: what follows tells when the peer is gone
        except (StopAsyncIteration, ConversationEnded):
            self._end(task)
        except Exception as error:  # noqa: BLE001 - an enumerator may raise anything, and must not cost the run
            self._fault(task, error)
            self._end(task)

    def _order(self, task: Task, want: object) -> None:
        if not isinstance(want, Want):
            raise TypeError("an enumerator awaits only its connection")
        if want.kind == "open":
            self._open(task)
        else:
            self._orders.append((task.number, want.kind, *want.words))

    def _end(self, task: Task) -> None:
        task.steps = task.step = None
        self._next_enumerator(task)


def _count(task: Task) -> None:
    task.turns += 1
    if task.turns > MOST_STEPS:
        raise RuntimeError(f"still at it after {MOST_STEPS} steps")


def _begun(task: Task) -> Any:  # noqa: ANN401 - an async generator, whose type no annotation of an author's gives
    """The enumerator's steps, none of them taken."""
    return task.kind and task.kind().enumerate(task.conn, _found(task))


def _found(task: Task) -> Found:
    record = task.record
    return Found(task.service or _service(task), record.facts, record.addr, record.port, record.host)


def _service(task: Task) -> Service:
    wanted = task.kind.service if task.kind else ""
    return next(service for service in task.record.services if service.name == wanted)


def _has(record: Record, family: str) -> bool:
    return any(name == family or name.startswith(f"{family}.") for name in record.facts)


def _learn(task: Task, value: object) -> None:
    if isinstance(value, Fact):
        add_fact(task.record.facts, task.kind.service if task.kind else "", value)
    elif isinstance(value, Service):
        add_service(task.record.services, value)
    else:
        raise TypeError(f"an enumerator yields Fact and Service, not {type(value).__name__}")
