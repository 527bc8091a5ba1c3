"""Rules of replacing pin and package: together or not at all, whatever ends the process, and one process at a time."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import generate, pin_spec, update
from scripts.errors import DocumentError
from scripts.prepare_spec import prepare_named
from scripts.swap import Swap

ROOT = Path(__file__).resolve().parents[3]
PIN, PACKAGE = "openapi.yaml", "generated/rivers_api"
OLD, NEW = {PIN: "old\n", f"{PACKAGE}/client.py": "old\n"}, {PIN: "new\n", f"{PACKAGE}/client.py": "new\n"}
# Sends itself a signal before one of the steps that change the file system, and says how often it could.
DRIVER = """
import os, sys
from pathlib import Path
from scripts import command
from scripts.swap import Swap

place, made, number, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
swap, done = Swap(place / "openapi.yaml"), 0

def count(event, _):
    global done
    if event in {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}:
        done += 1
        if done == last:
            os.kill(os.getpid(), number)

def work():
    sys.addaudithook(count)
    swap.replace(pin="new\\n", package=place / "generated/rivers_api", by=made)
    return 0

code = command.run("make update", swap, work)
print(done)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a folder with the old pin and package, and one with the new package."""
    folder = tmp_path_factory.mktemp("before")
    for name, text in OLD.items():
        file = folder / "checkout" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "made").mkdir()
    (folder / "made/client.py").write_text("new\n", encoding="utf-8")
    return folder / "checkout", folder / "made"


def content(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def send(place: Path, made: Path, number: int, last: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-c", DRIVER, str(place), str(made), str(number), str(last)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 # our own


def steps(before: tuple[Path, Path], folder: Path, number: int) -> Iterator[tuple[Path, str]]:
    """Send a signal before each step, and yield the place that each leaves, with what the process said."""
    checkout, made = before
    shutil.copytree(checkout, folder / "whole")
    total = int(send(folder / "whole", made, number, 0).stdout)
    assert content(folder / "whole") == NEW
    for last in range(1, total + 1):
        place = folder / str(last)
        shutil.copytree(checkout, place)
        done = send(place, made, number, last)
        assert done.returncode == (130 if number != signal.SIGKILL else -signal.SIGKILL)
        yield place, done.stderr


def fail(*_: object) -> Any:
    raise DocumentError("it is broken")


def generated(spec: Path, folder: Path) -> Any:
    folder.mkdir()
    (folder / "client.py").write_text(spec.read_text(encoding="utf-8"), encoding="utf-8")
    empty: dict[str, Any] = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {}}}
    return prepare_named(empty, {})


def where(place: Path, *names: str) -> list[str]:
    paths = {"--output": place / PACKAGE, "--package": place / PACKAGE, "--spec": place / PIN}
    return [one for name in names for one in (name, str(paths[name]))]


#: Each command, so that it fails once it has looked for what was left; the check succeeds if both fit together.
NEXT: dict[str, tuple[Callable[[Path], int], int]] = {
    "make generate": (lambda place: generate.main(where(place, "--spec", "--output")), 1),
    "make check-generated": (lambda place: generate.main(["--check", *where(place, "--spec", "--output")]), 0),
    "make spec": (lambda place: pin_spec.main(["--output", str(place / PIN), "--", ""]), 1),
    "make update": (lambda place: update.main(["--output", str(place / PIN), *where(place, "--package"), "--", ""]), 1),
}


def test_what_a_killed_process_leaves_is_put_right(
    before: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whenever a process is killed, the next command of any kind finishes its work or undoes it, and says which."""
    seen = set()
    for place, _ in steps(before, tmp_path, signal.SIGKILL):
        for name, (run, code) in NEXT.items():
            copy = place.with_name(f"{place.name} {name}")
            shutil.copytree(place, copy)
            monkeypatch.setattr(generate, "build", fail if code else generated)
            assert run(copy) == code
            told = capsys.readouterr().err
            is_new = content(copy) == NEW
            assert is_new or content(copy) == OLD, (copy.name, content(copy))
            if "an earlier run was cut off" in told:
                seen.add("completed now: openapi.yaml and rivers_api are replaced" if is_new else "undone now")
                assert ("is completed now: openapi.yaml and rivers_api are replaced\n" in told) is is_new
                assert ("is undone now: openapi.yaml and rivers_api are as before it\n" in told) is not is_new
    assert len(seen) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_process_tells_the_truth(before: tuple[Path, Path], tmp_path: Path, number: int) -> None:
    """Whenever a process is interrupted, it leaves nothing beside, and says whether both were replaced or neither."""
    said = {
        "make update: interrupted; pin and package are as they were\n": OLD,
        "make update: interrupted; openapi.yaml and rivers_api are replaced\n": NEW,
    }
    seen = set()
    for place, told in steps(before, tmp_path, number):
        assert content(place) == said[told], place.name
        seen.add(told)
    assert seen == said.keys()


