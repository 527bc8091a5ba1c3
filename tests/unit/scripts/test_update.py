"""Rules of `make update`: all or nothing, and a report that says what is left to do."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import update
from scripts.diff.packages import surface
from scripts.errors import DocumentError
from scripts.swap import Swap
from scripts.trees import differences
from tests.unit.scripts.test_diff import base, request, schemas
from tests.unit.scripts.test_spec_diff import NEWEST, OLDEST, upstream

ROOT = update._ROOT
USE = """
import httpx, chatcompletions
from chatcompletions import *

def answer(request):
    return httpx.Response(200, json={"id": "c1", "choices": [], "data": [], "has_more": False})

for name in chatcompletions.__all__:
    getattr(chatcompletions, name)
with ChatClient(api_key="k", transport=httpx.MockTransport(answer)) as chat:
    assert chat.create(model="m", messages="Hi.").id == "c1"
    assert chat.get("c1").id == "c1"
    assert list(chat.list(limit=1)) == []
    for call in (lambda: chat.delete("c1"), lambda: chat.update("c1", metadata={}), lambda: chat.messages("c1")):
        try:
            call()
        except UnsupportedOperationError as error:
            print(error)
"""


class Place:
    """A pin and a package to be replaced, with their content at first."""

    def __init__(self, folder: Path) -> None:
        self.pin, self.package = folder / "openapi.yaml", folder / "generated" / "rivers_api"
        self.package.mkdir(parents=True)
        self.pin.write_text("openapi: 3.1.0\n", encoding="utf-8")
        (self.package / "client.py").write_text("old = True\n", encoding="utf-8")
        self.before = self.bytes()

    def bytes(self) -> dict[str, bytes]:
        files = [path for path in self.pin.parent.rglob("*") if path.is_file() and ".git" not in path.parts]
        return {str(path.relative_to(self.pin.parent)): path.read_bytes() for path in files}

    def run(self, source: object, *options: str) -> int:
        where = ["--output", str(self.pin), "--package", str(self.package)]
        return update.main([*where, *options, "--", str(source)])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "checkout")


def small() -> dict[str, Any]:
    document = base()
    request(document)["metadata"] = {"type": "object", "additionalProperties": {"type": "string"}}
    schemas(document)["Page"]["properties"]["has_more"] = {"type": "boolean"}
    text = json.dumps(document).replace('Reply"', 'CreateChatCompletionResponse"')
    named: dict[str, Any] = json.loads(text.replace('Page"', 'ChatCompletionList"'))
    named["security"] = [{"Default": []}]
    return named


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("upstream") / "openapi-2030-01-02-abc1234.json"
    path.write_text(json.dumps(small()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def updated(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str]:
    """Return a place that was updated from a document with three of the six operations, and the report."""
    place = Place(tmp_path_factory.mktemp("updated"))
    where = ["--output", str(place.pin), "--package", str(place.package), "--", str(source)]
    command = [sys.executable, "-m", "scripts.update", *where]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 # our own
    return place, done.stdout


def test_pin_and_package_are_replaced(updated: tuple[Place, str]) -> None:
    """Pin and package are replaced, and nothing else is left beside them."""
    place, _ = updated
    assert "source: openapi-2030-01-02-abc1234.json" in place.pin.read_text(encoding="utf-8")
    assert not (place.package / "client.py").read_text().startswith("old")
    assert {path.name for path in place.pin.parent.iterdir()} == {"openapi.yaml", "generated"}
    assert [path.name for path in place.package.parent.iterdir()] == ["rivers_api"]
    assert not list(place.package.rglob("__pycache__"))


@pytest.mark.parametrize(
    "line",
    [
        "no longer working (The facade says why): create, list, get; without an operation in upstream: update, delete",
        "there was no pin to compare with",
        "added     models.CreateChatCompletionResponse",
        "CreateParams in facade/chatcompletions/_params.py lacks: add it there",
        "'verbosity', 'web_search_options', which are no create parameters of openapi.yaml: remove them there",
        "models.WebSearchOptions: stand-ins do for what openapi.yaml lacks; if one was only renamed, name it anew in",
        "upstream has no DELETE /chat/completions/{completion_id}: nothing is generated for it",
        "CreateChatCompletionResponse.usage: called CreateChatCompletionResponseUsage; give it a name in scripts/names",
        "openapi.yaml names the server https://api.example.com/v1, the facade calls https://api.openai.com/v1: callers",
        'the security scheme "Default" at "#/security" is not described: no call needs it',
        "no words yet: $.components.schemas.Effort",
        "-> 0.",
    ],
)
def test_the_report(updated: tuple[Place, str], line: str) -> None:
    """The report lists changes, work on the facade, missing operations, names, words and the next version."""
    assert line in " ".join(updated[1].split()).replace("added models", "added     models")


def test_the_facade_works_with_what_there_is(updated: tuple[Place, str], tmp_path: Path) -> None:
    """With a package of three operations their calls work, and any other call raises an error that says so."""
    shutil.copytree(updated[0].package, tmp_path / "chatcompletions_api")
    path = os.pathsep.join([str(tmp_path), str(ROOT / "facade")])
    command = [sys.executable, "-B", "-W", "error", "-c", USE]
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 # our own
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"the spec that this package was generated from (revision abc1234) has no {name}"
        for name in (
            "DELETE /chat/completions/{completion_id}",
            "POST /chat/completions/{completion_id}",
            "GET /chat/completions/{completion_id}/messages",
        )
    ]


def fail(*_: object, **__: object) -> Any:
    raise DocumentError("it is broken")


def interrupt(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


def _refuse(patch: pytest.MonkeyPatch, refused: str) -> None:
    """Let the file system refuse to move in what is new under a name."""
    for method in (Path.rename, Path.replace):

        def move(self: Path, target: Path, method: Callable[[Path, Path], Path] = method) -> Path:
            if self.name == f".{refused}.new":
                raise OSError(28, "No space left on device")
            return method(self, target)

        patch.setattr(Path, method.__name__, move)


def _build(_: Path, folder: Path) -> Any:
    folder.mkdir()
    (folder / "client.py").write_text("new = True\n", encoding="utf-8")


STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "pin": lambda patch: patch.setattr(update, "pin", fail),
    "generate": lambda patch: patch.setattr(update, "build", fail),
    "check": lambda patch: patch.setattr(update, "check", fail),
    "compare": lambda patch: patch.setattr(update, "compare_packages", fail),
    "begin the journal": lambda patch: _refuse(patch, "openapi.yaml.journal"),
    "replace the package": lambda patch: _refuse(patch, "rivers_api"),
    "replace the pin": lambda patch: _refuse(patch, "openapi.yaml"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_changes_nothing(
    step: str, place: Place, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever step fails, it gives one line and exit code 1, and pin and package are as they were."""
    monkeypatch.setattr(update, "build", _build)
    monkeypatch.setattr(update, "check", lambda *_: [])
    STEPS[step](monkeypatch)
    assert place.run(source) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("make update: ")
    assert err.endswith("pin and package are as they were\n")
    assert err.count("\n") == 1
    assert place.bytes() == place.before


