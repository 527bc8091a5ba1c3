"""Read `openapi.yaml` with eyes of its own: contract tests must not trust the code that made the package from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scripts.operations import chat_operation
from scripts.schema.grammar import METHODS
from scripts.schema.media import is_ignored, is_json
from scripts.schema.references import chain
from scripts.schema.types import MEANT, implied_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_HOW, _APART, _TEXT = "x-how", "apart", "text"
"""The key that notes how a query parameter reaches the wire, where stock code does not bring it there."""
_UNIONS = ("anyOf", "oneOf")
ROOT = Path(__file__).resolve().parents[2]
Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a document; its name is that of its module, else the operation id in snake case."""

    name: str
    address: str
    tag: str
    method: str
    path: str
    parameters: dict[str, dict[str, Any]]
    body: Schema | None
    answer: Schema
    status: int

    def query(self) -> dict[str, Schema]:
        """Return the schemas of the query parameters."""
        return {name: one for name, one in self.aside().items() if self.parameters[name]["in"] == "query"}

    def apart(self) -> set[str]:
        """Return the names of the objects whose members stand in the query by themselves."""
        return {name for name, one in self.parameters.items() if one.get(_HOW) == _APART}

    def texts(self) -> set[str]:
        """Return the names of what callers write themselves, in a style that stock code cannot send."""
        return {name for name, one in self.parameters.items() if one.get(_HOW) == _TEXT}

    def aside(self) -> dict[str, Schema]:
        """Return the schemas of what stands beside the path and the body: in the query, a header or a cookie."""
        text: Schema = {"type": "string"}  # what has a media type is written by the caller
        return {
            name: one.get("schema", text)
            for name, one in self.parameters.items()
            if one["in"] != "path" and one.get(_HOW) != _APART
        }


