"""``recon sweep``: options become one request. Must never decide anything else."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - Typer makes options of arguments with defaults

from __future__ import annotations

from typing import Annotated

import typer

from recon.cli import words
from recon.errors import PlanError

EPILOG = """Examples:

recon sweep 10.0.0.0/24

recon sweep 10.0.0.0/16 -p 22,80,443,8000-8100 --rate 50000 --format jsonl -o rows.jsonl

recon sweep @targets.txt -x 10.0.0.1 -p ssh,http* --summary summary.json

recon sweep 10.0.0.0/8 -p 22 --shard 0/4 --dry-run | head

Exit codes: 0 complete, 1 runtime error (or --fail-on), 2 usage, 3 complete with gaps, 4 refused, 5 storage, 130/143 interrupted."""  # noqa: E501 - Typer joins lines by itself

_WHAT, _HOW, _WHERE, _CARE = "What to sweep", "How to sweep", "Where rows go", "Care"


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET…",
            help="Address, CIDR, a-b, octet ranges (10.0.0-3.1-254), host name, host:port, \\[v6]:port, @file, or -"
            " for standard input.",
        ),
    ] = None,
    ports: Annotated[
        str | None,
        typer.Option(
            "--ports", "-p", rich_help_panel=_WHAT,
            help="22,80,8000-8100, all, top:N, well-known, registered, dynamic, or names (ssh,http*); U:53 is UDP."
            " Default: top:100.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", "-x", rich_help_panel=_WHAT, help="Leave these targets out; may be repeated."),
    ] = None,
    exclude_file: Annotated[
        list[str] | None,
        typer.Option("--exclude-file", metavar="FILE", rich_help_panel=_WHAT, help="Leave a file's targets out."),
    ] = None,
    rate: Annotated[
        str,
        typer.Option(
            rich_help_panel=_HOW, metavar="N|auto|max",
            help="The most probes a second over all threads; auto finds what the path carries.",
            autocompletion=words.starting_with("auto", "max"),
        ),
    ] = "auto",
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", rich_help_panel=_HOW, help="Settings by one name: polite, normal, fast, lab, or your own.",
            autocompletion=words.starting_with("polite", "normal", "fast", "lab"),
        ),
    ] = None,
    per_host: Annotated[
        int | None,
        typer.Option("--per-host", metavar="N", min=1, rich_help_panel=_HOW, help="Probes a second to one host."),
    ] = None,
    per_net: Annotated[
        int | None,
        typer.Option(
            "--per-net", metavar="N", min=1, rich_help_panel=_HOW, help="Probes a second to one /24, or IPv6 /64."
        ),
    ] = None,
    backend: Annotated[
        str,
        typer.Option(
            rich_help_panel=_HOW, metavar="auto|connect|raw",
            help="How to send: kernel sockets, or packets of recon's own (needs CAP_NET_RAW).",
            autocompletion=words.starting_with("auto", "connect", "raw"),
        ),
    ] = "auto",
    timeout: Annotated[
        str, typer.Option(rich_help_panel=_HOW, metavar="TIME", help="The longest wait for an answer: 900ms, 2 (s).")
    ] = "900ms",
    recall: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=_HOW, metavar="SHARE",
            help="Ask the silent again until this share of what is open is expected to be found. Default: 0.999.",
        ),
    ] = None,
    passes: Annotated[
        int | None,
        typer.Option(
            rich_help_panel=_HOW, min=1, max=16, help="Ask the silent just so often, whatever that misses.",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(rich_help_panel=_HOW, metavar="TIME", help="End after 90s, 10m, 2h with the best there is."),
    ] = None,
    max_packets: Annotated[
        int | None, typer.Option(rich_help_panel=_HOW, min=1, help="End after so many probes with the best there is.")
    ] = None,
    interface: Annotated[
        str | None,
        typer.Option("--interface", metavar="NAME", rich_help_panel=_HOW, help="Send raw packets by this one only."),
    ] = None,
    source_ip: Annotated[
        str | None,
        typer.Option("--source-ip", metavar="ADDR", rich_help_panel=_HOW, help="The address that raw packets carry."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(rich_help_panel=_HOW, min=0, max=2**63 - 1, help="Fixes the order; the summary tells it."),
    ] = None,
    shard: Annotated[
        str, typer.Option(rich_help_panel=_HOW, metavar="i/n", help="Only part i (from 0) of n.")
    ] = "0/1",
    threads: Annotated[
        int | None, typer.Option(rich_help_panel=_HOW, min=1, max=1024, help="Sending threads; default: all cores.")
    ] = None,
    enumerate_: Annotated[
        bool,
        typer.Option(
            "--enumerate/--no-enumerate", rich_help_panel=_HOW, help="Talk to what is open, or only see that it is."
        ),
    ] = True,
    deep: Annotated[
        bool | None,
        typer.Option(
            "--deep/--no-deep", rich_help_panel=_HOW,
            help="Ask on where a name is known: STARTTLS, enumerators, unlikely probes. Default: up to 4,096 targets.",
        ),
    ] = None,
    udp: Annotated[
        bool, typer.Option("--udp", rich_help_panel=_HOW, help="Ask the ports over UDP; T: and U: words keep theirs.")
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="industrial", rich_help_panel=_CARE,
            help="Send probes of this class too; industrial ones ask controllers of machines. May be repeated.",
            autocompletion=words.starting_with("industrial"),
        ),
    ] = None,
    community: Annotated[
        str | None,
        typer.Option("--snmp-community", metavar="WORD", rich_help_panel=_HOW, help="Ask SNMP agents with this word."),
    ] = None,
    source_port: Annotated[
        int | None, typer.Option(rich_help_panel=_HOW, min=1, max=65535, help="Send from this port.")
    ] = None,
    plugin: Annotated[
        list[str] | None,
        typer.Option("-P", metavar="no:NAME", rich_help_panel=_HOW, help="Run without a plugin; may be repeated."),
    ] = None,
    probes: Annotated[
        list[str] | None,
        typer.Option(
            "--probes", metavar="FILE.toml", rich_help_panel=_HOW, help="Use this file's probes too; may be repeated."
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", rich_help_panel=_WHERE,
            help=words.FORMAT_HELP, autocompletion=words.starting_with(*words.FORMATS),
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", rich_help_panel=_WHERE,
            help="Write rows to a file; its suffix (.jsonl, .csv, .html …) picks the format.",
        ),
    ] = None,
    summary: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="Write the summary as JSON; - for standard output."),
    ] = None,
    transcripts: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="Record every conversation as JSON lines."),
    ] = None,
    show: Annotated[
        str,
        typer.Option(
            metavar="STATES", rich_help_panel=_WHERE,
            help="Which become rows: open,closed,unreachable,silent (UDP),unknown."
        ),
    ] = "open",
    min_confidence: Annotated[
        float,
        typer.Option(metavar="0…1", min=0, max=1, rich_help_panel=_WHERE, help=words.MIN_CONFIDENCE_HELP),
    ] = 0.0,
    progress: Annotated[
        str,
        typer.Option(metavar="auto|json|none", rich_help_panel=_WHERE, help="Progress on standard error."),
    ] = "auto",
    color: Annotated[
        str, typer.Option(metavar="auto|always|never", rich_help_panel=_WHERE, help="Colour of a table.")
    ] = "auto",
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="open", rich_help_panel=_WHERE, help="Exit 1 if any port is open."),
    ] = None,
    no_store: Annotated[
        bool, typer.Option("--no-store", rich_help_panel=_WHERE, help="Keep no run folder.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", rich_help_panel=_CARE, help="Sweep very large or very public ranges unasked.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", rich_help_panel=_CARE, help="Print the targets in order; send nothing.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", rich_help_panel=_CARE, help="Print the plan; send nothing.")
    ] = False,
    scope: Annotated[
        str | None,
        typer.Option(
            "--scope", metavar="FILE", rich_help_panel=_CARE,
            help="Send only to what the allow and deny lines of this file let through; deny wins.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Sweep targets and say exactly what answers."""
    del profile  # recon.cli.config has made defaults of it
    if not targets:
        raise PlanError("TARGET", "missing: name at least one", "recon sweep 127.0.0.1 -p 22,80")
    from recon.cli.run import Request  # noqa: PLC0415 - --help does not load the core

    request = Request(
        targets=tuple(targets),
        ports=ports,
        exclude=tuple(exclude or ()),
        exclude_files=tuple(exclude_file or ()),
        rate=words.rate(rate),
        backend=words.one_of("--backend", backend, ("auto", "connect", "raw")),
        interface=interface,
        source_ip=source_ip,
        timeout_ms=words.timeout_ms(timeout),
        passes=passes,
        recall=recall,
        budget_s=None if budget is None else words.seconds("--budget", budget),
        max_packets=max_packets,
        seed=seed,
        shard=words.shard(shard),
        threads=threads,
        source_port=source_port,
        enumerate=enumerate_,
        deep=deep,
        udp=udp,
        allow=tuple(words.one_of("--allow", word, ("industrial",)) for word in allow or ()),
        community=community,
        show=words.states(show),
        min_confidence=min_confidence,
        disabled=words.disabled(plugin or []),
        probe_files=tuple(probes or ()),
        format=format_,
        output=output,
        summary=summary,
        transcripts=transcripts,
        progress=words.one_of("--progress", progress, ("auto", "json", "none")),
        color=words.one_of("--color", color, ("auto", "always", "never")),
        fail_on_open=fail_on is not None and words.one_of("--fail-on", fail_on, ("open",)) == "open",
        yes=yes,
        scope=scope,
        per_host=per_host,
        per_net=per_net,
        store=not no_store,
    )
    raise typer.Exit(_do(request, dry_run=dry_run, explain=explain))


def _do(request: object, *, dry_run: bool, explain: bool) -> int:
    from recon.cli import run  # noqa: PLC0415 - loads the core

    assert isinstance(request, run.Request)  # noqa: S101 - typed so that this module need not import it
    if explain:
        return run.print_plan(request)
    return run.print_targets(request) if dry_run else run.run(request)
