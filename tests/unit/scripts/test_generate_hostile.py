"""Rules for hostile text in a pin: it becomes code that runs nothing and keeps its meaning."""

import ast
import importlib
import json
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scripts import generate
from tests.unit.scripts._documents import document, json_content, operation, record, ref

CHAT = "/chat/completions"
MARK = "__import__('os').abort()"
HOSTILE = [
    f'"""\n{MARK}\n"""',
    f"'''\n{MARK}\n'''",
    f'" + {MARK} + "',
    f"' + {MARK} + '",
    f"{{{MARK}}}",
    f"{{{{{MARK}}}}}",
    f"{{% raw %}}{{{{ {MARK} }}}}",
    f"\\\n{MARK}",
    "ends in a backslash\\",
    'ends in a quote"',
    '\\"""',
    "\\N{BULLET} \\x41 \\u0041 \\U00110000 \\777",
    f"# type: ignore\n{MARK}",
    f"null \x00 bell \x07 escape \x1b return \r{MARK}",
    f"lines \x85{MARK} \u2028{MARK} \u2029{MARK}",
    f"bidi \u202e{MARK}\u2066 \u200f",
    "%s %(a)s %r",
    "long " + "x\\" * 200,
    "*/ --> ]]> </script>",
]


def spoken(words: list[str]) -> dict[str, Any]:
    """Return a document with these words wherever text is allowed: as prose, values, constants, names and defaults."""
    fields = {
        f"f{number}{name}": {"type": "string", "description": name, "title": name, "default": name}
        for number, name in enumerate(words)
    }
    tags = {f"t{number}": {"type": "string", "enum": [name]} for number, name in enumerate(words)}
    schemas = {
        "Prose": record(**{f"p{number}": {"type": "string", "description": name} for number, name in enumerate(words)}),
        "Fields": record(**fields) | {"required": list(fields)[::2]},
        "Tags": record(**tags) | {"description": "\n".join(words), "title": words[0]},
        "Values": {"type": "string", "enum": words, "default": words[1], "description": words[2]},
        "Users": record(value=ref("Values"), maps={"type": "object", "additionalProperties": ref("Values")}),
        "Cat": record(kind={"const": words[0]}) | {"required": ["kind"]},
        "Dog": record(kind={"const": words[8]}) | {"required": ["kind"]},
        "Pet": {
            "oneOf": [ref("Cat"), ref("Dog")],
            "discriminator": {"propertyName": "kind", "mapping": {words[0]: "Cat"}},
        },
        "Owner": record(pet=ref("Pet")),
    }
    prose = {"summary": words[0], "description": "\n".join(words)}
    query = [
        {
            "name": f"q{n}",
            "in": "query",
            "description": name,
            "schema": {"type": "string", "enum": [name, "b"], "default": name},
        }
        for n, name in enumerate(words)
    ]
    answer = {"200": {"description": words[0], "content": json_content(ref("Owner"))}}
    paths = {CHAT: {"post": operation(**prose, parameters=query, responses=answer)}}
    return document(schemas, paths) | {"info": {"title": " ".join(words), "version": words[0], "description": words[1]}}


def benign(word: str) -> str:
    """Return harmless words that give the same identifiers."""
    return "".join(character for character in word if character.isidentifier() or character in "0123456789. _-")


def build(words: list[str], folder: Path, name: str) -> Path:
    spec = folder / f"{name}.json"
    spec.write_text(json.dumps(spoken(words)), encoding="utf-8")
    generate.build(spec, folder / name)
    return folder / name


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(HOSTILE, tmp_path_factory.mktemp("hostile"), "hostile_api")


@pytest.fixture(scope="module")
def models(hostile: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(hostile.parent)
        yield importlib.import_module("hostile_api.models")
        for name in [name for name in sys.modules if name.split(".")[0] == "hostile_api"]:
            del sys.modules[name]


def skeleton(file: Path) -> str:
    """Return the code of a module with every text blanked, and without the order that depends on the texts."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def test_hostile_words_add_no_code(hostile: Path, tmp_path: Path) -> None:
    """Apart from its texts, the code is the same as for a document with harmless words."""
    harmless = build([benign(word) + str(number) for number, word in enumerate(HOSTILE)], tmp_path, "harmless_api")
    files = {str(file.relative_to(harmless)) for file in harmless.rglob("*.py")}
    assert files == {str(file.relative_to(hostile)) for file in hostile.rglob("*.py")}
    for file in files - {"models/fields.py"}:
        assert skeleton(hostile / file) == skeleton(harmless / file), file


def test_hostile_words_stay_text(hostile: Path) -> None:
    """The mark in hostile words appears only in the texts of the code, never in its names."""
    for file in hostile.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert getattr(node, "id", None) != "__import__", file
            assert getattr(node, "attr", None) != "abort", file


def test_values_keep_their_meaning(models: ModuleType) -> None:
    """Each value of an enumeration and each constant is exactly the text of the pin."""
    assert set(typing.get_args(models.Values)) == set(HOSTILE)
    tags = typing.get_type_hints(models.Tags, vars(models) | vars(sys.modules[models.Tags.__module__]))
    for number, word in enumerate(HOSTILE):
        literal = next(one for one in typing.get_args(tags[f"t{number}"]) if typing.get_origin(one) is typing.Literal)
        assert typing.get_args(literal) == (word,)


def test_names_keep_their_meaning(models: ModuleType) -> None:
    """Each property is read from and written to its exact name."""
    wire = {f"f{number}{word}": str(number) for number, word in enumerate(HOSTILE)}
    read = models.Fields.from_dict(wire)
    assert read.to_dict() == wire
    assert read.additional_properties == {}


def test_tags_choose_their_class(models: ModuleType) -> None:
    """A hostile tag tells variants apart like any other."""
    for kind, wanted in ((HOSTILE[0], models.Cat), (HOSTILE[8], models.Dog)):
        owner = models.Owner.from_dict({"pet": {"kind": kind}})
        assert type(owner.pet) is wanted
        assert owner.to_dict() == {"pet": {"kind": kind}}


def test_words_can_still_be_read(models: ModuleType) -> None:
    """Descriptions are in the docstrings, without their control characters."""
    told = str(models.Tags.__doc__) + str(models.Values)
    for word in ("ends in a backslash", "%(a)s", "</script>", "{{% raw %}}"[1:-1]):
        assert word in told
