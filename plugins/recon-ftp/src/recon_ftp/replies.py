"""Numbered replies (RFC 959 section 4.2) as enumerators read them from a connection. Bounded in lines and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from recon import Conn, ConversationEnded

LINES_AT_MOST = 64
_LONGEST_LINE = 1024
_CODE = 3
READY = 220


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its ``code`` and its lines, the code cut off the first and the last."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reply in one line."""
        return " ".join(f"{self.code} {' '.join(self.lines)}".split())


async def greeting(conn: Conn) -> Reply | None:
    """What the server said first, to its last line; none if that is no reply.

    Raises ConversationEnded.
    """
    return await _read(conn, conn.greeting)


async def ask(conn: Conn, command: bytes) -> Reply | None:
    """Send one command and read its reply; none if what comes is no reply. Raises ConversationEnded."""
    await conn.send(command + b"\r\n")
    return await _read(conn, b"")


async def _read(conn: Conn, said: bytes) -> Reply | None:
    lines: list[str] = []
    for _ in range(LINES_AT_MOST):
        if b"\n" not in said:
            said += await conn.receive(until=b"\n", limit=_LONGEST_LINE)
        line, end, said = said.partition(b"\n")
        if not end or not _is_code((lines or [_text(line)])[0]):
            return None
        lines.append(_text(line))
        if lines[-1].startswith(lines[0][:_CODE]) and lines[-1][_CODE : _CODE + 1] in {"", " "}:
            return _reply(lines)
    raise ConversationEnded("a reply without end")


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "backslashreplace")


def _is_code(line: str) -> bool:
    code = line[:_CODE]
    return len(code) == _CODE and code.isascii() and code.isdigit() and line[_CODE : _CODE + 1] in {"", " ", "-"}


def _reply(lines: list[str]) -> Reply:
    ends = {0, len(lines) - 1}
    texts = (line[_CODE + 1 :] if index in ends else line for index, line in enumerate(lines))
    return Reply(int(lines[0][:_CODE]), tuple(text.strip() for text in texts))
