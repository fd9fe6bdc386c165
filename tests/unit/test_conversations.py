"""Recorded conversations: files read back as written, replays come to what a sweep would say."""

import subprocess
import sys

import pytest

from recon import Match, PluginError, Probe
from recon.testing import Transcript, identify, load_transcript, replay, save

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"


def test_a_transcript_reads_back_as_it_was_written(tmp_path):
    entries = (
        ("received", GREETING, 1200, 0),
        ("sent", "grüße\u2028\n".encode(), 1300, 0),
        ("received", b"\xff\x00", 9000, 2),
    )
    transcript = Transcript(entries, host="ssh.example", port=2222, product="OpenSSH 9.2p1")
    save(transcript, tmp_path / "one.jsonl")
    assert load_transcript(tmp_path / "one.jsonl") == transcript
    assert transcript.received == GREETING + b"\xff\x00"


def test_text_stays_readable_in_the_file(tmp_path):
    save(Transcript((("received", b"220 ready\r\n", 5, 0),)), tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_text().splitlines()
    assert lines[1] == '{"who": "received", "at_us": 5, "text": "220 ready\\r\\n"}'


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("{", 2),
        ("[]", 2),
        ('{"who": "them", "at_us": 1, "text": ""}', 2),
        ('{"who": "sent", "at_us": -1, "text": ""}', 2),
        ('{"who": "sent", "at_us": 1}', 2),
        ('{"who": "sent", "at_us": 1, "text": "a", "base64": "YQ=="}', 2),
        ('{"who": "sent", "at_us": 1, "base64": "?"}', 2),
        ('{"who": "sent", "at_us": 1, "text": 7}', 2),
    ],
)
def test_a_bad_utterance_is_named_by_file_and_line(tmp_path, second, line):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"schema": 1}\n' + second + "\n")
    with pytest.raises(ValueError, match=f"bad.jsonl:{line}: "):
        load_transcript(path)


def test_a_file_without_header_is_no_transcript(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"who": "sent", "at_us": 1, "text": ""}\n')
    with pytest.raises(ValueError, match="begins with a header"):
        load_transcript(path)


def test_identify_reads_services_and_facts(ssh_probe):
    services, facts = identify(GREETING, [ssh_probe])
    assert [(one.product, one.version, one.distro, one.revision) for one in services] == [
        ("OpenSSH", "9.2p1", "Debian", "2+deb12u10")
    ]
    assert services[0].cpe == "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"
    assert services[0].evidence == {"probe": "listen", "match": "ssh.openssh"}
    assert facts == {"ssh.protocol": "2.0"}


def test_a_replay_joins_a_greeting_that_came_in_pieces(ssh_probe):
    record = replay(
        Transcript((("received", GREETING[:7], 900, 0), ("received", GREETING[7:], 50_000, 0))), [ssh_probe]
    )
    assert record.banner == GREETING
    assert record.services[0].revision == "2+deb12u10"


def test_a_replay_reads_from_a_file_and_takes_the_recorded_port(tmp_path, ssh_probe):
    save(Transcript((("received", GREETING, 900, 0),), port=22), tmp_path / "one.jsonl")
    record = replay(tmp_path / "one.jsonl", [ssh_probe])
    assert (record.port, record.registered, record.services[0].product) == (22, "ssh", "OpenSSH")
    assert replay(tmp_path / "one.jsonl", [ssh_probe], port=8022).port == 8022


MOOED = b"MOO/1.2; says the cow\n"
MOO_MATCH = Match(rb"^MOO/(?P<version>[\d.]+);", service="moo", product="Cow", examples={MOOED: {"version": "1.2"}})
MOO = Probe("moo-udp", send=b"MOO?", transport="udp", matches=[MOO_MATCH])


def test_datagrams_are_kept_as_such_and_replayed_by_their_question(tmp_path):
    asked, said = ("sent", b"MOO?", 0, 0), ("received", MOOED, 9, 0)
    other = (("sent", b"other?", 0, 0), ("received", b"MOO/9;", 9, 0))
    save(Transcript((*other, asked, said), port=53, transport="udp"), tmp_path / "moo.jsonl")
    told = load_transcript(tmp_path / "moo.jsonl")
    assert told.transport == "udp"
    record = replay(told, [MOO])
    assert (record.transport, record.registered, record.banner) == ("udp", "domain", MOOED)
    assert record.services[0].version == "1.2"


def test_a_question_that_no_datagram_answered_leaves_the_port_as_it_was():
    record = replay(Transcript((("sent", b"MOO?", 0, 0),), port=53, transport="udp"), [MOO])
    assert (record.state, record.services, record.banner) == ("open|silent", [], b"")


def test_a_broken_probe_is_an_error_with_its_reason():
    without_example = Probe("x", matches=[Match(b"^hello", service="x", examples={})])
    with pytest.raises(PluginError, match="example"):
        identify(b"hello", [without_example])


def test_the_fixtures_do_what_the_functions_do(identify, replay, ssh_probe):
    assert identify(GREETING, [ssh_probe])[0][0].version == "9.2p1"
    assert replay(Transcript((("received", GREETING, 1, 0),)), [ssh_probe]).services[0].version == "9.2p1"


def test_the_pytest_plugin_does_not_load_the_core():
    code = "import sys, recon.testing.pytest_plugin; sys.exit('recon._core' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reply_s_answer_says_more_of_what_was_asked_before() -> None:
    challenge = Match(rb"^WHO(....)$", service="moo", name="moo.wants", reply=b"{1}!", examples={b"WHOabcd": {}})
    probe = Probe("moo-udp", send=b"MOO?", transport="udp", matches=[MOO_MATCH, challenge])
    said = (("sent", b"MOO?", 0, 0), ("received", b"WHOwxyz", 1, 0))
    record = replay(Transcript(said, port=53, transport="udp"), [probe])
    assert [(one.name, one.product) for one in record.services] == [("moo", None)]
    more = (("sent", b"wxyz!", 2, 0), ("received", MOOED, 3, 0))
    record = replay(Transcript((*said, *more), port=53, transport="udp"), [probe])
    assert (record.services[0].product, record.banner) == (MOO_MATCH.product, b"WHOwxyz")
