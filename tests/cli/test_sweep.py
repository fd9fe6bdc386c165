"""``recon sweep`` from outside: rows on standard output, everything else on standard error, the promised codes."""

from __future__ import annotations

import csv
import io
import json
import resource
import socket
import subprocess
from pathlib import Path

import pytest

from recon.testing.conversations import load_transcript
from recon.testing.lab import RunningLab


def test_rows_go_to_stdout_and_the_rest_to_stderr(recon, greeter):
    done = recon("sweep", "127.1.2.3", "-p", greeter.port)
    assert (done.returncode, done.stdout) == (0, f"127.1.2.3:{greeter.port}\n")
    assert "open 1" in done.stderr


def test_every_format_can_be_written(recon, greeter):
    def rows(name):
        return recon("sweep", "127.1.0.0/30", "-p", greeter.port, "--format", name).stdout

    assert len(rows("table").splitlines()) == 5
    assert len(rows("list").splitlines()) == 4
    assert {json.loads(row)["addr"] for row in rows("jsonl").splitlines()} == {f"127.1.0.{last}" for last in range(4)}
    assert {row["state"] for row in csv.DictReader(io.StringIO(rows("csv")))} == {"open"}


@pytest.mark.parametrize(("name", "first"), [("rows.jsonl", "{"), ("rows.csv", "at,"), ("rows.txt", "127.1.2.3:")])
def test_a_file_name_picks_the_format(recon, greeter, tmp_path, name, first):
    path = tmp_path / name
    done = recon("sweep", "127.1.2.3", "-p", greeter.port, "-o", path)
    assert (done.returncode, done.stdout) == (0, "")
    assert path.read_text().startswith(first)


def test_the_summary_adds_up_and_tells_the_exit_code(recon, greeter, tmp_path):
    path = tmp_path / "summary.json"
    done = recon("sweep", "127.1.0.0/28", "-p", greeter.port, "--summary", path, "--fail-on", "open")
    summary = json.loads(path.read_text())
    assert done.returncode == summary["exit"] == 1
    assert summary["schema"] == 1
    counted = sum(summary[state] for state in ("open", "closed", "unreachable", "silent", "unknown"))
    assert counted == summary["targets"] == 16


def test_fail_on_open_is_zero_when_nothing_is_open(recon, closed_port):
    assert recon("sweep", "127.1.2.3", "-p", closed_port, "--fail-on", "open").returncode == 0


def test_closed_ports_are_rows_when_asked_for(recon, closed_port):
    done = recon("sweep", "127.1.2.3", "-p", closed_port, "--show", "open,closed", "--format", "jsonl")
    assert json.loads(done.stdout)["state"] == "closed"


