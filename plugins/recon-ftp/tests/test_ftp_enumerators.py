"""FTP features are read exactly from recordings, nobody is logged in, no reply breaks it. No test opens a socket."""

from __future__ import annotations

from pathlib import Path

import pytest
from recon_ftp.anonymous import Anonymous, is_offered
from recon_ftp.features import Features, offers_tls
from recon_ftp.replies import LINES_AT_MOST, Reply

from recon import testing

ENUMERATED = Path(__file__).parent / "enumerated"
GREETING = ("received", b"220 ready\r\n")
FEAT = ("sent", b"FEAT\r\n")
SYST = ("sent", b"SYST\r\n")
USER = ("sent", b"USER anonymous\r\n")
QUIT = ("sent", b"QUIT\r\n")


def test_vsftpd_tells_its_features_and_keeps_its_system_for_those_who_log_in(run_enumerator):
    facts, services = run_enumerator(Features, ENUMERATED / "vsftpd-features.jsonl")
    assert services == []
    assert facts == {
        "ftp.features": ["AUTH TLS", "EPRT", "EPSV", "MDTM", "PASV", "PBSZ", "PROT", "REST STREAM", "SIZE", "TVFS"],
        "ftp.tls_offered": True,
    }


def test_proftpd_tells_its_system_too(run_enumerator):
    facts, _ = run_enumerator(Features, ENUMERATED / "proftpd-features.jsonl")
    assert facts["ftp.system"] == "UNIX Type: L8"
    assert facts["ftp.tls_offered"] is True
    assert "MFF modify;UNIX.group;UNIX.mode;" in facts["ftp.features"]


def test_proftpd_with_an_anonymous_area_offers_it(run_enumerator):
    facts, _ = run_enumerator(Anonymous, ENUMERATED / "proftpd-anonymous.jsonl")
    assert facts["ftp.anonymous_offered"] is True
    assert facts["ftp.anonymous_reply"].startswith("331 Anonymous login ok")


def test_vsftpd_asks_everybody_for_a_password_so_nothing_is_claimed(run_enumerator):
    facts, _ = run_enumerator(Anonymous, ENUMERATED / "vsftpd-anonymous.jsonl")
    assert facts == {"ftp.anonymous_reply": "331 Please specify the password."}


@pytest.mark.parametrize(
    ("reply", "offered"),
    [
        ("331 Guest login ok, send your complete e-mail address as password.", True),
        ("331 Anonymous access allowed, send identity (e-mail name) as password.", True),
        ("331 Any password will work", True),
        ("230 Any password will work", True),
        ("331 Please specify the password.", None),
        ("331 Password required for anonymous", None),
        ("332 Need account", None),
        ("530 This FTP server does not allow anonymous logins.", False),
        ("532 Need an account for anonymous", False),
        ("530 Must use TLS", False),
        ("220 ready", None),
    ],
)
def test_only_words_that_decide_it_decide(reply, offered):
    code, _, text = reply.partition(" ")
    assert is_offered(Reply(int(code), (text,))) is offered


@pytest.mark.parametrize("kind", [Features, Anonymous])
def test_no_password_is_ever_sent(kind):
    sent = []

    class Listening(testing.enumerators.Recording):
        def carry_out(self, want):
            if want.kind == "send":
                sent.append(want.words[0])
            return super().carry_out(want)

    for path in sorted(ENUMERATED.glob("*.jsonl")):
        talk = testing.load_transcript(path)
        engine = Listening(testing.enumerators.connections_of(talk))
        testing.enumerators.drive(kind, engine, testing.enumerators.found_by(kind, talk))
    assert set(sent) <= {b"FEAT\r\n", b"SYST\r\n", b"USER anonymous\r\n", b"QUIT\r\n"}
    assert b"QUIT\r\n" in sent


@pytest.mark.parametrize("path", sorted(ENUMERATED.glob("*.jsonl")), ids=lambda path: path.stem)
def test_distorted_replies_break_nothing(torture_enumerator, path):
    kind = Features if path.stem.endswith("features") else Anonymous
    assert torture_enumerator(kind, path).cases > 100


@pytest.mark.parametrize(
    "greeting", [b"421 too many users\r\n", b"SSH-2.0-x\r\n", b"\r\n", b"2 2\r\n", b"\xff\xfd\x18"]
)
@pytest.mark.parametrize("kind", [Features, Anonymous])
def test_what_does_not_greet_with_220_is_asked_nothing(kind, greeting):
    said = [("received", greeting), ("sent", b"the recording would object to anything else")]
    assert testing.run_enumerator(kind, said) == ({}, [])


def test_a_greeting_of_several_lines_is_read_to_its_last(run_enumerator):
    said = [
        ("received", b"220-Welcome\r\n  to\r\n"),
        ("received", b"220 us\r\n"),
        FEAT,
        ("received", b"211-Extensions:\r\n211-SIZE\r\n211-AUTH SSL;TLS-C\r\n211 End\r\n"),
        SYST,
        ("received", b"215 UNIX\r\n"),
        QUIT,
    ]
    facts, _ = run_enumerator(Features, said)
    assert facts == {"ftp.features": ["SIZE", "AUTH SSL;TLS-C"], "ftp.tls_offered": True, "ftp.system": "UNIX"}


def test_a_server_without_features_is_still_asked_for_its_system(run_enumerator):
    said = [GREETING, FEAT, ("received", b"500 what\r\n"), SYST, ("received", b"215 Windows_NT\r\n"), QUIT]
    assert run_enumerator(Features, said)[0] == {"ftp.system": "Windows_NT"}


def test_no_features_are_an_empty_list(run_enumerator):
    said = [GREETING, FEAT, ("received", b"211 none\r\n"), SYST, ("received", b"530 no\r\n"), QUIT]
    assert run_enumerator(Features, said)[0] == {"ftp.features": [], "ftp.tls_offered": False}


def test_a_reply_without_end_is_left_and_what_was_learnt_stands(run_enumerator):
    endless = b"215-more\r\n" * (LINES_AT_MOST + 1)
    said = [GREETING, FEAT, ("received", b"211 none\r\n"), SYST, ("received", endless + b"215 end\r\n")]
    assert run_enumerator(Features, said)[0] == {"ftp.features": [], "ftp.tls_offered": False}


def test_a_peer_that_hangs_up_at_the_user_name_leaves_no_fact(run_enumerator):
    assert run_enumerator(Anonymous, [GREETING, USER]) == ({}, [])


def test_bytes_that_are_no_text_become_text(run_enumerator):
    facts, _ = run_enumerator(Anonymous, [GREETING, USER, ("received", b"331 \xff\x1b\r\n"), QUIT])
    assert facts["ftp.anonymous_reply"] == "331 \\xff\x1b"


@pytest.mark.parametrize(
    ("line", "offered"),
    [("AUTH TLS", True), ("auth tls", True), ("AUTH SSL", True), ("AUTH GSSAPI", False), ("", False)],
)
def test_tls_is_offered_by_auth_tls(line, offered):
    assert offers_tls([line]) is offered
