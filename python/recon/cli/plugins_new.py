"""``recon plugins new``: writes a distribution whose tests pass. Must never write over what is there."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recon.errors import PlanError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

EPILOG = """Examples:

recon plugins new finger

recon plugins new finger --dir ~/src

cd recon-finger && pytest

Exit codes: 0 written, 2 the name cannot be used, 5 it cannot be written."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 40
_SUFFIX = ".in"
_RESERVED = frozenset({"sinks", "probes", "recon", "test", "sweep"})


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the plugin: finger makes recon-finger.")],
    folder: Annotated[
        str, typer.Option("--dir", metavar="FOLDER", help="Where the distribution's own folder is made.")
    ] = ".",
) -> None:
    """Write a new plugin: a distribution with a probe, a stand-in server, a recorded conversation, and tests."""
    checked = name_of(name)
    written = write(checked, Path(folder).expanduser())
    print(f"wrote {written}: {sum(path.is_file() for path in written.rglob('*'))} files")
    print("next:")
    print(f"  cd {written}")
    print("  pip install --no-deps -e .               now recon knows it: recon plugins torture " + checked)
    print("  pytest                                   its tests pass already")
    print(f"  $EDITOR src/recon_{checked}/__init__.py".ljust(43) + "what it asks and what it reads")
    print("  recon plugins record HOST:PORT -o tests/conversations/NAME.jsonl")


def name_of(word: str) -> str:
    """Give the name that ``word`` stands for; raises PlanError with what a name may be."""
    name = word.removeprefix("recon-").replace("-", "_")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        why = f"a plugin's name is lower-case letters, digits and hyphens, begins with a letter, at most {_LONGEST}"
        raise PlanError(word, why, "recon plugins new finger")
    if name in _RESERVED or keyword.iskeyword(name):
        raise PlanError(word, "this name is taken by recon or by Python", "recon plugins new finger")
    return name


def write(name: str, parent: Path) -> Path:
    """Write the template under ``name``; give its folder. Raises PlanError if it exists, StoreError with the reason."""
    folder = parent / f"recon-{name.replace('_', '-')}"
    if folder.exists():
        raise PlanError(str(folder), "is there already, and is left alone", f"recon plugins new {name} --dir elsewhere")
    try:
        for parts, text in _template():
            path = folder.joinpath(*(_named(part, name) for part in parts))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_named(text, name), encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = f"cannot write {folder}: {error.strerror}"
        raise StoreError(message) from None
    return folder


def _named(text: str, name: str) -> str:
    return text.replace("@dist@", name.replace("_", "-")).replace("@name@", name)


def _template() -> Iterator[tuple[tuple[str, ...], str]]:
    """(path, text) of each file of the template; names end in ``.in``, so that no tool takes them for code."""
    from importlib.resources import files  # noqa: PLC0415 - only when it runs

    yield from _files(files("recon") / "template", ())


def _files(folder: Traversable, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry, (*above, entry.name))
        elif entry.name.endswith(_SUFFIX):
            yield (*above, entry.name.removesuffix(_SUFFIX)), entry.read_text(encoding="utf-8")