@pytest.mark.parametrize("options", [(), ("--format", "list"), ("-o", "rows.txt")])
def test_a_list_refuses_to_hide_what_was_asked_for(recon, closed_port, tmp_path, options):
    done = recon("sweep", "127.1.2.3", "-p", closed_port, "--show", "open,closed", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--format jsonl" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_udp_target_is_told_from_a_tcp_one(recon):
    done = recon("sweep", "127.1.2.3", "::1", "-p", "U:53,T:53", "--dry-run")
    assert sorted(done.stdout.split()) == ["127.1.2.3:53", "127.1.2.3:53/udp", "[::1]:53", "[::1]:53/udp"]


@pytest.mark.parametrize(
    ("ports", "over"),
    [("U:53", "UDP"), ("53", "TCP"), ("U:53,T:53", "TCP and UDP")],
)
def test_explain_says_over_what_it_asks(recon, ports, over):
    done = recon("sweep", "127.1.2.3", "-p", ports, "--explain")
    assert f"transport   {over}\n" in done.stdout


def test_a_recorded_conversation_can_be_replayed(recon, greeter, tmp_path):
    path = tmp_path / "talk.jsonl"
    recon("sweep", "127.1.2.3", "-p", greeter.port, "--transcripts", path)
    talk = load_transcript(path)
    assert (talk.port, talk.received) == (greeter.port, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n")


def test_bytes_that_are_no_text_are_recorded_exactly(recon, tmp_path):
    path = tmp_path / "talk.jsonl"
    with RunningLab() as lab:
        place = next(place for place in lab.places if place.name == "mysql")
        recon("sweep", f"{place.addr}:{place.port}", "--transcripts", path)
    assert b"8.0.40\0" in load_transcript(path).received
    assert b"\xff" in load_transcript(path).received


def test_targets_come_from_files_and_standard_input(recon, greeter, tmp_path):
    path = tmp_path / "targets"
    path.write_text("127.1.0.1 # first\n127.1.0.2\n")
    done = recon("sweep", f"@{path}", "-", "-x", "127.1.0.2", "-p", greeter.port, stdin="127.1.0.3\n")
    assert sorted(done.stdout.split()) == [f"127.1.0.1:{greeter.port}", f"127.1.0.3:{greeter.port}"]


def test_exclusions_come_from_files_and_an_unreadable_one_refuses_the_run(recon, greeter, tmp_path):
    path = tmp_path / "not-these"
    path.write_text("127.1.0.0-127.1.0.2\n")
    done = recon("sweep", "127.1.0.0/30", "-p", greeter.port, "--exclude-file", path)
    assert done.stdout == f"127.1.0.3:{greeter.port}\n"
    assert recon("sweep", "127.1.0.0/30", "--exclude-file", tmp_path / "none").returncode == 2


def test_a_dry_run_prints_every_target_once_and_sends_nothing(recon, closed_port):
    done = recon("sweep", "127.1.0.0/24", "-p", f"{closed_port},{closed_port - 1}", "--dry-run")
    assert len(set(done.stdout.split())) == 512
    assert done.stderr == ""


def test_shards_together_are_the_whole_line(recon):
    def dry(*shard):
        return recon("sweep", "127.1.0.0/26", "-p", "1-5", "--seed", "7", "--dry-run", *shard).stdout.split()

    parts = [row for index in range(3) for row in dry("--shard", f"{index}/3")]
    assert parts == dry()


def test_explain_tells_the_plan_and_sends_nothing(recon):
    done = recon("sweep", "127.1.0.0/24", "-p", "22,80", "--explain")
    assert done.returncode == 0
    assert "512" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["127.0.0.1", "-p", "70000"], "70000"),
        (["10.0.0.300"], "10.0.0.300"),
        (["127.0.0.1", "--rate", "soon"], "auto or max"),
        (["127.0.0.1", "--recall", "0.9", "--passes", "2"], "both cannot be chosen"),
        (["127.0.0.1", "--recall", "2"], "above 0 and below 1"),
        (["127.0.0.1", "--budget", "soon"], "10m"),
        (["127.0.0.1", "--backend", "xdp"], "raw"),
        (["127.0.0.1", "--interface", "lo"], "--backend raw"),
        (["127.0.0.1", "--backend", "raw", "--source-ip", "me"], "address of this machine"),
        (["127.0.0.1", "--format", "xlsx"], "jsonl"),
        (["127.0.0.1", "--progress", "often"], "json"),
        (["127.0.0.1", "--passes", "0"], "passes"),
        (["--rate", "5"], "TARGET"),
    ],
)
def test_a_bad_word_is_named_and_exits_2(recon, arguments, word):
    done = recon("sweep", *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "word"),
    [("allow 127.1.0.0/33", ":2: '127.1.0.0/33'"), ("allow 127.1.0.0/16", "127.2.0.1 is out of scope")],
)
def test_a_scope_that_cannot_be_honoured_exits_4_and_names_the_place(recon, greeter, tmp_path, line, word):
    path = tmp_path / "scope.txt"
    path.write_text(f"# ours\n{line}\n")
    done = recon("sweep", "127.2.0.1", "-p", greeter.port, "--scope", path)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{path}" in done.stderr
    assert word in done.stderr


def test_a_sweep_keeps_to_its_scope(recon, greeter, tmp_path):
    path = tmp_path / "scope.txt"
    path.write_text("allow 127.1.0.0/30\ndeny 127.1.0.2\n")
    done = recon("sweep", "127.1.0.0/28", "-p", greeter.port, "--scope", path)
    assert sorted(done.stdout.split()) == [f"127.1.0.{last}:{greeter.port}" for last in (0, 1, 3)]


