"""A sweep is stored unless that is not wanted, and goes on after whatever ended it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess

import pytest

HOSTS = [f"127.55.0.{last}" for last in range(256)]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A workspace for each test."""
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def words(greeter):
    """A sweep over 256 hosts that takes about two seconds."""
    return ("sweep", "127.55.0.0/24", "-p", str(greeter.port), "--no-enumerate", "--rate", "128", "--seed", "7")


def folders(home):
    """The run folders of a workspace."""
    return sorted((home / "runs").iterdir()) if (home / "runs").exists() else []


def names_in(folder):
    """The files of a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_sweep_is_stored_with_its_summary_and_a_receipt(recon, home, greeter):
    done = recon("sweep", "127.55.0.0/30", "-p", greeter.port, "--format", "jsonl", "--summary", home.parent / "end")
    assert done.returncode == 0
    (folder,) = folders(home)
    assert names_in(folder) == {"plan.json", "journal", "summary.json", "receipt.json"}
    assert done.stderr.splitlines()[-1] == f"stored as {folder.name}: recon show last"
    summary = json.loads((folder / "summary.json").read_text())
    assert summary == json.loads((home.parent / "end").read_text())
    assert (summary["run"], summary["open"]) == (folder.name, 4)
    receipt = json.loads((folder / "receipt.json").read_text())
    assert (receipt["interval"], receipt["rows"], receipt["counts"]["open"]) == ([0, 4], 4, 4)
    assert "recon-ssh" in receipt["plugins"]
    rows = recon("show", "last", "--format", "jsonl", "--order", "found").stdout
    assert rows == done.stdout


def test_nothing_is_stored_of_what_is_not_a_sweep_or_not_wanted(recon, home, greeter):
    assert recon("sweep", "127.55.0.0/30", "-p", greeter.port, "--no-store").returncode == 0
    assert recon("sweep", "127.55.0.0/30", "-p", greeter.port, "--dry-run").returncode == 0
    assert recon("sweep", "127.55.0.0/30", "-p", "nonsense-port").returncode == 2
    assert folders(home) == []


def test_a_run_that_cannot_begin_leaves_no_folder(recon, home, greeter):
    done = recon("sweep", "127.55.0.0/30", "-p", greeter.port, "--backend", "raw", "--interface", "nowhere")
    assert done.returncode != 0
    assert folders(home) == []


def test_after_ctrl_c_a_run_goes_on_to_the_whole(recon, start, home, words):
    process = start(*words)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rows, said = process.communicate(timeout=300)
    (folder,) = folders(home)
    assert process.returncode == 130
    assert said.splitlines()[-1] == f"to go on: recon resume {folder.name}"
    assert not (folder / "receipt.json").exists()
    first = set(recon("show", "last").stdout.split())
    assert set(rows.split()) <= first
    rest = recon("resume", "last", "--summary", home / "end")
    assert rest.returncode == 0
    assert first | set(rest.stdout.split()) == {f"{host}:{words[3]}" for host in HOSTS}
    assert first.isdisjoint(rest.stdout.split())
    summary = json.loads((home / "end").read_text())
    assert (summary["open"], summary["targets"], summary["run"]) == (256, 256, folder.name)


def test_after_sigkill_a_copied_run_goes_on_elsewhere(recon, start, home, words, tmp_path):
    process = start(*words)
    process.stdout.readline()
    process.kill()
    process.wait()
    (folder,) = folders(home)
    assert "broken" in recon("runs").stdout
    shutil.move(folder, tmp_path / "copy")
    done = recon("resume", tmp_path / "copy", "--all", "--summary", tmp_path / "end")
    assert done.returncode == 0
    assert sorted(done.stdout.split()) == sorted(f"{host}:{words[3]}" for host in HOSTS)
    summary = json.loads((tmp_path / "end").read_text())
    assert summary["open"] == summary["targets"] == 256
    again = recon("resume", tmp_path / "copy", "--summary", tmp_path / "end")
    assert (again.returncode, again.stdout) == (0, "")
    assert json.loads((tmp_path / "end").read_text())["sent"] == summary["sent"]


def test_two_processes_do_not_work_on_one_run(recon, start, words):
    process = start(*words)
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    try:
        assert "running" in recon("runs").stdout
        assert "still goes on" in recon("show", "last").stderr
        done = recon("resume", "last")
        assert done.returncode == 5
        assert str(process.pid) in done.stderr
        assert recon("rm", "last").returncode == 5
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=300)
    assert process.returncode == 0


def test_other_probes_are_refused_with_what_differs(recon, home, greeter, tmp_path):
    assert recon("sweep", "127.55.0.0/30", "-p", greeter.port).returncode == 0
    probes = tmp_path / "mine.toml"
    probes.write_text('[[probe]]\nname = "mine"\nports = "9"\nsend = "x"\n')
    done = recon("resume", "last", "--probes", probes)
    assert done.returncode == 5
    assert "differs in: probes" in done.stderr
    assert folders(home)[0].name in done.stderr


def test_a_workspace_that_cannot_be_used_refuses_the_run(recon, home, words):
    home.write_text("a file")
    done = recon(*words)
    assert (done.returncode, done.stdout) == (5, "")
    assert f"cannot make {home}" in done.stderr
    assert "nothing was sent; --no-store" in done.stderr


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: mounts a small disk")
def test_a_full_disk_ends_the_run_in_order(home, greeter, command, environment, tmp_path):
    home.mkdir()
    words = ("127.55.0.0/18", "-p", greeter.port, "--no-enumerate", "--seed", "7", "--format", "jsonl")
    script = (
        f"mount -t tmpfs -o size=512k none {home} && {' '.join(map(str, [*command, 'sweep', *words]))}; code=$?;"
        f" cp -r {home}/runs {tmp_path}/kept; exit $code"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False, timeout=300,
        env=environment(),
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    (folder,) = (tmp_path / "kept").iterdir()
    shown = subprocess.run([*command, "show", folder], capture_output=True, text=True, check=False, timeout=300)
    acknowledged = {f"{row['addr']}:{row['port']}" for row in map(json.loads, done.stdout.splitlines())}
    assert shown.returncode == 0
    assert acknowledged <= set(shown.stdout.split())


@pytest.fixture
def own_settings(tmp_path, monkeypatch):
    """Write the user's own settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))

    def write(text):
        (tmp_path / "xdg" / "recon").mkdir(parents=True, exist_ok=True)
        (tmp_path / "xdg" / "recon" / "config.toml").write_text(text)

    return write


