"""Rules for broken pins: preparing gives a document that the generator accepts completely, or one clear refusal."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.document import DocumentError, load
from scripts.naming import load_names
from scripts.prepare_spec import prepare_named

pytestmark = pytest.mark.mutation
SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
METADATA = {"$ref": "#/components/schemas/Metadata"}
DAMAGE: dict[str, list[Any]] = {
    "type": ["int64", "map", "no such type", ["string", "null"], ["integer", "string"], [], None, {}],
    "nullable": [True, False, "yes"],
    "enum": [[], [None], ["a"], ["a", "a"], ["a", None], ["a", 1], [1.5, 2.5], [True], ["b", "a-b", "a_b"], [{}], "a"],
    "const": ["a", 1, 1.5, True, None, {}],
    "required": [None, True, [], ["gone"], ["id", "id"], [None]],
    "items": [None, True, {}, [{"type": "string"}], METADATA],
    "properties": [None, {}, {"a.b": {}, "a-b": {}}, {"class": {}, "self": {}, "to_dict": {}}, {"x\ny": {}, 'q"': {}}],
    "additionalProperties": [None, True, False, {}, {"type": "object"}, METADATA],
    "anyOf": [
        [],
        [{}],
        [METADATA],
        [{"type": "string"}, {"type": "null"}],
        [METADATA, {"properties": {"a": {}}}],
        None,
    ],
    "oneOf": [[METADATA], [{"enum": ["a", "b"]}, {"type": "string"}], [{"oneOf": [{"type": "null"}, METADATA]}]],
    "allOf": [[METADATA], [{"nullable": True}], [METADATA, {"type": "object", "properties": {"a": {}}}], [{}, {}]],
    "$ref": ["#/components/schemas/Metadata", "#/components/schemas/Gone", "#/info/title", "https://x.test/", 3],
    "title": ["Allowed tools", '"""', None],
    "default": [None, float("inf"), "outside", {}],
    "discriminator": [{}, {"propertyName": "type", "mapping": {"a": "Gone"}}, "type"],
    "patternProperties": [{}, {"^a": {"type": "string"}}],
    "description": ['"""\nimport os', None, 3, {}],
    "maximum": [float("inf"), "1"],
}
CHANGES = st.sampled_from([(key, value) for key, values in DAMAGE.items() for value in values])


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from schemas_in(child)


def problems(document: dict[str, Any]) -> list[str]:
    """Return the problems that the generator's own reader finds in a document."""
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    settings_file = ConfigFile.load_from_path(SCRIPTS / "codegen.yaml")
    config = Config.from_sources(settings_file, MetaType.NONE, "", "utf-8", False, None)
    read = GeneratorData.from_dict(json.loads(json.dumps(document, allow_nan=False)), config=config)
    if isinstance(read, GeneratorError):
        return [str(read)]
    of_endpoints = [error for found in read.endpoint_collections_by_tag.values() for error in found.parse_errors]
    return [f"{error.header} {error.detail}" for error in [*read.errors, *of_endpoints]]


@pytest.fixture(scope="module")
def pin() -> dict[str, Any]:
    return load(str(SCRIPTS.parent / "openapi.yaml"))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 10**6), CHANGES), min_size=1, max_size=6))
def test_damage_is_repaired_or_refused(pin: dict[str, Any], changes: list[tuple[int, tuple[str, Any]]]) -> None:
    """No damage to a schema makes an operation or a model disappear without a message."""
    damaged = copy.deepcopy(pin)
    for place, (key, value) in changes:
        nodes = list(schemas_in(damaged["components"]["schemas"]))[1:]
        nodes[place % len(nodes)][key] = copy.deepcopy(value)
    try:
        prepared = prepare_named(damaged, load_names())
    except DocumentError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert problems(prepared.document) == []
        assert len(prepared.document["paths"]) == len(pin["paths"])
    assert refusal.isprintable()
    assert "no longer suffices" not in refusal
