"""Rules for giving a document our own words."""

import copy
from pathlib import Path
from typing import Any

import pytest

from scripts.document import DocumentError
from scripts.json_path import select, write
from scripts.overlay import apply, load_overlay
from scripts.words import coverage

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "API", "version": "1"},
    "tags": [{"name": "Chat"}],
    "paths": {
        "/chat/completions": {
            "get": {
                "parameters": [{"name": "limit", "in": "query"}, {"name": "o'clock", "in": "query"}, {"$ref": "#/p"}],
                "responses": {"200": {"description": ""}},
            }
        }
    },
    "components": {
        "schemas": {
            "A-1": {
                "type": "object",
                "properties": {
                    "type": {"enum": [{"description": "fact"}]},
                    "description": {"anyOf": [{"type": "string"}, {"$ref": "#/b"}]},
                    "list": {"items": {"properties": {"deep": {}}}},
                },
            }
        }
    },
}


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("$.info", ("info",)),
        ("$.tags[?(@.name == 'Chat')]", ("tags", 0)),
        ("$['tags'][0]", ("tags", 0)),
        ("$.tags[*]", ("tags", 0)),
        ("$.paths['/chat/completions'].get", ("paths", "/chat/completions", "get")),
        ("$.paths.*.get", ("paths", "/chat/completions", "get")),
        (
            "$.paths['/chat/completions'].get.parameters[?(@.name == 'limit')]",
            ("paths", "/chat/completions", "get", "parameters", 0),
        ),
        (
            """$.paths["/chat/completions"].get.parameters[?@.name=='o\\'clock']""",
            ("paths", "/chat/completions", "get", "parameters", 1),
        ),
        (
            "$.paths['/chat/completions'].get.responses['200']",
            ("paths", "/chat/completions", "get", "responses", "200"),
        ),
        ("$.components.schemas['A-1']", ("components", "schemas", "A-1")),
        ("$.components.schemas['A-1'].properties['type']", ("components", "schemas", "A-1", "properties", "type")),
        (
            "$.components.schemas['A-1'].properties.description.anyOf[1]",
            ("components", "schemas", "A-1", "properties", "description", "anyOf", 1),
        ),
        (
            "$.components.schemas['A-1'].properties.list.items.properties.deep",
            ("components", "schemas", "A-1", "properties", "list", "items", "properties", "deep"),
        ),
    ],
)
def test_targets(target: str, keys: tuple[str | int, ...]) -> None:
    """Words are added where the target points, and nowhere else."""
    worded, stale = apply(DOCUMENT, [(target, {"description": "Ours."})])
    node: Any = worded
    for key in keys:
        node = node[key]
    assert node.pop("description") == "Ours."
    expected: Any = copy.deepcopy(DOCUMENT)
    if "200" in keys:
        expected["paths"]["/chat/completions"]["get"]["responses"]["200"] = {}
    assert worded == expected
    assert stale == []


@pytest.mark.parametrize(
    "target",
    [
        "info",
        "$..description",
        "$.tags[-1]",
        "$.tags[0:1]",
        "$.tags[?@.x > 1]",
        "$.tags[",
        "$info",
        "",
        "$.a-b",
        "$.a ",
        "$.tags[?(@.name == 'Chat']",
        "$.tags[?@.name == 'Chat')]",
        pytest.param(f"$.tags[{'9' * 5000}]", id="digits"),
        pytest.param(f"$.tags[?{' ' * 100_000}]", id="blanks"),
        "$.tags[\u0660]",
        "$.tags[\u00a00]",
        "$['ta\tgs']",
        r"$['\t\a\g\s']",
        r"$['\"']",
        r"""$["\'"]""",
        r"$['\u0']",
    ],
)
def test_bad_targets(target: str) -> None:
    """A path beyond the supported part of JSONPath is refused, and the part that is not understood is shown."""
    with pytest.raises(DocumentError, match="is not understood from") as caught:
        apply(DOCUMENT, [(target, {"description": "Ours."})])
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", [r"'a\nb'", r'"a\nb"', r"'a\u000ab'", r'"a\u000Ab"'])
def test_escapes(name: str) -> None:
    """An escape in a name or a value has the meaning that JSON gives it."""
    document = {"a\nb": [{"name": "a\nb"}, {"name": "anb"}], "anb": 1}
    assert [match.node for match in select(document, f"$[{name}][?@.name == {name}]")] == [{"name": "a\nb"}]


def test_stale_targets() -> None:
    """Targets that the document does not have are listed once, even inside an update, and the rest is applied."""
    update = {"description": "Ours.", "properties": {"gone": {"description": "Ours."}}}
    actions = [("$.components.schemas.Gone", update), ("$.tags[7]", update), ("$.components.schemas['A-1']", update)]
    worded, stale = apply(DOCUMENT, [*actions, *actions])
    assert stale == ["$.components.schemas.Gone", "$.tags[7]", "$.components.schemas['A-1'].properties.gone"]
    assert worded["components"]["schemas"]["A-1"]["description"] == "Ours."
    assert "gone" not in worded["components"]["schemas"]["A-1"]["properties"]


@pytest.mark.parametrize("odd", [True, None, "text", [], [{"type": "string"}]])
def test_unexpected_shapes(odd: Any) -> None:
    """Words for a part that has an unexpected shape in another revision are stale, not an error."""
    document = {"components": {"schemas": {"A": {"properties": {"a": odd}}}}}
    update = {"properties": {"a": {"description": "Ours."}}}
    target = "$.components.schemas.A.properties.a"
    worded, stale = apply(document, [(target, update["properties"]["a"]), ("$.components.schemas.A", update)])
    assert worded == document
    assert stale == [target]


