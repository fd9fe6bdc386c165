"""Every format that other programs read: what they read is what the records say."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from recon import Batch, Record, Service, SinkOptions, Summary
from recon.sinks import recon_sinks
from recon.sinks.greppable import GreppableSink
from recon.sinks.nmap_xml import NmapXmlSink, cpe_uri

SINKS = {sink.name: sink for sink in recon_sinks()}
CPE = "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"
SSH = Service("ssh", vendor="openbsd", product="OpenSSH", version="9.2p1", cpe=CPE, distro="Debian",
              revision="2+deb12u10", confidence=0.98)  # fmt: skip
WEB = Service("http", product="nginx", version="1.22.1", confidence=0.98, tls=True)


def record(**changes):
    values = {
        "at": "2026-11-23T10:00:00.123456Z", "addr": "127.0.0.1", "host": None, "port": 22, "transport": "tcp",
        "range": "well-known", "registered": "ssh", "state": "open", "reason": "syn-ack", "rtt_us": 85, "ttl": None,
        "services": [], "facts": {}, "banner": b"",
    }  # fmt: skip
    return Record(**{**values, **changes})


def summary(**changes):
    values = {
        "targets": 10, "sent": 12, "open": 3, "closed": 5, "unreachable": 0, "silent": 2, "unknown": 0, "errors": {},
        "drops": 0, "elapsed_s": 1.5, "rate_pps": 8.0, "backend": "connect", "bottleneck": None, "recall": None,
        "recall_why": "too few", "exit": 0,
    }  # fmt: skip
    return Summary(**{**values, **changes})


def written(name, *batches, about=None):
    stream = io.BytesIO()
    sink = SINKS[name].open(stream, SinkOptions())
    for batch in batches:
        sink.write(Batch.of(batch))
    sink.close(about)
    return stream.getvalue().decode()


ROWS = [
    record(
        services=[SSH], facts={"ssh.protocol": "2.0", "ssh.list": ["a", "b"], "x.flag": True}, banner=b"SSH\xff\r\n"
    ),
    record(addr="::1", port=443, registered="https", services=[WEB], host="www.example"),
    record(port=80, registered="http", state="closed", reason="refused"),
    record(port=53, transport="udp", registered="domain", state="open|silent", reason="no-response"),
    record(port=81, registered=None, state="unreachable", reason="host-unreachable"),
    record(port=82, state="unknown", reason="EPERM"),
]


def test_rows_are_read_back_as_they_were_written():
    batch = Batch.of(ROWS)
    again = Batch.parse(batch.to_jsonl() + b"\n")
    assert again.to_jsonl() == batch.to_jsonl()
    assert list(again) == list(batch)


@pytest.mark.parametrize("line", [b"{}", b"[]", b"hello", b'{"schema":2}'])
def test_what_is_no_row_is_refused(line):
    with pytest.raises(ValueError, match="no row of recon"):
        Batch.parse(line)


def test_naabu_has_its_keys_and_open_ports_only():
    rows = [json.loads(line) for line in written("naabu", ROWS).splitlines()]
    assert rows == [
        {"ip": "127.0.0.1", "timestamp": ROWS[0].at, "port": 22, "protocol": "tcp", "tls": False},
        {"host": "www.example", "ip": "::1", "timestamp": ROWS[1].at, "port": 443, "protocol": "tcp", "tls": True},
    ]


def test_markdown_has_a_row_for_each_record_and_the_sweep_below():
    lines = written("markdown", ROWS, about=summary()).splitlines()
    assert lines[2] == "| 127.0.0.1 | 22/tcp | open | ssh | OpenSSH 9.2p1 (Debian 2+deb12u10) |"
    assert lines[3] == "| ::1 (`www.example`) | 443/tcp | open | http/tls | nginx 1.22.1 |"
    assert lines[4] == "| 127.0.0.1 | 80/tcp | closed | `(http?)` |  |"
    assert len(lines) == 2 + len(ROWS) + 2
    assert lines[-1] == "3 open of 10 targets."


def test_a_greppable_host_is_one_line_with_its_ports_in_order():
    lines = written("greppable", ROWS, about=summary()).splitlines()
    assert lines[1] == (
        "Host: 127.0.0.1 ()\tPorts: 22/open/tcp//ssh//OpenSSH 9.2p1 [Debian 2+deb12u10]/, "
        "53/open|filtered/udp/////, 80/closed/tcp/////, 81/filtered/tcp/////"
    )
    assert lines[2] == "Host: ::1 (www.example)\tPorts: 443/open/tcp//ssl|http//nginx 1.22.1/"
    assert lines[3] == "# recon done: 2 hosts answered in 1.50 seconds"


@pytest.mark.parametrize(("kind", "mark"), [(GreppableSink, "Host: "), (NmapXmlSink, "<host>")])
def test_no_more_rows_are_held_than_the_limit(kind, mark):
    stream = io.BytesIO()
    sink = kind(stream, SinkOptions(), held=3)
    for port in range(1, 5):
        sink.write(Batch.of([record(port=port)]))
    assert stream.getvalue().decode().count(mark) == 1
    sink.close(None)
    assert stream.getvalue().decode().count(mark) == 2


# What nmap's document type says, in our words: children in their order (a letter each), and attributes that must be.
CHILDREN = {
    "nmaprun": r"(verbose )(debugging )(host )*(runstats )", "verbose": "", "debugging": "",
    "host": r"status (address )+(hostnames )?(ports )?", "status": "", "address": "", "hostnames": "(hostname )*",
    "hostname": "", "ports": "(port )*", "port": r"state (service )?(script )*", "state": "", "service": "(cpe )*",
    "cpe": "", "script": "(elem )*", "elem": "", "runstats": "finished hosts ", "finished": "", "hosts": "",
}  # fmt: skip
REQUIRED = {
    "nmaprun": {"scanner", "version", "xmloutputversion"}, "status": {"state", "reason", "reason_ttl"},
    "address": {"addr"}, "port": {"protocol", "portid"}, "state": {"state", "reason", "reason_ttl"},
    "service": {"name", "conf", "method"}, "script": {"id", "output"}, "finished": {"time"}, "hosts": {"total"},
}  # fmt: skip
VALUES = {
    ("nmaprun", "scanner"): {"nmap"}, ("status", "state"): {"up", "down", "unknown", "skipped"},
    ("address", "addrtype"): {"ipv4", "ipv6", "mac"}, ("hostname", "type"): {"user", "PTR"},
    ("port", "protocol"): {"ip", "tcp", "udp", "sctp"}, ("service", "method"): {"table", "probed"},
    ("service", "conf"): {str(number) for number in range(11)}, ("service", "tunnel"): {"ssl"},
    ("finished", "exit"): {"error", "success"},
}  # fmt: skip


def check_type(element):
    """Whether an element is as the document type wants it, and all below it."""
    order = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(CHILDREN[element.tag], order), (element.tag, order)
    assert set(element.attrib) >= REQUIRED.get(element.tag, set()), element.tag
    for name, value in element.attrib.items():
        assert value in VALUES.get((element.tag, name), {value})
    for child in element:
        check_type(child)


@pytest.mark.parametrize("rows", [ROWS, []])
def test_nmaps_xml_is_valid_by_its_document_type(rows):
    check_type(ET.fromstring(written("nmap-xml", rows, about=summary())))  # noqa: S314 - our own text


def test_python_libnmap_reads_the_xml():
    parser = pytest.importorskip("libnmap.parser")
    report = parser.NmapParser.parse_fromstring(written("nmap-xml", ROWS, about=summary()))
    assert (report.hosts_up, report.hosts_total, report.elapsed) == (2, 2, 1.5)
    first, second = report.hosts
    assert (first.address, first.get_open_ports()) == ("127.0.0.1", [(22, "tcp")])
    assert (second.address, second.ipv6, second.hostnames) == ("::1", "::1", ["www.example"])
    ssh = first.get_service(22)
    assert (ssh.service, ssh.state, ssh.reason) == ("ssh", "open", "syn-ack")
    assert ssh.banner == "product: OpenSSH version: 9.2p1 extrainfo: Debian 2+deb12u10"
    assert [cpe.cpestring for cpe in ssh.cpelist] == ["cpe:/a:openbsd:openssh:9.2p1"]
    scripts = {script["id"]: script for script in ssh.scripts_results}
    assert scripts["banner"]["output"] == r"SSH\xff\x0d\x0a"
    assert scripts["recon-facts"]["elements"] == {"ssh.protocol": "2.0", "ssh.list": "a, b", "x.flag": "yes"}
    assert second.get_service(443).tunnel == "ssl"
    assert [first.get_service(80).state, first.get_service(53, "udp").state] == ["closed", "open|filtered"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        (CPE, "cpe:/a:openbsd:openssh:9.2p1"),
        (r"cpe:2.3:a:a\:b:c\/d:1\.0\+x:*:*:*:*:*:*:*", "cpe:/a:a%3ab:c%2fd:1.0%2bx"),
        ("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", "cpe:/o:linux:linux_kernel"),
        ("cpe:2.3:a:v:p:-:*:*:*:*:*:*:*", "cpe:/a:v:p:-"),
    ],
)
def test_a_cpe_is_bound_as_a_uri(name, uri):
    assert cpe_uri(name) == uri
