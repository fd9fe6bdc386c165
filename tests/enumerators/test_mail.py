"""What mail servers offer, and what they say they are, is read exactly. No test opens a socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon import Found, Service
from recon.enumerators import imap, pop3, smtp

RECORDINGS = Path(__file__).parent / "recordings"


def found(name, product=None, version=None):
    """What a sweep knew before."""
    return Found(Service(name, product=product, version=version), {}, "127.0.0.1", 0)


def test_exim_offers_starttls_and_no_login_before_it(run_enumerator):
    facts, services = run_enumerator(smtp.Extensions, RECORDINGS / "exim.smtp.extensions.jsonl")
    assert facts["smtp.starttls"] is True
    assert facts["smtp.size"] == 52428800
    assert facts["smtp.auth"] == []
    assert "STARTTLS" in facts["smtp.extensions"]
    assert "STARTTLS" not in facts["smtp.tls_extensions"]
    assert facts["smtp.help"][0] == "Commands supported:"
    assert services == []


def test_help_of_sendmail_gives_its_version(run_enumerator):
    said = [
        ("received", b"220-mail.example.test\r\n220 ESMTP\r\n"),
        ("sent", b"EHLO recon.invalid\r\n"),
        ("received", b"250-mail.example.test\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH LOGIN CRAM-MD5\r\n250 SIZE\r\n"),
        ("sent", b"HELP\r\n"),
        ("received", b"214-2.0.0 This is sendmail version 8.15.2\r\n214 2.0.0 End of HELP info\r\n"),
        ("sent", b"QUIT\r\n"),
    ]
    facts, [service] = run_enumerator(smtp.Extensions, said, found("smtp"))
    assert facts["smtp.auth"] == ["LOGIN", "PLAIN", "CRAM-MD5"]
    assert "smtp.size" not in facts
    assert (service.product, service.version, service.version_source) == ("Sendmail", "8.15.2", "smtp.extensions")
    assert service.cpe == "cpe:2.3:a:sendmail:sendmail:8.15.2:*:*:*:*:*:*:*"


def test_a_greeting_that_the_engine_did_not_wait_for_is_read_too(run_enumerator):
    said = [("received", b"220 a\r\n"), ("sent", b"EHLO recon.invalid\r\n"), ("received", b"502 no\r\n")]
    assert run_enumerator(smtp.Extensions, said) == ({}, [])


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"* OK\r\n", b"220 \xff\xfe\r\n"])
def test_a_server_that_is_not_ready_or_hangs_up_is_asked_no_more(run_enumerator, greeting):
    said = [("received", greeting), ("sent", b"EHLO recon.invalid\r\n")]
    assert run_enumerator(smtp.Extensions, said) == ({}, [])


def test_dovecot_names_itself_over_imap_and_says_the_same_behind_starttls(run_enumerator):
    facts, [service] = run_enumerator(imap.Capabilities, RECORDINGS / "dovecot-imap.imap.capabilities.jsonl")
    assert facts["imap.auth"] == facts["imap.tls_auth"] == ["PLAIN"]
    assert facts["imap.starttls"] is True
    assert facts["imap.login_disabled"] is False
    assert facts["imap.id_name"] == "Dovecot"
    assert (service.vendor, service.product, service.version) == ("dovecot", "Dovecot", None)


CYRUS = (
    b'* ID ("name" "Cyrus IMAPD" "version" "3.6.1-Debian-3.6.1-4+deb12u3" "os" NIL "vendor" "Project \\"Cyrus\\""'
    b' "command" "imapd")\r\na2 OK done\r\n'
)


def imap_talk(answer):
    """A server that offers ID and answers it so."""
    return [
        ("received", b"* OK ready\r\n"),
        ("sent", b"a1 CAPABILITY\r\n"),
        ("received", b"* CAPABILITY IMAP4rev1 ID LOGINDISABLED\r\na1 OK\r\n"),
        ("sent", b"a2 ID NIL\r\n"),
        ("received", answer),
        ("sent", b"a5 LOGOUT\r\n"),
    ]


def test_the_fields_of_id_are_facts_and_give_the_version(run_enumerator):
    facts, [service] = run_enumerator(imap.Capabilities, imap_talk(CYRUS), found("imap"))
    assert {name: value for name, value in facts.items() if name.startswith("imap.id_")} == {
        "imap.id_name": "Cyrus IMAPD",
        "imap.id_version": "3.6.1-Debian-3.6.1-4+deb12u3",
        "imap.id_vendor": 'Project "Cyrus"',
    }
    assert facts["imap.login_disabled"] is True
    assert (service.product, service.vendor) == ("Cyrus IMAP", "cyrus")


def test_what_the_greeting_told_is_not_replaced(run_enumerator):
    known = found("imap", product="Cyrus IMAP", version="3.6.1")
    assert run_enumerator(imap.Capabilities, imap_talk(CYRUS), known)[1] == []
    other = found("imap", product="Acme Proxy")
    assert run_enumerator(imap.Capabilities, imap_talk(CYRUS), other)[1] == []


@pytest.mark.parametrize("answer", [b"* ID NIL\r\na2 OK\r\n", b"a2 BAD\r\n", b'* ID ("name")\r\na2 OK\r\n'])
def test_an_id_without_values_teaches_nothing(run_enumerator, answer):
    facts, services = run_enumerator(imap.Capabilities, imap_talk(answer))
    assert services == []
    assert not [name for name in facts if "id_" in name]


def test_dovecot_tells_its_pop3_capabilities_before_and_behind_stls(run_enumerator):
    facts, services = run_enumerator(pop3.Capabilities, RECORDINGS / "dovecot-pop3.pop3.capabilities.jsonl")
    assert facts["pop3.stls"] is True
    assert facts["pop3.auth"] == ["PLAIN"]
    assert "STLS" not in facts["pop3.tls_capabilities"]
    assert services == []


@pytest.mark.parametrize(
    ("told", "product", "version"),
    [
        (b"Cyrus POP3 v2.4.17-Fedora-RPM", "Cyrus IMAP", "2.4.17-Fedora-RPM"),
        (b"Qpopper-version-4.0.19", "Qpopper", "4.0.19"),
        (b"Acme Mail/7.1.", "Acme Mail", "7.1"),
        (b"1-2-3 Mail", "1-2-3 Mail", None),
    ],
)
def test_an_implementation_is_a_product(run_enumerator, told, product, version):
    said = [
        ("received", b"+OK\r\n"),
        ("sent", b"CAPA\r\n"),
        ("received", b"+OK\r\nIMPLEMENTATION " + told + b"\r\nEXPIRE 60\r\nLOGIN-DELAY 900 USER\r\n..x\r\n.\r\n"),
        ("sent", b"QUIT\r\n"),
    ]
    facts, [service] = run_enumerator(pop3.Capabilities, said)
    assert (service.product, service.version) == (product, version)
    assert (facts["pop3.expire"], facts["pop3.login_delay"]) == ("60", "900 USER")
    assert facts["pop3.capabilities"][-1] == ".x"


def test_a_server_without_capa_is_left(run_enumerator):
    said = [("received", b"+OK\r\n"), ("sent", b"CAPA\r\n"), ("received", b"-ERR what\r\n"), ("sent", b"nothing")]
    assert run_enumerator(pop3.Capabilities, said) == ({}, [])
