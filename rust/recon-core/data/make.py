"""Make services.txt from the registry's CSV (port,transport,service). Writes one file, fetches nothing.

Usage: python make.py iana-ports.csv services.txt
"""

import csv
import sys
from pathlib import Path

LETTERS = {"tcp": "t", "udp": "u", "sctp": "s"}
HEADER = """\
# IANA Service Name and Transport Protocol Port Number Registry (CC0), as of 2025-11-14.
# port, transports (t TCP, u UDP, s SCTP), service name. Made by make.py; do not edit.
"""


def grouped(rows: list[dict[str, str]]) -> dict[tuple[int, str], str]:
    """Join the transports that share a port and a name."""
    groups: dict[tuple[int, str], str] = {}
    for row in rows:
        key = (int(row["port"]), row["service"])
        groups[key] = groups.get(key, "") + LETTERS[row["transport"]]
    return groups


def main(source: str, target: str) -> None:
    """Read the CSV and write the compact text."""
    with Path(source).open(encoding="utf-8", newline="") as file:
        groups = grouped(list(csv.DictReader(file)))
    lines = [
        f"{port} {''.join(sorted(transports, key='tus'.index))} {service}\n"
        for (port, service), transports in sorted(groups.items())
    ]
    Path(target).write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
