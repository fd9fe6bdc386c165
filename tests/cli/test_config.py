"""Settings come from two files, the environment and flags; ceilings hold; each run leaves a line."""

import json

import pytest

from recon import config
from recon.errors import PlanError, ScopeError
from recon.plan import Plan


@pytest.fixture
def home(tmp_path, environment):
    """A folder to run in, with files of settings: ``home(here, user)`` gives options for a recon process."""

    def make(here="", user="", **variables):
        (tmp_path / "recon.toml").write_text(here)
        (tmp_path / "xdg" / "recon").mkdir(parents=True, exist_ok=True)
        (tmp_path / "xdg" / "recon" / "config.toml").write_text(user)
        own = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "RECON_HOME": str(tmp_path / "home"), **variables}
        return {"cwd": tmp_path, "env": environment(**own)}

    return make


def loaded(tmp_path, here="", user="", profile=None, **variables):
    """The settings of these files and variables."""
    (tmp_path / "recon.toml").write_text(here)
    (tmp_path / "recon").mkdir(exist_ok=True)
    (tmp_path / "recon" / "config.toml").write_text(user)
    return config.load(profile, {"XDG_CONFIG_HOME": str(tmp_path), **variables}, tmp_path)


def test_later_origins_win(tmp_path):
    here = '[sweep]\nrate = 5\nports = "1"\ntimeout = "1s"\nscope = "here.txt"\n'
    user = '[sweep]\nrate = 6\nports = "2"\ntimeout = "2s"\n'
    found = loaded(tmp_path, here, user, RECON_RATE="7", RECON_TIMEOUT="3s").settings
    assert {key: setting.value for key, setting in found.items()} == {
        "rate": "7", "ports": "2", "timeout": "3s", "scope": "here.txt",
    }  # fmt: skip
    assert found["rate"].origin == "environment"
    assert found["ports"].origin.endswith("config.toml")
    assert found["scope"].origin.endswith("recon.toml")


def test_a_profile_stands_where_it_was_chosen(tmp_path):
    named = loaded(tmp_path, '[sweep]\nprofile = "polite"\nper_host = 3\n').settings
    assert (named["per_host"].value, named["per_net"].value) == (3, 100)
    chosen = loaded(tmp_path, "[sweep]\nper_host = 3\nthreads = 1\n", profile="polite").settings
    assert (chosen["per_host"].value, chosen["threads"].value) == (20, 1)
    assert chosen["per_host"].origin == "profile polite (--profile)"


def test_own_profiles(tmp_path):
    found = loaded(tmp_path, "[profiles.night]\nrate = 9\n", profile="night").settings
    assert found["rate"].value == 9
    with pytest.raises(PlanError, match=r"no such profile .*polite, normal, fast, lab"):
        loaded(tmp_path, profile="day")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[sweep]\nrat = 5\n", "rat.*no such key; the nearest is rate"),
        ("[sweeep]\n", "sweeep.*nearest is sweep"),
        ("[limits]\nper_host = 5\n", "nearest is per_host_pps"),
        ("[audit]\nneeded = true\n", "nearest is required"),
        ("[profiles.x]\nratee = 5\n", "profiles.x.*nearest is rate"),
        ("[profiles.x]\nprofile = 'y'\n", "without a profile of its own"),
        ("[sweep]\nthreads = true\n", "threads.*must be int"),
        ("[sweep]\nexclude = [1]\n", "exclude.*must be list"),
        ("[limits]\nrate = 0\n", "limits.rate.*whole number from 1"),
        ("sweep = 3\n", "is a table"),
        ("rate 5", "cannot be read as settings"),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_names_it(tmp_path, text, why):
    with pytest.raises(PlanError, match=why) as caught:
        loaded(tmp_path, text)
    assert "recon.toml" in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("RECON_THREADS", "many"), ("RECON_DEEP", "perhaps")])
def test_a_bad_variable_is_named(tmp_path, name, value):
    with pytest.raises(PlanError, match=f"{name}={value}"):
        loaded(tmp_path, **{name: value})


def test_the_strictest_ceiling_counts_whichever_file_it_is_in(tmp_path):
    found = loaded(tmp_path, "[limits]\nrate = 9000\nper_host_pps = 5\n", "[limits]\nrate = 5000\nper_host_pps = 50\n")
    assert {name: limit.value for name, limit in found.limits.items()} == {"rate": 5000, "per_host_pps": 5}


def test_a_plan_stays_below_the_ceilings(tmp_path):
    limits = loaded(tmp_path, "", "[limits]\nrate = 5000\nper_host_pps = 50\nper_24_pps = 500\nmax_targets = 256\n")
    plan = limits.limited(Plan.parse("10.0.0.0/24", ports="1"))
    assert (plan.rate_pps, plan.per_host, plan.per_net, plan.is_rate_auto) == (5000, 50, 500, True)
    slow = limits.limited(Plan.parse("10.0.0.0/24", ports="1", rate=7, per_host=1, per_net=2))
    assert (slow.rate_pps, slow.per_host, slow.per_net) == (7, 1, 2)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"rate": 5001}, "--rate is 5,001, above the ceiling of 5,000"),
        ({"rate": "max"}, "--rate is no cap, above the ceiling"),
        ({"per_host": 51}, "--per-host is 51, above the ceiling of 50"),
        ({"ports": "1-2"}, "the number of targets is 512, above the ceiling of 256"),
    ],
)
def test_more_than_a_ceiling_is_refused_and_its_file_named(tmp_path, options, why):
    limits = loaded(tmp_path, "", "[limits]\nrate = 5000\nper_host_pps = 50\nmax_targets = 256\n")
    with pytest.raises(ScopeError, match=f"{why}.*config.toml"):
        limits.limited(Plan.parse("10.0.0.0/24", **{"ports": "1", **options}))


