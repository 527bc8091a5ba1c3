"""Small OpenAPI documents for the tests of preparing and generating."""

from typing import Any

from scripts.prepare_spec import prepare_named

Schema = dict[str, Any]


def document(schemas: Schema | None = None, paths: Schema | None = None, **components: Any) -> Schema:
    """Return a document of these component schemas and paths."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rivers", "version": "1"},
        "paths": paths or {},
        "components": {"schemas": schemas or {}, **components},
    }


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties}


def prepared(names: dict[str, str] | None = None, **schemas: Any) -> Schema:
    """Return the components that preparing these components gives."""
    found: Schema = prepare_named(document(schemas), names or {}).document["components"]["schemas"]
    marks = {"x-answer", "x-request"}
    return {name: {key: one for key, one in schema.items() if key not in marks} for name, schema in found.items()}


def prepared_property(schema: Any, **others: Any) -> Any:
    """Return the schema that preparing makes of one property's schema."""
    return prepared(Owner=record(it=schema), **others)["Owner"]["properties"]["it"]


def operation(**members: Any) -> Schema:
    return {"responses": {"200": {"description": "It went well."}}, **members}


def json_content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