def sweep_once(recon, greeter, *more):
    """Store a run of one target; what the command did."""
    return recon("sweep", "127.55.0.0", "-p", greeter.port, "--no-enumerate", *more)


def test_older_runs_go_when_a_run_ends_if_that_is_settled(recon, home, greeter, own_settings):
    for _ in range(3):
        sweep_once(recon, greeter)
    first, second, third = folders(home)
    (first / "summary.json").unlink()
    own_settings("[store]\nkeep = 2\n")
    done = sweep_once(recon, greeter)
    assert done.returncode == 0
    assert "removed 2 older runs, as [store] keep says" in done.stderr
    assert [folder.name for folder in folders(home)[:1]] == [third.name]
    assert not first.exists()
    assert not second.exists()
    own_settings("[store]\nkeep = 0\n")
    assert "removed 2 older runs" in sweep_once(recon, greeter).stderr
    assert len(folders(home)) == 1
    assert sweep_once(recon, greeter, "--no-store").returncode == 0
    assert len(folders(home)) == 1


def test_what_can_go_on_is_kept_whatever_is_settled(recon, start, home, greeter, own_settings):
    process = start("sweep", "127.55.0.0/24", "-p", greeter.port, "--no-enumerate", "--rate", "128")
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=300)
    (broken,) = folders(home)
    own_settings("[store]\nkeep = 0\n")
    assert sweep_once(recon, greeter).returncode == 0
    assert broken in folders(home)


def test_a_setting_that_makes_no_sense_is_told_before_anything_is_sent(recon, home, greeter, own_settings):
    own_settings('[store]\nkeep = "soon"\n')
    done = sweep_once(recon, greeter)
    assert done.returncode == 2
    assert "store.keep = soon" in done.stderr
    assert (done.stdout, folders(home)) == ("", [])
