"""Checks that every dependency of what we ship has a licence we may use, and that the list is recorded."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "licences.md"
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "PSF-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}
SPELLINGS = {"BSD License": "BSD-3-Clause", "MIT License": "MIT", "BSD": "BSD-3-Clause", "ISC License": "ISC"}
OURS = {"recon-core", "recon-engine", "recon-py", "floor", "recon-sweep", "recon-ssh", "recon-ftp", "recon-http"}


def rust_licences() -> dict[str, str]:
    """Licence expression of each crate in the lock file, by name."""
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--all-features"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return {each["name"]: each["license"] or "" for each in found["packages"] if each["name"] not in OURS}


def python_licences() -> dict[str, str]:
    """Licence of each distribution that recon-sweep needs at run time, dependencies of dependencies included."""
    found: dict[str, str] = {}
    waiting = ["recon-sweep"]
    while waiting:
        name = waiting.pop()
        for line in requires(name) or ():
            needed = re.match(r"[A-Za-z0-9._-]+", line)
            if "extra ==" in line or needed is None or needed[0] in found or needed[0] in OURS:
                continue
            try:
                found[needed[0]] = python_licence(needed[0])
            except PackageNotFoundError:  # for another platform
                continue
            waiting.append(needed[0])
    return found


def python_licence(name: str) -> str:
    """Licence of one installed distribution, as an SPDX expression where it gives one."""
    about = metadata(name)
    text = about.get("License-Expression") or about.get("License") or ""
    if not text or "\n" in text:
        classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
        text = classifiers[0].rsplit(" :: ", 1)[-1] if classifiers else ""
    return SPELLINGS.get(text, text)


def allowed(expression: str) -> bool:
    """Whether at least one alternative of an SPDX expression consists of allowed licences only."""
    text = expression.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ")
    words = re.findall(r"\(|\)|OR|AND|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?", text)
    code = " ".join({"OR": "or", "AND": "and", "(": "(", ")": ")"}.get(word, str(word in ALLOWED)) for word in words)
    try:
        return bool(eval(code, {"__builtins__": {}}))  # noqa: S307 - only True, False, and, or, brackets
    except SyntaxError:
        return False


def table(kind: str, licences: dict[str, str]) -> str:
    """A Markdown table of names and licences."""
    rows = "\n".join(f"| {name} | {licences[name]} |" for name in sorted(licences, key=str.lower))
    return f"## {kind}\n\n| name | licence |\n|---|---|\n{rows}\n"


def main() -> int:
    """Compare with the record; ``--write`` renews it."""
    rust, python = rust_licences(), python_licences()
    bad = {name: licence for name, licence in {**rust, **python}.items() if not allowed(licence)}
    for name, licence in bad.items():
        print(f"{name}: the licence {licence!r} is not on the list", file=sys.stderr)
    intro = "# Licences of dependencies\n\nWritten by `.ci/licences.py --write`; `make lint` checks it.\n\n"
    text = intro + table("Rust crates", rust) + "\n" + table("Python distributions", python)
    if "--write" in sys.argv:
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(text)
    elif not RECORD.exists() or RECORD.read_text() != text:
        print(f"{RECORD} is out of date: run {sys.argv[0]} --write", file=sys.stderr)
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
