"""Rules of `make spec`, the command that pins an upstream document."""

import hashlib
from pathlib import Path

import pytest
import yaml

from scripts.document import DocumentError
from scripts.operations import UNTAKEN
from scripts.pin_spec import main, pin
from scripts.receipt import RULES, make_receipt
from scripts.swap import Swap

UPSTREAM = """\
openapi: 3.1.0
info: {title: API, version: 1.0.0, description: Upstream says so.}
paths:
  /chat/completions:
    post: &create
      operationId: create
      summary: Upstream says so.
      responses:
        200:
          description: Upstream says so.
          content: {application/json: {schema: {$ref: '#/components/schemas/Reply'}}}
    get: *create
  /chat/completions/{completion_id}: &one
    get: *create
    post: *create
    delete: *create
  /chat/completions/{completion_id}/messages: &one
    get: *create
components:
  schemas:
    Reply:
      type: object
      properties:
        tier: {type: string, enum: [on, 24h, 2024-01-01], nullable: true, title: Upstream says so.}
        next: {$ref: '#/components/schemas/Reply'}
    CreateChatCompletionStreamResponse: {type: object}
"""
OVERLAY = """\
overlay: 1.0.0
info: {title: Words, version: 1.0.0}
actions:
  - {target: $.components.schemas.Reply, update: {description: Ours.}}
  - {target: $.components.schemas.Gone, update: {description: Ours.}}
"""
ANOTHER = "/chat/completions/{completion_id}/cancel: {post: *create}\n  "
OLD = b"the pin as it was\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "openapi-2030-01-02-abc1234.yaml").write_text(UPSTREAM, encoding="utf-8")
    (tmp_path / "overlay.yaml").write_text(OVERLAY, encoding="utf-8")
    (tmp_path / "openapi.yaml").write_bytes(OLD)
    return tmp_path


def run(folder: Path, upstream: str = "openapi-2030-01-02-abc1234.yaml", *options: str) -> int:
    output = ["--output", str(folder / "openapi.yaml"), "--overlay", str(folder / "overlay.yaml")]
    return main([str(folder / upstream) if upstream else "", *output, *options])


def test_pin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pin holds every fact of upstream, our words, none of upstream's prose, and the receipt of its source."""
    assert run(folder) == 0
    text = (folder / "openapi.yaml").read_text(encoding="utf-8")
    assert "Upstream says so" not in text
    found = yaml.safe_load(text)
    assert list(found)[:2] == ["openapi", "x-receipt"]
    assert found["x-receipt"] == {
        "source": "openapi-2030-01-02-abc1234.yaml",
        "revision": "abc1234",
        "date": "2030-01-02",
        "sha256": hashlib.sha256(UPSTREAM.encode()).hexdigest(),
        "rules": RULES,
    }
    assert found["components"]["schemas"]["Reply"] == {
        "description": "Ours.",
        "type": "object",
        "properties": {
            "tier": {"type": "string", "enum": ["on", "24h", "2024-01-01"], "nullable": True},
            "next": {"$ref": "#/components/schemas/Reply"},
        },
    }
    out, err = capsys.readouterr()
    assert "6 operations and 2 schemas" in out
    assert "1 of 10 parts have words" in out
    assert "overlay target matches nothing: $.components.schemas.Gone\n" in err
    assert "no words yet: $.components.schemas.Reply.properties.tier\n" in err


def test_same_bytes(folder: Path) -> None:
    """The same input gives the same bytes."""
    assert run(folder) == 0
    first = (folder / "openapi.yaml").read_bytes()
    assert run(folder) == 0
    assert (folder / "openapi.yaml").read_bytes() == first


def test_older_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document older than stored completions and chunks is pinned, and the parts that it lacks are listed."""
    old = "openapi: 3.0.0\ninfo: {title: API, version: '1'}\npaths: {/chat/completions: {post: {responses: {}}}}\n"
    (folder / "old.yaml").write_text(old, encoding="utf-8")
    assert run(folder, "old.yaml", "--revision", "v1", "--date", "2020-02-29") == 0
    err = capsys.readouterr().err
    assert "upstream has no GET /chat/completions\n" in err
    assert "upstream has no DELETE /chat/completions/{completion_id}\n" in err
    assert "upstream does not describe a stream's chunks" in err
    receipt = yaml.safe_load((folder / "openapi.yaml").read_text(encoding="utf-8"))["x-receipt"]
    assert (receipt["revision"], receipt["date"]) == ("v1", "2020-02-29")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (UPSTREAM[:300], "is not valid YAML"),
        (UPSTREAM[: UPSTREAM.index("components:\n")], "dangling $ref"),
        ("hello", "is not an OpenAPI document"),
        ("openapi: 3.1.0\npaths: {/files: {get: {}}}\n", "has no chat operation"),
        (
            UPSTREAM.replace("schemas/Reply'}\n    Cr", "schemas/Nope'}\n    Cr"),
            'dangling $ref "#/components/schemas/Nope"',
        ),
        (
            UPSTREAM.replace(
                "type: object\n      properties:", "allOf: [{$ref: '#/components/schemas/Reply'}]\n      properties:"
            ),
            "circular $ref",
        ),
        (UPSTREAM.replace("'#/components/schemas/Reply'", "'http://127.0.0.1/a.yaml'"), "leaves the document"),
        (UPSTREAM.replace("type: object", "type: !!python/object/apply:os.system [touch hacked]"), "python/object"),
        ("<html><body>Not found</body></html>", "is an HTML or XML page"),
    ],
)
def test_bad_input(folder: Path, capsys: pytest.CaptureFixture[str], text: str, message: str) -> None:
    """A document that cannot be pinned gives one line on stderr and exit code 1; nothing in the folder changes."""
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run(folder, "bad.yaml") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith('make spec: "bad.yaml"')
    assert message in err
    assert err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("upstream", "options", "message"),
    [
        ("", (), "give the document to pin: make spec UPSTREAM=<path or URL>"),
        ("gone.yaml", (), "there is no file"),
        ("openapi-2030-01-02-abc1234.yaml", ("--date", "yesterday"), 'the date "yesterday" is not a day'),
        ("openapi-2030-01-02-abc1234.yaml", ("--date", "20300102"), "is not a day"),
        ("openapi-2030-01-02-abc1234.yaml", ("--revision", "a\nb"), "the revision 'a\\nb' may hold only"),
        ("openapi-2030-01-02-abc1234.yaml", ("--overlay", "gone.yaml"), 'there is no file "gone.yaml"'),
    ],
)
def test_bad_arguments(
    folder: Path, capsys: pytest.CaptureFixture[str], upstream: str, options: tuple[str, ...], message: str
) -> None:
    """An argument that cannot be used gives one line that names it, and the pin stays as it was."""
    assert run(folder, upstream, *options) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert (folder / "openapi.yaml").read_bytes() == OLD


def test_unwritable_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not there gives an error line, not a traceback."""
    assert run(folder, "openapi-2030-01-02-abc1234.yaml", "--output", str(folder / "gone" / "openapi.yaml")) == 1
    err = capsys.readouterr().err
    assert "cannot open the folder of" in err
    assert err.count("\n") == 1


