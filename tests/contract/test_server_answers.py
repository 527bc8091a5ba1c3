"""The local server's answers, judged against ``openapi.yaml`` like any other server's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chatcompletions.server import LocalServer
from scripts.contract.spec import pinned
from scripts.yaml_reader import parse

SPEC = pinned()
PIN = Path(__file__).parents[2] / "openapi.yaml"
URN = "urn:pin"
ID = "{completion_id}"

FUNCTION = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLS = [{"type": "function", "function": FUNCTION}, {"type": "custom", "custom": {"name": "shell"}}]
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
PARTS = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
    {"type": "file", "file": {"file_id": "file-1"}},
]
CONVERSATION = [
    {"role": "developer", "content": "Be brief."},
    {"role": "system", "content": [{"type": "text", "text": "Be kind."}]},
    {"role": "user", "content": PARTS, "name": "ada"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "content": "12 degrees", "tool_call_id": "c1"},
    {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
    {"role": "function", "content": None, "name": "f"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}], "refusal": "No."},
    {"role": "assistant", "content": None, "audio": {"id": "audio_1"}, "function_call": None},
    {"role": "user", "content": "Hello."},
]
SCHEMA = {"type": "json_schema", "json_schema": {"name": "w", "schema": FUNCTION["parameters"]}}
AUDIO = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}

REQUESTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "stored": {"store": True},
    "metadata": {"store": True, "metadata": {"topic": "rivers"}},
    "choices": {"n": 3},
    "limit": {"max_completion_tokens": 3},
    "old limit": {"max_tokens": 1},
    "stop": {"stop": "canned"},
    "stopped at once": {"stop": "This"},
    "logprobs": {"logprobs": True},
    "top logprobs": {"logprobs": True, "top_logprobs": 20},
    "function tool": {"tools": TOOLS, "tool_choice": "required"},
    "custom tool": {"tools": TOOLS, "tool_choice": {"type": "custom", "custom": {"name": "shell"}}},
    "both tools": {"tools": TOOLS, "messages": [{"role": "user", "content": "get_weather, shell"}]},
    "tools, no call": {"tools": TOOLS, "tool_choice": "none"},
    "legacy function": {"functions": [FUNCTION], "function_call": {"name": "get_weather"}},
    "cut call": {"tools": TOOLS, "tool_choice": "required", "max_completion_tokens": 1},
    "json object": {"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "In JSON."}]},
    "json schema": {"response_format": SCHEMA},
    "audio": AUDIO,
    "reasoning": {"reasoning_effort": "high"},
    "tier": {"service_tier": "fast"},
    "prediction": {"prediction": {"type": "content", "content": "This is a canned answer."}},
    "moderation": {"moderation": {"model": "m"}},
    "conversation": {"messages": CONVERSATION, "store": True},
    "nulls": dict.fromkeys(["n", "stop", "metadata", "temperature", "seed", "audio", "reasoning_effort"]),
}


def explicit_nulls(value: Any) -> Any:
    """Spell OpenAPI 3.0's ``nullable`` as JSON Schema does, wherever it stands."""
    if isinstance(value, list):
        return [explicit_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: explicit_nulls(item) for name, item in value.items()}
    if members.get("nullable") is True:
        del members["nullable"]
        return {"anyOf": [members, {"type": "null"}]}
    return members


@pytest.fixture(scope="module")
def pin() -> dict[str, Any]:
    return explicit_nulls(parse(PIN.read_bytes()))


