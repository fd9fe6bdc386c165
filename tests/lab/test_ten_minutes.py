"""A new author's ten minutes: the guide's commands, in a new environment with recon-sweep and pytest only."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import recon

pytestmark = pytest.mark.lab

ROOT = Path(__file__).resolve().parents[2]
TEN_MINUTES_S = 600
NEEDED = ("recon-sweep", "pytest", "hatchling", "editables")


def closure(names):
    """Distributions by name, with all that they require without an extra."""
    requirements = pytest.importorskip("packaging.requirements")
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found[name] = distribution(name)
        for line in found[name].requires or ():
            wanted = requirements.Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(wanted.name)
    return found


def sources(dist):
    """(path in the wheel, file) of an installed distribution; one that is installed in place is taken from there."""
    package = Path(recon.__file__).parent
    if dist.name == "recon-sweep":
        yield from ((f"recon/{path.relative_to(package)}", path) for path in package.rglob("*"))
    elif (ROOT / "plugins" / dist.name).is_dir():
        source = ROOT / "plugins" / dist.name / "src"
        yield from ((str(path.relative_to(source)), path) for path in source.rglob("*"))
    for entry in dist.files or ():
        if not str(entry).startswith("..") and entry.suffix != ".pth":
            yield str(entry), Path(dist.locate_file(entry))


def is_wanted(name):
    """Whether a file belongs in a wheel."""
    return "__pycache__" not in name and not name.endswith(("/RECORD", "/direct_url.json", "/INSTALLER", "/REQUESTED"))


def pack(dist, folder):
    """Make a wheel of an installed distribution."""
    stem = f"{dist.name.lower().replace('-', '_').replace('.', '_')}-{dist.version}"
    tags = [line.removeprefix("Tag: ") for line in dist.read_text("WHEEL").splitlines() if line.startswith("Tag: ")]
    info = next(entry.parts[0] for entry in dist.files if entry.parts[0].endswith(".dist-info"))
    files = {name: path for name, path in sources(dist) if is_wanted(name) and path.is_file()}
    with zipfile.ZipFile(folder / f"{stem}-{tags[-1]}.whl", "w") as wheel:
        for name, path in files.items():
            wheel.write(path, name)
        wheel.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder of wheels, so that the guide's pip needs no network."""
    folder = tmp_path_factory.mktemp("wheels")
    for dist in closure(NEEDED).values():
        pack(dist, folder)
    return folder


def test_the_guide_works_as_it_is_written(wheels, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_"))}
    env = {**kept, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    began = time.monotonic()
    done = subprocess.run(
        [ROOT / "docs" / "ten_minutes.sh", tmp_path / "new"], env=env,
        capture_output=True, text=True, check=False, timeout=TEN_MINUTES_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert time.monotonic() - began < TEN_MINUTES_S
    for words in ("6 passed", "7 passed", "hellod 1.5.0", "because hello.hellod read its greeting", "bye.toml: sound",
                  "nothing read wrong", "recon_hello-0.1.0-py3-none-any.whl"):  # fmt: skip
        assert words in done.stdout
    assert "read wrong:" not in done.stdout


def test_the_guide_has_commands_in_every_step():
    guide = (ROOT / "docs" / "authors-guide.md").read_text()
    steps = [part for part in guide.split("\n## ")[1:] if part[0].isdigit()]
    assert len(steps) == 7
    assert all("```sh" in step for step in steps)
