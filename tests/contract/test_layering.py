"""Imports go where pyproject.toml lets them, and to the packages that it declares."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.contract.spec import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

FACADE = ROOT / "facade/chatcompletions"
GENERATED = ROOT / "generated/chatcompletions_api"
SERVER, TESTING, CLI = FACADE / "server", FACADE / "testing", FACADE / "cli"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# The names by which distributions are imported, where those differ.
MODULES = {
    "attrs": ("attr", "attrs"),
    "opentelemetry-api": ("opentelemetry",),
    "python-dateutil": ("dateutil",),
    "pyyaml": ("yaml",),
}
# What needs an extra, and is imported by those alone who ask for it: the judge of answers, the bar, the spans.
ASIDE = {
    "strict": {f"facade/chatcompletions/_spec/{name}.py" for name in ("deviations", "judge")},
    "progress": {"facade/chatcompletions/_bulk/progress.py"},
    "telemetry": {"facade/chatcompletions/telemetry.py"},
}
# What draws a bar, for those who ask for one.
BAR = {"facade/chatcompletions/_bulk/progress.py"}


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


def foreign(imported: set[str]) -> set[str]:
    """Return the packages among imports that are neither the standard library's nor ours."""
    own = {"chatcompletions", "chatcompletions_api", *sys.stdlib_module_names}
    return {name.split(".")[0] for name in imported} - own


def importable(requirements: Iterable[str]) -> set[str]:
    """Return the names under which the distributions of requirement lines are imported."""
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in requirements]
    return {module for name in names for module in MODULES.get(name, (name.replace("-", "_"),))}


def imported_by(folder: Path, *, aside: Iterable[Path] = ()) -> dict[str, set[str]]:
    """Return what each module below a folder imports, by its place; folders below it may be left aside."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        if not any(path.is_relative_to(other) for other in aside):
            place, package = path.relative_to(ROOT), path.name == "__init__.py"
            module = ".".join(place.with_suffix("").parts[1 : -1 if package else None])
            found[place.as_posix()] = imports(path.read_text("utf-8"), module, is_package=package)
    return found


PLANTED = {
    "_answers/models.py": ("from chatcompletions._transport import pool", "A room imports what stands below it"),
    "_streaming/sse.py": ("import chatcompletions._requests.build", "A room imports what stands below it"),
    "_transport/retry.py": ("import chatcompletions.server", "The client knows nothing of the local server"),
    "_bulk/pace.py": ("from chatcompletions.cli import main", "Nobody imports the command"),
    "server/_app.py": ("from chatcompletions._json import loads", "The local server knows the spec"),
    "_client.py": ("import chatcompletions_api.api.chat", "One module reaches the generated endpoints"),
}


@pytest.mark.parametrize("place", PLANTED)
def test_an_arrow_the_wrong_way(tmp_path: Path, place: str) -> None:
    """An import against the plan of the house fails `make lint` by the name of the rule that it breaks."""
    for source in (FACADE, GENERATED):
        shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    line, rule = PLANTED[place]
    with (tmp_path / "chatcompletions" / place).open("a", encoding="utf-8") as planted:
        planted.write(f"\n{line}\n")
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    result = subprocess.run(  # noqa: S603 - the project's own tool
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    broken = [text for text in result.stdout.splitlines() if " BROKEN" in text]
    assert result.returncode == 1
    assert [text for text in broken if text.startswith(rule)]


def test_dependencies() -> None:
    """The package imports what is declared, and anyio, which httpx brings along; three parts their extras too."""
    declared = importable(PROJECT["dependencies"])
    assert "anyio" in importable(metadata.requires("httpx") or ())
    modules = {**imported_by(FACADE, aside=[SERVER, TESTING, CLI]), **imported_by(GENERATED)}
    aside = {extra: set().union(*(modules.pop(place) for place in places)) for extra, places in ASIDE.items()}
    # pydantic_core is imported when pydantic asks a model for its schema, and so is there; type checkers have
    # typing_extensions of their own.
    assert foreign(set().union(*modules.values())) - declared <= {"anyio", "pydantic_core", "typing_extensions"}
    for extra, imported in aside.items():
        assert foreign(imported) - declared == importable(PROJECT["optional-dependencies"][extra])


def test_server_dependencies() -> None:
    """The local server imports what the project declares, and its extra."""
    declared = importable([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]])
    assert foreign(set().union(*imported_by(SERVER).values())) <= declared


def test_command_dependencies() -> None:
    """The command imports what the project declares, and its extras."""
    extras = (PROJECT["optional-dependencies"][name] for name in ("cli", "parquet", "plot", "server"))
    declared = importable([*PROJECT["dependencies"], *(line for lines in extras for line in lines)])
    assert foreign(set().union(*imported_by(CLI).values())) <= declared


def test_no_extra_brings_click_beside_rich() -> None:
    """What the extra of the command installs has no click: httpx imports a command of its own where both are there."""
    reached, waiting = set[str](), [*PROJECT["optional-dependencies"]["cli"]]
    while waiting:
        name = re.split(r"[^\w.-]", waiting.pop(), maxsplit=1)[0].lower()
        if name not in reached:
            reached.add(name)
            waiting += [line for line in metadata.requires(name) or () if "extra ==" not in line]
    assert "rich" in reached
    assert "click" not in reached


def test_plugin_imports() -> None:
    """The pytest plugin imports pytest, and nothing else of others; at its head it imports nothing of ours either."""
    assert foreign(set().union(*imported_by(TESTING).values())) == {"pytest"}
    code = (
        "import pytest, sys; old = {*sys.modules}; import chatcompletions.testing.plugin; print(*{*sys.modules} - old)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    ours = {"chatcompletions", *(f"chatcompletions.{name}" for name in ("_version", "testing", "testing.plugin"))}
    assert set(done.stdout.split()) == ours


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


def test_foreign() -> None:
    """What is neither the standard library's nor ours is foreign, by its top-level name."""
    assert foreign({"json", "collections.abc.Mapping", "chatcompletions._x", "numpy.linalg.norm"}) == {"numpy"}
    assert importable(["attrs>=24.2", "Foo-Bar[x]>=1; python_version > '3'"]) == {"attr", "attrs", "foo_bar"}
