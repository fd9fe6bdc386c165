"""The CPU-bound parts: number line, matcher, boundary. ``extra_info`` says how many of what one round handles."""

import pytest

import recon
from recon import Match, Probe, _core, plugins

POSITIONS = 1_000_000
ROUNDS = 200
MATCH_ROUNDS = 200
BATCH_ROWS = 1024
GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"

GREETINGS = [
    GREETING,
    b"SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.10\r\n",
    b"SSH-2.0-OpenSSH_for_Windows_8.1\r\n",
    b"SSH-2.0-dropbear_2022.83\r\n",
    b"SSH-2.0-libssh_0.10.4\r\n",
    b"SSH-2.0-ROSSSH\r\n",
    b"SSH-1.99-Cisco-1.25\r\n",
    b"SSH-2.0-Go\r\n",
    b"220 (vsFTPd 3.0.3)\r\n",
    b"220 ProFTPD Server (Debian) [::ffff:192.0.2.7]\r\n",
    b"220-FileZilla Server 1.7.3\r\n220 Please visit https://filezilla-project.org/\r\n",
    b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220 Bye\r\n",
    b"220 Microsoft FTP Service\r\n",
    b"220 mail.example ESMTP Postfix (Debian/GNU)\r\n",
    b"220 mail.example ESMTP Exim 4.96 Mon, 23 Nov 2026 10:00:00 +0000\r\n",
    b"+OK Dovecot (Debian) ready.\r\n",
    b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE] Dovecot (Debian) ready.\r\n",
    b"J\x00\x00\x00\n5.5.5-10.11.6-MariaDB-0+deb12u1\x00\x08\x00\x00\x00",
    b"-ERR unknown command 'GET'\r\n",
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 403 Forbidden\r\nServer: Apache/2.4.57 (Debian)\r\nContent-Length: 0\r\n\r\n",
    b"RFB 003.008\n",
    b"login: ",
    b"\x00\x01\x02\x03unknown protocol",
]

SSH = Probe(
    "ssh",
    matches=[
        Match(
            rb"^SSH-(?P<protocol>[\d.]+)-OpenSSH_(?P<version>[\w.]+)(?: Debian-(?P<revision>\S+))?",
            service="ssh",
            vendor="openbsd",
            product="OpenSSH",
            distro="Debian",
            examples={GREETING: {"version": "9.2p1"}},
        )
    ],
)


@pytest.fixture(scope="module")
def batch():
    """As many rows as a batch holds, each an SSH server read whole."""
    pack = _core.Pack([("bench", SSH)])
    return _core.Batch.of([pack.replay([("received", GREETING, 900, 0)], port=22) for _ in range(BATCH_ROWS)])


def handles(benchmark, name, amount, unit):
    """Name the figure, and say how many of what one round handles."""
    benchmark.extra_info.update(name=name, amount=amount, unit=unit)


def test_walking_the_number_line(benchmark):
    plan = recon.Plan.parse("10.0.0.0/8", ports="22,80", seed=7)
    line = plan.line
    handles(benchmark, "number line", POSITIONS, "positions/s")
    assert benchmark(line.walk, 0, POSITIONS) != 0


def test_matching_greetings(benchmark):
    pack = _core.Pack(plugins.load().probes())
    handles(benchmark, "matcher", len(GREETINGS) * MATCH_ROUNDS, "banners/s")
    assert benchmark(pack.identify_many, GREETINGS, MATCH_ROUNDS) > 0


def test_rows_as_json_lines(benchmark, batch):
    """A batch remembers its lines, so that each round has a new one."""
    records = list(batch)
    handles(benchmark, "boundary jsonl", BATCH_ROWS, "records/s")
    written = benchmark.pedantic(
        _core.Batch.to_jsonl, setup=lambda: ((_core.Batch.of(records),), {}), rounds=ROUNDS, warmup_rounds=3
    )
    assert written.count(b"\n") == BATCH_ROWS


def test_rows_as_objects(benchmark, batch):
    handles(benchmark, "boundary objects", BATCH_ROWS, "records/s")
    assert len(benchmark(list, batch)) == BATCH_ROWS


def test_edited_rows_on_their_way_back(benchmark, batch):
    records = list(batch)
    handles(benchmark, "boundary edited", BATCH_ROWS, "records/s")
    assert len(benchmark(_core.Batch.of, records)) == BATCH_ROWS
