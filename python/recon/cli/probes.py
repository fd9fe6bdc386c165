"""``recon probes``: what recon can ask and read, and whether a file of probes is sound. Must never send one."""

# ruff: noqa: FBT002 - Typer makes options of arguments with defaults

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from recon.cli.exits import ExitCode, complain, quiet_pipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from recon.model import Match, Probe

LIST_EPILOG = """Examples:

recon probes list

recon probes list ssh http

recon probes list --json"""

CHECK_EPILOG = """Examples:

recon probes check mine.toml

recon probes check *.toml --json

Exit codes: 0 every probe is sound, 2 one is not."""

_PORTS_SHOWN = 40

app = typer.Typer(no_args_is_help=True, help="See what recon can ask and read, and check probes of your own.")


@app.command("list", epilog=LIST_EPILOG)
def list_(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Only probes or plugins of these names.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List every probe of the built-in pack and of the installed plugins, with counts."""
    from recon.cli.loading import load_plugins  # noqa: PLC0415 - loads the plugins

    found = load_plugins().probes()
    wanted = set(names or ())
    shown = [(origin, probe) for origin, probe in found if not wanted or {origin, probe.name} & wanted]
    with quiet_pipe():
        if as_json:
            print(json.dumps([_row(origin, probe) for origin, probe in shown], indent=2))
        elif shown:
            _print_table(shown)
    if not shown:
        complain(f"no probe or plugin is called {', '.join(map(repr, wanted))} (recon probes list shows all)")
        raise typer.Exit(ExitCode.RUNTIME)


@app.command("check", epilog=CHECK_EPILOG)
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE.toml…", help="Files of [[probe]] tables.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Check files of probes: keys, patterns, examples, and that none takes an example of those installed."""
    from recon.cli.loading import load_plugins  # noqa: PLC0415 - loads the plugins

    installed = load_plugins().probes()
    rows = [_checked(path, installed) for path in files]
    with quiet_pipe():
        if as_json:
            print(json.dumps(rows, indent=2))
        else:
            _print_checked(rows)
    if any(row["faults"] for row in rows):
        raise typer.Exit(ExitCode.USAGE)


def _checked(path: str, beside: Sequence[tuple[str, Probe]]) -> dict[str, object]:
    from recon.cli.loading import read_file  # noqa: PLC0415 - only when it runs
    from recon.errors import PlanError  # noqa: PLC0415 - the same
    from recon.testing import faults_of  # noqa: PLC0415 - the same

    try:
        probes = read_file(path)
    except PlanError as error:
        return {"file": path, "probes": 0, "matches": 0, "faults": [{"probe": None, "why": error.why}]}
    faults = [{"probe": name, "why": why} for name, why in faults_of(probes, beside)]
    return {"file": path, "probes": len(probes), "matches": _matches(probes), "faults": faults}


def _print_checked(rows: Iterable[dict[str, object]]) -> None:
    from recon.sinks.escape import terminal  # noqa: PLC0415 - only when there is something to say

    for row in rows:
        faults = row["faults"]
        assert isinstance(faults, list)  # noqa: S101 - made so a few lines above
        for fault in faults:
            about = f" probe {fault['probe']}:" if fault["probe"] else ""
            print(terminal(f"{row['file']}:{about} {fault['why']}", 2000))
        if not faults:
            print(terminal(f"{row['file']}: sound, {row['probes']} probes and {row['matches']} matches", 2000))


def _matches(probes: Iterable[Probe]) -> int:
    return sum(len(probe.matches) for probe in probes)


def _row(origin: str, probe: Probe) -> dict[str, object]:
    return {
        "name": probe.name, "plugin": origin, "transport": probe.transport, "ports": probe.ports,
        "tls_ports": probe.tls_ports, "sends": bool(probe.send), "rarity": probe.rarity,
        "starttls": bool(probe.starttls), "services": sorted({match.service for match in probe.matches}),
        "examples": sum(len(match.examples) for match in probe.matches),
        "matches": [_match_row(match) for match in probe.matches],
    }  # fmt: skip


def _match_row(match: Match) -> dict[str, object]:
    return {
        "name": match.name, "service": match.service, "field": match.field, "vendor": match.vendor,
        "product": match.product, "examples": len(match.examples),
    }  # fmt: skip


def _print_table(found: list[tuple[str, Probe]]) -> None:
    from recon.cli.output import print_columns  # noqa: PLC0415 - only to draw
    from recon.cli.summary import counted  # noqa: PLC0415 - the same

    rows = [("PROBE", "PLUGIN", "ASKS", "RARITY", "MATCHES", "PRODUCTS", "PORTS")]
    for origin, probe in found:
        products = {match.product for match in probe.matches if match.product}
        asks = f"{probe.transport}, {'sends' if probe.send else 'listens'}"
        counts = (str(probe.rarity), str(len(probe.matches)), str(len(products)))
        rows.append((probe.name, origin, asks, *counts, _clipped(probe.ports or "-")))
    print_columns(rows)
    print()
    print_columns(list(_counts(found)))
    matches = _matches(probe for _, probe in found)
    print(f"\nall: {counted(len(found), 'probe')}, {matches:,} matches")


def _counts(found: Sequence[tuple[str, Probe]]) -> Iterator[tuple[str, ...]]:
    """What each family asks and reads; a plugin is a family of its own. Products are those known by name."""
    from recon.probes import family_names  # noqa: PLC0415 - imports the whole pack

    names = family_names()
    families: dict[str, list[Probe]] = {}
    for origin, probe in found:
        families.setdefault(names.get(probe.name, origin) if origin == "probes" else origin, []).append(probe)
    yield ("FAMILY", "PROTOCOLS", "PROBES", "MATCHES", "PRODUCTS")
    for family, probes in families.items():
        yield (family, *_tally(probes))
    yield ("all", *_tally([probe for _, probe in found]))


def _tally(probes: Sequence[Probe]) -> tuple[str, ...]:
    protocols = {match.service for probe in probes for match in probe.matches}
    fixed = {match.product for probe in probes for match in probe.matches if match.product}
    learnt = {known.name or word for probe in probes for word, known in probe.products.items() if known}
    return tuple(f"{count:,}" for count in (len(protocols), len(probes), _matches(probes), len(fixed | learnt)))


def _clipped(text: str) -> str:
    return text if len(text) <= _PORTS_SHOWN else text[: _PORTS_SHOWN - 1] + "…"
