"""Weak spots as SARIF 2.1.0, for dashboards of code scanning. Must never write a result that no fact backs."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.sinks.about import version
from recon.sinks.escape import json
from recon.sinks.findings import HIGH, LOW, MEDIUM, RULES, Finding, Rule, findings_of

if TYPE_CHECKING:
    from recon import Batch
    from recon.model import Record, SinkOptions, Summary

_LEVELS = {HIGH: "error", MEDIUM: "warning", LOW: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_END = "\n]}]}\n"


class SarifSink:
    """Writes one run: its rules at once, results as they come."""

    def __init__(self, stream: BinaryIO, options: SinkOptions) -> None:
        """Write to ``stream``; JSON has no look, so ``options`` are not read."""
        del options
        self._stream = stream
        self._begun = False
        self._first = True

    def write(self, batch: Batch) -> None:
        """Write a result for each weak spot in ``batch``."""
        text = "".join(self._result(record, finding) for record in batch for finding in findings_of(record))
        if text:
            self._stream.write((self._head() + text).encode())

    def close(self, summary: Summary | None) -> None:
        """Write the end of the document."""
        del summary
        self._stream.write((self._head() + _END).encode())

    def _head(self) -> str:
        if self._begun:
            return ""
        self._begun = True
        rules = ",".join(map(_rule, RULES))
        return (
            f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"recon",'
            f'"version":{json(version())},"rules":[{rules}]}}}},"columnKind":"unicodeCodePoints","results":['
        )

    def _result(self, record: Record, finding: Finding) -> str:
        comma = "" if self._first else ","
        self._first = False
        rule = finding.rule
        addr = f"[{record.addr}]" if ":" in record.addr else record.addr
        place = f"{addr}:{record.port}/{record.transport}"
        named = f"{place} ({record.host})" if record.host else place
        return (
            f'{comma}\n{{"ruleId":"{rule.id}","ruleIndex":{RULES.index(rule)},"level":"{_LEVELS[rule.level]}",'
            f'"message":{{"text":{json(f"{named}: {finding.text}")}}},'
            f'"locations":[{{"physicalLocation":{{"artifactLocation":'
            f'{{"uri":{json(f"{record.transport}://{addr}:{record.port}")}}}}},'
            f'"logicalLocations":[{{"fullyQualifiedName":{json(place)},"kind":"resource"}}]}}],'
            f'"partialFingerprints":{{"reconTarget/v1":{json(f"{rule.id} {place}")}}}}}'
        )


def _rule(rule: Rule) -> str:
    return (
        f'{{"id":"{rule.id}","shortDescription":{{"text":{json(rule.title)}}},'
        f'"help":{{"text":{json(rule.advice)}}},"defaultConfiguration":{{"level":"{_LEVELS[rule.level]}"}}}}'
    )
