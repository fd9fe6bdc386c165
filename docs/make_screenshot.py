"""Renews the screenshot of the README from a real run of ``recon demo``. Loopback only; writes one file.

Usage: .venv/bin/python docs/make_screenshot.py [docs/demo.svg]
"""

# ruff: noqa: INP001 - a script beside the documents, in no package

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 112, 40
DEFAULT = Path(__file__).with_name("demo.svg")
RECON = Path(sys.executable).with_name("recon")
READ_SIZE = 65_536

# Rich's own template names a font on a server; a document should fetch nothing.
SVG = """\
<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>A real run of recon demo</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def seen_on_terminal(command: list[str]) -> str:
    """What ``command`` writes to a terminal of ``COLUMNS`` columns; raises CalledProcessError when it fails."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave) as child:  # noqa: S603 - our own program
        os.close(slave)
        text = b"".join(chunks(master))
    os.close(master)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command, text)
    return text.decode().replace("\r\n", "\n")


def chunks(descriptor: int) -> list[bytes]:
    """Everything that can be read; a terminal whose last user left reports an error instead of an end."""
    found: list[bytes] = []
    with contextlib.suppress(OSError):
        while data := os.read(descriptor, READ_SIZE):
            found.append(data)
    return found


def main() -> None:
    """Run the demo, draw what it showed."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    text = seen_on_terminal([str(RECON), "demo", "--color", "always", "--progress", "none"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text.from_ansi("$ recon demo\n" + text.rstrip()))
    svg = console.export_svg(title="recon demo", code_format=SVG, unique_id="recon")
    target.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
