"""Every command's help as its reader sees it, kept beside the tests so that a change to it is seen in a review.

Renew after a wished change: ``RECON_RENEW=1 pytest tests/cli/test_help.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from recon.cli.app import COMMANDS, build

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDTH = "100"


def commands(command, words=()):
    """The words of a command and of all that are below it."""
    yield words
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(below, (*words, name))


def loaded(name):
    """A built-in command as its module has it."""
    return typer.main.get_command(build([name])).commands[name]


ALL = [(), *(words for name in COMMANDS for words in commands(loaded(name), (name,)))]


def file_of(words):
    """Where the help of a command is kept."""
    return SNAPSHOTS / f"{'-'.join(('recon', *words))}.txt"


@pytest.fixture
def help_of(recon, environment):
    """The help of a command, at a fixed width and without a look."""

    def read(words):
        env = environment(NO_COLOR="1", TERM="dumb", TERMINAL_WIDTH=WIDTH, COLUMNS=WIDTH)
        plain = {name: value for name, value in env.items() if name not in {"GITHUB_ACTIONS", "PY_COLORS"}}
        done = recon(*words, "--help", env=plain)
        assert (done.returncode, done.stderr) == (0, "")
        return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"

    return read


@pytest.mark.parametrize("words", ALL, ids=lambda words: " ".join(words) or "recon")
def test_help_reads_as_it_was_agreed(help_of, words):
    text = help_of(words)
    if os.environ.get("RECON_RENEW"):
        SNAPSHOTS.mkdir(exist_ok=True)
        file_of(words).write_text(text)
    assert text == file_of(words).read_text(), "renew: RECON_RENEW=1 pytest tests/cli/test_help.py"


def test_no_help_is_kept_of_a_command_that_is_gone():
    assert {path.name for path in SNAPSHOTS.iterdir()} == {file_of(words).name for words in ALL}


def test_brackets_in_help_are_shown(help_of):
    assert "[v6]:port" in help_of(("sweep",))
    assert "[::1]:443" in help_of(("explain",))


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_says_of_a_command_is_what_the_command_says(name):
    assert loaded(name).help.partition("\n")[0] == COMMANDS[name]
