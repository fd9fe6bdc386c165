"""Every built-in format writes what the records say, and nothing that a target could smuggle in."""

from __future__ import annotations

import csv
import io
import json

import pytest

from recon import Batch, Record, Service, SinkOptions
from recon.cli.words import FORMATS
from recon.sinks import recon_sinks

SINKS = {sink.name: sink for sink in recon_sinks()}
SSH = Service("ssh", vendor="openbsd", product="OpenSSH", version="9.2p1", distro="Debian", revision="2+deb12u10")


def record(**changes):
    values = {
        "at": "2026-11-23T10:00:00.123456Z", "addr": "127.0.0.1", "host": None, "port": 22, "transport": "tcp",
        "range": "well-known", "registered": "ssh", "state": "open", "reason": "syn-ack", "rtt_us": 85, "ttl": None,
        "services": [], "facts": {}, "banner": b"",
    }  # fmt: skip
    return Record(**{**values, **changes})


def written(name, *batches, **options):
    stream = io.BytesIO()
    sink = SINKS[name].open(stream, SinkOptions(**options))
    for batch in batches:
        sink.write(Batch.of(batch))
    sink.close(None)
    return stream.getvalue().decode()


def test_the_built_in_formats_are_there():
    assert tuple(SINKS) == FORMATS


def test_a_list_holds_the_open_ones_only():
    assert written("list", [record(), record(port=23, state="closed", reason="rst")]) == "127.0.0.1:22\n"


def test_jsonl_is_what_the_core_made():
    rows = [record(services=[SSH]), record(port=80)]
    assert written("jsonl", rows) == Batch.of(rows).to_jsonl().decode()
    assert json.loads(written("jsonl", rows).splitlines()[0])["services"][0]["product"] == "OpenSSH"


def test_a_table_lines_its_columns_up():
    lines = written("table", [record(services=[SSH]), record(addr="127.100.200.255", port=65535)]).splitlines()
    assert lines[0].split() == ["ADDRESS", "PORT", "STATE", "SERVICE", "PRODUCT", "/", "VERSION"]
    assert {line.index(word) for line, word in zip(lines, ["PORT", "22/tcp", "65535/tcp"], strict=True)} == {17}
    assert lines[1].endswith("ssh               OpenSSH 9.2p1 (Debian 2+deb12u10)")


def test_a_registered_name_is_never_shown_as_detected():
    table = written("table", [record(), record(services=[SSH])]).splitlines()
    assert table[1].split() == ["127.0.0.1", "22/tcp", "open", "(ssh?)"]
    assert table[2].split()[3] == "ssh"
    row = next(csv.DictReader(io.StringIO(written("csv", [record()]))))
    assert (row["registered"], row["service"]) == ("ssh", "")


def test_several_services_share_a_row():
    apache = Service("http", product="Apache httpd", version="2.4.62", distro="Debian")
    services = [apache, Service("http", product="PHP")]
    assert "Apache httpd 2.4.62 (Debian), PHP" in written("table", [record(services=services)])
    row = next(csv.DictReader(io.StringIO(written("csv", [record(services=services)]))))
    assert (row["product"], row["also"]) == ("Apache httpd", "PHP")


@pytest.mark.parametrize("color", [True, False])
def test_a_hostile_banner_stays_text_on_one_row(color):
    banner = b"220 \x1b]0;owned\x07\x1b[2J\xe2\x80\xae[red]hi[/red]\r\nmore\r\n"
    table = written("table", [record(banner=banner)], color=color)
    assert r"220 \x1b]0;owned\x07\x1b[2J\u{202e}[red]hi[/red]" in table
    assert table.count("\n") == 2
    assert "\x1b]" not in table
    assert ("\x1b[" in table) is color


def test_a_hostile_product_and_host_stay_text():
    services = [Service("http", product="\x1b[2Jx", version="\u202e1")]
    table = written("table", [record(services=services, host="a\x1b[1m.example")])
    assert "\x1b" not in table
    assert "\u202e" not in table


def test_a_binary_banner_is_shown_whole():
    assert r'"J\x00\x00\x00\x0a8.0.40\x00"' in written("table", [record(banner=b"J\0\0\0\n8.0.40\0")])


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_table_never_exceeds_the_terminal(width):
    rows = [record(services=[SSH]), record(banner="日本語".encode() * 100), record(banner=b"x" * 1_000_000)]
    lines = written("table", rows, width=width).splitlines()
    assert all(sum(2 if ord(character) > 0x2FFF else 1 for character in line) <= width for line in lines)


def test_csv_reads_back_with_the_same_number_of_cells():
    banners = [b'=cmd|"/c calc"!A1', b"a,b\r\n;c", b"\0" * 10, b""]
    rows = list(csv.reader(io.StringIO(written("csv", [record(banner=banner) for banner in banners]))))
    assert {len(row) for row in rows} == {22}
    assert rows[1][-1] == """'=cmd|"/c calc"!A1"""
    assert len(rows) == 5


def test_csv_ends_lines_as_the_standard_says_and_heads_only_once():
    text = written("csv", [record()], [record(port=80)])
    assert text.count("\r\n") == text.count("\n") == 3
    assert written("csv").startswith("at,addr,host,port,")
