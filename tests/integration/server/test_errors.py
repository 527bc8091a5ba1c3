"""What the server refuses, and how it says so."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from chatcompletions.server import LocalServer, app

KEY = "made-up-key-1234"
USER = {"role": "user", "content": "Hello."}
TOOL = {"type": "function", "function": {"name": "f"}}


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["error"]
    error = response.json()["error"]
    assert sorted(error) == ["code", "message", "param", "type"]
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    assert response.headers["x-request-id"]
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b'{"model": NaN}',
        b'{"seed": 1e999}',
        b'{"seed": ' + b"9" * 5_000 + b"}",
        b'{"model": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
@pytest.mark.parametrize("path", ["/chat/completions", "/chat/completions/chatcmpl-x"])
def test_a_body_that_is_not_json_is_refused(client: httpx.Client, path: str, body: bytes) -> None:
    """A body that is not strict JSON in valid UTF-8 is a 400, for create and for update."""
    assert error_of(client.post(path, content=body), 400)["code"] == "invalid_json"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_a_body_that_is_no_object_is_refused(client: httpx.Client, body: bytes) -> None:
    """JSON that is not an object is a 400."""
    assert error_of(client.post("/chat/completions", content=body), 400)["code"] == "invalid_type"


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"model": ...}, "model", "missing_required_parameter"),
        ({"model": None}, "model", "invalid_type"),
        ({"model": 5}, "model", "invalid_type"),
        ({"messages": ...}, "messages", "missing_required_parameter"),
        ({"messages": "Hello."}, "messages", "invalid_type"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": ["Hello."]}, "messages[0]", "invalid_type"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [USER, {"role": "robot", "content": "x"}]}, "messages[1].role", "invalid_value"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_required_parameter"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content", "invalid_type"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content", "empty_array"),
        (
            {"messages": [{"role": "user", "content": [{"type": "smell"}]}]},
            "messages[0].content[0].type",
            "invalid_value",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text",
            "missing_required_parameter",
        ),
        (
            {"messages": [{"role": "tool", "content": "x"}]},
            "messages[0].tool_call_id",
            "missing_required_parameter",
        ),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"n": 1.5}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"temperature": -0.1}, "temperature", "decimal_below_min_value"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"top_p": 1.1}, "top_p", "decimal_above_max_value"),
        ({"presence_penalty": -3}, "presence_penalty", "decimal_below_min_value"),
        ({"max_completion_tokens": 0}, "max_completion_tokens", "integer_below_min_value"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
        ({"top_logprobs": 2}, "top_logprobs", "invalid_value"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"stream_options": {}}, "stream_options", "invalid_value"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", "invalid_type"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_above_max_length"),
        ({"stop": [1]}, "stop[0]", "invalid_type"),
        ({"metadata": "x"}, "metadata", "invalid_type"),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
        ({"metadata": {"a": None}}, "metadata.a", "invalid_type"),
        ({"metadata": {"k" * 65: "v"}}, "metadata", "string_above_max_length"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length"),
        ({"metadata": {str(n): "v" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"tools": [{"type": "magic"}]}, "tools[0].type", "invalid_value"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_required_parameter"),
        ({"tools": [TOOL] * 129}, "tools", "array_above_max_length"),
        ({"tool_choice": "required"}, "tool_choice", "invalid_value"),
        ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice", "invalid_value"),
        ({"tools": [TOOL], "tool_choice": 1}, "tool_choice", "invalid_type"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice",
            "invalid_value",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"type": "custom", "custom": {"name": "f"}}},
            "tool_choice",
            "invalid_value",
        ),
        ({"functions": []}, "functions", "empty_array"),
        ({"function_call": "auto"}, "function_call", "invalid_value"),
        ({"functions": [{"name": "f"}], "function_call": {"name": "g"}}, "function_call", "invalid_value"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {}}},
            "response_format.json_schema.name",
            "missing_required_parameter",
        ),
        ({"modalities": ["smell"]}, "modalities[0]", "invalid_value"),
        ({"modalities": ["audio"]}, "audio", "missing_required_parameter"),
        ({"safety_identifier": "x" * 65}, "safety_identifier", "string_above_max_length"),
        ({"temprature": 1}, "temprature", "unknown_parameter"),
    ],
)
def test_a_bad_parameter_is_named(client: httpx.Client, change: dict[str, Any], param: str, code: str) -> None:
    """A missing, mistyped or impossible parameter is a 400 that names its place and says why."""
    body: dict[str, Any] = {"model": "m", "messages": [USER], **change}
    body = {name: value for name, value in body.items() if value is not ...}
    error = error_of(client.post("/chat/completions", json=body), 400)
    assert (error["param"], error["code"]) == (param, code)
    assert param in error["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"n": 128},
        {"temperature": 2},
        {"temperature": 0},
        {"top_p": 0},
        {"metadata": {"k" * 64: "v" * 512, **{str(n): "" for n in range(15)}}},
        {"stop": ["a", "b", "c", "d"]},
        {"logprobs": True, "top_logprobs": 20},
        {"seed": -(2**63)},
    ],
)
def test_bounds_are_inclusive(client: httpx.Client, change: dict[str, Any]) -> None:
    """A value on its bound is taken."""
    body = {"model": "m", "messages": [USER], **change}
    assert client.post("/chat/completions", json=body).status_code == 200


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ({"limit": "0"}, "limit", "integer_below_min_value"),
        ({"limit": "-1"}, "limit", "integer_below_min_value"),
        ({"limit": "101"}, "limit", "integer_above_max_value"),
        ({"limit": "ten"}, "limit", "invalid_type"),
        ({"limit": ""}, "limit", "invalid_type"),
        ({"limit": "1234567890"}, "limit", "integer_above_max_value"),
        ({"limit": "9" * 5_000}, "limit", "integer_above_max_value"),
        ({"limit": "-" + "9" * 5_000}, "limit", "integer_below_min_value"),
        ({"limit": "٣"}, "limit", "invalid_type"),
        ({"order": "up"}, "order", "invalid_value"),
        ({"after": "chatcmpl-missing"}, "after", "invalid_value"),
        ({"after": ""}, "after", "invalid_value"),
    ],
)
@pytest.mark.parametrize("of_messages", [False, True])
def test_a_bad_query_is_refused(
    client: httpx.Client, of_messages: bool, query: dict[str, str], param: str, code: str
) -> None:
    """A limit, order or cursor that cannot be is a 400, for completions and for messages."""
    path = "/chat/completions"
    if of_messages:
        created = client.post(path, json={"model": "m", "messages": [USER], "store": True}).json()
        path = f"{path}/{created['id']}/messages"
    error = error_of(client.get(path, params=query), 400)
    assert (error["param"], error["code"]) == (param, code)


def test_more_filters_than_a_completion_has_pairs_are_refused(client: httpx.Client) -> None:
    """Seventeen metadata filters are a 400."""
    query = {f"metadata[{n}]": "x" for n in range(17)}
    assert error_of(client.get("/chat/completions", params=query), 400)["param"] == "metadata"


@pytest.mark.parametrize(
    ("body", "param"), [({}, "metadata"), ({"metadata": 1}, "metadata"), ({"metadata": {}, "model": "m"}, "model")]
)
def test_an_update_takes_metadata_only(client: httpx.Client, body: dict[str, Any], param: str) -> None:
    """An update without metadata, or with anything else, is a 400."""
    assert error_of(client.post("/chat/completions/chatcmpl-x", json=body), 400)["param"] == param


@pytest.mark.parametrize("path", ["/", "/models", "/chat/completions/", "/chat/completions/x/y", "/chat"])
def test_an_unknown_path_is_not_found(client: httpx.Client, path: str) -> None:
    """A path that is no operation's, a trailing slash included, is a 404 and no redirect."""
    assert error_of(client.get(path), 404)["code"] == "unknown_url"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/chat/completions", "GET, HEAD, POST"),
        ("PUT", "/chat/completions/x", "DELETE, GET, HEAD, POST"),
        ("POST", "/chat/completions/x/messages", "GET, HEAD"),
    ],
)
def test_a_method_that_a_path_lacks_is_refused(client: httpx.Client, method: str, path: str, allowed: str) -> None:
    """A wrong method is a 405 that lists the right ones."""
    response = client.request(method, path)
    assert error_of(response, 405)["code"] == "method_not_supported"
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"authorization": KEY}, None),
        ({"authorization": f"Basic {KEY}"}, None),
        ({"authorization": "Bearer"}, None),
        ({"authorization": "Bearer wrong"}, "invalid_api_key"),
        ({"authorization": f"Bearer {KEY}x"}, "invalid_api_key"),
        ({"authorization": "Bearer ü"}, "invalid_api_key"),
    ],
)
def test_with_a_key_every_request_must_carry_it(keyed: httpx.Client, headers: dict[str, str], code: str | None) -> None:
    """Without the server's key, or with another, a request is a 401, and the key is not shown."""
    raw = {name: value.encode() for name, value in headers.items()}
    for path in ("/chat/completions", "/nowhere"):
        response = keyed.get(path, headers=raw)
        assert error_of(response, 401)["code"] == code
        assert KEY not in response.text
        assert response.headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def keyed() -> Iterator[httpx.Client]:
    with (
        LocalServer(api_key=KEY) as server,
        httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_right_key_is_let_in(keyed: httpx.Client, scheme: str) -> None:
    """The server's key opens it, however the scheme is spelt."""
    response = keyed.get("/chat/completions", headers={"authorization": f"{scheme} {KEY}"})
    assert response.status_code == 200


def test_a_body_declared_too_large_is_refused_unread(shared: str) -> None:
    """A body whose declared length is over 64 MiB is a 413 before a byte of it has come."""
    url = urlsplit(shared)
    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n"
    with socket.create_connection((url.hostname, url.port), timeout=60) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_grows_too_large_is_refused() -> None:
    """A body without a declared length is a 413 once it has grown too large."""
    with LocalServer(max_body_bytes=1_000) as server:
        body = iter([b'{"model":', b" " * 500, b" " * 500])
        response = httpx.post(f"{server.base_url}/chat/completions", content=body, trust_env=False, timeout=60)
    assert error_of(response, 413)["code"] == "request_too_large"


def test_a_body_at_the_limit_is_read() -> None:
    """A body of exactly the largest size is read."""
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    with LocalServer(max_body_bytes=len(body)) as server:
        response = httpx.post(f"{server.base_url}/chat/completions", content=body, trust_env=False, timeout=60)
    assert response.status_code == 200


def test_a_failure_of_the_server_is_a_500_in_the_same_shape() -> None:
    """When the store fails the answer is a 500 that keeps the error's shape and headers."""
    application = app()
    application.state.store.close()

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://local/v1") as client:
            return await client.get("/chat/completions")

    response = anyio.run(run)
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert response.headers["x-request-id"]
