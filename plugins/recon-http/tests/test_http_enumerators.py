"""Icons are hashed as search engines do, protections named, and no answer breaks it. No test opens a socket."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from recon_http.favicon import ICON_AT_MOST, PROTECTIONS, Favicon, icon_hash, is_icon, request
from recon_http.murmur import murmur3

from recon import Found, Service, testing

ENUMERATED = Path(__file__).parent / "enumerated"
SERVERS = ("nginx", "nginx-tls")
ICON = b"\0\0\1\0 a small picture"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\n"


def found(port=80, host=None, addr="127.0.0.1", **facts):
    """A page that answered 200."""
    return Found(Service("http"), {"http.status": 200} | facts, addr, port, host)


def port_of(server):
    return 443 if server == "nginx-tls" else 80


def answered(*said, closed=True):
    """What is learnt of the icon when the server answers in these pieces, then closes or falls silent."""
    end = [] if closed else [("sent", b"more")]
    facts, _ = testing.run_enumerator(
        Favicon, [("sent", request(found())), *(("received", one) for one in said), *end], found()
    )
    assert facts.pop("http.security_headers") == []
    return facts


LEARNT = {"http.favicon_mmh3": icon_hash(ICON), "http.favicon_sha256": hashlib.sha256(ICON).hexdigest()}


@pytest.mark.parametrize("server", SERVERS)
def test_the_icon_of_nginx_has_the_hashes_of_its_file(run_enumerator, server):
    talk = testing.load_transcript(ENUMERATED / f"{server}-favicon.jsonl")
    facts, services = run_enumerator(Favicon, talk, found(port_of(server)))
    icon = talk.received.partition(b"\r\n\r\n")[2]
    assert icon.startswith(b"\x89PNG")
    assert services == []
    assert facts["http.favicon_sha256"] == hashlib.sha256(icon).hexdigest()
    assert facts["http.favicon_mmh3"] == icon_hash(icon) == -240219577


@pytest.mark.parametrize("server", SERVERS)
def test_distorted_answers_break_nothing(torture_enumerator, server):
    path = ENUMERATED / f"{server}-favicon.jsonl"
    assert torture_enumerator(Favicon, path, found=found(port_of(server))).cases > 500


# Computed with the reference implementation of MurmurHash3 (x86, 32 bits, seed 0), signed.
@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", 0),
        (b"a", 1009084850),
        (b"ab", -1681926305),
        (b"abc", -1277324294),
        (b"abcd", 1139631978),
        (b"hello", 613153351),
        (b"hello, world", 345750399),
        (b"The quick brown fox jumps over the lazy dog", 776992547),
    ],
)
def test_murmur3_is_what_the_reference_says(data, value):
    assert murmur3(data) == value


def test_murmur3_takes_a_seed():
    assert murmur3(b"", 1) == 0x514E28B7


def test_the_icon_is_hashed_in_base64_with_line_ends():
    assert icon_hash(b"x" * 100) != icon_hash(b"x" * 101)
    assert icon_hash(b"") == 0


@pytest.mark.parametrize(
    ("where", "host"),
    [
        (found(80), b"127.0.0.1"),
        (found(443), b"127.0.0.1"),
        (found(8080), b"127.0.0.1:8080"),
        (found(8080, "example.test"), b"example.test:8080"),
        (found(80, addr="::1"), b"[::1]"),
        (found(8443, addr="::1"), b"[::1]:8443"),
    ],
)
def test_the_request_names_the_host(where, host):
    assert b"\r\nHost: " + host + b"\r\n" in request(where)
    assert request(where).endswith(b"\r\n\r\n")


def test_protections_are_read_from_the_page_that_was_seen():
    seen = found(**{"http.header.x-frame-options": "DENY", "http.header.strict-transport-security": "max-age=1"})
    facts, _ = testing.run_enumerator(Favicon, [], seen)
    assert facts == {"http.security_headers": ["strict-transport-security", "x-frame-options"]}
    assert set(facts["http.security_headers"]) <= set(PROTECTIONS)


def test_only_a_page_that_answered_200_is_asked_for_its_icon():
    refused = Found(Service("http"), {"http.status": 403}, "127.0.0.1", 80)
    said = [("sent", b"the recording would object to anything else")]
    assert testing.run_enumerator(Favicon, said, refused)[0] == {"http.security_headers": []}


def test_the_body_may_be_counted_chunked_or_end_with_the_connection():
    size = b"%d" % len(ICON)
    assert answered(OK + b"Content-Length: " + size + b"\r\n\r\n" + ICON, closed=False) == LEARNT
    assert answered(OK + b"\r\n", ICON[:5], ICON[5:]) == LEARNT
    chunks = b"5;x=y\r\n" + ICON[:5] + b"\r\n%x\r\n" % (len(ICON) - 5) + ICON[5:] + b"\r\n0\r\n\r\n"
    assert answered(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunks, closed=False) == LEARNT


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\n" + ICON,
        OK + b"Content-Length: 0\r\n\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (ICON_AT_MOST + 1) + ICON * ICON_AT_MOST,
        OK + b"\r\n" + b"x" * (ICON_AT_MOST + 1),
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (ICON_AT_MOST + 1),
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2000,
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 301 Moved\r\nLocation: /icon\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n <html></html>",
        b"HTTP/1.1 2x0 OK\r\n\r\n" + ICON,
        b"HTTP/2\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n\r\n",
        b"",
    ],
    ids=lambda answer: repr(answer[:60]),
)
def test_no_icon_no_hash(answer):
    assert answered(answer) == {}


def test_a_body_that_stops_coming_is_not_hashed():
    assert answered(OK + b"\r\n" + ICON, closed=False) == {}


def test_a_drawing_in_svg_is_an_icon():
    assert is_icon({}, b"<?xml version='1.0'?><svg/>")
    assert not is_icon({"content-type": "text/html"}, b"<svg/>")