def test_without_ceilings_a_plan_is_as_it_was(tmp_path):
    plan = Plan.parse("10.0.0.0/24", ports="1", rate="max")
    assert loaded(tmp_path).limited(plan) == plan


def test_settings_reach_a_sweep_and_flags_win(recon, home):
    options = home('[sweep]\nports = "77"\nexclude = ["127.1.0.1"]\nenumerate = false\n', RECON_RATE="50")
    told = recon("sweep", "127.1.0.0/30", "--explain", **options)
    assert told.returncode == 0
    assert "3 of 3" in told.stdout
    assert "50 probes a second" in told.stdout
    assert "only whether a port is open" in told.stdout
    assert "60 probes a second" in recon("sweep", "127.1.0.0/30", "--rate", "60", "--explain", **options).stdout


def test_a_profile_by_flag_and_a_recall_beside_its_passes(recon, home):
    told = recon("sweep", "127.1.0.0/30", "--profile", "polite", "--explain", **home())
    assert "200 probes a second, 20 to one host, 100 to one /24" in told.stdout
    assert recon("sweep", "127.1.0.1", "--profile=fast", "--recall", "0.9", "--explain", **home()).returncode == 0


def test_show_tells_the_origin_and_path_the_files(recon, home):
    options = home("[sweep]\nrate = 5\n[limits]\nrate = 7\n", RECON_PORTS="22")
    told = recon("config", "show", "--origin", **options).stdout.splitlines()
    assert 'sweep.ports = "22"  # environment' in told
    assert any(line.startswith("sweep.rate = 5  # ") and line.endswith("recon.toml") for line in told)
    assert any(line.startswith("limits.rate = 7  # ") for line in told)
    assert recon("config", "path", **options).stdout.count("(read)") == 2


def test_a_scope_of_the_configuration_holds_for_explain_and_trace_too(recon, home, tmp_path):
    (tmp_path / "scope.txt").write_text("deny 127.9.9.9\n")
    options = home("", f'[sweep]\nscope = "{tmp_path / "scope.txt"}"\n')
    for words in (["sweep", "127.9.9.9", "-p", "1"], ["explain", "127.9.9.9:1"], ["trace", "127.9.9.9:1"]):
        done = recon(*words, **options)
        assert (done.returncode, "out of scope" in done.stderr) == (4, True), words


def test_each_run_leaves_a_line_refused_ones_too(recon, home, closed_port, tmp_path):
    options = home("", "[limits]\nmax_targets = 5\n")
    recon("sweep", "127.1.2.3", "-p", closed_port, **options)
    recon("sweep", "127.1.2.0/24", "-p", closed_port, **options)
    recon("sweep", "127.1.2.300", "-p", closed_port, **options)
    lines = [json.loads(line) for line in (tmp_path / "home" / "audit.log").read_text().splitlines()]
    assert [line["exit"] for line in lines] == [0, 4, 2]
    assert (lines[0]["targets"], lines[0]["why"], len(lines[0]["plan"])) == (1, None, 32)
    assert lines[0]["sent"] >= 1
    assert [line["sent"] for line in lines[1:]] == [0, 0]
    assert "above the ceiling" in lines[1]["why"]
    assert (tmp_path / "home" / "audit.log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("required", "code"), [("true", 5), ("false", 0)])
def test_a_line_that_cannot_be_written_is_a_warning_unless_it_is_required(recon, home, tmp_path, required, code):
    (tmp_path / "file").write_text("")
    options = home("", f"[audit]\nrequired = {required}\n", RECON_HOME=str(tmp_path / "file" / "home"))
    done = recon("sweep", "127.1.2.3", "-p", "9", "--no-store", **options)
    assert done.returncode == code
    assert "audit" in done.stderr


def test_only_ones_own_file_says_how_many_runs_are_kept(tmp_path):
    assert loaded(tmp_path).keep is None
    assert loaded(tmp_path, user="[store]\nkeep = 20\n").keep.value == "20"
    assert loaded(tmp_path, user='[store]\nkeep = "30d"\n').keep.value == "30d"
    for here, user, why in (
        ("[store]\nkeep = 1\n", "", r"recon\.toml: store\.keep.*may stand in .*config\.toml alone"),
        ("", "[store]\nkeep = true\n", "must be str or int"),
        ("", "[store]\nkept = 1\n", "the nearest is keep"),
    ):
        with pytest.raises(PlanError, match=why):
            loaded(tmp_path, here, user)