def test_an_interruption_changes_nothing(
    place: Place, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupting the command leaves pin and package as they were."""
    monkeypatch.setattr(update, "build", interrupt)
    assert place.run(source) == 130
    assert "interrupted" in capsys.readouterr().err
    assert place.bytes() == place.before


def test_a_first_package_that_fails_is_gone_again(place: Place, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If there was no package before, a failure after the new one was put in place removes it again."""
    shutil.rmtree(place.package)
    monkeypatch.setattr(update, "build", _build)
    monkeypatch.setattr(update, "check", lambda *_: [])
    _refuse(monkeypatch, "openapi.yaml")
    assert place.run(source) == 1
    assert not place.package.exists()


def test_a_package_that_the_facade_cannot_use_is_refused(tmp_path: Path) -> None:
    """The update fails if the contract check cannot import the facade beside the new package."""
    package = tmp_path / "chatcompletions_api"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('broken\\nhere')\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="contract check cannot run on the new package: ") as caught:
        update.check(ROOT / "openapi.yaml", package)
    assert str(caught.value).isprintable()


def test_a_package_of_another_pin_is_refused(tmp_path: Path) -> None:
    """The update fails if the package lacks parts of the pin: that is the generator's fault, not the facade's."""
    package = tmp_path / "chatcompletions_api"
    shutil.copytree(ROOT / "generated/chatcompletions_api", package, ignore=shutil.ignore_patterns("__pycache__"))
    assert update.check(ROOT / "openapi.yaml", package) == []
    (package / "api/chat/get_chat_completion.py").unlink()
    with pytest.raises(DocumentError, match="has the operation 'get_chat_completion'"):
        update.check(ROOT / "openapi.yaml", package)


