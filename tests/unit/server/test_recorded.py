"""Requests as the server keeps them."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from chatcompletions.server._recorded import Recorder

PATH = "/v1/chat/completions"
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stop": None}


def scope(method: str = "POST", path: str = PATH, query: bytes = b"") -> dict[str, Any]:
    return {"method": method, "path": path, "query_string": query, "headers": [(b"authorization", b"Bearer sk-secret")]}


def recorded(body: Any = BODY, **given: Any) -> Any:
    recorder = Recorder()
    request = recorder.record(scope(**given))
    recorder.complete(request, body if isinstance(body, bytes) else json.dumps(body).encode())
    return request


@pytest.mark.parametrize(
    ("method", "path", "operation", "name"),
    [
        ("POST", PATH, "create", None),
        ("GET", PATH, "list", None),
        ("GET", f"{PATH}/a%2Fb", "get", "a/b"),
        ("POST", f"{PATH}/c1", "update", "c1"),
        ("DELETE", f"{PATH}/c1", "delete", "c1"),
        ("GET", f"{PATH}/c1/messages", "messages", "c1"),
        ("GET", f"{PATH}/", None, None),
        ("GET", f"{PATH}x", None, None),
        ("PUT", PATH, None, None),
        ("DELETE", f"{PATH}/c1/messages", None, "c1"),
        ("POST", "/v1/models", None, None),
    ],
)
def test_operations(method: str, path: str, operation: str | None, name: str | None) -> None:
    """A request knows its operation, if it is one, and the id in its path."""
    request = recorded(method=method, path=path)
    assert (request.operation, request.id) == (operation, name)


def test_members_are_attributes() -> None:
    """What was sent is there by name, at every depth, and as plain JSON."""
    request = recorded()
    assert (request.model, request.messages[0].content, request.body.messages[-1].role) == ("m", "Hi", "user")
    assert request.body == BODY
    assert request.content == json.dumps(BODY).encode()


def test_what_was_not_sent() -> None:
    """A parameter that was left out reads as None; the body tells it from null."""
    request = recorded()
    assert (request.temperature, request.stop) == (None, None)
    assert ("temperature" in request.body, "stop" in request.body) == (False, True)


def test_what_there_is_not() -> None:
    """A name that the operation does not have is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="a create request has no 'temprature'"):
        recorded().temprature  # noqa: B018 - the access is the test
    with pytest.raises(AttributeError, match="there is no member 'name' here, only role, content"):
        recorded().messages[0].name  # noqa: B018 - the access is the test
    with pytest.raises(AttributeError, match="a list request has no 'model'"):
        recorded(b"", method="GET").model  # noqa: B018 - the access is the test


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json(body: bytes) -> None:
    """A body that cannot be read is None, and its bytes are there."""
    request = recorded(body)
    assert request.body is None
    assert request.content == body
    assert request.messages is None


def test_a_query() -> None:
    """The parameters of a query are decoded."""
    request = recorded(b"", method="GET", query=b"limit=5&metadata%5Ba%5D=b+c")
    assert request.query == {"limit": "5", "metadata[a]": "b c"}


def test_a_request_is_frozen_and_survives() -> None:
    """A request cannot be changed, can be copied and pickled, and does not print its key."""
    request = recorded()
    with pytest.raises(AttributeError, match="cannot assign"):
        request.method = "GET"
    for copied in (copy.deepcopy(request), pickle.loads(pickle.dumps(request))):
        assert (copied.model, copied.headers["Authorization"]) == ("m", "Bearer sk-secret")
    assert repr(request) == "<RecordedRequest create: POST /v1/chat/completions -> None>"


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of requests that are kept is bounded, and so is the size of their bodies."""
    monkeypatch.setattr("chatcompletions.server._recorded._MOST", 5)
    monkeypatch.setattr("chatcompletions.server._recorded._MOST_BYTES", 100)
    recorder = Recorder()
    made = [recorder.record(scope(path=f"/{n}")) for n in range(8)]
    assert recorder.requests == made[3:]
    for request in made:
        recorder.complete(request, b"x" * 40)
    assert recorder.requests == made[6:]
    recorder.complete(recorder.record(scope()), b"x" * 101)
    assert recorder.requests == []


def test_a_body_that_was_looked_for_too_early() -> None:
    """Whoever looks before the body has come sees it later."""
    recorder = Recorder()
    request = recorder.record(scope())
    assert request.body is None
    recorder.complete(request, b"{}")
    assert request.body == {}