def test_a_plugin_to_leave_out_must_be_there(recon, environment, greeter):
    done = recon("sweep", "127.1.2.3", "-p", greeter.port, "-P", "no:typo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no:typo" in done.stderr
    env = environment(RECON_DISABLE_PLUGINS="typo")
    done = recon("sweep", "127.1.2.3", "-p", greeter.port, env=env)
    assert (done.returncode, done.stdout) == (0, f"127.1.2.3:{greeter.port}\n")
    assert "RECON_DISABLE_PLUGINS: typo" in done.stderr


def test_an_unreadable_exclusion_file_is_told_with_its_own_option(recon, tmp_path):
    done = recon("sweep", "127.1.2.3", "--exclude-file", tmp_path / "none")
    assert done.returncode == 2
    assert "--exclude-file never.txt" in done.stderr
    assert "@targets" not in done.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [("--format j", "jsonl"), ("--backend c", "connect"), ("--rate m", "max"), ("-o rows --format t", "table")],
)
def test_the_shell_completes_values(recon, environment, words, offered):
    asked = f"recon sweep {words}"
    env = environment(_RECON_COMPLETE="complete_bash", COMP_WORDS=asked, COMP_CWORD=str(len(asked.split()) - 1))
    assert recon(env=env).stdout.split() == [offered]


def test_a_bad_line_of_a_file_is_named_with_its_line(recon, tmp_path):
    path = tmp_path / "targets"
    path.write_text("127.0.0.1\n127.0.0.999\n")
    done = recon("sweep", f"@{path}")
    assert done.returncode == 2
    assert f"{path}:2" in done.stderr


@pytest.mark.parametrize(("words", "ports"), [("127.0.0.0/8", "1"), ("127.0.0.0/16", "1-17"), ("1.0.0.0/15", "1")])
def test_a_very_large_or_public_sweep_is_refused_without_yes(recon, words, ports):
    done = recon("sweep", words, "-p", ports)
    assert (done.returncode, done.stdout) == (4, "")
    assert "--yes" in done.stderr


def test_a_name_that_does_not_resolve_is_listed_and_the_rest_goes_on(recon, greeter):
    done = recon("sweep", "no-such-host.invalid", "127.1.2.3", "-p", greeter.port)
    assert (done.returncode, done.stdout) == (3, f"127.1.2.3:{greeter.port}\n")
    assert "no-such-host.invalid" in done.stderr


@pytest.mark.parametrize("option", ["-o", "--summary", "--transcripts"])
def test_an_unwritable_file_is_refused_before_the_first_packet(recon, tmp_path, option):
    with socket.create_server(("127.1.2.3", 0)) as listener:
        done = recon("sweep", "127.1.2.3", "-p", listener.getsockname()[1], option, tmp_path / "none" / "rows")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert done.returncode == 5
    assert "cannot write" in done.stderr


def test_a_full_disk_stops_the_sweep(recon, greeter):
    done = recon("sweep", "127.1.0.0/24", "-p", greeter.port, "-o", "/dev/full")
    assert done.returncode == 5
    assert "No space left" in done.stderr


def test_a_disk_that_fills_up_keeps_whole_rows_only(recon, greeter, tmp_path):
    path = tmp_path / "rows"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = recon(
        "sweep", "127.1.0.0/23", "-p", greeter.port, "--rate", "max", "--no-store", "-o", path, preexec_fn=limit
    )
    rows = path.read_text().splitlines(keepends=True)
    assert done.returncode == 5
    assert rows
    assert all(row.endswith(f":{greeter.port}\n") for row in rows)


