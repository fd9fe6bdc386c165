"""``rsync.modules``: the modules of an rsync daemon, as ``rsync HOST::`` shows them. Never opens one.

Facts: ``protocol``, ``digests`` (how it checks passwords, best first), ``motd`` (lines of the message of the day),
``module_names`` and ``module_comments`` (one for each), ``error`` where it refuses.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.reading import LINES_AT_MOST, Lines
from recon.model import Fact, Service

HELLO = "@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4"
LIST = "#list"

_HELLO = re.compile(r"@RSYNCD: (\d+(?:\.\d+)?)((?: [a-z0-9]+)*)\s*")
_ERROR = "@ERROR"
_MODULE = re.compile(r"(\S[^\t]*?) *\t(.*)")
"""The daemon writes ``%-15s\\t%s``; lines of the message of the day have no tab there."""


class Modules(Enumerator):
    """Greets and asks for the list."""

    name, service = "rsync.modules", "rsync"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts in their order."""
        lines = Lines(conn)
        hello = _HELLO.fullmatch(await lines.next())
        if hello is None:
            return
        yield Fact("protocol", hello[1])
        yield Fact("digests", hello[2].split())
        await conn.send(f"{HELLO}\n{LIST}\n".encode())
        said = await listing(lines)
        for fact in facts_of(said):
            yield fact


async def listing(lines: Lines) -> list[str]:
    """The lines up to the end of the list, or to an error with it. Raises ConversationEnded."""
    said: list[str] = []
    for _ in range(LINES_AT_MOST):
        line = await lines.next()
        if line.startswith("@RSYNCD: EXIT"):
            return said
        said.append(line)
        if line.startswith(_ERROR):
            return said
    raise ConversationEnded("a list without end")


def facts_of(said: Sequence[str]) -> list[Fact]:
    """What the lines say: a list, or an error."""
    if said and said[-1].startswith(_ERROR):
        return [Fact("error", said[-1].removeprefix(_ERROR).strip(": "))]
    modules = [shape for line in said if (shape := _MODULE.fullmatch(line))]
    motd = [line for line in said if not _MODULE.fullmatch(line) and line.strip()]
    facts = [
        Fact("module_names", [shape[1] for shape in modules]),
        Fact("module_comments", [shape[2].strip() for shape in modules]),
    ]
    return [Fact("motd", motd), *facts] if motd else facts


ENUMERATORS = (Modules,)
