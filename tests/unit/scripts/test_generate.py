"""Rules of `make generate` and `make check-generated`."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from scripts import generate
from scripts.document import DocumentError
from scripts.emitted import check_emitted
from scripts.prepare_spec import Prepared, prepare_named
from scripts.swap import Swap
from scripts.trees import differences
from tests.unit.scripts._documents import document, json_content, record, ref

CHAT = "/chat/completions"
TEXT = {"type": "string"}


def pin() -> dict[str, Any]:
    """Return a small pin with an operation, models in unions and arrays, and a query filter."""
    reply = record(
        id=TEXT,
        model=TEXT,
        kind={"anyOf": [ref("Cat"), ref("Dog"), {"type": "null"}], "default": None},
        choices={"type": "array", "items": record(reason={"enum": ["stop", "length"]})},
    )
    schemas = {
        "Reply": reply | {"required": ["id", "choices"]},
        "Cat": record(type={"enum": ["cat"]}, lives={"type": "integer", "default": 9}),
        "Dog": record(type={"enum": ["dog"]}, tricks={"type": "array", "items": TEXT}),
        "CreateChatCompletionStreamResponse": record(delta=TEXT),
    }
    parameters = [
        {"name": "metadata", "in": "query", "schema": {"type": "object", "additionalProperties": TEXT}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 20}},
    ]
    answers = {"responses": {"200": {"description": "A reply.", "content": json_content(ref("Reply"))}}}
    body = {"required": True, "content": json_content(ref("Reply"))}
    return document(
        schemas, {CHAT: {"get": answers | {"parameters": parameters}, "post": answers | {"requestBody": body}}}
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Prepared]:
    """Return a pin's file, the package that was built from it, and the prepared document."""
    folder = tmp_path_factory.mktemp("made")
    spec = folder / "openapi.json"
    spec.write_text(json.dumps(pin()), encoding="utf-8")
    return spec, folder / "rivers_api", generate.build(spec, folder / "rivers_api")


@pytest.fixture
def package(made: tuple[Path, Path, Prepared], tmp_path: Path) -> Path:
    """Return a copy of the built package, to spoil."""
    return Path(shutil.copytree(made[1], tmp_path / "place" / "rivers_api"))