def test_a_disk_that_fills_up_behind_a_redirection_keeps_whole_rows_only(command, environment, greeter, tmp_path):
    path = tmp_path / "rows"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    words = ("sweep", "127.1.0.0/23", "-p", greeter.port, "--rate", "max", "--no-store")
    with path.open("wb") as file:
        file.write(b"before\n")
        file.flush()
        done = subprocess.run(
            [*command, *map(str, words)], stdout=file, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
            env=environment(), preexec_fn=limit,
        )  # fmt: skip
    rows = path.read_text().splitlines(keepends=True)
    assert done.returncode == 5
    assert rows[0] == "before\n"
    assert all(row.endswith(f":{greeter.port}\n") for row in rows[1:])
    assert f"it holds {len(rows) - 1:,} whole lines" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "127.1.0.0/24", "-p", "1-10", "--dry-run"), ("sweep", "127.1.0.0/24", "--explain"),
        ("sweep", "--help"), ("--version",), ("ports", "well-known"), ("doctor",),
    ],
)  # fmt: skip
def test_a_full_disk_behind_standard_output_is_one_clear_line(start, words):
    with Path("/dev/full").open("wb") as full:
        process = start(*words, stdout=full)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 5
    assert errors == "recon: standard output: No space left on device\n"


def test_a_dry_run_names_what_does_not_resolve(recon):
    done = recon("sweep", "no-such-host.invalid", "127.1.2.3", "-p", "1", "--dry-run")
    assert (done.returncode, done.stdout) == (3, "127.1.2.3:1\n")
    assert "no-such-host.invalid" in done.stderr


def test_a_misspelt_format_leaves_an_old_file_alone(recon, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("precious")
    assert recon("sweep", "127.1.2.3", "-p", "1", "-o", path, "--format", "jsno").returncode == 2
    assert path.read_text() == "precious"


REFUSING_PLUGIN = """
from recon import ScopeError, hookimpl

@hookimpl
def recon_review(plan):
    raise ScopeError("not today")
"""


@pytest.mark.parametrize("others", [("--summary", "none/s"), ("--transcripts", "none/t"), ()])
def test_a_refused_run_leaves_old_files_alone(recon, installed, tmp_path, others):
    path = tmp_path / "rows.jsonl"
    path.write_text("precious")
    env = installed(REFUSING_PLUGIN) if not others else None
    options = {"env": env} if env else {}
    done = recon("sweep", "127.1.2.3", "-p", "1", "-o", path, *others, cwd=tmp_path, **options)
    assert done.returncode == (5 if others else 4)
    assert path.read_text() == "precious"


def test_a_longer_old_file_is_replaced_whole(recon, greeter, tmp_path):
    for name in ("rows", "summary", "talk"):
        (tmp_path / name).write_text("precious " * 1000)
    files = ("-o", "rows", "--summary", "summary", "--transcripts", "talk")
    assert recon("sweep", "127.1.2.3", "-p", greeter.port, *files, cwd=tmp_path).returncode == 0
    assert (tmp_path / "rows").read_text() == f"127.1.2.3:{greeter.port}\n"
    assert json.loads((tmp_path / "summary").read_text())["open"] == 1
    assert load_transcript(tmp_path / "talk").port == greeter.port


@pytest.mark.parametrize("options", [("-o", "--summary"), ("-o", "--transcripts"), ("--transcripts", "--summary")])
def test_one_file_for_two_things_is_refused(recon, tmp_path, options):
    (tmp_path / "link").symlink_to("rows")
    (tmp_path / "rows").write_text("precious")
    done = recon("sweep", "127.1.2.3", "-p", "1", options[0], "rows", options[1], "link", cwd=tmp_path)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert (tmp_path / "rows").read_text() == "precious"


def test_progress_can_be_read_by_a_program(start, closed_port):
    process = start("sweep", "127.1.0.0/16", "-p", closed_port, "--rate", "1000", "--progress", "json")
    progress = json.loads(process.stderr.readline())
    assert progress["schema"] == 1
    assert progress["targets"] == 65536
    assert 0 < progress["sent"] <= 1100


def test_help_has_examples(recon):
    for words in ([], ["sweep"], ["ports"], ["plugins", "list"], ["doctor"], ["demo"]):
        done = recon(*words, "--help")
        assert done.returncode == 0
        assert "Examples:" in done.stdout
