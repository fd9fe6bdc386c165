"""One port, explained and traced: what was asked, what came, what was tried, and why this answer."""

from __future__ import annotations

import base64
import json
import socket
import threading

import pytest

from recon.cli import single
from recon.cli.single import Happening, answers
from recon.cli.trace import is_text
from recon.errors import PlanError
from recon.probes.toml import load_probes
from recon.testing import drip, flood, greet, replay, reset, stall

SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
HOSTILE = b"220 \x1b]0;owned\x07\xe2\x80\xae[red]hello[/red]\r\n"


def explained(recon, server):
    done = recon("explain", server.target, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_explanation_says_what_was_asked_and_why(recon, fake_server):
    shown = recon("explain", fake_server(greet(SSH)).target).stdout
    for words in ("open", "listen", "hit   ssh.openssh", "because ssh.openssh read its greeting", "confidence 0.9",
                  "version 9.2p1, out of: greeting", "ssh.protocol = 2.0"):  # fmt: skip
        assert words in shown


def test_an_explanation_in_json_has_all_of_it(recon, fake_server):
    server = fake_server(greet(SSH))
    told = explained(recon, server)
    assert (told["target"], told["state"], told["schema"]) == (server.target, "open", 1)
    [answer] = told["answers"]
    assert base64.b64decode(answer["base64"]) == SSH
    assert {"match": "ssh.openssh", "field": "data", "hit": True} in answer["tried"]
    [service] = told["services"]
    assert (service["product"], service["evidence"]["match"]) == ("OpenSSH", "ssh.openssh")
    assert told["facts"]["ssh.protocol"] == "2.0"
    assert any(one["kind"] == "step" and one["text"].startswith("open from 127.") for one in told["happened"])


def test_a_greeting_is_told_from_what_follows_it_on_the_same_connection(recon, fake_server):
    replies = {b"EHLO": b"250-mail.example.test\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 2.0.0 go ahead\r\n"}
    told = explained(recon, fake_server(greet(b"220 mail.example.test ESMTP Postfix\r\n", replies)))
    greeting = told["answers"][0]
    assert (greeting["asked"], greeting["text"]) == ("listen", "220 mail.example.test ESMTP Postfix\r\n")
    assert any(tried["hit"] and tried["match"].startswith("smtp.") for tried in greeting["tried"])
    assert any(one["kind"] == "sent" and one["text"].startswith("STARTTLS") for one in told["happened"])


FTP = {b"FEAT": b"211-Features:\r\n SIZE\r\n211 End\r\n", b"SYST": b"215 \x1b[31mUNIX\r\n"}


def test_an_explanation_shows_what_enumerators_asked_and_learnt(recon, fake_server):
    server = fake_server(greet(b"220 (vsFTPd 3.0.3)\r\n", FTP))
    features, anonymous = explained(recon, server)["enumerators"]
    assert (features["name"], features["plugin"], features["raised"]) == ("ftp.features", "ftp", None)
    said = [one["text"] for one in features["said"]]
    assert said[:3] == ["220 (vsFTPd 3.0.3)\r\n", "FEAT\r\n", FTP[b"FEAT"].decode()]
    assert {"name": "features", "value": ["SIZE"]} in features["learnt"]
    assert (anonymous["learnt"], [one["why"] for one in anonymous["ended"]]) == ([], ["timeout"])
    shown = recon("explain", server.target).stdout
    assert "ftp.features of plugin ftp" in shown
    assert "fact features = SIZE" in shown
    assert "it learnt nothing" in shown
    assert "\x1b" not in shown


def test_a_trace_draws_what_enumerators_say_behind_the_sweep(recon, fake_server):
    shown = recon("trace", fake_server(greet(b"220 (vsFTPd 3.0.3)\r\n", FTP)).target).stdout
    _, features, anonymous = shown.split("\nenumerator ")
    assert features.startswith("ftp.features of plugin ftp\n")
    assert "FEAT\\x0d\\x0a" in features
    assert "│ x timeout" in anonymous


DATAGRAMS = """
[[probe]]
name = "moo-udp"
transport = "udp"
ports = "{port}"
send = "MOO?"
[[probe.match]]
pattern = "^MOO/(?P<version>[0-9.]+);"
service = "moo"
product = "Cow"
[[probe.match.example]]
data = "MOO/1.2;"
"""


@pytest.fixture
def datagrams(tmp_path):
    """A UDP port that answers every question, and a file with the probe for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

        def answer():
            while (asked := listener.recvfrom(100))[0]:
                listener.sendto(b"MOO/1.2;", asked[1])

        thread = threading.Thread(target=answer)
        thread.start()
        path = tmp_path / "moo.toml"
        path.write_text(DATAGRAMS.format(port=port))
        yield f"127.0.0.1:{port}/udp", path
        listener.sendto(b"", ("127.0.0.1", port))
        thread.join()


def test_a_udp_port_is_explained_traced_and_recorded(recon, datagrams, tmp_path):
    target, probes = datagrams
    told = json.loads(recon("explain", target, "--probes", probes, "--json").stdout)
    assert (told["state"], told["services"][0]["version"]) == ("open", "1.2")
    assert [(one["kind"], one.get("text")) for one in told["happened"]] == [
        ("step", "ask moo-udp"), ("sent", "MOO?"), ("received", "MOO/1.2;"),
    ]  # fmt: skip
    assert "MOO/1.2;" in recon("trace", target, "--probes", probes).stdout
    path = tmp_path / "moo.jsonl"
    assert recon("plugins", "record", target, "--probes", probes, "-o", path).returncode == 0
    record = replay(path, load_probes(probes))
    assert (record.transport, record.state, record.services[0].product) == ("udp", "open", "Cow")


def test_a_silent_udp_port_may_be_open_and_says_so(recon):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        shown = recon("explain", f"127.0.0.1:{mute.getsockname()[1]}/udp").stdout
    assert "open|silent  no-response" in shown
    assert "a server there may not know the question" in shown


def test_a_closed_port_is_said_to_be_closed(recon, closed_port):
    done = recon("explain", f"127.0.0.1:{closed_port}")
    assert done.returncode == 0
    assert "closed" in done.stdout
    assert "nobody listens on this port" in done.stdout


def test_a_silent_port_says_so_and_ends_within_its_budget(recon, fake_server):
    server = fake_server(stall())
    assert "it stayed silent, whatever it was asked" in recon("explain", server.target).stdout
    assert f"{server.target} said nothing" in recon("trace", server.target).stdout


@pytest.mark.parametrize("behaviour", [reset(SSH[:4]), reset(), flood(), drip(b"what is this?\r\n")])
def test_no_behaviour_of_a_server_breaks_an_explanation(recon, fake_server, behaviour):
    told = explained(recon, fake_server(behaviour))
    assert told["state"] in {"open", "closed"}
    assert told["services"] == []


def test_foreign_bytes_act_neither_on_the_tree_nor_on_the_diagram(recon, fake_server):
    server = fake_server(greet(HOSTILE))
    for done in (recon("explain", server.target, "--color", "never"), recon("trace", server.target)):
        assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
        assert "[red]hello[/red]" in done.stdout


def test_bytes_that_no_match_knows_are_shown_and_named_unknown(recon, fake_server):
    shown = recon("explain", fake_server(greet(b"moo 1.2\r\n")).target).stdout
    assert "no match knows a text that occurs in these 9 bytes" in shown
    assert "what came is like nothing recon knows" in shown


def test_a_trace_draws_both_ports_the_bytes_and_the_time(recon, fake_server):
    server = fake_server(greet(SSH))
    lines = recon("trace", server.target).stdout.splitlines()
    assert lines[0] == f"{server.target}  open  syn-ack"
    ours, theirs = lines[2].split()
    assert theirs == server.target
    assert ours.startswith("127.0.0.1:")
    arrow = next(line for line in lines if "41 bytes" in line)
    assert "│◀" in arrow
    assert float(arrow.split(" ms")[0]) >= 0
    assert any(r"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\x0d\x0a" in line for line in lines)


def test_a_trace_shows_binary_as_hexadecimal_and_cuts_what_is_long(recon, fake_server):
    shown = recon("trace", fake_server(greet(bytes(range(64)))).target, "--bytes", 16).stdout
    assert "0000  00 01 02 03" in shown
    assert "… 48 bytes more; --bytes shows them" in shown
    assert "0010 " not in shown


@pytest.mark.parametrize("word", ["127.0.0.1", "127.0.0.0/24:22", "127.0.0.1-3:22", "@file", "127.0.0.1:x", "a:1:2"])
@pytest.mark.parametrize("command", ["explain", "trace"])
def test_a_word_that_is_not_one_port_is_refused_with_an_example(recon, command, word):
    done = recon(command, word)
    assert (done.returncode, done.stdout) == (2, "")
    assert "127.0.0.1:22" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_with_many_addresses_stands_for_the_first(monkeypatch):
    monkeypatch.setattr("recon.plan.lookup", lambda _: ["127.0.0.5", "127.0.0.6"])
    plan = single._plan("lab.test:22")
    assert (plan.targets, dict(plan.names)) == (1, {"127.0.0.5": "lab.test"})


def test_a_name_without_an_address_is_refused(monkeypatch):
    monkeypatch.setattr("recon.plan.lookup", lambda _: [])
    with pytest.raises(PlanError, match=r"lab\.test"):
        single._plan("lab.test:22")


def test_answers_are_joined_between_questions_on_each_connection():
    happened = [
        Happening(1, 0, "step", text="listen"),
        Happening(2, 0, "received", data=b"22"),
        Happening(3, 1, "step", text="ask http inside tls"),
        Happening(4, 1, "sent", data=b"GET"),
        Happening(5, 0, "received", data=b"0 hi\r\n"),
        Happening(6, 1, "received", data=b"HTTP/1.1"),
        Happening(7, 0, "step", text="starttls of smtp, turn 1"),
        Happening(8, 0, "received", data=b"220 go\r\n"),
        Happening(9, 2, "step", text="tls as an older client"),
        Happening(10, 2, "received", data=b"\x16\x03"),
    ]
    assert [(one.wire, one.asked, one.data) for one in answers(happened)] == [
        (0, "listen", b"220 hi\r\n"), (1, "http", b"HTTP/1.1"), (0, "smtp", b"220 go\r\n"), (2, "tls", b"\x16\x03"),
    ]  # fmt: skip


def test_what_came_in_one_microsecond_comes_before_what_was_asked_then():
    happened = [
        Happening(9, 0, "sent", data=b"GET"),
        Happening(9, 0, "step", text="ask http inside tls"),
        Happening(9, 0, "secured", data=b"session"),
        Happening(9, 0, "step", text="tls 1.3 TLS13_AES_256_GCM_SHA384"),
        Happening(9, 0, "received", data=b"220 go"),
        Happening(9, 0, "step", text="closed by peer"),
    ]
    assert [one.text or one.kind for one in sorted(happened, key=single._rank)] == [
        "received", "tls 1.3 TLS13_AES_256_GCM_SHA384", "secured", "closed by peer", "ask http inside tls", "sent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"220 hi\r\n", True),
        ("grüße".encode(), True),
        (b"\0\x01", False),
        (b"\xff\xfe\xfd\xfc", False),
        (b"a\x01\x02\x03", False),
    ],
)
def test_text_is_told_from_binary(data, expected):
    assert is_text(data) is expected
