"""What holds of every file: size, opening sentence, no host of a package registry, no path that does not exist."""

import ast
import re

import pytest

MOST_LINES = 400
TABLES = {"tests/servers/server_table.py"}
PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
TOP = ("rust/", "python/", "plugins/", "tests/", "benches/", "docs/", ".ci/", ".github/")
AUTHORS = ("tests/test_", "tests/conversations/")  # in a plugin author's own tree; ours has a folder per kind
MADE = ("target/", "bench-results/", ".venv/")

# Spelt in pieces, so that this file does not hold what it looks for.
REGISTRIES = ["pypi" + ".org", "pythonhosted" + ".org", "crates" + ".io", "proxy.golang" + ".org", "npmjs" + ".org"]
ARTIFACTORIES = re.compile(r"https?://[^\s\"']*(?:artifactory|nexus|/simple/|/pypi/|index-url)", re.IGNORECASE)
LOCK_SOURCE = "registry+https://github.com/rust-lang/crates" + ".io-index"


def is_code(path):
    """Whether people read and write it."""
    return path.suffix in {".py", ".rs", ".pyi"}


def is_table(path, root):
    """Whether a file is a table of data: named as one, or all but its opening is one value after the other."""
    name = path.relative_to(root).as_posix()
    return name in TABLES or "/data/" in name or (path.suffix == ".py" and mostly_values(path))


def mostly_values(path):
    """Whether most of a Python file's lines are assignments of literal values."""
    body = ast.parse(path.read_text()).body
    held = sum(node.end_lineno - node.lineno + 1 for node in body if isinstance(node, ast.Assign | ast.AnnAssign))
    return held > 0.7 * len(path.read_text().splitlines())


def test_a_file_that_people_read_is_short(root, tracked):
    long = {
        path.relative_to(root).as_posix(): count
        for path in tracked
        if is_code(path) and (count := len(path.read_text().splitlines())) > MOST_LINES and not is_table(path, root)
    }
    assert long == {}


def test_a_python_file_opens_with_what_it_is_for(root, tracked):
    silent = [
        path.relative_to(root).as_posix()
        for path in tracked
        if path.suffix in {".py", ".pyi"} and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_a_rust_file_opens_with_what_it_is_for(root, tracked):
    silent = [
        path.relative_to(root).as_posix()
        for path in tracked
        if path.suffix == ".rs" and not path.read_text().startswith("//!")
    ]
    assert silent == []


def test_no_file_names_a_host_of_a_package_registry(root, tracked):
    wrong = []
    for path in tracked:
        text = path.read_bytes().decode("utf-8", "replace").replace(LOCK_SOURCE, "")
        if any(host in text for host in REGISTRIES) or ARTIFACTORIES.search(text):
            wrong.append(path.relative_to(root).as_posix())
    assert wrong == []


def pages(root):
    """The documents that are there."""
    top = [root / name for name in PAGES if (root / name).exists()]
    return top + sorted((root / "docs").rglob("*.md"))


def paths_in(text):
    """Paths of this tree that a document names in code marks or links."""
    marked = re.findall(r"`([^`\s]+)`", text) + re.findall(r"\]\(([^)#\s]+)", text)
    for word in marked:
        path = word.removeprefix("./").rstrip("/.,:")
        if path.startswith(TOP) and not path.startswith(MADE + AUTHORS) and not set(path) & set("*{}<>…"):
            yield path.split("::")[0]


def test_every_path_that_a_document_names_exists(root):
    missing = {
        (page.relative_to(root).as_posix(), path)
        for page in pages(root)
        for path in paths_in(page.read_text())
        if not (root / path).exists()
    }
    assert missing == set()


def test_every_link_between_documents_leads_somewhere(root):
    missing = {
        (page.relative_to(root).as_posix(), link)
        for page in pages(root)
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    }
    assert missing == set()


@pytest.mark.parametrize("word", ["demo", "test", "check", "bench", "lint", "docs"])
def test_the_front_door_has_its_words(root, word):
    assert re.search(rf"^{word}:.*## \S", (root / "Makefile").read_text(), re.MULTILINE)
