"""Stored replies are named as a sweep would have named them, and no line is lost without a word."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import threading

import pytest

from recon.cli.exits import ExitCode

SSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"
ZGRAB2 = {
    "ip": "192.0.2.1",
    "data": {
        "http": {
            "status": "success",
            "protocol": "http",
            "timestamp": "2026-01-02T03:04:05Z",
            "result": {
                "response": {
                    "status_line": "200 OK",
                    "protocol": {"name": "HTTP/1.1"},
                    "headers": {"server": ["nginx/1.22.1"], "content_type": ["text/html"]},
                    "body": "<html></html>",
                }
            },
        }
    },
}
MASSCAN = {
    "ip": "192.0.2.2",
    "timestamp": "1767323045",
    "ports": [{"port": 22, "proto": "tcp", "service": {"name": "ssh", "banner": SSH}}],
}


def rows_of(done):
    assert done.returncode == ExitCode.COMPLETE, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def products_of(row):
    return [(one["product"], one["version"]) for one in row["services"]]


@pytest.fixture
def file(tmp_path):
    """Write lines (objects as JSON) to a file."""

    def write(*lines, name="stored.jsonl"):
        path = tmp_path / name
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(text) + "\n")
        return path

    return write


def test_a_raw_reply_is_named(recon, tmp_path):
    path = tmp_path / "greeting.bin"
    path.write_bytes(SSH.encode() + b"\r\n")
    (row,) = rows_of(recon("identify", path, "--hint", "ssh", "--port", 22))
    assert products_of(row) == [("OpenSSH", "9.2p1")]
    assert (row["addr"], row["port"], row["host"], row["reason"]) == ("0.0.0.0", 22, str(path), "stored")
    (service,) = row["services"]
    assert (service["version_source"], service["evidence"]["probe"]) == ("greeting", "listen")


def test_what_was_asked_is_not_invented(recon):
    (row,) = rows_of(recon("identify", "-", "--input", "raw", stdin=SSH + "\r\n"))
    (service,) = row["services"]
    assert (service["version_source"], service["evidence"]["probe"]) == ("stored", "stored")


def test_rows_of_other_scanners_are_named(recon, file):
    web, ssh, bare = rows_of(recon("identify", file(ZGRAB2, MASSCAN, {"banner": SSH, "port": 2222})))
    assert (web["addr"], web["at"], products_of(web)) == (
        "192.0.2.1", "2026-01-02T03:04:05.000000Z", [("nginx", "1.22.1")],
    )  # fmt: skip
    assert (ssh["addr"], ssh["port"], products_of(ssh)) == ("192.0.2.2", 22, [("OpenSSH", "9.2p1")])
    assert (bare["port"], products_of(bare)) == (2222, [("OpenSSH", "9.2p1")])


def test_rows_of_a_sweep_come_back_the_same(recon, greeter, tmp_path):
    swept = tmp_path / "swept.jsonl"
    assert recon("sweep", "127.0.0.1", "-p", greeter.port, "--no-deep", "-o", swept).returncode == 0
    again = rows_of(recon("identify", swept))
    assert again == [json.loads(line) for line in swept.read_text().splitlines()]


def test_exact_bytes_win_over_their_text(recon, file):
    greeting = (
        b"Z\0\0\0\n5.5.5-10.11.6-MariaDB-0+deb12u1\0\x09\0\0\0abcdefgh\0\xfe\xf7-\x02\0\xff\x81\x15"
        b"\0\0\0\0\0\0\x1d\0\0\0ijklmnopqrst\0mysql_native_password\0"
    )
    line = {"banner": "J", "banner_base64": base64.b64encode(greeting).decode()}
    (row,) = rows_of(recon("identify", file(line)))
    assert base64.b64decode(row["banner_base64"]) == greeting
    assert products_of(row) == [("MariaDB", "10.11.6")]


def test_lines_hold_escapes(recon, file):
    path = file(r"220 (vsFTPd 3.0.5)\r\n", r"\x00\xff", name="greetings.txt")
    ftp, unknown = rows_of(recon("identify", path, "--input", "lines"))
    assert products_of(ftp) == [("vsftpd", "3.0.5")]
    assert (unknown["services"], unknown["banner_base64"]) == ([], "AP8=")


def test_a_bad_line_is_named_with_its_number_and_the_others_are_read(recon, file):
    path = file({"banner": SSH}, "{torn", {"ip": "nowhere", "banner": ""}, {"banner": SSH})
    done = recon("identify", path)
    assert done.returncode == ExitCode.GAPS
    assert len(done.stdout.splitlines()) == 2
    assert f"{path}:2: no JSON object" in done.stderr
    assert f'{path}:3: "nowhere" is no address' in done.stderr
    assert done.stderr.splitlines()[-1] == "2 rows, 2 lines unreadable"


def test_many_bad_lines_are_counted_and_the_first_named(recon, file):
    done = recon("identify", file(*["{torn"] * 5000))
    assert done.returncode == ExitCode.GAPS
    assert done.stderr.count(": no JSON object") == 20
    assert "5,000 lines unreadable, the first 20 named above" in done.stderr


def test_lines_without_a_reply_are_counted(recon, file):
    status = {"ip": "192.0.2.1", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]}
    done = recon("identify", file("[", status, ",", {"banner": SSH}, "]"))
    assert len(rows_of(done)) == 1
    assert done.stderr.splitlines()[-1] == "1 row, 4 lines without a reply"


def test_line_numbers_and_order_hold_over_many_pieces(recon, file):
    count, bad = 40_000, 31_234
    lines = [{"banner": SSH, "port": number % 65536} for number in range(1, count + 1)]
    lines[bad - 1] = "{torn"
    path = file(*lines)
    assert path.stat().st_size > 2 << 20
    done = recon("identify", path, "--format", "list")
    assert f"{path}:{bad}: " in done.stderr
    expected = [f"0.0.0.0:{number % 65536}" for number in range(1, count + 1) if number != bad]
    assert done.stdout.splitlines() == expected


def test_a_row_is_written_before_the_next_reply_comes(start):
    process = start("identify", "-", "--input", "lines", "--format", "list", stdin=subprocess.PIPE, bufsize=1)
    for _ in range(3):
        process.stdin.write("220 (vsFTPd 3.0.5)\n")
        assert process.stdout.readline() == "0.0.0.0:0\n"
    process.stdin.close()
    assert process.wait(300) == 0


def test_a_line_that_is_too_long_is_named_and_the_next_is_read(recon, file):
    done = recon("identify", file({"banner": "x" * (9 << 20)}, {"banner": SSH}))
    assert (done.returncode, len(done.stdout.splitlines())) == (ExitCode.GAPS, 1)
    assert ":1: longer than" in done.stderr


def test_less_certain_services_are_left_out_and_rows_stay(recon, file):
    path = file({"banner": SSH + "\r\n"}, {"banner": "SSH-2.0-Unheard_1.0\r\n"})
    known, unknown = rows_of(recon("identify", path, "--min-confidence", "0.98"))
    assert products_of(known) == [("OpenSSH", "9.2p1")]
    assert unknown["services"] == []
    assert unknown["banner"] == "SSH-2.0-Unheard_1.0\r\n"
    assert rows_of(recon("identify", path))[1]["services"] != []


def test_a_sweep_leaves_less_certain_services_out_too(recon, serve_unheard):
    words = ("sweep", "127.0.0.1", "-p", serve_unheard, "--no-deep", "--format", "jsonl")
    (all_of,) = rows_of(recon(*words))
    (sure,) = rows_of(recon(*words, "--min-confidence", "0.9"))
    assert [one["confidence"] < 0.9 for one in all_of["services"]] == [True]
    assert (sure["services"], sure["banner"]) == ([], all_of["banner"])


@pytest.fixture
def serve_unheard():
    """A port whose greeting only a grammar reads."""

    def greet(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"SSH-2.0-Unheard_1.0\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(60)


def test_a_version_at_the_end_of_a_cut_reply_is_not_believed(recon):
    words = ("identify", "-", "--input", "raw", "--format", "jsonl")
    (whole,) = rows_of(recon(*words, stdin="SSH-2.0-dropbear_2022.8"))
    (cut,) = rows_of(recon(*words, "--cut", stdin="SSH-2.0-dropbear_2022.8"))
    assert [one["version"] for one in whole["services"]] == ["2022.8"]
    assert [one["version"] for one in cut["services"]] == [None]


def test_a_file_is_not_emptied_to_be_read(recon, file):
    path = file({"banner": SSH})
    before = path.read_bytes()
    done = recon("identify", path, "-o", path)
    assert done.returncode == ExitCode.USAGE
    assert path.read_bytes() == before


def test_a_file_that_is_not_there_is_a_usage_error(recon, tmp_path):
    done = recon("identify", tmp_path / "missing")
    assert done.returncode == ExitCode.USAGE
    assert "No such file" in done.stderr


def test_other_formats_are_the_usual_ones(recon, file):
    path = file({"ip": "192.0.2.9", "port": 22, "banner": SSH + "\r\n"})
    assert recon("identify", path, "--format", "list").stdout == "192.0.2.9:22\n"
    assert "OpenSSH 9.2p1 (Debian 2+deb12u10)" in recon("identify", path, "--format", "table").stdout
    head, row = recon("identify", path, "--format", "csv").stdout.splitlines()
    assert (head.startswith("at,addr,host,port,"), "OpenSSH,9.2p1,Debian,2+deb12u10" in row) == (True, True)
