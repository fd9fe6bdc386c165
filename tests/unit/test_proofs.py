"""What was proven of a pack is kept from run to run, believed only for what is the same, and never costs a run."""

import dataclasses

import pytest

from recon import Match, Probe, _core, pipeline, proofs

PROVEN = Probe("p", matches=[Match(rb"^ONE/(?P<version>\d+)\n", "one", examples={b"ONE/1\n": {"version": "1"}})])
FALSE = dataclasses.replace(
    PROVEN, matches=[Match(rb"^ONE/(?P<version>\d+)\n", "one", examples={b"ONE/1\n": {"version": "2"}})]
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "recon" / "proofs"


def test_a_second_pack_proves_nothing_anew(cache, plugins_of):
    plugins = plugins_of(recon_probes=lambda: [PROVEN])
    assert pipeline.pack_of(plugins).new_proofs is not None
    assert cache.stat().st_size > 0
    again = pipeline.pack_of(plugins)
    assert again.new_proofs is None
    assert [service.version for service in again.identify(b"ONE/7\n")[0]] == ["7"]


def test_a_changed_match_is_proven_again(cache, plugins_of):
    pipeline.pack_of(plugins_of(recon_probes=lambda: [PROVEN]))
    assert cache.exists()
    changed = plugins_of(recon_probes=lambda: [FALSE])
    pipeline.pack_of(changed)
    assert "left out" in str(changed.faults)


@pytest.mark.parametrize("spoiled", [b"", b"no proofs", b"\xff" * 100])
def test_a_spoiled_file_proves_nothing(cache, plugins_of, spoiled):
    cache.parent.mkdir()
    cache.write_bytes(spoiled)
    pipeline.pack_of(plugins_of(recon_probes=lambda: [PROVEN]))
    assert cache.read_bytes() == _core.Pack([("test", PROVEN)]).new_proofs


def test_a_cache_that_cannot_be_written_costs_nothing(monkeypatch, plugins_of):
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert pipeline.pack_of(plugins_of(recon_probes=lambda: [PROVEN])).counts == (1, 1)
    assert proofs.load() == b""
