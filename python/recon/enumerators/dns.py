"""``dns.server``: what a name server says of itself over TCP (RFC 4892, RFC 5001, RFC 6891). Resolves no name.

Facts: ``version_text``, ``hostname_text``, ``id_text``, ``authors_text`` (TXT of class CHAOS: version.bind,
hostname.bind, id.server, authors.bind), ``nsid``, ``recursion`` (whether it would for us, as its answers say; it is not
asked to), ``edns_bytes`` (longest datagram it takes), ``cookies`` (RFC 7873).
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.reading import Cut, Lines, Reader, text
from recon.model import Fact, Service

TEXTS = {
    b"\x07version\x04bind\x00": "version_text",
    b"\x08hostname\x04bind\x00": "hostname_text",
    b"\x02id\x06server\x00": "id_text",
    b"\x07authors\x04bind\x00": "authors_text",
}
RECORDS_AT_MOST = 64
_LABELS_AT_MOST = 128
_ROOT = b"\x00"
_TXT, _SOA, _OPT = 16, 6, 41
_INTERNET, _CHAOS = 1, 3
_NSID, _COOKIE = 3, 10
_ANSWERS, _RECURSION = 1 << 15, 1 << 7
_POINTER = 0xC0
_COOKIE_OURS = b"recon\x00\x00\x00"
_FIRST = 0x2A01
"""Number of the first question; each next has the next one."""


@dataclass(slots=True)
class Answer:
    """One message that answers: its flags, the texts of its TXT records, and what its OPT record holds."""

    flags: int
    texts: list[str] = field(default_factory=list)
    edns_bytes: int | None = None
    options: dict[int, bytes] = field(default_factory=dict)


class Server(Enumerator):
    """Asks for the root's SOA without recursion, then for each text, all over one connection."""

    name, service = "dns.server", "dns"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts in their order."""
        lines = Lines(conn)
        answer = await ask(lines, _FIRST, _ROOT, _SOA, _INTERNET)
        for fact in facts_of(answer):
            yield fact
        for number, (name, fact_name) in enumerate(TEXTS.items(), _FIRST + 1):
            said = (await ask(lines, number, name, _TXT, _CHAOS)).texts
            if said:
                yield Fact(fact_name, "; ".join(said))


def question(number: int, name: bytes, kind: int, class_: int) -> bytes:
    """A question without recursion, with EDNS that asks for NSID and offers a cookie; its length in front."""
    options = struct.pack(">HHHH", _NSID, 0, _COOKIE, len(_COOKIE_OURS)) + _COOKIE_OURS
    opt = _ROOT + struct.pack(">HHIH", _OPT, 1232, 0, len(options)) + options
    body = struct.pack(">HHHHHH", number, 0, 1, 0, 0, 1) + name + struct.pack(">HH", kind, class_) + opt
    return len(body).to_bytes(2, "big") + body


async def ask(lines: Lines, number: int, name: bytes, kind: int, class_: int) -> Answer:
    """Ask and read the answer. Raises ConversationEnded, also for what answers nothing of ours."""
    await lines.conn.send(question(number, name, kind, class_))
    size = int.from_bytes(await lines.exactly(2), "big")
    body = Reader(await lines.exactly(size))
    try:
        if body.big(2) == number:
            return read(body)
    except Cut:
        pass
    raise ConversationEnded("not an answer")


def read(body: Reader) -> Answer:
    """Read a message behind its number; raises Cut."""
    answer = Answer(body.big(2))
    if not answer.flags & _ANSWERS:
        raise Cut
    questions, *records = (body.big(2) for _ in range(4))
    for _ in range(min(questions, RECORDS_AT_MOST)):
        _skip_name(body)
        body.take(4)
    for _ in range(min(sum(records), RECORDS_AT_MOST)):
        _read_record(body, answer)
    return answer


def _read_record(body: Reader, answer: Answer) -> None:
    _skip_name(body)
    kind, class_ = body.big(2), body.big(2)
    body.take(4)
    data = Reader(body.take(body.big(2)))
    if kind == _TXT and class_ == _CHAOS:
        answer.texts.append(b"".join(_strings(data)).decode("utf-8", "backslashreplace"))
    elif kind == _OPT:
        answer.edns_bytes = class_
        while data.left:
            option = data.big(2)
            answer.options[option] = data.take(data.big(2))


def _strings(data: Reader) -> Iterator[bytes]:
    while data.left:
        yield data.take(data.big(1))


def _skip_name(body: Reader) -> None:
    """Pass over a name, which ends at the root or in a pointer (RFC 1035 section 4.1.4); raises Cut."""
    for _ in range(_LABELS_AT_MOST):
        length = body.big(1)
        if length >= _POINTER:
            body.take(1)
            return
        if length == 0:
            return
        body.take(length)
    raise Cut


def facts_of(answer: Answer) -> Iterator[Fact]:
    """Yield what flags and options say."""
    yield Fact("recursion", bool(answer.flags & _RECURSION))
    if answer.edns_bytes is not None:
        yield Fact("edns_bytes", answer.edns_bytes)
        yield Fact("cookies", _COOKIE in answer.options)
    if answer.options.get(_NSID):
        yield Fact("nsid", text(answer.options[_NSID]))


ENUMERATORS = (Server,)
