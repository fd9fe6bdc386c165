"""The built-in output formats, offered by the same hook as anybody's. Must never write what a target did not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from recon.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.model import Sink, SinkOptions, SinkType


@hookimpl
def recon_sinks() -> Iterable[SinkType]:
    """Yield table, list, jsonl and csv."""
    from recon.model import SinkType  # noqa: PLC0415 - loads the core only when a sink is wanted

    yield SinkType("table", "aligned columns for people (default on a terminal)", _table)
    yield SinkType("list", "addr:port of what is open, one a line (default into a pipe)", _list)
    yield SinkType("jsonl", "one JSON object a line, with every detail and the exact bytes", _jsonl)
    yield SinkType("csv", "a spreadsheet's rows (RFC 4180), safe to open", _csv)


def _table(stream: BinaryIO, options: SinkOptions) -> Sink:
    from recon.sinks.table import TableSink  # noqa: PLC0415 - one format is loaded, not four

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
