"""Keep the parts of a document that the generator reads, each where it is used."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.errors import PrepareError, shown
from scripts.operations import chat_operation
from scripts.schema.grammar import METHODS
from scripts.schema.keywords import clean_text, keep_shape
from scripts.schema.media import STREAM, event_schema, is_ignored, is_json, is_stream
from scripts.schema.references import chain
from scripts.schema.walk import Schema

_SPELLING = {"style": str, "explode": bool}
"""How a parameter is written, where a document says it."""
_STATUS = re.compile(r"[1-5](\d\d|XX)|default")


def outline(source: Schema) -> Schema:
    """Copy the parts that the generator reads, and put parameters, bodies and responses where they are referred to.

    Evidence: revisions differ in operation ids and tags, which name the modules, and in the path's parameter, which
    names an argument; the generator ignores response headers, reads only the operation's own security, which would
    change the client's type, and stops at answers that are not JSON.

    Raises:
        PrepareError: If an operation cannot be read; the message names it.
    """
    info = _mapping(source, "info")
    paths: Schema = {}
    used: set[str] = set()
    for path, item in _mapping(source, "paths").items():
        shared = _followed(source, item, path)
        for method in (m for m in METHODS if isinstance(shared.get(m), dict)):
            operation = _operation(source, shared, method, path)
            ours = chat_operation(method, path)
            operation["operationId"] = ours.module if ours else _other_name(operation, method, path, used)
            operation["tags"] = ["chat"] if ours else operation["tags"]
            used.add(operation["operationId"])
            paths.setdefault(_with_our_id(path, operation) if ours else path, {})[method] = operation
    components = _mapping(source, "components")
    return {
        "openapi": "3.1.0",
        "info": {"title": clean_text(info.get("title")) or "API", "version": str(info.get("version", "0"))},
        "paths": paths,
        "components": {"schemas": {str(k): keep_shape(v) for k, v in _mapping(components, "schemas").items()}},
    }


def _with_our_id(path: str, operation: Schema) -> str:
    """Give the id in a chat operation's path the name that the newest upstream document has for it."""
    head, _, tail = path.rpartition("/chat/completions")
    for parameter in (one for one in operation["parameters"] if one["in"] == "path"):
        if f"{{{parameter['name']}}}" in tail:
            tail = tail.replace(f"{{{parameter['name']}}}", "{completion_id}")
            parameter["name"] = "completion_id"
    return f"{head}/chat/completions{tail}"


def _mapping(holder: Schema, key: str) -> Schema:
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def _followed(source: Schema, part: Any, place: str) -> Schema:
    *_, found = chain(source, part, place)
    if not isinstance(found, dict):
        raise PrepareError(f"{place}: expected a mapping, found {type(found).__name__}")
    return found


def _other_name(operation: Schema, method: str, path: str, used: set[str]) -> str:
    given = operation.get("operationId")
    if isinstance(given, str) and given.isidentifier() and given not in used:
        return given
    name = "_".join([method, *re.findall(r"[A-Za-z0-9]+", path)])
    while name in used:
        name += "_2"
    return name


def _operation(source: Schema, shared: Schema, method: str, path: str) -> Schema:
    found, place = shared[method], f"{method.upper()} {path}"
    kept: Schema = {key: text for key in ("summary", "description") if (text := clean_text(found.get(key)))}
    kept["operationId"] = found.get("operationId")
    kept["tags"] = [tag for tag in found.get("tags") or [] if isinstance(tag, str)][:1] or ["default"]
    declared = {(p["name"], p["in"]): p for p in _parameters(source, shared.get("parameters"), place)}
    declared |= {(p["name"], p["in"]): p for p in _parameters(source, found.get("parameters"), place)}
    in_path = re.findall(r"\{([^{}]+)\}", path)
    kept["parameters"] = [p for p in declared.values() if p["in"] != "path" or p["name"] in in_path]
    for name in (name for name in in_path if (name, "path") not in declared):
        kept["parameters"].append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    if found.get("requestBody") is not None:
        body = _followed(source, found["requestBody"], f"{place} body")
        content = _content(source, body, stream=False)
        if not content:
            raise PrepareError(f"{place}: the request body offers no JSON")
        kept["requestBody"] = {"required": body.get("required") is True, "content": content}
    kept["responses"] = {}
    for status, answer in _mapping(found, "responses").items():
        if _STATUS.fullmatch(str(status)) is None:
            continue
        response = _followed(source, answer, f"{place} {status}")
        words = clean_text(response.get("description"))
        kept["responses"][str(status)] = {"description": words, "content": _content(source, response, stream=True)}
    return kept


def _content(source: Schema, holder: Schema, *, stream: bool) -> Schema:
    kept: Schema = {}
    for content_type, media in _mapping(holder, "content").items():
        if is_json(content_type):
            found = _followed(source, media, content_type)
            kept["application/json"] = {"schema": keep_shape(found.get("schema"))}
        elif stream and is_stream(content_type):
            kept[STREAM] = {"schema": keep_shape(event_schema(_followed(source, media, content_type)))}
    return kept


def _parameters(source: Schema, found: Any, place: str) -> Iterator[Schema]:
    for given in found if isinstance(found, list) else []:
        parameter = _followed(source, given, place)
        name, where = parameter.get("name"), parameter.get("in")
        if is_ignored(parameter):
            continue
        schema = {"type": "string"} if parameter.get("content") else parameter.get("schema")
        if not isinstance(name, str) or where not in ("query", "path", "header", "cookie") or schema is None:
            needed = "a name, a location (`in`) and a schema"
            raise PrepareError(f"{place}: a parameter needs {needed}, found {shown(name)}")
        if clean_text(name) != name or not name.isprintable():
            raise PrepareError(f"{place}: parameter {shown(name)} holds characters that cannot be sent as they are")
        kept: Schema = {
            "name": name,
            "in": where,
            "required": parameter.get("required") is True or where == "path",
        }
        if words := clean_text(parameter.get("description")):
            kept["description"] = words
        if not parameter.get("content"):
            kept |= {key: parameter[key] for key, kind in _SPELLING.items() if type(parameter.get(key)) is kind}
        yield kept | {"schema": keep_shape(schema)}
