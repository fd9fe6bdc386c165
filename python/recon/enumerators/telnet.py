"""``telnet.welcome``: what a telnet server negotiates and shows before it asks who is there (RFC 854). Types nothing.

Every option is declined, as RFC 854 lets anybody do. Facts: ``options`` (what it offers and wants, such as ``WILL
echo``), ``text`` (the lines that it shows), ``prompt`` (the last one, where it waits).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from recon.enumerator import Conn, ConversationEnded, Enumerator, Found
from recon.enumerators.reading import LINES_AT_MOST, text
from recon.model import Fact, Service

TEXT_AT_MOST = 8192
OPTIONS_AT_MOST = 128
READS_AT_MOST = 4096
QUIET_S = 1.5
"""A server that has said nothing for so long waits for us."""

_IAC, _SUB, _SUB_END = 255, 250, 240
_VERBS = {251: "WILL", 252: "WONT", 253: "DO", 254: "DONT"}
_DECLINED = {251: 254, 253: 252}
"""WILL is answered by DONT, DO by WONT; the others say no themselves."""

_OPTIONS = {
    0: "binary",
    1: "echo",
    3: "suppress go ahead",
    5: "status",
    6: "timing mark",
    24: "terminal type",
    25: "end of record",
    31: "window size",
    32: "terminal speed",
    33: "remote flow control",
    34: "line mode",
    35: "X display",
    36: "environment",
    37: "authentication",
    38: "encryption",
    39: "new environment",
    40: "TN3270E",
    42: "charset",
    44: "COM port",
    46: "TLS",
}
"""IANA's telnet options."""


@dataclass(slots=True)
class Screen:
    """Takes a server's bytes apart, in however many pieces they come."""

    text: bytearray = field(default_factory=bytearray)
    options: list[str] = field(default_factory=list)
    _command: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> bytes:
        """Take more bytes; what declines the options among them."""
        answer = bytearray()
        for byte in data:
            if self._command:
                self._command.append(byte)
                answer += self._finished()
            elif byte == _IAC:
                self._command.append(byte)
            elif len(self.text) < TEXT_AT_MOST:
                self.text.append(byte)
        return bytes(answer)

    def _finished(self) -> bytes:
        """End the command if this was its last byte; its answer."""
        verb = self._command[1]
        if verb == _SUB:
            if self._command[-2:] == bytes([_IAC, _SUB_END]) or len(self._command) > TEXT_AT_MOST:
                self._command.clear()
            return b""
        if verb not in _VERBS:
            self.text += b"\xff" if verb == _IAC else b""
            self._command.clear()
            return b""
        if len(self._command) < 3:  # noqa: PLR2004 - IAC, verb, option
            return b""
        option = self._command[2]
        self._command.clear()
        return self._declined(verb, option)

    def _declined(self, verb: int, option: int) -> bytes:
        said = f"{_VERBS[verb]} {_OPTIONS.get(option, option)}"
        if said in self.options or len(self.options) >= OPTIONS_AT_MOST:
            return b""
        self.options.append(said)
        return bytes([_IAC, _DECLINED[verb], option]) if verb in _DECLINED else b""


class Welcome(Enumerator):
    """Declines every option and reads what is shown."""

    name, service = "telnet.welcome", "telnet"

    async def enumerate(self, conn: Conn, found: Found) -> AsyncIterator[Fact | Service]:  # noqa: ARG002 - the hook's
        """Yield the facts once the server waits."""
        screen = Screen()
        try:
            heard = conn.greeting
            for _ in range(READS_AT_MOST):
                answer = screen.take(heard)
                if answer:
                    await conn.send(answer)
                if len(screen.text) >= TEXT_AT_MOST:
                    break
                heard = await conn.receive(timeout_s=QUIET_S)
        except ConversationEnded:
            pass
        for fact in facts_of(screen):
            yield fact


def facts_of(screen: Screen) -> Iterator[Fact]:
    """Yield options, lines and prompt, each where there is one."""
    if screen.options:
        yield Fact("options", screen.options)
    *shown, last = [text(bytes(line)).replace("\x00", "").strip() for line in screen.text.split(b"\n")]
    lines = [line for line in shown if line][:LINES_AT_MOST]
    if lines:
        yield Fact("text", lines)
    if last:
        yield Fact("prompt", last)


ENUMERATORS = (Welcome,)