@pytest.fixture
def built_before(made: tuple[Path, Path, Prepared], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run take the package that was built before: what becomes of it is the matter of the test."""

    def build(_: Path, output: Path) -> Prepared:
        shutil.copytree(made[1], output)
        return made[2]

    monkeypatch.setattr(generate, "build", build)


def run(spec: Path, output: Path, *flags: str) -> int:
    return generate.main([*flags, "--spec", str(spec), "--output", str(output)])


def test_generating_replaces_the_whole_folder(
    made: tuple[Path, Path, Prepared], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package is as built, whatever was there before, nothing is left beside it, and made-up names are reported."""
    output = tmp_path / "place" / "rivers_api"
    output.mkdir(parents=True)
    (output / "stale.py").write_text("", encoding="utf-8")
    assert run(made[0], output) == 0
    assert differences(made[1], output) == []
    assert [path.name for path in output.parent.iterdir()] == ["rivers_api"]
    assert (output / "py.typed").read_bytes() == b""
    assert "Reply.choices[]: called ReplyChoice; give it a name in scripts/names.yaml" in capsys.readouterr().err


def test_an_unchanged_package_passes_the_check(
    made: tuple[Path, Path, Prepared], package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run gives the same bytes; Python's caches do not count."""
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "client.cpython-311.pyc").write_bytes(b"")
    assert run(made[0], package, "--check") == 0
    assert "is what openapi.json gives" in capsys.readouterr().out


@pytest.mark.usefixtures("built_before")
def test_the_check_lists_every_difference_and_changes_nothing(
    made: tuple[Path, Path, Prepared], package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check lists every file that is missing, stale or different, and changes nothing."""
    (package / "models" / "cat.py").unlink()
    (package / "models" / "by_hand.py").write_text("", encoding="utf-8")
    (package / "client.py").write_text("# edited\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}
    assert run(made[0], package, "--check") == 1
    told = capsys.readouterr().err
    assert told.splitlines()[1:] == ["  differs: client.py", "  stale: models/by_hand.py", "  missing: models/cat.py"]
    assert "run make generate" in told
    assert before == {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("built_before")
def test_a_missing_package_differs(made: tuple[Path, Path, Prepared], tmp_path: Path) -> None:
    """The check fails if there is no package at all."""
    assert run(made[0], tmp_path / "none", "--check") == 1
    assert not (tmp_path / "none").exists()


def test_no_default_of_the_spec_is_in_the_code(made: tuple[Path, Path, Prepared]) -> None:
    """No default value of the pin appears in the code, so that a parameter that the caller leaves out is not sent."""
    text = (made[1] / "api/chat/list_chat_completions.py").read_text() + (made[1] / "models/cat.py").read_text()
    assert "limit: int | Unset = UNSET" in text
    assert "20" not in text.replace("200", "")
    assert "lives: int | None = None" in text


def no_version(_name: str) -> str:
    raise PackageNotFoundError


def dropping(prepared: Prepared) -> Prepared:
    """Return a document from which the generator drops an endpoint, with a warning."""
    prepared.document["paths"][CHAT]["post"]["parameters"] = [{"name": "p", "in": "query", "schema": {"type": "array"}}]
    return prepared


def colliding(prepared: Prepared) -> Prepared:
    """Return a document from which the generator drops a model, with a warning."""
    prepared.document["components"]["schemas"]["reply"] = record(a=TEXT)
    return prepared


SPOILED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "the generator drops an endpoint": (lambda patch: _spoil(patch, dropping), "Endpoint will not be generated"),
    "the generator drops a model": (lambda patch: _spoil(patch, colliding), "duplicate models"),
    "a version is another": (lambda patch: patch.setattr(generate, "version", lambda _: "0.1"), "0.1 is installed"),
    "a tool is not installed": (lambda patch: patch.setattr(generate, "version", no_version), "none is installed"),
}  # fmt: skip


def _spoil(patch: pytest.MonkeyPatch, change: Callable[[Prepared], Prepared]) -> None:
    patch.setattr(generate, "prepare_named", lambda *given: change(prepare_named(*given)))


@pytest.mark.parametrize("what", list(SPOILED))
def test_a_failure_is_one_line_and_leaves_the_package(
    what: str,
    made: tuple[Path, Path, Prepared],
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every failure is reported in one line, the exit code is 1, and the package is as it was."""
    spoil, message = SPOILED[what]
    spoil(monkeypatch)
    assert run(made[0], package) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("make generate: ")
    assert message in told[0]
    assert differences(made[1], package) == []
    assert [path.name for path in package.parent.iterdir()] == ["rivers_api"]


def test_a_template_that_fails_is_one_line(
    made: tuple[Path, Path, Prepared],
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A crash of the generator is reported with its reason, not with its traceback."""
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "model.py.jinja").write_text("{{ model.nothing.at_all }}", encoding="utf-8")
    monkeypatch.setattr(generate, "_TEMPLATES", templates)
    assert run(made[0], package) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "the generator refused: jinja2.exceptions.UndefinedError" in told
    assert differences(made[1], package) == []


@pytest.mark.parametrize("missing", ["ruff", "openapi-python-client"])
def test_a_missing_tool_is_named(missing: str, made: tuple[Path, Path, Prepared], tmp_path: Path) -> None:
    """Nothing is generated without ruff, because the output would be unformatted."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in {"ruff", "openapi-python-client"} - {missing}:
        (tools / tool).symlink_to(Path(sys.executable).parent / tool)
    with pytest.raises(DocumentError, match=f"^{missing} is not in bin/"):
        generate.build(made[0], tmp_path / "rivers_api", tools)


@pytest.mark.parametrize("content", [None, b"", b"{", b"<html>", b"openapi: 3.1.0\npaths: {/a: {get: 3"])
def test_an_unreadable_pin_is_one_line(
    content: bytes | None,
    package: Path,
    made: tuple[Path, Path, Prepared],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pin that is missing or broken is reported in one line, and nothing changes."""
    spec = tmp_path / "openapi.yaml"
    if content is not None:
        spec.write_bytes(content)
    assert run(spec, package) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "openapi.yaml" in told
    assert differences(made[1], package) == []


def test_a_swap_that_fails_is_rolled_back(
    made: tuple[Path, Path, Prepared], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the new folder cannot be moved in, the old one comes back."""
    (package / "old.py").write_text("", encoding="utf-8")
    rename = Path.rename

    def refuse_new(self: Path, target: Path) -> Path:
        if self.name == ".rivers_api.new":
            raise OSError("disk is full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(DocumentError, match="cannot write rivers_api: disk is full"):
        Swap(package.parent / "openapi.yaml").replace(package=package, by=made[1])
    assert (package / "old.py").is_file()
    assert [path.name for path in package.parent.iterdir()] == ["rivers_api"]


def append(path: str, text: str) -> Callable[[Path], None]:
    def spoil(package: Path) -> None:
        with (package / path).open("a", encoding="utf-8") as file:
            file.write(text)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda package: (package / "api/chat/create_chat_completion.py").unlink(), "dropped POST /chat/completions"),
        (lambda package: (package / "models/cat.py").unlink(), "dropped the model Cat"),
        (append("models/dog.py", "\ndef f():\n    from ..models.gone import Gone\n"), r"dog\.py.*models\.gone: Gone"),
        (append("models/dog.py", "\ndef f():\n    from ..models.cat import Gone\n"), r"dog\.py.*models\.cat: Gone"),
        (append("models/dog.py", "\nif TYPE_CHECKING:\n    from .gone import Gone\n"), r"dog\.py.*\.gone: Gone"),
        (append("models/dog.py", "\ndef f():\n    from ..... import models\n"), r"dog\.py.*: models"),
        (append("models/dog.py", "\nfrom .. import models\n\ndef f():\n    return models.Gone\n"), r"dog\.py.*s\.Gone"),
        (append("errors.py", "\ndef f():\n    import no_such_module_at_all\n"), "errors.py.*no_such_module_at_all"),
        (append("errors.py", "\ndef f():\n    from no_such_module_at_all import x\n"), "errors.py.*no_such_module"),
        (append("errors.py", "\nx = (\n"), "errors.py does not compile"),
        (append("errors.py", '\nx = "\\d"\n'), "errors.py does not compile"),
        (append("errors.py", "\nraise KeyError('now')\n"), "cannot be imported: KeyError: 'now'"),
        (append("errors.py", "\n__all__ = ['gone']\n"), "cannot be imported: AttributeError"),
    ],
)  # fmt: skip
def test_output_that_is_not_whole_is_refused(
    spoil: Callable[[Path], object], message: str, package: Path, made: tuple[Path, Path, Prepared]
) -> None:
    """A dropped operation or model, an import that leads nowhere, lazy ones included, and broken code are all found."""
    spoil(package)
    with pytest.raises(DocumentError, match=message):
        check_emitted(package, made[2].document)
