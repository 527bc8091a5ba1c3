"""Rules for the parts of OpenAPI 3.2 that are new or have another place than before."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV32SpecValidator, validate

from scripts.document import dump
from scripts.naming import load_names
from scripts.pin_spec import pin
from scripts.prepare_spec import prepare_named
from scripts.spec_diff import main
from tests.unit.scripts._documents import json_content, operation, ref
from tests.unit.scripts.test_update_mutations import OVERLAY, PINNED, ROOT

pytestmark = pytest.mark.mutation
ALL = "/chat/completions"
CHUNK = ref("CreateChatCompletionStreamResponse")
EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": CHUNK},
    },
}


def _answer(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][ALL]["post"]["responses"]["200"]["content"]
    return found


def _default_variant(document: dict[str, Any]) -> None:
    message = document["components"]["schemas"]["ChatCompletionRequestMessage"]
    message["discriminator"]["defaultMapping"] = "ChatCompletionRequestUserMessage"


def _media_type(document: dict[str, Any]) -> None:
    content = _answer(document)
    document["components"]["mediaTypes"] = {"Completion": content["application/json"]}
    content["application/json"] = {"$ref": "#/components/mediaTypes/Completion"}


def _other_operations(document: dict[str, Any]) -> None:
    item = document["paths"][ALL]
    item["query"] = operation(requestBody={"content": json_content({"type": "object"})})
    item["additionalOperations"] = {"COPY": operation()}


SPELLINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an address of its own": lambda d: d.update({"$self": "https://example.com/openapi.yaml"}),
    "a stream of events": lambda d: _answer(d).update({"text/event-stream": {"itemSchema": copy.deepcopy(EVENT)}}),
    "a stream of chunks": lambda d: _answer(d).update({"text/event-stream; charset=utf-8": {"itemSchema": CHUNK}}),
    "a shared media type": _media_type,
    "a variant by default": _default_variant,
    "other operations": _other_operations,
}


@pytest.fixture(scope="module")
def prepared() -> dict[str, Any]:
    found: dict[str, Any] = prepare_named(PINNED, load_names()).document
    return found


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_package_is_the_same(
    name: str, prepared: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 3.2 document is pinned as one, its pin is valid, and it gives the same package as a 3.1 document."""
    document = copy.deepcopy(PINNED) | {"openapi": "3.2.0"}
    if "stream" in name:
        del _answer(document)["text/event-stream"]
    SPELLINGS[name](document)
    upstream = tmp_path / "upstream.yaml"
    upstream.write_text(dump(document), encoding="utf-8")
    made = pin(str(upstream), OVERLAY)
    validate(made.document, cls=OpenAPIV32SpecValidator)
    assert prepare_named(made.document, load_names()).document == prepared
    news = ["QUERY /chat/completions", "COPY /chat/completions"] if name == "other operations" else []
    assert made.untaken == news
    assert main(["--base", str(ROOT / "openapi.yaml"), "--", str(upstream)]) == int(bool(news))
    told = " ".join(capsys.readouterr().out.split())
    assert all(one in told for one in news)
