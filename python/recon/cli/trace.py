"""``recon trace``: the conversation with a port as a sequence diagram. Must never show raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import quiet_pipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recon.cli.single import Happening, Talked

EPILOG = """Examples:

recon trace 127.0.0.1:22

recon trace '[::1]:443'

recon trace example.org:8080 --bytes 4096

recon trace 127.0.0.1:53/udp

Exit codes: 0 the port was asked, 2 usage, 3 it could not be asked from here, 4 refused, 130/143 interrupted."""

WIDTH = 64
"""Columns between our side and theirs."""

_HEX_COLUMNS = 16
_TEXT_COLUMNS = 96
_TIME = 12
_OPENED = "open from "
_TEXT_TO_CONTROLS = 8
_IN_TEXT = bytes([*b"\t\r\n\x1b", *range(0x20, 0x100)])
_ENDS = frozenset({"closed by peer", "silent", "quiet", "timeout"})


def command(
    target: Annotated[str, typer.Argument(metavar="HOST:PORT[/udp]", help="The one port to talk to: 127.0.0.1:22.")],
    probes: Annotated[
        list[str] | None,
        typer.Option("--probes", metavar="FILE.toml", help="Use the probes of this file too; may be repeated."),
    ] = None,
    shown: Annotated[
        int, typer.Option("--bytes", min=0, max=1 << 20, help="Bytes shown of each send and each read.")
    ] = 512,
) -> None:
    """Talk to one port and draw who said what, and when: the sweep first, then each enumerator."""
    from recon.cli.explain import exit_code  # noqa: PLC0415 - only when it runs
    from recon.cli.single import talk_to  # noqa: PLC0415 - loads the core

    talked = talk_to(target, probes or ())
    with quiet_pipe():
        for line in lines_of(talked, shown):
            print(line)
    raise typer.Exit(exit_code(talked))


def lines_of(talked: Talked, shown: int) -> Iterator[str]:
    """Draw one diagram for each connection, a line at a time."""
    from recon.cli.single import watched  # noqa: PLC0415 - loads the core
    from recon.sinks.escape import terminal  # noqa: PLC0415 - only when it runs

    them = terminal(talked.target)
    yield f"{them}  {talked.state}" + (f"  {talked.record.reason}" if talked.record else "")
    yield from _diagrams(talked.happened, them, shown)
    if talked.state == "open" and not any(one.kind == "received" for one in talked.happened):
        yield ""
        yield f"{them} said nothing"
    for watch in talked.watches:
        yield ""
        yield f"enumerator {watch.title}"
        yield from _diagrams(watched(watch), them, shown)


def _diagrams(happened: Sequence[Happening], them: str, shown: int) -> Iterator[str]:
    for wire in sorted({one.wire for one in happened}):
        yield ""
        yield from _diagram([one for one in happened if one.wire == wire], them, shown)


def _diagram(happened: list[Happening], them: str, shown: int) -> Iterator[str]:
    from recon.sinks.escape import terminal  # noqa: PLC0415 - only when it runs

    steps = [one.text for one in happened if one.kind == "step"]
    us = next((text.removeprefix(_OPENED) for text in steps if text.startswith(_OPENED)), "our port")
    yield " " * _TIME + f"{us:<{max(WIDTH - len(them) + 2, len(us) + 1)}}{them}"
    for one in happened:
        at = f"{one.at_us / 1000:8.2f} ms "
        if one.kind != "step":
            yield at + _arrow(one)
            yield from (" " * _TIME + f"│  {text}" for text in _body(one, shown))
        elif not one.text.startswith(_OPENED):
            mark = "x" if one.text in _ENDS else "·"
            yield at + f"│ {mark} {terminal(one.text)}"


def _arrow(one: Happening) -> str:
    if one.kind == "secured":
        return "│" + " TLS from here on ".center(WIDTH, "═") + "│"
    label = f" {len(one.data):,} byte{'' if len(one.data) == 1 else 's'} "
    if one.kind == "sent":
        return "│" + label.center(WIDTH - 1, "─") + "▶│"
    return "│◀" + label.center(WIDTH - 1, "─") + "│"


def _body(one: Happening, shown: int) -> Iterator[str]:
    """Show the bytes of a send or a read: as text where they are, as hexadecimal where not."""
    if one.kind == "secured":
        return
    data = one.data[:shown]
    yield from _text(data) if is_text(data) else _hex(data)
    if len(one.data) > shown:
        yield f"… {len(one.data) - shown:,} bytes more; --bytes shows them"


def is_text(data: bytes) -> bool:
    """Whether bytes read better as text: UTF-8 without NUL and with few controls."""
    controls = len(data.translate(None, _IN_TEXT))
    is_utf8 = "\ufffd" not in data[:-3].decode("utf-8", "replace")
    return b"\0" not in data and controls * _TEXT_TO_CONTROLS <= len(data) and is_utf8


def _text(data: bytes) -> Iterator[str]:
    from recon.sinks.escape import terminal  # noqa: PLC0415 - only when it runs

    for line in data.splitlines(keepends=True):
        for start in range(0, len(line), _TEXT_COLUMNS):
            yield terminal(line[start : start + _TEXT_COLUMNS], 6 * _TEXT_COLUMNS)


def _hex(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), _HEX_COLUMNS):
        row = data[start : start + _HEX_COLUMNS]
        drawn = "".join(chr(byte) if 0x20 <= byte <= 0x7E else "." for byte in row)  # noqa: PLR2004 - printable ASCII
        yield f"{start:04x}  {row.hex(' '):<{3 * _HEX_COLUMNS}} {drawn}"