def test_merge() -> None:
    """An update reaches the parts inside its target; a later action takes precedence over an earlier one."""
    target = "$.paths['/chat/completions'].get"
    first = {"summary": "List", "description": "One.", "responses": {"200": {"description": "Page."}}}
    worded, _ = apply(DOCUMENT, [(target, first), (target, {"description": "  Two.\n"})])
    operation = worded["paths"]["/chat/completions"]["get"]
    assert (operation["summary"], operation["description"]) == ("List", "Two.")
    assert operation["responses"] == {"200": {"description": "Page."}}


@pytest.mark.parametrize(
    ("target", "update"),
    [
        ("$.components.schemas['A-1']", {"type": "array"}),
        ("$.components.schemas['A-1']", {"title": "Words"}),
        ("$.components.schemas['A-1']", {"summary": "Words"}),
        ("$.components.schemas['A-1']", {"required": ["type"]}),
        ("$.components.schemas['A-1']", {"description": "Words", "x-words": "Words"}),
        ("$.components.schemas['A-1'].properties", {"description": "Words"}),
        ("$.components.schemas['A-1'].properties.description", {"anyOf": [{"description": "Words"}]}),
        ("$.components.schemas['A-1'].properties.type", {"enum": {"description": "Words"}}),
        ("$.components.schemas['A-1'].properties.type.enum[0]", {"description": "Words"}),
        ("$.info", {"version": "2"}),
        ("$.tags", {"description": "Words"}),
        ("$.openapi", {"description": "Words"}),
        ("$", {"openapi": "3.0.0"}),
        ("$", {"description": "Words"}),
    ],
)
def test_facts_are_safe(target: str, update: dict[str, Any]) -> None:
    """An update that would change anything but words is refused."""
    with pytest.raises(DocumentError, match="would change a fact"):
        apply(DOCUMENT, [(target, update)])


@pytest.mark.parametrize("words", [None, 1, "", " ", ["a"], {"a": "b"}])
def test_words_are_text(words: Any) -> None:
    """A description that is not text is refused."""
    with pytest.raises(DocumentError, match="description is not text"):
        apply(DOCUMENT, [("$.info", {"description": words})])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not an OpenAPI Overlay"),
        ("actions: []", "is not an OpenAPI Overlay"),
        ("overlay: 2.0.0", "is not an OpenAPI Overlay"),
        ("overlay: 1.0.0", "has no list of actions"),
        ("overlay: 1.0.0\nactions: []", "has no list of actions"),
        ("overlay: 1.0.0\nactions: [a]", "action 1: there is no target"),
        ("overlay: 1.0.0\nactions: [{update: {}}]", "action 1: there is no target"),
        ("overlay: 1.0.0\nactions: [{target: $.a}]", r'action 1, "\$.a": update is not a mapping'),
        ("overlay: 1.0.0\nactions: [{target: $.a, remove: true}]", '"remove" is not allowed'),
        ("overlay: 1.0.0\nactions: [", "is not valid YAML"),
    ],
)
def test_bad_overlay(tmp_path: Path, text: str, message: str) -> None:
    """A file that is not an overlay, or an action that is not an update, is refused in one line that names it."""
    path = tmp_path / "overlay.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=message) as caught:
        load_overlay(str(path))
    assert "overlay.yaml" in str(caught.value)


def test_no_overlay(tmp_path: Path) -> None:
    """The error for a missing overlay names its file."""
    with pytest.raises(DocumentError, match=r'there is no file ".*words.yaml"'):
        load_overlay(str(tmp_path / "words.yaml"))


def test_coverage() -> None:
    """Each part without words is listed with the overlay target that would add some."""
    worded, _ = apply(DOCUMENT, [("$.components.schemas['A-1'].properties.list", {"description": "Ours."})])
    found = coverage(worded)
    assert found.total == 8
    assert found.missing == [
        "$.paths['/chat/completions'].get",
        "$.paths['/chat/completions'].get.parameters[?(@.name == 'limit')]",
        "$.paths['/chat/completions'].get.parameters[?(@.name == 'o\\'clock')]",
        "$.components.schemas['A-1']",
        "$.components.schemas['A-1'].properties.type",
        "$.components.schemas['A-1'].properties.description",
        "$.components.schemas['A-1'].properties.list.items.properties.deep",
    ]
    complete, stale = apply(worded, [(target, {"description": "Ours."}) for target in found.missing])
    assert stale == []
    assert coverage(complete).missing == []


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a", "$.a"),
        ("a-b", "$['a-b']"),
        ("it's", r"$['it\'s']"),
        ("\\", r"$['\\']"),
        ("", "$['']"),
        ("ä", "$['ä']"),
        ("1", "$['1']"),
        ('a"b', """$['a"b']"""),
        ("\\\"\\'", r"""$['\\"\\\'']"""),
        ("a]b", "$['a]b']"),
        ("\\n", r"$['\\n']"),
        ("a\nb", r"$['a\nb']"),
        ("\x1b[31m", r"$['\u001b[31m']"),
    ],
)
def test_written_paths_are_read(key: str, path: str) -> None:
    """A path written for any name is one line without control characters, and selects that name again."""
    assert write((key,)) == path
    assert [match.node for match in select({key: [1, {"found": 2}]}, write((key, 1)))] == [{"found": 2}]
