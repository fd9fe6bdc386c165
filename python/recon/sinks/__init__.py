"""The built-in output formats, offered by the same hook as anybody's. Must never write what a target did not say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from recon.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.model import Sink, SinkOptions, SinkType


@hookimpl
def recon_sinks() -> Iterable[SinkType]:
    """Yield the formats, those for people on a terminal first."""
    from recon.model import SinkType  # noqa: PLC0415 - loads the core only when a sink is wanted

    yield SinkType("table", "aligned columns for people (default on a terminal)", _table)
    yield SinkType("list", "addr:port of what is open, one a line (default into a pipe)", _list)
    yield SinkType("jsonl", "one JSON object a line, with every detail and the exact bytes", _jsonl)
    yield SinkType("csv", "a spreadsheet's rows (RFC 4180), safe to open", _csv)
    yield SinkType("markdown", "a table for tickets and wikis", _markdown)
    yield SinkType("html", "a report for people: one file with charts and a table", _html)
    yield SinkType("nmap-xml", "nmap's XML, for programs that import it", _nmap_xml)
    yield SinkType("greppable", "a host a line, in the form of nmap -oG", _greppable)
    yield SinkType("naabu", "naabu's JSON, one open port a line", _naabu)
    yield SinkType("arrow", "columns for data frames: an Arrow IPC file", partial(_columns, form="arrow"))
    yield SinkType("parquet", "columns for data frames and databases", partial(_columns, form="parquet"))
    yield SinkType("sarif", "weak spots for dashboards of code scanning (SARIF 2.1.0)", _sarif)


def _table(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.table import TableSink  # noqa: PLC0415 - one format is loaded, not all

    return TableSink(stream, options)


def _list(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.lines import ListSink  # noqa: PLC0415 - as above

    return ListSink(stream, options)


def _jsonl(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.jsonl import JsonlSink  # noqa: PLC0415 - as above

    return JsonlSink(stream, options)


def _csv(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.csv import CsvSink  # noqa: PLC0415 - as above

    return CsvSink(stream, options)


def _markdown(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.markdown import MarkdownSink  # noqa: PLC0415 - as above

    return MarkdownSink(stream, options)


def _nmap_xml(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.nmap_xml import NmapXmlSink  # noqa: PLC0415 - as above

    return NmapXmlSink(stream, options)


def _greppable(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.greppable import GreppableSink  # noqa: PLC0415 - as above

    return GreppableSink(stream, options)


def _naabu(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.naabu import NaabuSink  # noqa: PLC0415 - as above

    return NaabuSink(stream, options)


def _html(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.report.sink import HtmlSink  # noqa: PLC0415 - as above

    return HtmlSink(stream, options)


def _sarif(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.sarif import SarifSink  # noqa: PLC0415 - as above

    return SarifSink(stream, options)


def _columns(stream: BinaryIO, options: SinkOptions, *, form: str) -> Sink:
    from recon.sinks.columns import ColumnsSink  # noqa: PLC0415 - as above

    return ColumnsSink(stream, options, form)
