"""Read `openapi.yaml` with eyes of its own: contract tests must not trust the code that made the package from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.operations import METHODS, chat_operation
from scripts.prepare.walk import is_json

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

    def query(self) -> dict[str, Schema]:
        """Return the schemas of the query parameters."""
        return {name: one["schema"] for name, one in self.parameters.items() if one["in"] == "query"}

    def aside(self) -> dict[str, Schema]:
        """Return the schemas of what stands beside the path and the body: in the query, a header or a cookie."""
        return {name: one["schema"] for name, one in self.parameters.items() if one["in"] != "path"}


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
        parameters = [self.resolve(one) for one in [*item.get("parameters", ()), *described.get("parameters", ())]]
        body = self.resolve(described.get("requestBody", {}))
        good = [one for status, one in described["responses"].items() if str(status).startswith("2")]
        answer = self.resolve(good[0]) if good else {}
        ours = chat_operation(method, path)
        given = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", described.get("operationId", f"{method}{path}")).lower()
        return Operation(
            name=ours.module if ours else given,
            address=ours.address if ours else f"{method.upper()} {path}",
            tag=described.get("tags", ["default"])[0].lower(),
            method=method.upper(),
            path=path,
            parameters={one["name"]: one for one in parameters},
            body=_json_schema(body),
            answer=_json_schema(answer) or {},
        )

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow a `$ref`; what stands beside it counts too."""
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def flat(self, schema: Schema) -> Schema:
        """Return a schema without `$ref` and `allOf` of its own; of two declarations of a property the later counts."""
        schema = self.resolve(schema)
        if "allOf" not in schema:
            return schema
        merged: Schema = {}
        for part in [*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}]:
            flat = self.flat(part)
            properties = {**merged.get("properties", {}), **flat.get("properties", {})}
            required = [*merged.get("required", ()), *flat.get("required", ())]
            merged = {**merged, **flat, "properties": properties, "required": required}
        return merged

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """Return the properties of an object schema, or of all objects that a union allows."""
        return {name: one for branch in self.branches(schema) for name, one in branch.get("properties", {}).items()}

    def required(self, schema: Schema) -> set[str]:
        """Return the names of the properties that an object schema, or each object of a union, requires."""
        return set.intersection(*(set(branch.get("required", ())) for branch in self.branches(schema)))

    def keywords(self, operation: Operation) -> dict[str, Schema]:
        """Return the schemas of what a call gives by keyword: members of its body, and what stands beside that."""
        return {**operation.aside(), **(self.properties(operation.body) if operation.body else {})}

    def required_keywords(self, operation: Operation) -> set[str]:
        """Return the names of those that a call cannot do without."""
        aside = {name for name in operation.aside() if operation.parameters[name].get("required")}
        return aside | (self.required(operation.body) if operation.body else set())

    def branches(self, schema: Schema) -> list[Schema]:
        """Return the alternatives that a schema allows, null made one of them, unions of unions laid flat."""
        flat = self.flat(schema)
        null: list[Schema] = [{"type": "null"}] if flat.get("nullable") else []
        for union in ("anyOf", "oneOf"):
            if union in flat:
                return _distinct([found for branch in flat[union] for found in self.branches(branch)] + null)
        types = flat.get("type")
        if isinstance(types, list) and "enum" in flat:
            values = [*flat["enum"], *([None] if "null" in types else [])]
            return self.branches({**{key: one for key, one in flat.items() if key != "type"}, "enum": values})
        if isinstance(types, list):
            return _distinct([{**flat, "type": one} for one in types] + null)
        if None in flat.get("enum", ()):
            null = [{"type": "null"}]
            flat = {**flat, "enum": [value for value in flat["enum"] if value is not None]}
        return _distinct([flat, *null])


def _json_schema(holder: dict[str, Any]) -> Schema | None:
    content = holder.get("content", {})
    return next((media.get("schema", {}) for name, media in content.items() if is_json(name)), None)


def _distinct(schemas: list[Schema]) -> list[Schema]:
    null: Schema = {"type": "null"}
    rest = [schema for schema in schemas if schema.get("type") != "null"]
    return [*rest, null] if len(rest) < len(schemas) else rest


@cache
def pinned() -> Spec:
    """Return the pin."""
    return Spec(yaml.load((ROOT / "openapi.yaml").read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
