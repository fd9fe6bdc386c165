"""FTP greetings are named exactly, or not at all. No test opens a socket."""

from __future__ import annotations

from pathlib import Path

import pytest
import recon_ftp

from recon import testing

CONVERSATIONS = Path(__file__).parent / "conversations"
EXAMPLES = [
    (match, greeting, expect)
    for probe in recon_ftp.recon_probes()
    for match in probe.matches
    for greeting, expect in match.examples.items()
]


@pytest.fixture(scope="module")
def pack():
    return testing.pack_of(recon_ftp.recon_probes())


def record_of(name, replay):
    return replay(CONVERSATIONS / f"{name}.jsonl", list(recon_ftp.recon_probes()))


def test_vsftpd_has_product_version_and_cpe(replay):
    [service] = record_of("vsftpd", replay).services
    assert (service.name, service.product, service.version) == ("ftp", "vsftpd", "3.0.3")
    assert service.cpe == "cpe:2.3:a:vsftpd_project:vsftpd:3.0.3:*:*:*:*:*:*:*"
    assert service.evidence == {"probe": "listen", "match": "ftp.vsftpd"}


def test_a_server_that_hides_its_name_but_wants_tls_says_so(replay):
    record = record_of("vsftpd-banner-tls", replay)
    [service] = record.services
    assert (service.name, service.product) == ("ftp", None)
    assert record.facts["ftp.tls_required"] == "true"


def test_a_known_server_that_wants_tls_says_both(pack):
    [service], facts = pack.identify(b"220-FileZilla Server 1.7.3\r\n220 This server requires TLS\r\n")
    assert (service.product, service.version) == ("FileZilla Server", "1.7.3")
    assert facts["ftp.tls_required"] == "true"


def test_the_probe_sends_nothing():
    assert [probe.send for probe in recon_ftp.recon_probes()] == [b""]


def test_the_name_it_greets_by_is_a_fact(pack):
    [service], facts = pack.identify(b"220 files.example.org FTP server ready.\r\n")
    assert (service.product, facts["ftp.hostname"]) == (None, "files.example.org")


@pytest.mark.parametrize(
    "greeting",
    [b"220 mx.example.org ESMTP Postfix\r\n", b"220 ready\r\n", b"SSH-2.0-OpenSSH_9.2p1\r\n", b"+OK POP3 ready\r\n"],
)
def test_other_protocols_are_not_ftp(pack, greeting):
    assert pack.identify(greeting) == ([], {})


@pytest.mark.parametrize(("match", "greeting", "expect"), EXAMPLES, ids=lambda value: str(value)[:48])
def test_no_match_steals_the_example_of_another(pack, match, greeting, expect):
    [service], _ = pack.identify(greeting)
    assert service.product == expect.get("product", match.product)
    assert service.version == expect.get("version", service.version)


@pytest.mark.parametrize("greeting", [greeting for _, greeting, _ in EXAMPLES], ids=lambda value: str(value)[:48])
def test_half_a_greeting_never_names_something_else(pack, greeting):
    [whole], _ = pack.identify(greeting)
    for cut in range(len(greeting)):
        services, _ = pack.identify(greeting[:cut])
        for service in services:
            assert service.name == "ftp"
            assert service.product in (None, whole.product)
            assert service.version in (None, whole.version)
