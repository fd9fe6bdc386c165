"""Every product of an HTTP answer is named, each with its own version. No test opens a socket."""

from __future__ import annotations

from pathlib import Path

import pytest
import recon_http

from recon import testing

CONVERSATIONS = Path(__file__).parent / "conversations"
EXAMPLES = [
    (match, text, expect)
    for probe in recon_http.recon_probes()
    for match in probe.matches
    for text, expect in match.examples.items()
]


@pytest.fixture(scope="module")
def pack():
    return testing.pack_of(recon_http.recon_probes())


def record_of(name, replay):
    return replay(CONVERSATIONS / f"{name}.jsonl", list(recon_http.recon_probes()))


def versions(services):
    return {service.product: service.version for service in services}


def answer_with(field, text):
    """An answer whose ``field`` is ``text``."""
    kind, _, header = field.partition(":")
    head = (text if kind == "status" else b"HTTP/1.1 200 OK") + b"\r\nContent-Type: text/html\r\n"
    if kind == "status":
        return head + b"\r\n"
    if kind == "header":
        return head + (text if header == "*" else header.encode() + b": " + text) + b"\r\n\r\n"
    page = b"<title>" + text + b"</title>" if kind == "title" else text
    return head + b"Content-Length: %d\r\n\r\n" % len(page) + page


def test_nginx_has_product_version_title_and_status(replay):
    record = record_of("nginx", replay)
    [service] = record.services
    assert (service.name, service.product, service.version) == ("http", "nginx", "1.22.1")
    assert (service.cpe, service.version_source) == ("cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*", "header")
    assert service.evidence == {"probe": "http", "match": "http.nginx"}
    assert (record.facts["http.status"], record.facts["http.title"]) == (200, "recon & nginx")
    assert record.facts["http.header.server"] == "nginx/1.22.1"


def test_a_redirect_is_reported_not_followed(replay):
    record = record_of("nginx-redirect", replay)
    assert record.facts["http.status"] == 301
    assert record.facts["http.location"] == "https://www.example.org/"


def test_apache_and_openssl_have_their_own_versions(replay):
    services = record_of("apache-openssl", replay).services
    assert versions(services) == {"Apache httpd": "2.4.71", "OpenSSL": "3.0.19"}
    assert (services[0].distro, services[0].cpe) == ("Debian", "cpe:2.3:a:apache:http_server:2.4.71:*:*:*:*:*:*:*")


def test_lighttpd_is_named(replay):
    assert versions(record_of("lighttpd", replay).services) == {"lighttpd": "1.4.69"}


def test_python_stands_beside_its_server(replay):
    found = versions(record_of("python-http-server", replay).services)
    assert found == {"Python http.server": "0.6", "Python": "3.11.7"}


def test_php_is_one_service_though_two_headers_name_it(pack):
    services, _ = pack.identify(
        b"HTTP/1.1 200 OK\r\nServer: Apache/2.4.52 (Ubuntu) PHP/8.1.2\r\nX-Powered-By: PHP/8.1.2-1ubuntu2.14\r\n\r\n",
        asked="http",
    )
    assert versions(services) == {"Apache httpd": "2.4.52", "PHP": "8.1.2"}
    php = next(service for service in services if service.product == "PHP")
    assert (php.distro, php.revision) == ("Ubuntu", "1ubuntu2.14")


def test_an_unknown_server_is_named_by_its_own_words(pack):
    [service], _ = pack.identify(b"HTTP/1.1 401 No\r\nServer: Acme-Gadget/2.1 (x)\r\n\r\n", asked="http")
    assert (service.product, service.version, service.cpe) == ("Acme-Gadget", "2.1", None)
    assert service.confidence < 0.9


def test_http_without_a_name_is_still_http(pack):
    [service], facts = pack.identify(b"HTTP/1.0 404 Not Found\r\n\r\n", asked="http")
    assert (service.name, service.product, facts["http.status"]) == ("http", None, 404)


def test_the_request_asks_for_the_root_and_closes():
    probe, *_ = recon_http.recon_probes()
    assert probe.send.startswith(b"GET / HTTP/1.1\r\nHost: {authority}\r\n")
    assert b"Connection: close\r\n" in probe.send
    assert probe.send.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("match", "text", "expect"), EXAMPLES, ids=lambda value: str(value)[:48])
def test_no_match_steals_the_example_of_another(pack, match, text, expect):
    services, _ = pack.identify(answer_with(match.field, text), asked="http")
    product = expect.get("product", match.product)
    assert product in versions(services)
    if "version" in expect:
        assert versions(services)[product] == expect["version"]


@pytest.mark.parametrize("path", sorted(CONVERSATIONS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_half_an_answer_never_names_something_else(pack, path):
    answer = testing.load_transcript(path).received
    whole = versions(pack.identify(answer, asked="http")[0])
    for cut in range(len(answer)):
        for service in pack.identify(answer[:cut], asked="http")[0]:
            assert service.product is None or service.product in whole
            assert service.version in (None, whole.get(service.product))
