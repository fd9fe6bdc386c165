"""What is read from an open port: whole, in pieces, slowly, endlessly, or not at all; never twice and never wrong."""

import base64
import json
import socket
import struct
import time

import pytest

import recon
from recon import Match, Probe

GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"
BANNER_LIMIT = 64 * 1024
PIECE_PAUSE_S = 0.02
QUIET_S = 0.1
"""After this long a silence an answer of unknown framing is over."""
BUDGET_S = 4.0
"""What a conversation may take."""
ATTEMPTS = 20

CLIENT_FIRST = Probe(
    "hello",
    ports="1-65535",
    send=b"HELLO {host}:{port}\r\n",
    matches=[
        Match(
            rb"^WORLD (?P<version>[\d.]+)",
            service="hello",
            vendor="example",
            product="World",
            examples={b"WORLD 1.2\r\n": {"version": "1.2"}},
        )
    ],
)


def only(outcome):
    """The one record of a sweep."""
    (record,) = outcome.records
    assert record.state == "open"
    return record


def in_pieces(size, pauses):
    """Say the greeting ``size`` bytes at a time, each in a segment of its own, then stay; note how long each took."""

    def speak(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(GREETING), size):
            begun = time.monotonic()
            connection.sendall(GREETING[start : start + size])
            time.sleep(PIECE_PAUSE_S)  # the pause is what is tested: each piece comes in a packet of its own
            pauses.append(time.monotonic() - begun)
        connection.recv(1)

    return speak


