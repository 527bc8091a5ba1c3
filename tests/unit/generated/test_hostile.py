import builtins
import json
from pathlib import Path
from typing import Any, Literal, get_args

import attrs
import pytest

from tests.unit.generated.conftest import Emit

CODE = "__import__('builtins').__dict__.update(pwned=1)"
HOSTILE = [
    'a"b',
    "a'b",
    "a\\b",
    "a\\",
    'a\\"b',
    '"""',
    "'''",
    'a"""\n' + CODE + '\n"""',
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "a\tb",
    "a\x00b",
    "a\x1bb",
    "a\x85b",
    "a\u2028b\u2029c",
    "a\u202eb",
    "a\U0001f600b",
    "{a}",
    "{{ a }}",
    "{% raw %}",
    "{" + CODE + "}",
    '"]; ' + CODE + '; ["',
    "'); " + CODE + " #",
    "%s %d %",
    "a b-c.d/e~f",
    "class",
    "None",
    "self",
    "cls",
    "value",
    "models",
    "from_dict",
    "to_dict",
    "additional_properties",
    "additional_keys",
    "_copy",
    "_new",
    "_read",
    "_show",
    "_write",
    "_private",
    "__init__",
    "__class__",
    "field",
    "define",
    "UNSET",
    "1st",
    "",
]


@pytest.fixture(scope="module")
def emitted(emit: Emit) -> Any:
    """Models that hold each hostile text as a name, a constant, a tag, a description and a query prefix."""
    schemas: dict[str, Any] = {"Hostile": {"type": "string", "enum": HOSTILE, "description": HOSTILE[7]}}
    for index, text in enumerate(HOSTILE):
        own: dict[str, Any] = {text: {"const": text, "description": text}}
        schemas[f"Required{index}"] = {"type": "object", "description": text, "properties": own, "required": [text]}
        schemas[f"Optional{index}"] = {"type": "object", "description": text * 30, "properties": own}
        schemas[f"Pair{index}"] = {"type": "object", "properties": {text: {"const": text + "!"}}, "required": [text]}
        schemas[f"Filter{index}"] = {"type": "object", "additionalProperties": {}, "x-query-prefix": text}
        refs = [{"$ref": f"#/components/schemas/{name}{index}"} for name in ("Required", "Pair")]
        union = {"type": "array", "items": {"anyOf": refs}, "description": text}
        schemas[f"Holder{index}"] = {"type": "object", "properties": {text: union}}
        fits = [{"$ref": f"#/components/schemas/{name}{index}"} for name in ("Optional", "Filter", "Pair")]
        schemas[f"Chooser{index}"] = {"type": "object", "properties": {text: {"anyOf": fits}}}
        schemas[f"Values{index}"] = {"type": "object", "additionalProperties": {"const": text}}
    return emit(schemas)


@pytest.mark.parametrize("index", range(len(HOSTILE)), ids=[ascii(text) for text in HOSTILE])
def test_text_stays_text(emitted: Any, index: int) -> None:
    """A name, constant, tag or prefix is the same text in the code, whatever characters it holds."""
    text = HOSTILE[index]
    for kind in ("Required", "Optional"):
        model = getattr(emitted, f"{kind}{index}")
        field = attrs.fields(model)[0]
        read = model.from_dict({text: text, "x": 1})
        assert getattr(read, field.name) == text
        assert read.to_dict() == {text: text, "x": 1}
        assert read == model.from_dict(read.to_dict())
        declared = field.type.removesuffix(" | Unset")
        assert get_args(eval(declared, {"Literal": Literal})) == (text,)  # noqa: S307 - the annotation under test
    holder = getattr(emitted, f"Holder{index}").from_dict({text: [{text: text}, {text: text + "!"}, {text: "?"}]})
    variants = getattr(holder, attrs.fields(type(holder))[0].name)
    assert [type(item).__name__ for item in variants] == [f"Required{index}", f"Pair{index}", "dict"]
    chooser = getattr(emitted, f"Chooser{index}").from_dict({text: {text: text + "?"}})
    assert type(getattr(chooser, attrs.fields(type(chooser))[0].name)).__name__ == f"Filter{index}"
    assert getattr(emitted, f"Values{index}").from_dict({text: text}) == {text: text}
    prefixed = getattr(emitted, f"Filter{index}").from_dict({text: text}).to_dict()
    assert prefixed == {f"{text}[{text}]": text}


def test_enum_values_stay_text(emitted: Any) -> None:
    """An enum lists exactly the values of the document, in one fixed order."""
    assert get_args(emitted.Hostile) == tuple(sorted(HOSTILE))


def test_nothing_runs(emitted: Any) -> None:
    """No text of the document runs when the code is imported or used, and none leaves its literal or docstring."""
    for name in emitted.__all__:
        getattr(emitted, name)
    assert not hasattr(builtins, "pwned")
    folder = Path(emitted.__file__).parent
    for path in folder.glob("*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    assert emitted.Required7.__doc__
    assert CODE in emitted.Required7.__doc__


def test_names_are_written_in_full(emitted: Any) -> None:
    """Sent as JSON, a hostile name arrives as the same name."""
    index = HOSTILE.index("a\u2028b\u2029c")
    sent = json.dumps(getattr(emitted, f"Required{index}").from_dict({HOSTILE[index]: 1}).to_dict())
    assert json.loads(sent) == {HOSTILE[index]: 1}
