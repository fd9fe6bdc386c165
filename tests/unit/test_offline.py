"""One stored reply named from Python, and files cut into whole lines."""

from __future__ import annotations

import io

import pytest

import recon
from recon.offline import LINE_BYTES, whole_lines


def test_a_stored_reply_is_named():
    found = recon.identify(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", hint="ssh")
    (service,) = found.services
    assert (service.product, service.version, service.revision) == ("OpenSSH", "9.2p1", "2+deb12u10")
    assert service.purl == "pkg:deb/debian/openssh-server@1:9.2p1-2%2Bdeb12u10"
    assert found.facts == {"ssh.protocol": "2.0"}


def test_a_datagram_is_read_as_one():
    answer = bytes.fromhex(
        "240800e600000000000000007f7f0101eeaeb6ec1e7d3820" + "7265636f6e2d7634" + "eeaeb6ee1cb78947" * 2
    )
    assert [one.name for one in recon.identify(answer, port=123, transport="udp").services] == ["ntp"]
    assert [one.name for one in recon.identify(answer, hint="ntp").services] == ["ntp"]
    (borrowed,) = recon.identify(answer, transport="udp").services
    assert (borrowed.name, borrowed.evidence["probe"]) == ("ntp", "stored")


def test_tls_is_kept():
    (service, *_) = recon.identify(b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n", tls=True).services
    assert (service.product, service.tls) == ("nginx", True)


def test_two_sources_that_agree_are_surer_than_one():
    head = b"HTTP/1.1 404 Not Found\r\nServer: Apache Tomcat/8.5.5\r\n\r\n"
    page = b"<title>Apache Tomcat/8.5.5 - Error report</title>"
    assert recon.identify(head).services[0].confidence == 0.98
    assert recon.identify(head + page).services[0].confidence == 0.99
    assert recon.identify(head + page.replace(b"8.5.5", b"8.5.6")).services[0].confidence == 0.98


@pytest.mark.parametrize("wrong", [{"port": 65536}, {"transport": "sctp"}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(recon.PlanError):
        recon.identify(b"", **wrong)


@pytest.mark.parametrize("text", [b"", b"a", b"a\n", b"a\nb", b"\n\n", b"one\ntwo\nthree\n"])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_pieces_end_with_a_line_and_lose_nothing(text, step):
    stream = io.BytesIO(text)
    pieces = list(whole_lines(lambda _: stream.read(step), b""))
    assert b"".join(pieces) == text
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])


def test_of_an_endless_line_no_more_is_kept_than_tells_that_it_is_too_long():
    left = [b"x" * (1 << 20)] * 20 + [b"y\nshort\n"]
    pieces = list(whole_lines(lambda _: left.pop(0) if left else b"", b""))
    text = b"".join(pieces)
    assert LINE_BYTES < len(text) < LINE_BYTES + 100
    assert text.endswith(b"y\nshort\n")
