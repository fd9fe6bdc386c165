"""The declared packs, held against themselves: every example is read by its own match, and stolen by no other."""

from __future__ import annotations

import importlib

import pytest

from recon import _core, probes
from recon.model import Match, Probe

PLUGINS = ("recon_ssh", "recon_ftp", "recon_http")
SURE = 0.9
"""The least confidence of a match whose author named the product."""


def _plugin(name: str) -> list[tuple[str, Probe]]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        return []
    return [(name, probe) for probe in module.recon_probes()]


@pytest.fixture(scope="module")
def everything() -> list[tuple[str, Probe]]:
    built_in = [("probes", probe) for probe in probes.recon_probes()]
    return built_in + [each for name in PLUGINS for each in _plugin(name)]


@pytest.fixture(scope="module")
def pack(everything) -> _core.Pack:
    return _core.Pack(everything)


def _answer(match: Match, example: bytes) -> bytes:
    """An example of one field of HTTP as the whole answer in which it would come."""
    field, _, header = match.field.partition(":")
    if field == "data":
        return example
    status = example if field == "status" else b"HTTP/1.1 200 OK"
    named = example if header == "*" else b"%s: %s" % (header.encode(), example)
    line = named + b"\r\n" if field == "header" else b""
    body = b"<title>%s</title>" % example if field == "title" else example if field == "body" else b""
    return b"%s\r\n%sContent-Length: %d\r\n\r\n%s\r\n" % (status, line, len(body) + 2, body)


def _product(match: Match, expect) -> str | None:
    return expect.get("product", None if b"(?P<product>" in match.pattern else match.product)


def test_no_probe_is_refused(pack) -> None:
    assert pack.faults == []


def test_every_family_brings_probes_and_matches() -> None:
    own = list(probes.recon_probes())
    assert len({probe.name for probe in own}) == len(own)
    assert len(own) >= 30
    assert sum(len(probe.matches) for probe in own) >= 250


def test_the_pack_counts_what_was_given(pack, everything) -> None:
    assert pack.counts == (len(everything), sum(len(probe.matches) for _, probe in everything))


def test_no_match_steals_the_example_of_another(pack, everything) -> None:
    stolen = []
    for origin, probe in everything:
        for match in probe.matches:
            for example, expect in match.examples.items():
                found, _ = pack.identify(_answer(match, example), asked=probe.name if probe.send else "listen")
                wanted = _product(match, expect)
                own = [one for one in found if one.name == match.service and wanted in {None, one.product}]
                whole = match.field == "data"
                thieves = [one for one in found if whole and one not in own and one.confidence >= SURE]
                if not own or thieves:
                    stolen.append((origin, match.service, match.product, example[:80], thieves))
    assert stolen == []


def test_an_answer_of_one_protocol_is_read_as_no_other(pack, everything) -> None:
    mixed = []
    for _, probe in everything:
        for match in probe.matches:
            for example in match.examples if match.field == "data" else ():
                found, _ = pack.identify(example, asked=probe.name if probe.send else "listen")
                names = {one.name for one in found}
                if names != {match.service}:
                    mixed.append((probe.name, example[:80], names))
    assert mixed == []


def test_no_version_is_a_constant(everything) -> None:
    for _, probe in everything:
        assert all("version" not in match.facts for match in probe.matches), probe.name


def test_a_fixed_product_has_a_vendor_or_says_why_not(everything) -> None:
    without = {
        match.product
        for origin, probe in everything
        if origin == "probes"
        for match in probe.matches
        if not match.vendor
    }
    assert without <= {None, "MailHog", "Mailpit", "Teapop", "Linux telnetd", "tftpd-hpa"}


@pytest.mark.parametrize("port", [389, 445, 873, 5432, 6379, 11211, 1883, 53])
def test_a_port_hints_at_its_protocol(pack, port) -> None:
    assert pack.asks(port) is not None


@pytest.mark.parametrize("port", [53, 123, 161, 11211])
def test_a_udp_port_hints_at_its_protocol(pack, port) -> None:
    assert pack.asks(port, "udp") is not None


@pytest.mark.parametrize(
    ("answer", "probe"),
    [
        (b"", "listen"),
        (b"\r\n", "listen"),
        (b"\x00", "smb"),
        (b"S", "postgresql"),
        (b"\xff", "listen"),
        (b"+OK\r\n", "redis"),
        (b"ERROR\r\n", "memcached"),
        (b"220 \r\n", "listen"),
    ],
)
def test_an_answer_that_proves_nothing_names_nothing(pack, answer, probe) -> None:
    assert pack.identify(answer, asked=probe)[0] == []


def test_a_cut_answer_never_yields_a_wrong_version(pack, everything) -> None:
    wrong = []
    for origin, probe in everything:
        cuttable = origin == "probes" and probe.transport == "tcp"  # a datagram comes whole or not
        for match in probe.matches if cuttable else ():
            for example, expect in match.examples.items() if match.field == "data" else ():
                asked = probe.name if probe.send else "listen"
                for end in range(1, len(example)):
                    found, _ = pack.identify(example[:end], asked=asked)
                    cut = [one.version for one in found if one.product == match.product and one.version]
                    if cut and "version" in expect and cut[0] != expect["version"]:
                        wrong.append((probe.name, example[:end][-60:], cut))
    assert wrong == []