def test_interrupted_write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails half-way leaves the old file and nothing beside it."""
    before = sorted(folder.iterdir())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DocumentError, match=r"cannot write openapi\.yaml: No space left"):
        Swap(folder / "openapi.yaml").replace(pin="text")
    assert sorted(folder.iterdir()) == before
    assert (folder / "openapi.yaml").read_bytes() == OLD


@pytest.mark.parametrize(
    ("source", "name", "revision", "day"),
    [
        ("/home/someone/openapi-2026-08-21-f85dbe2.yaml", "openapi-2026-08-21-f85dbe2.yaml", "f85dbe2", "2026-08-21"),
        ("openapi.yaml", "openapi.yaml", None, None),
        ("defaced-20260821-2026-99-99.yaml", "defaced-20260821-2026-99-99.yaml", None, None),
        (
            "https://user:key@example.com/o/r/498c71ddf6f1c45b983f972ccabca795da211a3e/openapi.yaml?token=key#a",
            "https://example.com/o/r/498c71ddf6f1c45b983f972ccabca795da211a3e/openapi.yaml",
            "498c71ddf6f1c45b983f972ccabca795da211a3e",
            None,
        ),
        ("https://abc1234.example.com/main/openapi.yaml", "https://abc1234.example.com/main/openapi.yaml", None, None),
    ],
)
def test_receipt(source: str, name: str, revision: str | None, day: str | None) -> None:
    """Revision and date come from the document's name if it shows them; nothing private is recorded."""
    receipt = make_receipt(source, b"")
    assert (receipt["source"], receipt["revision"], receipt["date"]) == (name, revision, day)


def test_shared_parts_are_written_out(folder: Path) -> None:
    """Parts that upstream shares through anchors are written out at each place."""
    document = pin(str(folder / "openapi-2030-01-02-abc1234.yaml"), str(folder / "overlay.yaml")).document
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len(operations) == 6
    assert len({id(operation) for operation in operations}) == 6


def test_deepest_document(folder: Path) -> None:
    """A document nested as deeply as allowed is pinned; no step runs out of stack."""
    schema = "{items: " * 180 + "{title: Upstream says so.}" + "}" * 180
    deep = UPSTREAM.replace("{type: object}", schema)
    (folder / "deep.yaml").write_text(deep, encoding="utf-8")
    assert run(folder, "deep.yaml") == 0
    pinned = (folder / "openapi.yaml").read_text(encoding="utf-8")
    assert pinned.count("items:") == 180


def test_what_leads_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name without a security scheme is told, and the document is pinned."""
    path = folder / "openapi-2030-01-02-abc1234.yaml"
    path.write_text(f"security: [{{Default: []}}]\n{UPSTREAM}", encoding="utf-8")
    assert run(folder) == 0
    told = 'the security scheme "Default" at "#/security" is not described: no call needs it\n'
    assert told in capsys.readouterr().err
    assert "  - Default: []\n" in (folder / "openapi.yaml").read_text(encoding="utf-8")


def test_operations_that_the_client_does_not_have(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Upstream's operations besides ours are reported and kept in the pin; without any the pin has no such key."""
    document = UPSTREAM.replace(
        "  /chat/completions/{completion_id}:", f"  {ANOTHER}/chat/completions/{{completion_id}}:"
    )
    (folder / "more.yaml").write_text(document, encoding="utf-8")
    assert run(folder, "more.yaml") == 0
    name = "POST /chat/completions/{completion_id}/cancel"
    assert f"upstream has {name}, for which the client has no call\n" in capsys.readouterr().err
    pinned = yaml.safe_load((folder / "openapi.yaml").read_bytes())
    assert pinned[UNTAKEN] == [name]
    assert len(pinned["paths"]) == 3
    assert run(folder) == 0
    assert UNTAKEN not in yaml.safe_load((folder / "openapi.yaml").read_bytes())
