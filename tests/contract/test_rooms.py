"""The rooms and who may enter which (design section 4), read from the sources themselves."""

import ast
import re
import tomllib

import pytest

import recon

RUST_ROOMS = {
    "recon-core": set(),
    "recon-engine": {"recon-core"},
    "recon-columns": {"recon-core"},
    "recon-py": {"recon-core", "recon-columns", "recon-engine"},
    "floor": set(),
}

# Top to bottom; a layer imports only lower ones, or itself.
LAYERS = (
    {"cli"},
    {"testing", "offline"},
    {"pipeline", "store"},
    {"enumeration", "plugins", "sinks", "probes", "enumerators"},
    {"hookspecs", "plan", "blocking"},
    {"enumerator", "learnt", "proofs", "plan_parts", "plan_checks"},
    {"scope"},
    {"model", "ports", "links", "plan_words", "config"},
    {"errors"},
)
MAY_IMPORT_CORE = {
    "sinks",
    "store",
    "model",
    "plan",
    "plan_parts",
    "plan_words",
    "scope",
    "pipeline",
    "offline",
    "enumeration",
    "testing",
    "ports",
    "links",
}
PLUGINS_MAY_IMPORT = {"recon", "recon.testing"}
CORE_MAY_NOT = (r"\bstd::thread\b", r"\bInstant\b", r"\bSystemTime\b", r"\bstd::fs\b", r"\bstd::process\b")
ADDRESS_TYPES = {"IpAddr", "Ipv4Addr", "Ipv6Addr", "AddrParseError"}


def code_of(path):
    """A Rust file without its comments."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def rust_files(root, room):
    """Sources of one crate, data and build output left out."""
    return sorted((root / "rust" / room / "src").rglob("*.rs"))


@pytest.mark.parametrize("room", RUST_ROOMS)
def test_a_crate_depends_only_on_lower_ones(root, room):
    manifest = tomllib.loads((root / "rust" / room / "Cargo.toml").read_text())
    ours = {name for name in manifest["dependencies"] if name.startswith("recon-")}
    assert ours <= RUST_ROOMS[room]
    assert ("pyo3" in manifest["dependencies"]) == (room == "recon-py")


def test_every_crate_of_the_workspace_has_its_rule(root):
    manifest = tomllib.loads((root / "Cargo.toml").read_text())
    assert {member.removeprefix("rust/") for member in manifest["workspace"]["members"]} == set(RUST_ROOMS)


@pytest.mark.parametrize("forbidden", CORE_MAY_NOT)
def test_the_core_has_no_threads_no_clock_and_no_files(root, forbidden):
    assert [path for path in rust_files(root, "recon-core") if re.search(forbidden, code_of(path))] == []


def test_the_core_knows_addresses_and_no_sockets(root):
    for path in rust_files(root, "recon-core"):
        for names in re.findall(r"std::net::(\{[^}]*\}|\w+)", code_of(path)):
            assert set(re.findall(r"\w+", names)) <= ADDRESS_TYPES, path


def test_unsafe_code_lives_in_link_only(root):
    for path in (root / "rust").rglob("*.rs"):
        inside = "link" in path.relative_to(root).parts
        assert inside or not re.search(r"\bunsafe\s*(\{|fn|impl|trait|extern)", code_of(path)), path
    lints = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["lints"]["rust"]
    assert lints["unsafe_code"] in {"deny", "forbid"}


def test_only_the_binding_knows_python(root):
    for room in RUST_ROOMS:
        if room != "recon-py":
            assert [path for path in rust_files(root, room) if "pyo3" in code_of(path)] == []


def is_for_types(node):
    """Whether a block is there for the type checker alone."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree):
    """(module, name) of each import that really happens, wherever it stands; the name is none for a plain one."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)
        children = node.orelse if is_for_types(node) else ast.iter_child_nodes(node)
        waiting += children


def home_of(module, name):
    """The module that an import reaches: public names of ``recon`` live elsewhere."""
    if module != "recon" or name is None:
        return module
    return recon._HOME.get(name, f"recon.{name}")


def reached(path):
    """Our own modules that a file imports, each as its first two words."""
    found = {home_of(module, name) for module, name in imports(ast.parse(path.read_text())) if module}
    return {".".join(module.split(".")[:2]) for module in found if module.split(".")[0] == "recon"}


def layer_of(module):
    """Index of a module's layer, 0 at the top."""
    return next((index for index, layer in enumerate(LAYERS) if module.removeprefix("recon.") in layer), None)


def own_files(root):
    """(module of two words, path) of every Python file of the package but its index."""
    package = root / "python" / "recon"
    for path in sorted(package.rglob("*.py")):
        first = path.relative_to(package).parts[0].removesuffix(".py")
        if first != "__init__":
            yield first, path


def test_every_module_has_a_layer(root):
    assert {first for first, _ in own_files(root) if layer_of(first) is None} == set()


def test_a_layer_imports_only_lower_ones(root):
    wrong = []
    for first, path in own_files(root):
        for module in reached(path) - {"recon._core", "recon", f"recon.{first}"}:
            lower = layer_of(module)
            if lower is None or lower <= layer_of(first):
                wrong.append((path.relative_to(root).as_posix(), module))
    assert wrong == []


def test_the_binding_is_imported_by_few(root):
    wrong = {first for first, path in own_files(root) if "recon._core" in reached(path)} - MAY_IMPORT_CORE
    assert wrong == set()


def test_plugins_import_the_public_names_only(root):
    wrong = []
    for path in sorted((root / "plugins").glob("*/src/**/*.py")):
        for module, name in imports(ast.parse(path.read_text())):
            if module and module.split(".")[0] == "recon" and not is_public(module, name):
                wrong.append((path.relative_to(root).as_posix(), module, name))
    assert wrong == []


def is_public(module, name):
    """Whether an import takes a public name of ``recon`` or of ``recon.testing``."""
    return module in PLUGINS_MAY_IMPORT and (module != "recon" or name is None or name in recon.__all__)


def test_no_public_name_is_also_a_module(root):
    modules = {path.stem for path in (root / "python" / "recon").iterdir()} - {"__init__"}
    assert set(recon.__all__) & modules == set()


def test_the_index_lists_what_it_gives():
    assert sorted(recon._HOME) == sorted(recon.__all__)
    assert all(getattr(recon, name).__name__ == name for name in recon.__all__ if name != "hookimpl")


def test_importing_recon_loads_no_core(root):
    tree = ast.parse((root / "python" / "recon" / "__init__.py").read_text())
    assert {module for module, _ in imports(tree)} == {"__future__", "importlib", "typing"}


def test_only_the_command_line_prints(root):
    wrong = []
    for first, path in own_files(root):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        if first != "cli" and any(isinstance(call, ast.Name) and call.id == "print" for call in calls):
            wrong.append(path.relative_to(root).as_posix())
    assert wrong in ([], ["python/recon/testing/lab.py"])  # the lab is a program that tells its parent where it is