class Spec:
    """An OpenAPI document, its references followed and its `allOf` merged on request."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def operations(self) -> dict[str, Operation]:
        """Return the operations by name."""
        found = (
            self._operation(path, method, item)
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        )
        return {operation.name: operation for operation in found}

    def _operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        described = item[method]
        declared = [*item.get("parameters", ()), *described.get("parameters", ())]
        parameters = [one for one in map(self.resolve, declared) if not is_ignored(one)]
        body = self.resolve(described.get("requestBody", {}))
        good = [(str(key), one) for key, one in described["responses"].items() if str(key).startswith("2")]
        status, answer = (good[0][0], self.resolve(good[0][1])) if good else ("200", {})
        ours = chat_operation(method, path)
        given = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", described.get("operationId", f"{method}{path}")).lower()
        return Operation(
            name=ours.module if ours else given,
            address=ours.address if ours else f"{method.upper()} {path}",
            tag=described.get("tags", ["default"])[0].lower(),
            method=method.upper(),
            path=path,
            parameters={one["name"]: self._as_given(one) for one in parameters},
            body=self._json_schema(body),
            answer=self._json_schema(answer) or {},
            status=int(status.upper().replace("X", "0")),
        )

    def _as_given(self, parameter: dict[str, Any]) -> dict[str, Any]:
        """Return a parameter of a query as text, if callers have to write it in a style that stock code cannot send."""
        style, schema = parameter.get("style"), parameter.get("schema", {})
        is_repeated = style == "deepObject" or parameter.get("explode", style in (None, "form"))
        kinds = ["array"] if is_repeated and style != "deepObject" else []
        kinds += ["object"] if is_repeated and style in (None, "deepObject") else []
        if parameter["in"] != "query" or self._is_sent(schema, kinds):
            return parameter
        is_object = "object" in map(self.kind, self.branches(schema))
        return {**parameter, "schema": {"type": "string"}, _HOW: _APART if is_object and is_repeated else _TEXT}

    def _is_sent(self, schema: Schema, kinds: Collection[str], outer: Collection[Schema] = ()) -> bool:
        """Tell whether stock code sends a schema's values of these kinds, lists of lists and of objects aside."""
        for branch in self.branches(schema):
            kind = self.kind(branch)
            extra = branch.get("additionalProperties")
            members = [*branch.get("properties", {}).values(), *([extra] if isinstance(extra, dict) else [])]
            if (
                (kind in ("array", "object") and kind not in kinds)
                or (kind == "array" and not self._is_sent(self.items(branch), ()))
                or (kind == "object" and (branch in outer or not self._are_sent(members, [*outer, branch])))
            ):
                return False
        return True

    def _are_sent(self, members: Iterable[Schema], outer: Collection[Schema]) -> bool:
        return all(self._is_sent(one, ("array", "object"), outer) for one in members)

    def _json_schema(self, holder: dict[str, Any]) -> Schema | None:
        content = holder.get("content", {})
        found = (self.resolve(media) for name, media in content.items() if is_json(name))
        return next((media.get("schema", {}) for media in found), None)

    def resolve(self, node: Any) -> dict[str, Any]:
        """Follow a `$ref`; what stands beside it counts too. A schema that is `true` or `false` says nothing."""
        found: dict[str, Any] = {}
        for one in chain(self.document, node):
            found = {**(one if isinstance(one, dict) else {}), **found}
            found.pop("$ref", None)
        return found

    def flat(self, schema: Schema) -> Schema:
        """Return a schema without `$ref` and `allOf` of its own; of two declarations of a property the later counts."""
        schema = self.resolve(schema)
        if "allOf" not in schema:
            return schema
        merged: Schema = {}
        for part in [*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}]:
            flat = self.flat(part)
            joined = {
                "properties": {**merged.get("properties", {}), **flat.get("properties", {})},
                "required": [*_names(merged.get("required")), *_names(flat.get("required"))],
            }
            if flat.get("type", "object") != "object":
                merged = {key: value for key, value in merged.items() if key not in _UNIONS}
            merged = {**merged, **flat, **{key: value for key, value in joined.items() if value}}
        return merged

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """Return the properties of an object schema, or of all objects that a union allows."""
        return {name: one for branch in self.branches(schema) for name, one in branch.get("properties", {}).items()}

    def required(self, schema: Schema) -> set[str]:
        """Return the names of the properties that an object schema, or each object of a union, requires."""
        return set.intersection(*(set(_names(branch.get("required"))) for branch in self.branches(schema)))

    def keywords(self, operation: Operation) -> dict[str, Schema]:
        """Return the schemas of what a call gives by keyword: members of its body, and what stands beside that."""
        return {**operation.aside(), **(self.properties(operation.body) if operation.body else {})}

    def required_keywords(self, operation: Operation) -> set[str]:
        """Return the names of those that a call cannot do without; the client can give what stands beside the body."""
        return self.required(operation.body) if operation.body else set()

    def kind(self, branch: Schema) -> str:
        """Return the type of an alternative; empty if it may be anything."""
        told = MEANT.get(str(branch["type"]).lower(), "") if "type" in branch else ""
        return told or implied_type(branch)

    def items(self, branch: Schema) -> Schema:
        """Return what the items of an array may be, by their place or behind the last one."""
        listed, rest = list(branch.get("prefixItems", ())), branch.get("items", {})
        if isinstance(rest, list):
            listed += rest
        elif not listed or rest is True or (isinstance(rest, dict) and "items" in branch):
            listed.append(rest if isinstance(rest, dict) else {})
        return listed[0] if len(listed) == 1 else {"anyOf": listed}

    def branches(self, schema: Schema) -> list[Schema]:
        """Return the alternatives that a schema allows, null made one of them, unions of unions laid flat."""
        flat = self.flat(schema)
        null: list[Schema] = [{"type": "null"}] if flat.get("nullable") else []
        if "const" in flat:
            flat = {**flat, "enum": [flat["const"]]}
        own = {key: one for key, one in flat.items() if key not in (*_UNIONS, "nullable")}
        union = [branch for key in _UNIONS for branch in flat.get(key) or ()]
        if union and "enum" not in flat:
            each = [{"allOf": [own, branch]} if "properties" in own else branch for branch in union]
            found = [one for branch in each for one in self.branches(branch)]
            return _distinct([one for one in found if _fits(one, own.get("type"))] + null)
        types = flat.get("type") or None
        if isinstance(types, list) and "enum" in flat:
            values = [*flat["enum"], *([None] if "null" in types else [])]
            return self.branches({**{key: one for key, one in flat.items() if key != "type"}, "enum": values})
        if isinstance(types, list):
            return _distinct([{**flat, "type": one} for one in types] + null)
        if None in flat.get("enum", ()):
            null = [{"type": "null"}]
            if all(value is None for value in flat["enum"]):
                return null
            flat = {**flat, "enum": [value for value in flat["enum"] if value is not None]}
        return _distinct([flat, *null])


def _fits(branch: Schema, own: Any) -> bool:
    """Tell whether an alternative may have the type that stands beside the union; null may come in any case."""
    told = branch.get("type", "null")
    return own is None or told == "null" or told in (own if isinstance(own, list) else [own])


def _names(found: Any) -> list[str]:
    return found if isinstance(found, list) else []


def _distinct(schemas: list[Schema]) -> list[Schema]:
    null: Schema = {"type": "null"}
    rest = [schema for schema in schemas if schema.get("type") != "null"]
    return [*rest, null] if len(rest) < len(schemas) else rest


@cache
def pinned() -> Spec:
    """Return the pin."""
    return Spec(yaml.load((ROOT / "openapi.yaml").read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
