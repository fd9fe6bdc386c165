"""Weak spots are read off facts that recon really has, and SARIF carries them whole."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from recon import Batch, Record, Service, SinkOptions
from recon.sinks import recon_sinks
from recon.sinks.findings import RULES, findings_of

ROOT = Path(__file__).resolve().parents[2]
SINKS = {sink.name: sink for sink in recon_sinks()}


def record(facts, state="open", *, tls=False, addr="127.0.0.1"):
    return Record("2026-11-23T10:00:00.123456Z", addr, None, 6379, "tcp", "registered", None, state, "syn-ack", 85,
                  None, [Service("x", tls=tls)], facts, b"")  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"redis.password": "none"}, ["redis-open"]),
        ({"redis.password": "required"}, []),
        ({"redis.password": "none", "redis.protected_mode": "yes"}, []),
        ({"memcached.sasl": False}, ["memcached-open"]),
        ({"memcached.sasl": True}, []),
        ({"tls.version": "1.0", "tls.expired": True}, ["tls-old", "tls-expired"]),
        ({"tls.self_signed": True}, ["tls-self-signed"]),
        ({"tls.version": "1.2", "tls.self_signed": False, "tls.expired": False}, []),
        ({"ftp.anonymous_offered": True}, ["ftp-anonymous"]),
        ({"mqtt.anonymous": "refused"}, []),
        ({"smb.smb1": True, "smb.signing": "required"}, ["smb1"]),
        ({"telnet.options": ["WILL echo"]}, ["telnet"]),
        ({"redis.password": True}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_a_fact_is_a_weak_spot_by_its_value(facts, found):
    assert [finding.rule.id for finding in findings_of(record(facts))] == found


def test_a_port_that_is_not_open_has_none():
    assert list(findings_of(record({"redis.password": "none"}, state="closed"))) == []


def test_telnet_inside_tls_is_not_in_the_clear():
    assert list(findings_of(record({"telnet.options": []}, tls=True))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_reads_a_fact_that_is_written_down(rule):
    family, _, name = rule.fact.partition(".")
    pages = [ROOT / "docs" / "enumerators.md", ROOT / "docs" / "output.md", *ROOT.glob("plugins/*/README.md")]
    known = {word for page in pages for word in re.findall(r"`([\w.]+)`", page.read_text())}
    assert {rule.fact, name} & known, rule.fact
    assert family.islower()


def sarif(*records):
    stream = io.BytesIO()
    sink = SINKS["sarif"].open(stream, SinkOptions())
    for one in records:
        sink.write(Batch.of([one]))
    sink.close(None)
    return json.loads(stream.getvalue())


def test_sarif_without_a_weak_spot_has_an_empty_list_of_results():
    log = sarif(record({}))
    assert (log["version"], log["runs"][0]["results"]) == ("2.1.0", [])
    assert log["runs"][0]["tool"]["driver"]["name"] == "recon"


def test_sarif_results_refer_to_their_rules_and_targets():
    weak = {"redis.password": "none", "tls.version": "SSL 3.0"}
    (run,) = sarif(record(weak), record({"smb.smb1": True}, addr="::1"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("redis-open", "error"), ("tls-old", "warning"), ("smb1", "warning"),
    ]  # fmt: skip
    assert "SSL 3.0, which RFC 8996 retires" in run["results"][1]["message"]["text"]
    (place,) = run["results"][2]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "tcp://[::1]:6379"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "[::1]:6379/tcp"
    assert len({str(result["partialFingerprints"]) for result in run["results"]}) == 3