def reset(connection):
    """Close with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_greeting_gives_product_version_distribution_and_revision(run, serve, drain):
    server = serve(lambda connection: (connection.sendall(GREETING), drain(connection)))
    record = only(run("127.0.0.1", ports=str(server.port)))
    assert record.banner == GREETING
    (service,) = record.services
    assert (service.name, service.product, service.version) == ("ssh", "OpenSSH", "9.2p1")
    assert (service.distro, service.revision, service.version_source) == ("Debian", "2+deb12u10", "greeting")
    assert record.facts == {"ssh.protocol": "2.0"}


@pytest.mark.parametrize("size", [1, 7, 30])
def test_a_greeting_in_pieces_is_put_together(run, serve, size):
    for _ in range(ATTEMPTS):
        pauses = []
        record = only(run("127.0.0.1", ports=str(serve(in_pieces(size, pauses)).port)))
        if record.banner == GREETING or max(pauses, default=QUIET_S) < QUIET_S / 2:
            break  # a busy machine may hold the server up until its greeting is over by our rules: that shows nothing
    assert record.banner == GREETING
    assert record.services[0].revision == "2+deb12u10"


def test_a_greeting_before_a_close_is_read(run, serve):
    server = serve(lambda connection: connection.sendall(GREETING))
    assert only(run("127.0.0.1", ports=str(server.port))).services[0].version == "9.2p1"


def test_a_port_that_closes_at_once_is_open_and_says_nothing(run, serve):
    record = only(run("127.0.0.1", ports=str(serve(lambda _: None).port)))
    assert (record.banner, record.services) == (b"", [])


def test_a_port_that_resets_at_once_is_open(run, serve):
    record = only(run("127.0.0.1", ports=str(serve(reset).port)))
    assert (record.banner, record.services) == (b"", [])


def test_a_banner_of_a_megabyte_is_capped_and_does_not_delay(run, serve):
    server = serve(lambda connection: connection.sendall(b"x" * (1 << 20)))
    outcome = run("127.0.0.1", ports=str(server.port))
    assert only(outcome).banner == b"x" * BANNER_LIMIT
    assert outcome.summary.elapsed_s < BUDGET_S


def test_an_endless_stream_ends_at_the_cap(run, serve):
    def speak(connection):
        while True:
            connection.sendall(b"\x00\xff\r\n" * 256)

    record = only(run("127.0.0.1", ports=str(serve(speak).port)))
    assert len(record.banner) == BANNER_LIMIT


def test_a_drip_without_end_is_over_when_the_budget_is(run, serve):
    def speak(connection):
        for _ in range(1000):
            connection.sendall(b".")
            time.sleep(0.05)  # a hostile server: always a little more, never silent

    outcome = run("127.0.0.1", ports=str(serve(speak).port))
    assert only(outcome).banner.startswith(b"...")
    assert outcome.summary.elapsed_s < 3 * BUDGET_S


def test_a_silent_port_is_listened_to_for_a_moment_only(run, serve):
    outcome = run("127.0.0.1", ports=str(serve().port))
    assert only(outcome).banner == b""
    assert outcome.summary.elapsed_s < BUDGET_S


def test_a_hinted_probe_is_sent_with_host_and_port_filled_in(run, serve, plugins_of):
    heard = []

    def speak(connection):
        heard.append(connection.recv(1000))
        connection.sendall(b"WORLD 2.5\r\n")

    server = serve(speak)
    hooks = plugins_of(recon_probes=lambda: [CLIENT_FIRST])
    options = {"resolve": {"hello.example": ["127.0.0.1"]}.get, "plugins": hooks}
    (service,) = only(run("hello.example", ports=str(server.port), **options)).services
    assert heard == [f"HELLO hello.example:{server.port}\r\n".encode()]
    assert (service.product, service.version, service.evidence["probe"]) == ("World", "2.5", "hello")


def test_a_greeting_that_comes_although_a_probe_was_sent_is_read_too(run, serve, drain, plugins_of, ssh_probe):
    server = serve(lambda connection: (connection.sendall(GREETING), drain(connection)))
    hooks = plugins_of(recon_probes=lambda: [CLIENT_FIRST, ssh_probe])
    record = only(run("127.0.0.1", ports=str(server.port), plugins=hooks))
    assert [service.product for service in record.services] == ["OpenSSH"]


def test_transcripts_hold_both_sides_and_times(serve, plugins_of):
    server = serve(lambda connection: (connection.recv(1000), connection.sendall(b"WORLD 2.5\r\n")))
    plan = recon.Plan.parse("127.0.0.1", ports=str(server.port), transcripts=True)
    with recon.sweep(plan, plugins=plugins_of(recon_probes=lambda: [CLIENT_FIRST])) as sweep:
        (transcript,) = [transcript for batch in sweep for transcript in batch.transcripts()]
    assert [(who, data) for who, data, _, _ in transcript] == [
        ("sent", f"HELLO 127.0.0.1:{server.port}\r\n".encode()),
        ("received", b"WORLD 2.5\r\n"),
    ]
    times = [at_us for _, _, at_us, _ in transcript]
    assert times == sorted(times)
    assert times[-1] < 4_000_000


def test_no_transcript_is_kept_unless_asked_for(serve, plugins):
    server = serve(lambda connection: connection.sendall(GREETING))
    with recon.sweep("127.0.0.1", ports=str(server.port), plugins=plugins) as sweep:
        assert [transcript for batch in sweep for transcript in batch.transcripts()] == [None]


def test_jsonl_keeps_the_exact_bytes_of_a_hostile_banner(serve, plugins):
    banner = b"\x1b]52;c;aGk=\x07\xe2\x80\xae[red]\xff\x00\r\n"
    server = serve(lambda connection: connection.sendall(banner))
    with recon.sweep("127.0.0.1", ports=str(server.port), plugins=plugins) as sweep:
        (row,) = [json.loads(line) for batch in sweep for line in batch.to_jsonl().splitlines()]
    assert base64.b64decode(row["banner_base64"]) == banner
    assert "\\xff" in row["banner"]


def test_every_one_of_many_greetings_is_read(run, wildcard):
    outcome = run("127.9.0.0/22", ports=str(wildcard))
    assert len(outcome.records) == 1024
    assert {record.services[0].revision for record in outcome.records} == {"2+deb12u10"}


def test_edited_records_come_in_place_of_what_was_swept(run, wildcard, plugins_of, ssh_probe):
    def edit(records):
        for record in records:
            record.facts["site.owner"] = "lab"

    hooks = plugins_of(recon_probes=lambda: [ssh_probe], recon_modify_records=edit)
    outcome = run("127.9.4.0/26", ports=str(wildcard), plugins=hooks)
    assert {record.facts["site.owner"] for record in outcome.records} == {"lab"}
    assert len(outcome.records) == 64


def test_a_plugin_that_raises_in_a_batch_costs_a_fault_and_no_row(run, wildcard, plugins_of, ssh_probe):
    def broken(records):
        raise RuntimeError(len(records))

    hooks = plugins_of(recon_probes=lambda: [ssh_probe], recon_modify_records=broken)
    outcome = run("127.9.5.0/26", ports=str(wildcard), plugins=hooks)
    assert len(outcome.records) == 64
    assert "RuntimeError" in outcome.summary.plugin_faults["test"]
