"""Imports point one way: the facade to the generated package, never back; the client and the local server apart."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from scripts.contract.spec import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FACADE = ROOT / "facade/chatcompletions"
GENERATED = ROOT / "generated/chatcompletions_api"
SERVER = FACADE / "server"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# The names by which distributions are imported, where those differ.
MODULES = {"attrs": ("attr", "attrs"), "python-dateutil": ("dateutil",), "pyyaml": ("yaml",)}
# What judges answers by the spec, and is imported by those alone who ask for it.
JUDGE = {f"facade/chatcompletions/{name}.py" for name in ("_deviations", "_judge", "_spec_file")}


def imports(source: str, module: str, *, is_package: bool = False) -> set[str]:
    """Return the full dotted names that a module's source imports anywhere in it, functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
    return found


def offences(imported: set[str], forbidden: tuple[str, ...], module: str, why: str) -> list[str]:
    """Return a sentence for each import of what a module must not know."""
    return [
        f"{module} imports {name}: {why}"
        for name in sorted(imported)
        if any(name == one or name.startswith(f"{one}.") for one in forbidden)
    ]


def foreign(imported: set[str]) -> set[str]:
    """Return the packages among imports that are neither the standard library's nor ours."""
    own = {"chatcompletions", "chatcompletions_api", *sys.stdlib_module_names}
    return {name.split(".")[0] for name in imported} - own


def importable(requirements: Iterable[str]) -> set[str]:
    """Return the names under which the distributions of requirement lines are imported."""
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in requirements]
    return {module for name in names for module in MODULES.get(name, (name.replace("-", "_"),))}


def imported_by(folder: Path, *, aside: Path | None = None) -> dict[str, set[str]]:
    """Return what each module below a folder imports, by its place; one folder below it may be left aside."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        if aside is None or not path.is_relative_to(aside):
            place, package = path.relative_to(ROOT), path.name == "__init__.py"
            module = ".".join(place.with_suffix("").parts[1 : -1 if package else None])
            found[place.as_posix()] = imports(path.read_text("utf-8"), module, is_package=package)
    return found


def all_offences(modules: Mapping[str, set[str]], forbidden: tuple[str, ...], why: str) -> list[str]:
    return [one for place, imported in modules.items() for one in offences(imported, forbidden, place, why)]


def test_generated_knows_no_facade() -> None:
    """The generated package imports nothing of the facade."""
    modules = imported_by(GENERATED)
    assert len(modules) > len(list((GENERATED / "api").rglob("*.py"))) > 0
    assert all_offences(modules, ("chatcompletions",), "generated code never knows the facade") == []


def test_one_bridge() -> None:
    """One module of the facade reaches the endpoint modules, and does."""
    modules = imported_by(FACADE)
    bridge = modules.pop("facade/chatcompletions/_operations.py")
    assert offences(bridge, ("chatcompletions_api.api",), "_operations", "")
    assert all_offences(modules, ("chatcompletions_api.api",), "go through _operations.py") == []


def test_server_apart() -> None:
    """The local server imports nothing of the client, whose faults it would share."""
    own = {
        place: {name for name in imported if not f"{name}.".startswith("chatcompletions.server.")}
        for place, imported in imported_by(SERVER).items()
    }
    assert all_offences(own, ("chatcompletions", "chatcompletions_api"), "the server judges for itself") == []


def test_client_apart() -> None:
    """The client imports nothing of the local server."""
    client = imported_by(FACADE, aside=SERVER)
    assert all_offences(client, ("chatcompletions.server",), "the server is an extra") == []


def test_dependencies() -> None:
    """The package imports what the project declares, and anyio, which httpx brings along; the judge its extra too."""
    declared = importable(PROJECT["dependencies"])
    assert "anyio" in importable(metadata.requires("httpx") or ())
    modules = {**imported_by(FACADE, aside=SERVER), **imported_by(GENERATED)}
    judging = set().union(*(modules.pop(place) for place in JUDGE))
    assert foreign(set().union(*modules.values())) - declared <= {"anyio"}
    assert foreign(judging) - declared == importable(PROJECT["optional-dependencies"]["strict"])


def test_server_dependencies() -> None:
    """The local server imports what the project declares, and its extra."""
    declared = importable([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]])
    assert foreign(set().union(*imported_by(SERVER).values())) <= declared


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b", {"a.b"}),
        ("def f():\n    from a import b", {"a.b"}),
        ("from . import x", {"p.x"}),
        ("from .._y import z", {"_y.z"}),
        ("from .q import r as s", {"p.q.r"}),
        ("if TYPE_CHECKING:\n    import t", {"t"}),
        ("importlib.import_module('u.v')", {"u.v"}),
    ],
)
def test_imports(source: str, found: set[str]) -> None:
    """Every form of an import is seen, relative ones by their full name."""
    assert imports(source, "p.m") == found


def test_package_imports() -> None:
    """In a package's own module a dot stands for the package itself."""
    assert imports("from .x import y", "p", is_package=True) == {"p.x.y"}


def test_sentences() -> None:
    """An import the wrong way is told with the module, the name and the reason; a name that begins alike is none."""
    imported = {"chatcompletions", "chatcompletions._http.HTTPClient", "chatcompletions_api.models"}
    assert offences(imported, ("chatcompletions",), "generated/x.py", "no way back") == [
        "generated/x.py imports chatcompletions: no way back",
        "generated/x.py imports chatcompletions._http.HTTPClient: no way back",
    ]


def test_foreign() -> None:
    """What is neither the standard library's nor ours is foreign, by its top-level name."""
    assert foreign({"json", "collections.abc.Mapping", "chatcompletions._x", "numpy.linalg.norm"}) == {"numpy"}
    assert importable(["attrs>=24.2", "Foo-Bar[x]>=1; python_version > '3'"]) == {"attr", "attrs", "foo_bar"}
