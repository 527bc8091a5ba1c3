"""What the service refuses beyond the spec: schemas that are not strict, calls without results, odd names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

from ._errors import ApiError, invalid
from ._text import content_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Problem = tuple[tuple[str, ...], str]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
_KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs"),
    *("definitions", "$schema", "title", "description", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "minItems", "maxItems"),
}
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
_MOST_PROPERTIES, _MOST_LEVELS, _MOST_VALUES, _MOST_CHARACTERS = 5_000, 10, 1_000, 120_000


def check_strictly(body: Mapping[str, Any]) -> None:
    """Raise for what the service refuses in a create request that is as the spec says."""
    if "messages" not in body:
        return
    _check_calls(body["messages"])
    _check_tools(body)
    layout = body.get("response_format") or {}
    if layout.get("type") == "json_object":
        texts = [content_text(message.get("content")) for message in body["messages"]]
        if not any("json" in text.casefold() for text in texts):
            problem = (
                "'messages' must contain the word 'json' in some form for a 'response_format' of type 'json_object'."
            )
            raise ApiError(problem, param="messages")
    asked = layout.get("json_schema") or {}
    if asked and not _NAME.fullmatch(asked["name"]):
        raise invalid("response_format.json_schema.name", _odd_name(asked["name"]))
    if asked.get("strict"):
        _check_schema(asked.get("schema", {}), "response_format", f"response_format '{asked['name']}'")


def _check_calls(messages: list[dict[str, Any]]) -> None:
    """Check that each call has its result right behind it, and each result its call."""
    waiting: dict[str, int] = {}
    answerable: set[str] = set()
    for place, message in enumerate([*messages, {"role": None}]):
        param = f"messages[{place}].tool_call_id"
        if message["role"] == "tool":
            name = message["tool_call_id"]
            if not answerable:
                problem = "a message of role 'tool' must follow an assistant message with 'tool_calls'"
                raise invalid(f"messages[{place}].role", problem)
            if name not in answerable:
                problem = f"'{name}' is the id of no call in the 'tool_calls' before it"
                raise invalid(param, problem)
            waiting.pop(name, None)
            continue
        if waiting:
            names = ", ".join(waiting)
            problem = (
                "an assistant message with 'tool_calls' must be followed by a tool message for each 'tool_call_id'"
            )
            raise invalid(f"messages[{min(waiting.values())}]", f"{problem}; there is none for {names}")
        waiting = {call["id"]: place for call in message.get("tool_calls") or ()}
        answerable = set(waiting)


def _check_tools(body: Mapping[str, Any]) -> None:
    seen = set()
    listed = [(f"tools[{n}].{tool['type']}", tool[tool["type"]]) for n, tool in enumerate(body.get("tools") or ())]
    listed += [(f"functions[{n}]", function) for n, function in enumerate(body.get("functions") or ())]
    for param, tool in listed:
        name = tool["name"]
        if not _NAME.fullmatch(name):
            raise invalid(f"{param}.name", _odd_name(name))
        if name in seen:
            raise invalid(f"{param}.name", f"another tool is called '{name}' too")
        seen.add(name)
        if tool.get("strict") and "parameters" in tool:
            _check_schema(tool["parameters"], f"{param}.parameters", f"function '{name}'")


def _odd_name(name: str) -> str:
    return f"'{name:.80}' is not made of 1 to 64 letters and digits of ASCII, '_' and '-'"


def _check_schema(schema: dict[str, Any], param: str, of: str) -> None:
    for path, problem in strict_problems(schema):
        code = "invalid_json_schema" if param == "response_format" else "invalid_function_parameters"
        raise ApiError(f"Invalid schema for {of}: In context={path}, {problem}.", param=param, code=code)


def strict_problems(schema: dict[str, Any]) -> Iterator[Problem]:
    """Iterate over what keeps a schema from being strict: a path in it, and the problem there."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield tuple(map(str, error.absolute_path)), f"this is no JSON Schema: {error.message:.200}"
        return
    if schema.get("type") != "object" or "anyOf" in schema:
        yield (), "the root must be an object, and no union"
    counts = {"properties": 0, "enum values": 0, "characters": 0}
    yield from _problems(schema, schema, (), 0, counts)
    limits = {"properties": _MOST_PROPERTIES, "enum values": _MOST_VALUES, "characters": _MOST_CHARACTERS}
    yield from (((), f"there are more than {most} {name}") for name, most in limits.items() if counts[name] > most)


def _problems(
    schema: Any, root: dict[str, Any], path: tuple[str, ...], level: int, counts: dict[str, int]
) -> Iterator[Problem]:
    if not isinstance(schema, dict):
        yield path, "true and false are no schemas here"
        return
    if "$ref" in schema:
        if siblings := sorted(schema.keys() - {"$ref"}):
            yield path, f"'$ref' cannot have the keywords {', '.join(siblings)} beside it"
        if not _leads_somewhere(schema["$ref"], root):
            yield path, f"the reference '{schema['$ref']}' leads nowhere"
        return
    for name in sorted(schema.keys() - _KEYWORDS):
        yield path, f"'{name}' is not permitted"
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if not (kinds or {"anyOf", "enum", "const"} & schema.keys()) or not all(kind in _TYPES for kind in kinds):
        yield path, "a schema must have a 'type' key, one of " + ", ".join(sorted(_TYPES))
    if "format" in schema and schema["format"] not in _FORMATS:
        yield path, f"the format '{schema['format']}' is not one of {', '.join(sorted(_FORMATS))}"
    if "array" in kinds and "items" not in schema:
        yield path, "an array needs 'items'"
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    counts["enum values"] += len(schema.get("enum", ()))
    counts["characters"] += sum(len(value) for value in values if isinstance(value, str))
    if "object" in kinds:
        level += 1
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            yield path, "'additionalProperties' is required to be supplied and to be false"
        if missing := [name for name in properties if name not in schema.get("required", ())]:
            problem = "'required' is required to be supplied and to be an array including every key in properties"
            yield path, f"{problem}; missing '{missing[0]}'"
        counts["properties"] += len(properties)
        if level > _MOST_LEVELS:
            yield path, f"objects are nested more than {_MOST_LEVELS} levels deep"
            return
    for keyword in ("properties", "$defs", "definitions"):
        for name, item in schema.get(keyword, {}).items():
            counts["characters"] += len(name)
            yield from _problems(item, root, (*path, keyword, name), 0 if "def" in keyword else level, counts)
    for n, item in enumerate(schema.get("anyOf", ())):
        yield from _problems(item, root, (*path, "anyOf", str(n)), level, counts)
    if "items" in schema:
        yield from _problems(schema["items"], root, (*path, "items"), level, counts)


def _leads_somewhere(reference: object, root: dict[str, Any]) -> bool:
    first, *steps = str(reference).split("/")
    place: Any = root if first == "#" else None
    for step in steps:
        place = place.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
    return place is not None
