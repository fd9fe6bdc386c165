"""SSH greetings are named exactly, or not at all. No test opens a socket."""

from __future__ import annotations

from pathlib import Path

import pytest
import recon_ssh

from recon import testing

CONVERSATIONS = Path(__file__).parent / "conversations"
EXAMPLES = [
    (match, greeting, expect)
    for probe in recon_ssh.recon_probes()
    for match in probe.matches
    for greeting, expect in match.examples.items()
]


@pytest.fixture(scope="module")
def pack():
    return testing.pack_of(recon_ssh.recon_probes())


def record_of(name, replay):
    return replay(CONVERSATIONS / f"{name}.jsonl", list(recon_ssh.recon_probes()))


def test_debian_openssh_has_product_version_distribution_and_revision(replay):
    record = record_of("openssh-debian", replay)
    [service] = record.services
    assert (service.name, service.product, service.version) == ("ssh", "OpenSSH", "9.2p1")
    assert (service.distro, service.revision) == ("Debian", "2+deb12u10")
    assert service.cpe == "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"
    assert (service.version_source, service.evidence["probe"]) == ("greeting", "listen")
    assert record.facts["ssh.protocol"] == "2.0"


def test_dropbear_is_named_though_binary_packets_follow_at_once(replay):
    [service] = record_of("dropbear", replay).services
    assert (service.product, service.version) == ("Dropbear", "2022.83")
    assert service.cpe == "cpe:2.3:a:dropbear_ssh_project:dropbear_ssh:2022.83:*:*:*:*:*:*:*"


def test_the_probe_sends_nothing():
    assert [probe.send for probe in recon_ssh.recon_probes()] == [b""]


def test_an_unknown_server_is_named_by_its_own_words(pack):
    [service], facts = pack.identify(b"SSH-2.0-Acme_4.5 hello there\r\n")
    assert (service.product, service.version, service.vendor, service.cpe) == ("Acme", "4.5", None, None)
    assert service.confidence < 0.9
    assert facts == {"ssh.protocol": "2.0", "ssh.comment": "hello there"}


def test_a_distribution_is_not_guessed(pack):
    [service], facts = pack.identify(b"SSH-2.0-OpenSSH_9.9 Gentoo\r\n")
    assert (service.version, service.distro, facts["ssh.comment"]) == ("9.9", None, "Gentoo")


@pytest.mark.parametrize(("match", "greeting", "expect"), EXAMPLES, ids=lambda value: str(value)[:48])
def test_no_match_steals_the_example_of_another(pack, match, greeting, expect):
    [service], _ = pack.identify(greeting)
    assert service.product == expect.get("product", match.product)
    assert service.version == expect.get("version", service.version)
    assert service.distro == expect.get("distro", service.distro)
    assert service.revision == expect.get("revision", service.revision)


def test_old_ubuntu_is_not_taken_for_debian(pack):
    [service], _ = pack.identify(b"SSH-2.0-OpenSSH_5.9p1 Debian-5ubuntu1.1\r\n")
    assert (service.distro, service.evidence["match"]) == ("Ubuntu", "ssh.openssh.old-ubuntu")


@pytest.mark.parametrize("greeting", [greeting for _, greeting, _ in EXAMPLES], ids=lambda value: str(value)[:48])
def test_half_a_greeting_never_names_something_else(pack, greeting):
    [whole], _ = pack.identify(greeting)
    for cut in range(len(greeting)):
        services, _ = pack.identify(greeting[:cut])
        for service in services:
            assert service.name == "ssh"
            assert service.product in (None, whole.product)
            assert service.version in (None, whole.version)
            assert service.revision in (None, whole.revision)
