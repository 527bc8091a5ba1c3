"""What is distributed: built offline, installed alone, imported from there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from scripts.contract.spec import ROOT

SOURCES = {"chatcompletions": ROOT / "facade", "chatcompletions_api": ROOT / "generated"}
USE = """
import sys
sys.path[:0] = sys.argv[1:]
import chatcompletions, chatcompletions_api, httpx
from chatcompletions_api.models import CreateChatCompletionResponse

answer = {"id": "chatcmpl-1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
with chatcompletions.ChatClient(api_key="sk-test", transport=transport) as chat:
    reply = chat.create(model="m", messages="Hello")
assert isinstance(reply, chatcompletions.ChatCompletion) and isinstance(reply, CreateChatCompletionResponse)
assert "$.object: required; found missing" in map(str, chatcompletions.deviations(answer))
print(reply.text, chatcompletions.__version__, chatcompletions.__file__, chatcompletions_api.__file__, sep="\\n")
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run Python without what the environment of the tests would add, and return what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "OPENAI_"))
    }
    done = subprocess.run(  # noqa: S603 # this interpreter, our arguments
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INPUT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(target: str, project: Path, folder: Path) -> Path:
    """Build a distribution with the backend of the project and no network; return its file."""
    run("-m", "hatchling", "build", "-t", target, "-d", folder, cwd=project)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_top_level(names: list[str]) -> None:
    """A wheel holds exactly the two packages and its own metadata: no package named after a source root."""
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {*SOURCES}
    assert len({name.split("/")[0] for name in names}) == len(SOURCES) + 1


@pytest.mark.parametrize("package", SOURCES)
def test_modules(names: list[str], package: str) -> None:
    """A package in the wheel has each module of its source, and none besides."""
    modules = (SOURCES[package] / package).rglob("*.py")
    assert {name for name in names if name.startswith(f"{package}/") and name.endswith(".py")} == {
        module.relative_to(SOURCES[package]).as_posix() for module in modules
    }


@pytest.mark.parametrize("package", SOURCES)
def test_typed(names: list[str], package: str) -> None:
    """Both packages tell type checkers that they are annotated."""
    assert f"{package}/py.typed" in names


def test_the_schema(wheel: Path) -> None:
    """The wheel holds the schema by which answers are judged."""
    name = "chatcompletions_api/schema.json"
    with zipfile.ZipFile(wheel) as archive:
        assert name in archive.namelist(), f"{name} is not in the wheel: see [tool.hatch.build] in pyproject.toml"
        assert archive.read(name) == (ROOT / "generated" / name).read_bytes()


def test_the_page_of_the_index(wheel: Path) -> None:
    """The README's links to files lead to those of the same version; nothing else of it is changed."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        page = archive.read(name).decode().partition("\n\n")[2]
    version = wheel.name.split("-")[1]
    address = rf"https://(?:github|raw\.githubusercontent)\.com/[\w-]+/[\w-]+/(?:blob/)?v{re.escape(version)}/([^)]+)"
    files = re.findall(rf"\]\({address}\)", page)
    assert files
    assert all((ROOT / file.partition("#")[0]).is_file() for file in files)
    assert (
        re.sub(rf"\]\({address}\)", r"](\1)", page).strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    )


def test_nothing_else(names: list[str]) -> None:
    """Besides modules only marker files and the schema are distributed: no cache, no file of an editor."""
    suffixes = {PurePosixPath(name).suffix for name in names if ".dist-info/" not in name}
    assert suffixes <= {".py", ".typed", ".json", ".html", ".css"}  # the page of the command has templates


def test_installed_alone(wheel: Path, tmp_path: Path) -> None:
    """The wheel without the checkout, among its dependencies, answers a call with one type for both layers."""
    target = tmp_path / "site"
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target, wheel, cwd=tmp_path)
    # Without the site module the checkout's own .pth file is not read.
    dependencies = sysconfig.get_path("purelib"), sysconfig.get_path("platlib")
    printed = run("-I", "-S", "-W", "error", "-c", USE, target, *dependencies, cwd=tmp_path)
    text, version, facade, generated = printed.splitlines()
    assert (text, wheel.name.split("-")[1]) == ("Hello", version)
    assert Path(facade) == target / "chatcompletions/__init__.py"
    assert Path(generated) == target / "chatcompletions_api/__init__.py"


def test_sdist(wheel: Path, tmp_path: Path) -> None:
    """The source distribution is enough to build the very same wheel."""
    source = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    again = build("wheel", tmp_path / source.name.removesuffix(".tar.gz"), tmp_path / "wheel")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()
