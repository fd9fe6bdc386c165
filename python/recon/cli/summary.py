"""The end of a sweep in words. Must never round a gap away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from recon.cli.live import clock
from recon.sinks.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.model import Recall, Summary

ADVICE = {
    "rate cap": "raise --rate, or --rate auto to find what the path carries",
    "path loss": "the path carries no more: give it time, or sweep from nearer",
    "path queue": "the path holds packets back: give it time, or sweep from nearer",
    "path blocked": "what answered before is silent now: something on the path has noticed; wait, then go slower",
    "icmp errors": "routers refuse more than this",
    "ramp-up": "the run was over before the rate had grown; --rate max on a path you own",
    "budget": "raise --budget",
    "packet budget": "raise --max-packets",
    "fd limit": "raise it: ulimit -n 65536 (recon doctor shows it)",
    "ephemeral ports": "widen net.ipv4.ip_local_port_range (recon doctor shows it)",
    "cpu": "more cores, or shards on more machines (--shard i/n)",
    "receive drops": "this machine reads too slowly: a lower --rate, or more cores",
    "kernel buffers": "lower --rate, or give the kernel more memory for sockets (net.ipv4.tcp_mem)",
    "interface down": "the interface was down while the sweep waited: see ip link and the cable",
    "packet filter": "a filter of this machine drops what is sent: see nft list ruleset, or --backend raw",
    "output": "whatever reads the rows is slower than the sweep: write to a file (-o), or list instead of jsonl",
    "target": "the targets themselves answer no faster",
}
"""What to change about each bottleneck."""

_A_MINUTE = 60
_NAMES_SHOWN = 10


def lines_of(summary: Summary) -> Iterator[str]:
    """Put the summary in words, a line at a time."""
    asked = summary.targets - summary.unknown
    is_cut = summary.interrupted or summary.spent is not None
    ended = f"stopped after {asked:,} of" if is_cut else "swept"
    yield (
        f"{ended} {counted(summary.targets, 'target')} in {_time(summary.elapsed_s)}: {summary.rate_pps:,.0f}/s,"
        f" {counted(summary.sent, 'probe')} sent ({summary.backend})"
    )
    yield (
        f"  open {summary.open:,}  closed {summary.closed:,}  unreachable {summary.unreachable:,}"
        f"  silent {summary.silent:,}  unknown {summary.unknown:,}"
    )
    if summary.interrupted and summary.position:
        yield f"  complete up to position {summary.position:,} of the order that --seed {summary.seed} fixes"
    yield from _quality(summary)
    yield from _troubles(summary)


def _quality(summary: Summary) -> Iterator[str]:
    if summary.recall is not None:
        yield f"  recall {_recall(summary.recall)}"
    elif summary.recall_why:
        yield f"  recall not measured: {terminal(summary.recall_why)}"
    if summary.bottleneck:
        advice = ADVICE.get(summary.bottleneck)
        yield f"  limited by {summary.bottleneck}" + (f": {advice}" if advice else "")


def _troubles(summary: Summary) -> Iterator[str]:
    errors = {name: count for name, count in summary.errors.items() if count}
    if errors:
        yield "  local errors, tried again: " + ", ".join(f"{name} {count:,}" for name, count in errors.items())
        if "ESELF" in errors:
            yield "    ESELF: this machine had connected to itself, which says nothing of the port"
    if summary.unknown and summary.spent is not None:
        yield f"  {counted(summary.unknown, 'target')} not asked: the {summary.spent} was spent"
    elif summary.unknown and summary.interrupted:
        yield f"  {counted(summary.unknown, 'target')} not asked any more: no verdict given"
    elif summary.unknown:
        yield f"  {counted(summary.unknown, 'target')} could not be asked because of this machine: no verdict given"
    if summary.drops:
        yield f"  {summary.drops:,} answers were dropped before recon could read them"
    if summary.unresolved:
        yield f"  could not resolve {len(summary.unresolved)}: {listed(summary.unresolved)}"
    for plugin, why in summary.plugin_faults.items():
        yield f"  plugin {terminal(plugin)}: {terminal(why)}"


def counted(count: int, noun: str) -> str:
    """``1 target``, ``2 targets``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(names: tuple[str, ...]) -> str:
    """Name the first ones, and how many more there are."""
    shown = ", ".join(terminal(name, 80) for name in names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _recall(recall: Recall) -> str:
    """``recall 99.1-99.8 %``, and what that means in ports."""
    low, high = recall.there_low, recall.there_high
    there = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    basis = f"{counted(recall.canaries, 'control probe')}, {recall.passes} {'pass' if recall.passes == 1 else 'passes'}"
    loss = f", {recall.loss:.1%} of probes lost" if recall.loss else ""
    return f"{_share(recall.low)} to {_share(recall.high)}: found {recall.found:,} of {there} ({basis}{loss})"


def _share(share: float) -> str:
    """A percentage that never rounds a gap away."""
    return "100 %" if share >= 1 else f"{math.floor(share * 1e4) / 100:.2f} %"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < _A_MINUTE else clock(seconds)
