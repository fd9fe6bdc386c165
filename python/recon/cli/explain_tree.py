"""What ``recon explain`` knows, drawn as a tree. Must never let foreign bytes or markup act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from recon.cli.single import answers, watched
from recon.cli.summary import counted
from recon.model import Fact, Service
from recon.sinks.escape import terminal
from recon.sinks.words import product_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.cli.single import Answer, Happening, Talked
    from recon.model import Record

BYTES_SHOWN = 200
"""Characters of one utterance in the tree; ``--json`` holds all."""

MISSES_SHOWN = 12
"""Matches that did not hit, by answer."""

_WITHOUT_RECORD = {
    "silent": "nothing came back: nobody is there, or something on the way drops what we send",
    "unknown": "this machine could not ask; that says nothing about the port",
}
_WITHOUT_TALK = {
    "closed": "it was refused: the host is there, and nobody listens on this port",
    "unreachable": "a router or the host said that it cannot be reached",
    "open|silent": "nothing came back: a server there may not know the question, or something on the way drops it",
}


def tree_of(talked: Talked) -> Tree:
    """Draw what was asked, what came, which matches were tried, and why this answer."""
    tree = Tree(_head(talked), guide_style="dim")
    record = talked.record
    if record is None or record.state != "open":
        tree.add(Text(_why_not(talked)))
        return tree
    _add_questions(tree, talked)
    _add_matches(tree, talked)
    _add_enumerators(tree, talked)
    _add_answer(tree, record)
    _add_facts(tree, record)
    return tree


def _head(talked: Talked) -> Text:
    head = Text(terminal(talked.target), style="bold")
    head.append(f"  {talked.state}", style="bold green" if talked.state == "open" else "bold yellow")
    if talked.record is not None:
        rtt_us = talked.record.rtt_us
        head.append(f"  {terminal(talked.record.reason)}" + (f" after {rtt_us / 1000:.2f} ms" if rtt_us else ""))
        if talked.record.registered:
            head.append(f"  (registered for {talked.record.registered})", style="dim")
    return head


def _why_not(talked: Talked) -> str:
    if talked.record is not None:
        return _WITHOUT_TALK.get(talked.record.state, f"the port is {talked.record.state}")
    errors = ", ".join(f"{name} {count:,}" for name, count in talked.summary.errors.items() if count)
    why = _WITHOUT_RECORD[talked.state]
    return f"{why} ({errors})" if errors else why


def _add_questions(tree: Tree, talked: Talked) -> None:
    branch = tree.add(Text("asked", style="bold"))
    for wire in sorted({one.wire for one in talked.happened}):
        connection = branch.add(Text(f"connection {wire + 1}"))
        for one in talked.happened:
            if one.wire == wire:
                connection.add(_line(one))
    if not talked.happened:
        branch.add(Text("nothing: the port was only seen to be open"))
    elif not any(one.kind == "received" for one in talked.happened):
        branch.add(Text("it stayed silent, whatever it was asked", style="yellow"))


def _line(one: Happening) -> Text:
    line = Text(f"{one.at_us / 1000:9.2f} ms  ", style="dim")
    if one.kind == "step":
        return line.append(terminal(one.text), style="none")
    if one.kind == "secured":
        return line.append("TLS stands from here on", style="none")
    arrow, style = ("→", "cyan") if one.kind == "sent" else ("←", "green")
    line.append(f"{arrow} {counted(len(one.data), 'byte')}  ", style=style)
    return line.append(terminal(one.data, BYTES_SHOWN), style="none")


def _add_matches(tree: Tree, talked: Talked) -> None:
    branch = tree.add(Text("matches", style="bold"))
    came = answers(talked.happened)
    for answer in came:
        tried = talked.pack.tried(answer.data, answer.asked)
        hits = sum(hit for _, _, hit in tried)
        title = f"answer to {terminal(answer.asked)} on connection {answer.wire + 1}: {len(tried)} tried, {hits} hit"
        part = branch.add(Text(title))
        for line in _tried_lines(tried, answer):
            part.add(line)
    if not came:
        branch.add(Text("none tried: there was no answer to hold them against"))


def _tried_lines(tried: list[tuple[str, str, bool]], answer: Answer) -> Iterator[Text]:
    if not tried:
        yield Text(f"no match knows a text that occurs in these {counted(len(answer.data), 'byte')}", style="dim")
    misses = 0
    for name, field, hit in tried:
        misses += not hit
        if hit:
            yield Text(f"hit   {terminal(name)} ({terminal(field)})", style="green")
        elif misses <= MISSES_SHOWN:
            yield Text(f"miss  {terminal(name)} ({terminal(field)})", style="dim")
    if misses > MISSES_SHOWN:
        yield Text(f"… {misses - MISSES_SHOWN:,} more did not hit; --json names them all", style="dim")


def _add_enumerators(tree: Tree, talked: Talked) -> None:
    if not talked.watches:
        return
    branch = tree.add(Text("enumerators", style="bold"))
    for watch in talked.watches:
        node = branch.add(Text(watch.title))
        for one in watched(watch):
            node.add(_line(one))
        for learnt in watch.learnt:
            node.add(Text(_learnt(learnt), style="green"))
        if watch.raised is not None:
            node.add(Text(f"it raised {terminal(watch.raised)}", style="red"))
        elif not watch.learnt:
            node.add(Text("it learnt nothing", style="yellow"))


def _learnt(learnt: object) -> str:
    """A fact or a service in one line; a plugin may have yielded anything."""
    if isinstance(learnt, Fact):
        return f"fact {terminal(str(learnt.name))} = {terminal(_shown(learnt.value), BYTES_SHOWN)}"
    if isinstance(learnt, Service):
        return f"service {terminal(str(learnt.name))}  {terminal(product_of(learnt))}"
    return f"neither a fact nor a service: {terminal(repr(learnt), BYTES_SHOWN)}"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _add_answer(tree: Tree, record: Record) -> None:
    branch = tree.add(Text("therefore", style="bold"))
    for service in record.services:
        name = terminal(f"{service.name}/tls" if service.tls else service.name)
        node = branch.add(Text(f"{name}  {terminal(product_of(service)) or 'product not told'}", style="bold green"))
        for line in _reasons(service):
            node.add(Text(line))
    if not record.services:
        said = "what came is like nothing recon knows" if record.banner else "unknown: it said nothing"
        branch.add(Text(said, style="yellow"))


def _reasons(service: Service) -> Iterator[str]:
    probe, match = service.evidence.get("probe", "?"), service.evidence.get("match", "?")
    question = "its greeting" if probe == "listen" else f"the answer to {terminal(probe)}"
    yield f"because {terminal(match)} read {question}"
    yield f"confidence {service.confidence:.2f}"
    if service.version:
        yield f"version {terminal(service.version)}, out of: {terminal(service.version_source)}"
    else:
        yield "version: not on the wire"
    if service.cpe:
        yield terminal(service.cpe)


def _add_facts(tree: Tree, record: Record) -> None:
    if record.facts:
        branch = tree.add(Text("facts", style="bold"))
        for name, value in record.facts.items():
            branch.add(Text(f"{terminal(name)} = {terminal(_shown(value), BYTES_SHOWN)}"))
