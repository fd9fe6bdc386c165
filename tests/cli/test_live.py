"""The live line, seen on a real terminal."""

from __future__ import annotations

import io
import re
import signal

import pexpect
import pyte
import pytest

from recon.cli.live import Live, Screen, clock, line_of
from recon.model import Progress

SLOW = ["--rate", "1500"]


def progress(**changes):
    values = {
        "targets": 200, "settled": 100, "sent": 120, "open": 3, "closed": 90, "unreachable": 0, "silent": 7,
        "unknown": 0, "in_flight": 20, "elapsed_s": 1.0, "rate_pps": 120.0, "left_s": 61.0, "errors": {},
    }  # fmt: skip
    return Progress(**{**values, **changes})


def test_the_line_says_what_a_user_waits_for():
    line = line_of(progress())
    for words in ("50 %", "open 3", "120/s", "1:01 left", "sent 120", "silent 7", "unknown 0", "in flight 20"):
        assert words in line
    assert "left" not in line_of(progress(left_s=None))
    assert "100 %" in line_of(progress(targets=0, settled=0))


def test_the_clock_reads_as_a_clock():
    assert [clock(seconds) for seconds in (0, 61, 3723)] == ["0:00", "1:01", "1:02:03"]


def test_a_broken_terminal_does_not_end_the_sweep():
    screen = Screen(descriptor=987)
    screen.draw("x")
    screen.say("x")
    with Live("line", screen, progress):
        pass


@pytest.fixture
def terminal(command, environment):
    """Run recon on a terminal of a given size; a screen that has seen every byte, and the process."""
    children = []

    def run(*arguments, columns=100, rows=1400, env=None):
        screen = pyte.Screen(columns, rows)
        seen = io.StringIO()
        child = pexpect.spawn(
            command[0], [*command[1:], *map(str, arguments)],
            dimensions=(rows, columns), env=env or environment(), timeout=60, encoding="utf-8",
        )  # fmt: skip
        child.logfile_read = seen
        children.append(child)

        def finish():
            child.expect(pexpect.EOF)
            child.wait()
            pyte.Stream(screen).feed(seen.getvalue())
            return [line.rstrip() for line in screen.display if line.strip()]

        return child, finish, seen

    yield run
    for child in children:
        child.close(force=True)


def test_the_line_never_tears_a_row(terminal, greeter):
    child, finish, seen = terminal("sweep", "127.1.0.0/22", "-p", greeter.port, *SLOW)
    lines = finish()
    rows = [line for line in lines if line.startswith("127.1.")]
    shape = re.compile(rf"127\.1\.\d+\.\d+ +{greeter.port}/tcp +open .*")
    assert len({row.split()[0] for row in rows}) == len(rows) == 1024
    assert all(shape.fullmatch(row) for row in rows)
    assert "in flight" in seen.getvalue()
    assert not any("in flight" in line for line in lines), "the line is erased at the end"
    assert child.exitstatus == 0


@pytest.mark.parametrize("columns", [20, 40, 79])
def test_a_narrow_terminal_clips_the_line(terminal, closed_port, columns):
    _, finish, seen = terminal("sweep", "127.1.0.0/22", "-p", closed_port, *SLOW, columns=columns)
    finish()
    drawn = re.findall(r"\r\x1b\[2K( *\d+ %[^\r\n\x1b]*)", seen.getvalue())
    assert len(drawn) > 2
    assert max(map(len, drawn)) <= columns - 1


def test_ctrl_c_on_a_terminal_leaves_it_clean(terminal, closed_port):
    child, finish, _ = terminal("sweep", "127.1.0.0/16", "-p", closed_port, "--rate", "1000")
    child.expect("in flight")
    child.sendintr()
    lines = finish()
    assert child.exitstatus == 128 + signal.SIGINT
    assert any(re.match(r"stopped after [\d,]+ of 65,536 targets", line) for line in lines)


def test_a_large_sweep_asks_on_a_terminal(terminal):
    child, finish, _ = terminal("sweep", "127.0.0.0/8", "-p", "1")
    child.expect("Sweep it")
    child.sendline("n")
    assert any("not confirmed" in line for line in finish())
    assert child.exitstatus == 4


@pytest.mark.parametrize("changes", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_plain_terminal_gets_no_colour(terminal, greeter, environment, changes):
    _, finish, seen = terminal("sweep", "127.1.2.3", "-p", greeter.port, env=environment(**changes))
    finish()
    assert "\x1b[3" not in seen.getvalue()
    assert ("\x1b[" in seen.getvalue()) <= (changes != {"TERM": "dumb"})


def test_a_terminal_gets_a_coloured_table(terminal, greeter):
    _, finish, seen = terminal("sweep", "127.1.2.3", "-p", greeter.port)
    finish()
    assert "\x1b[32mopen\x1b[0m" in seen.getvalue()
