"""The command line: the only part that prints, prompts or exits. Must never import a command before it is asked for.

``app`` builds the commands, ``sweep`` … ``demo`` are one file each, ``exits`` is the one door out.
"""

from __future__ import annotations

_INTERRUPTED = 130
"""``ExitCode.INTERRUPTED``, known before anything is imported: Ctrl-C may come during the imports."""


def main() -> None:
    """Run ``recon`` with the process's arguments and end the process with design §11's exit code."""
    try:
        from recon.cli.exits import leave  # noqa: PLC0415 - importing this package costs nothing

        leave()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
