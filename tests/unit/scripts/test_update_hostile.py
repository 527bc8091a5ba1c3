"""Rules for hostile or unusable documents: no code runs, memory is bounded, one line is printed, nothing changes."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import source, spec_diff
from scripts.document import dump
from tests.unit.scripts import test_document
from tests.unit.scripts.test_diff import base, request, schemas
from tests.unit.scripts.test_document import BOMB, Pages, Site
from tests.unit.scripts.test_update import Place

PYTHON = "openapi: 3.1.0\nx: !!python/object/apply:os.mkdir [{mark}]\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "checkout")


def edited(change: Callable[[dict[str, Any]], Any]) -> str:
    document = base()
    change(document)
    return dump(document)


def put(name: str, schema: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda document: request(document).update({name: schema})


def _name_a_schema(document: dict[str, Any]) -> None:
    schemas(document)['A"\n__import__("os")'] = {"type": "string"}
    request(document)["a"] = {"$ref": '#/components/schemas/A"\n__import__("os")'}


def _name_a_parameter(document: dict[str, Any]) -> None:
    found = document["paths"]["/chat/completions"]["get"]["parameters"]
    found.append({"name": "a\r\nX-Evil: 1", "in": "query", "schema": {"type": "string"}})


REFUSED = {
    "empty": ("", "is empty"),
    "a page": ("<html><body>Sign in</body></html>", "is an HTML or XML page"),
    "a bomb": (BOMB, "more than 2,000,000 nodes"),
    "code": (PYTHON, "python/object/apply:os.mkdir"),
    "another file": (edited(put("a", {"$ref": "/etc/passwd#/a"})), "leaves the document"),
    "another host": (edited(put("a", {"$ref": "https://example.com/a.yaml#/a"})), "leaves the document"),
    "itself": (edited(lambda d: schemas(d).update(Effort={"$ref": "#/components/schemas/Effort"})), "circular $ref"),
    "a schema named like code": (edited(_name_a_schema), "is not allowed by OpenAPI"),
    "a parameter named like a header": (edited(_name_a_parameter), "cannot be sent as they are"),
    "no operation": (edited(lambda d: d.update(paths={})), "has no chat operation"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_document_is_refused(
    what: str, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hostile document gives one line and exit code 1; no code runs, and pin and package are as they were."""
    text, message = REFUSED[what]
    upstream, mark = tmp_path / "upstream.yaml", tmp_path / "mark"
    upstream.write_text(text.replace("{mark}", str(mark)), encoding="utf-8")
    assert place.run(upstream) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("make update: ")
    assert message in err
    assert err[:-1].isprintable()
    assert place.bytes() == place.before
    assert not mark.exists()


def test_a_document_of_50_megabytes(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document of 50 megabytes is refused before it is read completely."""
    upstream = tmp_path / "upstream.yaml"
    with upstream.open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    try:
        assert place.run(upstream) == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "is larger than 32 MiB" in capsys.readouterr().err
    assert peak < 2 * source.MAX_BYTES
    assert place.bytes() == place.before


site = test_document.site


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/page", "is an HTML page"),
        ("/moved", "is an HTML page"),
        ("/loop", "redirects"),
        ("/gone", "answered 404"),
        ("/cut", "cannot fetch"),
        ("/large", "is larger than 1 MiB"),
    ],
)
def test_a_url_that_gives_no_document(
    site: Site,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    message: str,
) -> None:
    """A page, a redirect to one, an error, half a document or too large a one gives one line and changes nothing."""
    monkeypatch.setattr(source, "MAX_BYTES", 2**20)
    assert place.run(f"{site.url}{path}") == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert place.bytes() == place.before
    assert spec_diff.main(["--", f"{site.url}{path}"]) == 3


def test_a_url_that_times_out(
    site: Site, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that sends nothing is given up, and nothing changes."""
    monkeypatch.setattr(source, "_TIMEOUT", 0.001)
    monkeypatch.setattr(Pages, "do_GET", lambda self: self.connection.recv(1))
    assert place.run(f"{site.url}/openapi.yaml") == 1
    assert "timed out" in capsys.readouterr().err
    assert place.bytes() == place.before


def test_hostile_words_come_through_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text of a document in the differ and the report stays on its line and has no control characters."""
    name = '"""\n\x1b[31m__import__("os").abort()'
    text = edited(put(name, {"type": "string", "enum": [name, "b"], "default": name}))
    (tmp_path / "old.yaml").write_text(dump(base()), encoding="utf-8")
    (tmp_path / "new.yaml").write_text(text, encoding="utf-8")
    lines: list[str] = []
    monkeypatch.setattr("builtins.print", lambda *texts, **_: lines.extend(map(str, texts)))
    for style in spec_diff.FORMATS:
        arguments = ["--format", style, "--base", str(tmp_path / "old.yaml"), "--", str(tmp_path / "new.yaml")]
        assert spec_diff.main(arguments) == 1
    assert all(line.isprintable() for text in lines for line in text.split("\n"))
