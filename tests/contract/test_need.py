"""What the front door says of a machine that lacks something; tools of an old version are stood in for."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def need(root, tmp_path):
    """Run .ci/need on a machine whose cargo and rustc give these versions."""

    def run(**versions):
        for tool, version in versions.items():
            stand_in = tmp_path / tool
            stand_in.write_text(f"#!/bin/sh\necho '{tool} {version} (0000000 2026-01-01)'\n")
            stand_in.chmod(0o755)
        env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(
            [root / ".ci" / "need", sys.executable], env=env, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("version", ["1.88.0", "1.100.0", "1.90.0-nightly"])
def test_a_new_enough_toolchain_passes(need, version):
    assert "cargo" not in need(cargo=version, rustc=version).stderr


@pytest.mark.parametrize("old", ["cargo", "rustc"])
def test_an_old_toolchain_is_named_with_what_to_do(need, old):
    done = need(**{"cargo": "1.95.0", "rustc": "1.95.0", old: "1.75.0"})
    assert done.returncode == 1
    assert f"recon needs {old} 1.88 or newer, and this one is 1.75.0: rustup update" in done.stderr