def git(folder: Path, *command: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    names = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    where = ["git", "-C", str(folder), "-c", "core.hooksPath=/dev/null", *names]
    subprocess.run([*where, *command], check=True, capture_output=True, env=clean)  # noqa: S603 # our own arguments


def _edit_pin(place: Place) -> None:
    place.pin.write_text("openapi: 3.0.0\n", encoding="utf-8")


def _edit_package(place: Place) -> None:
    (place.package / "client.py").write_text("mine = True\n", encoding="utf-8")


def _leave_a_file(place: Place) -> None:
    (place.package / "by_hand.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize("change", [_edit_pin, _edit_package, _leave_a_file])
def test_uncommitted_changes_are_refused(
    change: Callable[[Place], None],
    place: Place,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Changes that are not committed are overwritten only on request; changes elsewhere do not matter."""
    monkeypatch.setattr(update, "update", lambda *_: fail())
    git(place.pin.parent, "init", "--quiet")
    git(place.pin.parent, "add", "--all")
    git(place.pin.parent, "commit", "--quiet", "--message", "first")
    (place.pin.parent / "notes.txt").write_text("mine", encoding="utf-8")
    assert place.run(source) == 1
    assert "it is broken" in capsys.readouterr().err
    change(place)
    dirty = place.bytes()
    assert place.run(source) == 1
    err = capsys.readouterr().err
    assert "has changes that are not committed" in err
    assert "FORCE=1" in err
    assert err.count("\n") == 1
    assert place.run(source, "--force", "1") == 1
    assert "it is broken" in capsys.readouterr().err
    assert place.bytes() == dirty


def test_outside_of_a_checkout(
    place: Place, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of a git checkout the update runs, and says that it cannot tell whether changes are lost."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(update, "build", _build)
    monkeypatch.setattr(update, "check", lambda *_: [])
    monkeypatch.setattr(update, "render", lambda *_: "a report")
    assert place.run(source) == 0
    out, err = capsys.readouterr()
    assert out == "a report\n"
    assert "not in a git checkout" in err


def test_nothing_to_take(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a document the error says how to give one."""
    assert place.run("") == 1
    assert "make update UPSTREAM=<path or URL>" in capsys.readouterr().err


@upstream
def test_back_to_the_oldest_document_and_forward(tmp_path: Path) -> None:
    """An update to the oldest document lists the facade's surplus parameters; one to the newest restores the bytes."""
    pin, package = tmp_path / "openapi.yaml", tmp_path / "chatcompletions_api"
    shutil.copy(ROOT / "openapi.yaml", pin)
    shutil.copytree(ROOT / "generated/chatcompletions_api", package, ignore=shutil.ignore_patterns("__pycache__"))
    older = update.update(str(OLDEST), Swap(pin), package)
    dropped = {"moderation", "prompt_cache_key", "safety_identifier", "verbosity"}
    named = [sentence for sentence in older.facade if "is no create parameter" in sentence]
    assert {name for name in dropped if any(f"'{name}'" in sentence for sentence in named)} == dropped
    assert "models.CustomTool" not in surface(package)
    newer = update.update(str(NEWEST), Swap(pin), package)
    assert newer.facade == []
    assert pin.read_bytes() == (ROOT / "openapi.yaml").read_bytes()
    assert differences(ROOT / "generated/chatcompletions_api", package) == []
