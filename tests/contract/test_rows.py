"""The two outputs that other tools rely on: the JSONL row and the summary, key by key and in order (design 11)."""

import json

import recon

ROW = ["schema", "at", "addr", "host", "port", "transport", "range", "registered", "state", "reason", "rtt_us", "ttl",
       "services", "facts", "banner"]  # fmt: skip
SERVICE = ["name", "part", "vendor", "product", "version", "cpe", "purl", "distro", "revision", "confidence",
           "version_source", "tls", "evidence"]  # fmt: skip
SUMMARY = ["schema", "run", "targets", "sent", "open", "closed", "unreachable", "silent", "unknown", "errors", "drops",
           "elapsed_s", "rate_pps", "backend", "bottleneck", "recall", "exit"]  # fmt: skip


def rows(serve, plugins, said, **options):
    """Rows of one sweep of a server that says something, and the summary."""
    port = serve(lambda connection: connection.sendall(said)).port
    with recon.sweep(recon.Plan.parse("127.0.0.1", ports=str(port), **options), plugins=plugins) as sweep:
        found = [json.loads(line) for batch in sweep for line in batch.to_jsonl().splitlines()]
    return found, sweep.summary


def test_a_row_has_the_keys_of_the_contract_in_order(serve, plugins):
    (row,), _ = rows(serve, plugins, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n")
    assert list(row) == ROW
    assert (row["schema"], row["transport"], row["state"], row["ttl"]) == (1, "tcp", "open", None)
    (service,) = row["services"]
    assert list(service) == SERVICE
    assert list(service["evidence"]) == ["probe", "match"]
    assert service["cpe"] == "cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"
    assert service["purl"] == "pkg:deb/debian/openssh-server@1:9.2p1-2%2Bdeb12u10"
    assert row["facts"] == {"ssh.protocol": "2.0"}
    assert row["banner"] == "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"


def test_a_service_has_a_package_url_only_where_its_package_is_certain(serve, plugins):
    (row,), _ = rows(serve, plugins, b"SSH-2.0-OpenSSH_9.2p1\r\n")
    assert list(row["services"][0]) == [key for key in SERVICE if key != "purl"]


def test_exact_bytes_are_added_only_where_the_text_differs(serve, plugins):
    (row,), _ = rows(serve, plugins, b"\xff\r\n")
    assert list(row) == [*ROW, "banner_base64"]
    assert (row["banner"], row["banner_base64"]) == ("\\xff\r\n", "/w0K")


def test_a_time_is_utc_with_microseconds(serve, plugins):
    (row,), _ = rows(serve, plugins, b"")
    assert len(row["at"]) == len("2026-11-23T10:00:00.123456Z")
    assert row["at"].endswith("Z")


def test_a_summary_has_the_keys_of_the_contract(serve, plugins):
    _, summary = rows(serve, plugins, b"")
    values = json.loads(summary.to_json())
    assert [key for key in SUMMARY if key not in values] == []
    assert (values["schema"], values["targets"], values["open"], values["exit"]) == (1, 1, 1, 0)
    assert values["backend"] == "connect"


def test_a_summary_without_recall_says_why(serve, plugins):
    _, summary = rows(serve, plugins, b"")
    values = json.loads(summary.to_json())
    assert (values["recall"] is None) == bool(values["recall_why"])