def test_a_first_package_that_was_cut_off_comes_whole_or_not_at_all(before: tuple[Path, Path], tmp_path: Path) -> None:
    """Where there was neither pin nor package, a process that is killed leaves both, or the next one sees neither."""
    seen = []
    (tmp_path / "empty").mkdir()
    for place, _ in steps((tmp_path / "empty", before[1]), tmp_path, signal.SIGKILL):
        with Swap(place / PIN).held():
            seen.append(content(place))
    assert all(found in ({}, NEW) for found in seen)
    assert {} in seen
    assert NEW in seen


def test_a_failure_that_cannot_be_undone_is_not_hidden(
    before: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If neither the new nor the old can be moved in, the error says so, and the next command puts it right."""
    place = tmp_path / "checkout"
    shutil.copytree(before[0], place)
    rename = Path.rename

    def move(self: Path, target: Path) -> Path:
        if target.name == "rivers_api":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    swap = Swap(place / PIN)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", move)
        with pytest.raises(DocumentError, match=r"cannot write openapi\.yaml and rivers_api: Input/output error"):
            swap.replace(pin="new\n", package=place / PACKAGE, by=before[1])
    assert swap.outcome == "they are replaced in part: the next make generate, spec or update completes that"
    with Swap(place / PIN).held() as told:
        assert told == "an earlier run was cut off, and is undone now: openapi.yaml and rivers_api are as before it"
    assert content(place) == OLD


def test_a_second_run_is_refused(before: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While a command is at work, no other one touches pin or package; any number of them may read."""
    place = tmp_path / "checkout"
    shutil.copytree(before[0], place)
    with Swap(place / PIN).held():
        for name, (run, _) in NEXT.items():
            assert run(place) == 1
            told = capsys.readouterr().err
            assert told.startswith(f"{name}: another command is at work on openapi.yaml or its package: try again")
            assert told.count("\n") == 1
    with Swap(place / PIN).held(to_read=True), Swap(place / PIN).held(to_read=True):
        assert NEXT["make spec"][0](place) == 1
        assert "another command is at work" in capsys.readouterr().err
    assert content(place) == OLD


def test_a_journal_that_nobody_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A journal that cannot be read is named in one line, with what to do."""
    (tmp_path / f".{PIN}.journal").write_text("{", encoding="utf-8")
    assert NEXT["make spec"][0](tmp_path) == 1
    told = capsys.readouterr().err
    assert ".openapi.yaml.journal cannot be read: remove it, then run make generate" in told
    assert told.count("\n") == 1


def test_git_ignores_what_a_killed_process_leaves() -> None:
    """What a killed process may leave beside pin and package is never committed."""
    beside = [".openapi.yaml.new", ".openapi.yaml.journal", ".openapi.yaml.journal.new"]
    names = [*beside, "generated/.chatcompletions_api.new", "generated/.chatcompletions_api.old"]
    done = subprocess.run(["git", "check-ignore", "--no-index", *names], cwd=ROOT, check=False, capture_output=True)  # noqa: S603, S607
    if done.returncode == 128:
        pytest.skip("not in a git checkout")
    assert done.stdout.decode().split() == names
