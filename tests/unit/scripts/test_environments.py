from __future__ import annotations

import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.bench import __main__ as bench
from scripts.bench.processes import Process
from scripts.bench.roster import EXTRAS, FLOOR, OURS
from scripts.environments import Environment, InstallError, find, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = Path(__file__).resolve().parents[3]
_MISSING = ("--no-index", "a-distribution-that-is-nowhere")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a wheel of one module, so that nothing is asked of a registry."""
    path = tmp_path_factory.mktemp("wheel") / "lonely-1.5-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lonely.py", "")
        archive.writestr("lonely-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: lonely\nVersion: 1.5\n")
        archive.writestr("lonely-1.5.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("lonely-1.5.dist-info/RECORD", "")
    return str(path)


@pytest.fixture(scope="module")
def made(wheel: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment") / "lonely"
    prepare(folder, [wheel])
    return folder


def _names(environment: Environment) -> set[str]:
    code = "import importlib.metadata as m; print(*(found.name for found in m.distributions()))"
    with Process("-I", "-c", code, python=environment.python) as process:
        return set(process.ask().split())


def test_an_environment_holds_what_was_asked_for_and_nothing_else(made: Path, wheel: str) -> None:
    """Neither pip nor anything of the environment that runs the bench is in it."""
    environment = prepare(made, [wheel])
    assert _names(environment) == {"lonely"}
    assert "pytest" in _names(Environment())


def test_versions_are_told_from_the_environment_first(made: Path) -> None:
    """A tool that is not in a competitor's environment ran in that of the bench; what is in neither has no version."""
    environment = Environment(made / "bin/python")
    assert environment.version_of("lonely") == "1.5"
    assert environment.version_of("pytest") == pytest.__version__
    assert environment.version_of("a-distribution-that-is-nowhere") is None


def test_a_whole_environment_is_made_once(made: Path, wheel: str, capsys: pytest.CaptureFixture[str]) -> None:
    """While nothing changed that decides about its contents, nothing is installed again."""
    (made / "mark").touch()
    prepare(made, [wheel])
    assert (made / "mark").exists()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("spoilt", ["bin/python", "receipt.txt"])
def test_an_environment_that_was_begun_and_not_ended_is_made_anew(
    spoilt: str, made: Path, wheel: str, tmp_path: Path
) -> None:
    """One without an interpreter or without its receipt, which is written last, is none."""
    folder = tmp_path / "copy"
    shutil.copytree(made, folder, symlinks=True)
    (folder / "mark").touch()
    (folder / spoilt).unlink()
    assert find(folder, [wheel]) is None
    assert find(folder, [wheel]) != prepare(folder, [wheel]) == find(folder, [wheel])
    assert not (folder / "mark").exists()


def test_an_environment_of_something_else_is_outdated(made: Path, wheel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other requirements, another Python and other pins each ask for a new environment."""
    assert find(made, [wheel]) is not None
    assert find(made, [wheel, "more"]) is None
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99")
        assert find(made, [wheel]) is None
    with monkeypatch.context() as patch:
        patch.setattr("scripts.environments._CONSTRAINTS", Path(__file__))
        assert find(made, [wheel]) is None


def test_what_cannot_be_installed_is_said_in_a_line_and_leaves_no_environment(tmp_path: Path) -> None:
    """The error holds pip's own first one, and the next run tries again."""
    for _ in range(2):
        with pytest.raises(InstallError, match=r"^pip cannot install .*nowhere \(is .*\): Could not find .*$"):
            prepare(tmp_path, _MISSING)
        assert find(tmp_path, _MISSING) is None


def test_a_failed_update_leaves_no_environment(made: Path, wheel: str, tmp_path: Path) -> None:
    """An environment that was to become another one is not taken for what it was."""
    folder = tmp_path / "copy"
    shutil.copytree(made, folder, symlinks=True)
    with pytest.raises(InstallError):
        prepare(folder, _MISSING)
    assert find(folder, [wheel]) is None


def _offline(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    def prepare(folder: Path, installs: Sequence[str]) -> Environment:
        if folder.name in missing:
            raise InstallError(f"pip cannot install {installs[-1]}: it is gone")
        return Environment()

    monkeypatch.setattr(bench, "prepare", prepare)


def test_a_competitor_that_cannot_be_installed_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are measured, and its column is not there."""
    _offline(monkeypatch, "official")
    assert bench.main(["--quick", "--only", "fan-out-1"]) == 0
    told = capsys.readouterr()
    assert "official SDK is left out: pip cannot install bench: it is gone\n" in told.err
    assert OURS.title in told.out
    assert "official SDK" not in told.out


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (FLOOR.key, "make bench: pip cannot install httpx: it is gone\n"),
        (
            EXTRAS.key,
            f"{EXTRAS.title} is left out: pip cannot install {EXTRAS.installs[-1]}: it is gone\n"
            "make bench: nothing is left to be measured\n",
        ),
    ],
)
def test_without_the_floor_or_the_only_case_nothing_is_measured(
    missing: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What all ratios are taken to must be there; without it the bench ends with a sentence."""
    _offline(monkeypatch, missing)
    assert bench.main(["--quick", "--only", "first-call-extras"]) == 1
    assert capsys.readouterr() == ("", said)


def test_every_extra_means_every_extra() -> None:
    """The extras are those of pyproject.toml, whichever there are."""
    extras = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(EXTRAS.installs[-1].removeprefix(".[").removesuffix("]").split(",")) == set(extras)
