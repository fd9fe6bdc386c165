"""``recon demo``: a lab on loopback, swept and checked before your eyes. Must never leave 127.77.0.0/16."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon import Batch
    from recon.model import Record, Summary
    from recon.testing.lab import Place

EPILOG = """Examples:

recon demo

recon demo --color always | less -R"""


def command(
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="Colour of the table.")] = "auto",
    progress: Annotated[str, typer.Option(metavar="auto|json|none", help="Progress on standard error.")] = "auto",
) -> None:
    """Start small servers on loopback, sweep a whole /16 for them, and check that all were found."""
    from recon.cli import words  # noqa: PLC0415 - --help does not need it

    words.one_of("--color", color, ("auto", "always", "never"))
    words.one_of("--progress", progress, ("auto", "json", "none"))
    from recon.testing.lab import RunningLab  # noqa: PLC0415 - as above

    with RunningLab() as lab:
        code = _show(lab.places, color, progress)
    raise typer.Exit(code)


def _show(places: Sequence[Place], color: str, progress: str) -> int:
    from recon.cli.run import Request, run  # noqa: PLC0415 - loads the core
    from recon.testing.lab import NETWORK, ports_of  # noqa: PLC0415 - as above

    ports = ports_of(places)
    _say(f"{len(places)} small servers now run somewhere in {NETWORK} (65,536 addresses, all of them loopback).")
    _say(f"sweeping all of it: recon sweep {NETWORK} -p {ports} --rate max --format table\n")
    seen = Seen()
    code = run(
        Request(targets=(NETWORK,), ports=ports, rate="max", format="table", color=color, progress=progress),
        beside=seen,
    )
    if code in {0, 3}:
        code = max(code, _judge(places, seen.records))
        _say("\nnext:\n  recon sweep 127.0.0.1 -p all        what runs on this machine")
        _say("  recon ports ssh                     what a port number means, and what recon asks there")
        _say("  recon doctor                        what this machine allows, and how to allow more")
    return code


def _judge(places: Sequence[Place], records: Sequence[Record]) -> int:
    """Compare with the truth; say it and return 1 if something was missed or made up."""
    truth = {(place.addr, place.port): place for place in places}
    found = {(record.addr, record.port): record for record in records}
    missed, made_up = truth.keys() - found.keys(), found.keys() - truth.keys()
    known = {key: place for key, place in truth.items() if place.product is not None and key in found}
    wrong = [key for key, place in known.items() if is_wrong(place, found[key])]
    named = sum(1 for key, place in known.items() if is_named(place, found[key]))
    _say(f"\nfound {len(truth) - len(missed)} of {len(truth)} servers, named {named} of the {len(known)} that tell")
    for title, keys in (("missed", missed), ("not of the lab", made_up), ("named wrongly", wrong)):
        for addr, port in sorted(keys):
            _say(f"  {title}: {addr}:{port}")
    return 1 if missed or made_up or wrong else 0


def is_named(place: Place, record: Record) -> bool:
    """Whether a product, and its version where the server tells it, was read right."""
    return any(
        _alike(service.product, place.product) and (place.version is None or service.version == place.version)
        for service in record.services
    )


def is_wrong(place: Place, record: Record) -> bool:
    """Whether products were named and none of them is the right one."""
    return any(service.product for service in record.services) and not is_named(place, record)


def _alike(one: str | None, other: str | None) -> bool:
    """Tell whether both name one product: ``Apache httpd`` and ``Apache HTTP Server`` share the first word."""
    first, second = ((name or "").lower().replace("-", " ").split() for name in (one, other))
    return bool(first and second) and first[0] == second[0]


class Seen:
    """A sink beside the visible one that keeps records, to be judged at the end."""

    LIMIT = 4096
    """Records kept: many more than the lab has servers."""

    def __init__(self) -> None:
        """Start with none."""
        self.records: list[Record] = []

    def write(self, batch: Batch) -> None:
        """Keep the records of ``batch``."""
        if len(self.records) < self.LIMIT:
            self.records.extend(batch)

    def close(self, summary: Summary | None) -> None:
        """Keep what was seen."""
        del summary


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