class Judge:
    """Answers checked against the operation they answer."""

    def __init__(self, pin: dict[str, Any]) -> None:
        self._pin = pin
        self._registry = Registry().with_resource(URN, Resource.from_contents(pin, DRAFT202012))

    def schema(self, path: str, method: str, media_type: str = "application/json") -> Any:
        """Give the schema of the 200 answer of an operation; of one that the pin lacks, a schema of anything."""
        operation = self._pin["paths"].get(path, {}).get(method, {"responses": {}})
        answers = [one for status, one in operation["responses"].items() if str(status).startswith("2")]
        return next((schema for one in answers for schema in self._schemas(one, media_type)), {})

    def errors(self) -> list[Any]:
        """Give the schemas of all answers that are none of a success."""
        described = [one for item in self._pin["paths"].values() for one in item.values() if "responses" in one]
        answers = [one["responses"][status] for one in described for status in one["responses"] if status[0] != "2"]
        return [schema for one in answers for schema in self._schemas(one, "application/json")]

    def _schemas(self, answer: dict[str, Any], media_type: str) -> Iterator[Any]:
        content = SPEC.resolve(answer).get("content", {})
        named = {name.split(";")[0].strip(): SPEC.resolve(media) for name, media in content.items()}
        if media_type in named:
            yield named[media_type].get("schema", {})

    def flaws(self, value: object, schema: dict[str, Any]) -> list[str]:
        """List what is wrong with a value, as paths and reasons."""
        anchored = json.loads(json.dumps(schema).replace('"#/', f'"{URN}#/'))
        validator = jsonschema.Draft202012Validator(anchored, registry=self._registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.fixture(scope="module")
def judge(pin: dict[str, Any]) -> Judge:
    return Judge(pin)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with LocalServer() as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        yield client


def create(client: httpx.Client, **parameters: Any) -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": "Name three rivers."}], **parameters}
    response = client.post("/chat/completions", json=body)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("name", REQUESTS)
def test_a_created_completion_is_as_specified(client: httpx.Client, judge: Judge, name: str) -> None:
    """The answer to each kind of create request is valid."""
    schema = judge.schema("/chat/completions", "post")
    assert judge.flaws(create(client, **REQUESTS[name]).json(), schema) == []


@pytest.mark.parametrize("options", [{}, {"include_usage": True}, {"include_obfuscation": True}])
@pytest.mark.parametrize("name", REQUESTS)
def test_each_chunk_is_as_specified(client: httpx.Client, judge: Judge, name: str, options: dict[str, bool]) -> None:
    """Each chunk of each kind of stream is valid, save what the specification has no word for."""
    schema = judge.schema("/chat/completions", "post", "text/event-stream")
    stream = create(client, **REQUESTS[name], stream=True, stream_options=options).content
    events = stream.split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    for event in events[:-2]:
        chunk = json.loads(event.removeprefix(b"data: "))
        # A call of a custom tool has a type of its own, in streams too; the chunk's schema knows functions only.
        for choice in chunk["choices"]:
            for call in choice["delta"].get("tool_calls", ()):
                if call.get("type") == "custom":
                    del call["type"]
        assert judge.flaws(chunk, schema) == []


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_stored_is_as_specified(client: httpx.Client, judge: Judge, name: str) -> None:
    """Get, update, list, messages and delete give valid answers for each kind of stored completion."""
    stored = create(client, **{**REQUESTS[name], "store": True}).json()
    path = f"/chat/completions/{stored['id']}"
    got = client.get(path).json()
    assert judge.flaws(got, judge.schema(f"/chat/completions/{ID}", "get")) == []
    updated = client.post(path, json={"metadata": {"seen": "yes"}}).json()
    assert judge.flaws(updated, judge.schema(f"/chat/completions/{ID}", "post")) == []
    listed = client.get("/chat/completions", params={"order": "desc", "limit": 1}).json()
    assert listed["first_id"] == stored["id"]
    assert judge.flaws(listed, judge.schema("/chat/completions", "get")) == []
    messages = client.get(f"{path}/messages").json()
    assert messages["data"]
    for message in messages["data"]:
        # The service lists whatever was asked, a user's messages first of all; the schema is an answer's.
        message["role"] = "assistant"
    assert judge.flaws(messages, judge.schema(f"/chat/completions/{ID}/messages", "get")) == []
    deleted = client.delete(path).json()
    assert judge.flaws(deleted, judge.schema(f"/chat/completions/{ID}", "delete")) == []


def test_an_empty_list_is_as_specified(client: httpx.Client, judge: Judge) -> None:
    """A list of nothing is valid."""
    page = client.get("/chat/completions", params={"model": "none"}).json()
    assert page["data"] == []
    assert judge.flaws(page, judge.schema("/chat/completions", "get")) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/chat/completions/missing"),
        ("GET", "/chat/completions?limit=0"),
        ("POST", "/chat/completions"),
        ("PUT", "/chat/completions"),
        ("GET", "/nowhere"),
    ],
)
def test_an_error_is_as_specified(client: httpx.Client, judge: Judge, method: str, path: str) -> None:
    """Each error has the body that the specification gives for errors."""
    response = client.request(method, path)
    assert response.is_client_error
    if not (schemas := judge.errors()):
        pytest.skip("the pin describes no errors")
    assert [judge.flaws(response.json(), schema) for schema in schemas] == [[]] * len(schemas)


def test_the_judge_finds_a_flaw(client: httpx.Client, judge: Judge) -> None:
    """An answer that lacks a required member, or has one of the wrong type, is not valid."""
    answer = create(client).json()
    schema = judge.schema("/chat/completions", "post")
    del answer["choices"][0]["message"]["refusal"]
    answer["created"] = "today"
    places = sorted(flaw.partition(":")[0] for flaw in judge.flaws(answer, schema))
    assert places == ["$.choices[0].message", "$.created"]


def test_the_server_knows_every_create_parameter(client: httpx.Client) -> None:
    """A parameter of the specification's create request is no unknown one to the server, whatever its value."""
    specified = SPEC.properties(SPEC.operations()["create_chat_completion"].body or {})
    for name in specified:
        answer = client.post("/chat/completions", json={"model": "m", "messages": [], name: "odd"}).json()
        assert answer["error"]["code"] != "unknown_parameter", f"make generate: schema.json does not have {name}"


def test_the_server_has_every_operation(client: httpx.Client, pin: dict[str, Any]) -> None:
    """Each operation of the specification is one of the server's."""
    stored = create(client, store=True).json()["id"]
    for path, operations in pin["paths"].items():
        methods = [name for name in operations if name in ("get", "post", "put", "patch", "delete")]
        allowed = client.request("TRACE", path.replace(ID, stored)).headers["allow"].lower().split(", ")
        assert set(methods) <= set(allowed), f"{path} lacks one of {methods}: add it to the server's _app.py"
