"""The error tree: the class for each failure, the attributes, and that no error shows the key."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from base64 import b64encode
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import chatcompletions
from chatcompletions import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BetweenEventsTimeoutError,
    ChatCompletionsError,
    ConflictError,
    ContentFilterFinishReasonError,
    FilterIgnoredError,
    FirstEventTimeoutError,
    InternalServerError,
    JournalError,
    LengthFinishReasonError,
    MaxRoundsError,
    NotFoundError,
    PagingError,
    ParseError,
    PermissionDeniedError,
    RateLimitError,
    RefusalError,
    StreamError,
    StreamInternalServerError,
    StreamInterruptedError,
    StreamRateLimitError,
    StreamTimeoutError,
    StreamTooLargeError,
    StreamTotalTimeoutError,
    StreamValidationError,
    ToolCallError,
    ToolRunError,
    TotalTimeoutError,
    UnprocessableEntityError,
    UnsupportedOperationError,
)
from chatcompletions._answers.read import _ANSWERS
from chatcompletions._requests.operations import OPERATIONS
from chatcompletions_api.api.chat import get_chat_completion
from tests.integration.rawserver import Close, RawServer

from ._support import ASK, DOT, HI, KEY, Server, completion, dropped_down, events, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

TREE: dict[type[Exception], tuple[type[Exception], ...]] = {
    ChatCompletionsError: (Exception,),
    UnsupportedOperationError: (ChatCompletionsError,),
    JournalError: (ChatCompletionsError,),
    APIError: (ChatCompletionsError,),
    APIConnectionError: (APIError,),
    APITimeoutError: (APIConnectionError,),
    TotalTimeoutError: (APITimeoutError,),
    APIResponseValidationError: (APIError,),
    APIResponseTooLargeError: (APIResponseValidationError,),
    FilterIgnoredError: (APIResponseValidationError,),
    PagingError: (APIResponseValidationError,),
    APIStatusError: (APIError,),
    BadRequestError: (APIStatusError,),
    AuthenticationError: (APIStatusError,),
    PermissionDeniedError: (APIStatusError,),
    NotFoundError: (APIStatusError,),
    ConflictError: (APIStatusError,),
    UnprocessableEntityError: (APIStatusError,),
    RateLimitError: (APIStatusError,),
    InternalServerError: (APIStatusError,),
    StreamError: (APIError,),
    StreamRateLimitError: (StreamError, RateLimitError),
    StreamInternalServerError: (StreamError, InternalServerError),
    StreamInterruptedError: (StreamError, APIConnectionError),
    StreamTimeoutError: (StreamInterruptedError, APITimeoutError),
    FirstEventTimeoutError: (StreamTimeoutError,),
    BetweenEventsTimeoutError: (StreamTimeoutError,),
    StreamTotalTimeoutError: (StreamTimeoutError, TotalTimeoutError),
    StreamTooLargeError: (StreamError, APIResponseTooLargeError),
    StreamValidationError: (StreamError, APIResponseValidationError),
    ParseError: (ChatCompletionsError,),
    LengthFinishReasonError: (ParseError,),
    ContentFilterFinishReasonError: (ParseError,),
    RefusalError: (ParseError,),
    ToolRunError: (ChatCompletionsError,),
    MaxRoundsError: (ToolRunError,),
    ToolCallError: (ToolRunError,),
}
API_ERRORS = [cls for cls in TREE if issubclass(cls, APIError)]


def failure(connect: Callable[..., Any], *replies: Any, **arguments: Any) -> APIError:
    """Return the error that a call ends with."""
    driver = connect(transport=Server(*replies).transport, **{"max_retries": 0, "api_key": KEY, **arguments})
    with pytest.raises(APIError) as caught:
        driver.call("create", **ASK)
    return caught.value


@pytest.mark.parametrize("cls", TREE, ids=lambda cls: cls.__name__)
def test_tree(cls: type[Exception]) -> None:
    """Each error is in the one tree, is public, and has a sentence that describes it."""
    assert cls.__bases__ == TREE[cls]
    assert getattr(chatcompletions, cls.__name__) is cls
    assert cls.__doc__


def test_no_error_outside_the_tree() -> None:
    """Every public exception is in the tree."""
    public = [getattr(chatcompletions, name) for name in chatcompletions.__all__]
    assert {cls for cls in public if isinstance(cls, type) and issubclass(cls, BaseException)} == set(TREE)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, APIStatusError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (405, APIStatusError),
        (408, APIStatusError),
        (409, ConflictError),
        (413, APIStatusError),
        (418, APIStatusError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (499, APIStatusError),
        (500, InternalServerError),
        (502, InternalServerError),
        (503, InternalServerError),
        (529, InternalServerError),
        (599, InternalServerError),
        (304, APIStatusError),
        (302, APIStatusError),
    ],
)
def test_class_by_status(connect: Callable[..., Any], status: int, cls: type[APIError]) -> None:
    """The status decides the class, and is an attribute of the error."""
    error = failure(connect, httpx.Response(status, json={"error": {"message": "No."}}))
    assert type(error) is cls
    assert error.status_code == status
    assert f"{status}" in str(error)
    assert "No." in str(error)


def test_attributes(connect: Callable[..., Any]) -> None:
    """An error has all that is in the envelope and the headers as attributes."""
    body = {"error": {"message": "Bad n.", "type": "invalid_request_error", "param": "n", "code": "bad_n", "x": 1}}
    headers = {"x-request-id": "req_1", "x-ratelimit-remaining-requests": "3"}
    error = failure(connect, httpx.Response(400, json=body, headers=headers))
    assert (error.status_code, error.code, error.param, error.type) == (400, "bad_n", "n", "invalid_request_error")
    assert (error.request_id, error.headers["x-ratelimit-remaining-requests"]) == ("req_1", "3")
    assert error.body == body
    assert error.attempts == 1
    assert "Bad n." in error.message
    for told in ("POST", "https://api.openai.com/v1/chat/completions", "400", "Bad n.", "bad_n", "req_1"):
        assert told in str(error)


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({"error": {"message": "No.", "code": 429, "param": "None"}}, "429", "No."),
        ({"error": {"message": None, "code": "c"}}, "c", "c"),
        ({"error": {"message": {"deep": "No."}}}, None, "No."),
        ({"error": {}}, None, "400"),
        ({"error": "No."}, None, "No."),
        ({"error": ["No.", 1]}, None, "No."),
        ({"error": 7}, None, "7"),
        ({"error": None, "message": "No."}, None, "No."),
        ({"message": "No.", "code": "c"}, "c", "No."),
        ({"detail": "No."}, None, "No."),
        ({"detail": [{"loc": ["body", "n"], "msg": "No."}]}, None, "No."),
        ({"object": "error", "message": "No.", "code": 400}, "400", "No."),
        ({}, None, "400"),
        (["No."], None, "No."),
        ([{"error": {"message": "No.", "code": 400}}], "400", "Bad Request: No."),
        ([{"error": {"message": "No."}}, {"error": {"message": "Never."}}], None, "Never."),
        ("No.", None, "No."),
        (7, None, "7"),
        (None, None, "400"),
        (True, None, "True"),
    ],
)
def test_any_error_body(connect: Callable[..., Any], body: Any, code: str | None, told: str) -> None:
    """Any JSON body keeps the class of the error, is kept itself, and its details are in the message."""
    error = failure(connect, httpx.Response(400, content=json.dumps(body)))
    assert type(error) is BadRequestError
    assert (error.code, error.body) == (code, body)
    assert told in str(error)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html>\n  <h1>Bad   gateway</h1>\n</html>", "<html> <h1>Bad gateway</h1> </html>"),
        (b"plain", "plain"),
        (b'{"error": {"mess', '{"error": {"mess'),
        (b"\xff\xfe\x00 bytes", "bytes"),
        (b"[" * 10_000 + b"]" * 10_000, "[[["),
    ],
    ids=["html", "text", "cut", "bytes", "deep"],
)
def test_body_that_is_no_json(connect: Callable[..., Any], content: bytes, told: str) -> None:
    """An error body that is not JSON is kept as text, and the message shows its start on one line."""
    error = failure(connect, httpx.Response(502, content=content))
    assert type(error) is InternalServerError
    assert isinstance(error.body, str)
    assert told in str(error)
    assert "\n" not in str(error)


def test_empty_body(connect: Callable[..., Any]) -> None:
    """The message of an error without a body has the status and no more."""
    error = failure(connect, httpx.Response(503))
    assert str(error) == "POST https://api.openai.com/v1/chat/completions answered 503 Service Unavailable"
    assert not error.body


def test_long_body(connect: Callable[..., Any]) -> None:
    """The message shows the start of a long body, the attribute holds all of it."""
    error = failure(connect, httpx.Response(500, text="word " * 100_000))
    assert len(str(error)) < 400
    assert error.body == "word " * 100_000


@pytest.mark.parametrize("charset", ["hex", "base64", "rot13", "zlib", "undefined", "no-such-charset", "utf-16"])
@pytest.mark.parametrize("status", [500, 200])
def test_odd_charset(connect: Callable[..., Any], charset: str, status: int) -> None:
    """A charset that names no text encoding does not hide the error."""
    headers = {"content-type": f"text/html; charset={charset}"}
    error = failure(connect, httpx.Response(status, content=b"<html>oops", headers=headers))
    assert error.status_code == status
    assert isinstance(error.body, str)


def test_header_beyond_ascii(connect: Callable[..., Any]) -> None:
    """A header that is not ASCII does not hide the error."""
    headers = [(b"x-note", "déjà".encode("latin-1")), (b"x-request-id", b"req_1")]
    error = failure(connect, httpx.Response(400, headers=headers))
    assert (error.headers["x-note"], error.request_id) == ("déjà", "req_1")
    assert pickle.loads(pickle.dumps(error)).headers["x-note"] == "déjà"


def test_redirect(connect: Callable[..., Any]) -> None:
    """A redirect is an error that names the target and both ways out."""
    reply = httpx.Response(308, headers={"location": "https://elsewhere.example/v1/chat/completions"})
    error = failure(connect, reply)
    assert type(error) is APIStatusError
    for told in ("308", "https://elsewhere.example/v1/chat/completions", "base_url", "follow_redirects=True"):
        assert told in str(error)


@pytest.mark.parametrize(
    ("status", "method"), [(301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_redirect_followed_on_request(connect: Callable[..., Any], status: int, method: str) -> None:
    """With follow_redirects a redirect is followed with the same request, unless it asks for another one."""
    server = Server(httpx.Response(status, headers={"location": "/elsewhere"}), completion())
    driver = connect(transport=server.transport, follow_redirects=True)
    assert driver.call("create", **ASK).text == "Hi."
    first, second = server.requests
    assert (second.url.path, second.method, second.headers["authorization"]) == ("/elsewhere", method, "Bearer sk-test")
    assert second.content == (first.content if method == "POST" else b"")


@pytest.mark.parametrize(
    ("start", "target", "kept"),
    [
        ("https://a.example/v1", "https://a.example/v2", True),
        ("http://a.example/v1", "https://a.example/v1", True),
        ("https://a.example/v1", "http://a.example/v1", False),
        ("https://a.example/v1", "https://a.example:8443/v1", False),
        ("https://a.example/v1", "https://b.example/v1", False),
    ],
)
def test_redirects_tell_no_secrets(connect: Callable[..., Any], start: str, target: str, kept: bool) -> None:
    """Whatever header the key is in, it does not follow a redirect to another server, or to one without TLS."""
    server = Server(httpx.Response(307, headers={"location": target}), completion())
    headers = {"api-key": KEY, "X-Secret": KEY, "x-note": "kept"}
    driver = connect(base_url=start, transport=server.transport, follow_redirects=True, headers=headers)
    assert driver.call("create", **ASK, extra_headers={"x-goog-api-key": KEY}).text == "Hi."
    names = {"authorization", "api-key", "x-secret", "x-goog-api-key"}
    assert (names & server.requests[1].headers.keys() == names) is kept
    assert (names & server.requests[1].headers.keys() == set()) is not kept
    assert ("x-note" in server.requests[1].headers) is kept
    assert server.requests[1].headers["content-type"] == "application/json"


def test_redirects_to_another_host(connect: Callable[..., Any]) -> None:
    """A redirect to another host takes along the headers that describe the content, and no others."""
    server = Server(httpx.Response(307, headers={"location": "https://b.example/v1"}), completion())
    own: dict[str, Any] = {"cookies": {"session": KEY}, "organization": "org-1", "project": "proj-1"}
    driver = connect(transport=server.transport, follow_redirects=True, headers={"X-Auth": KEY, "x-note": "1"}, **own)
    assert driver.call("create", **ASK, extra_headers={"x-more": "1"}).text == "Hi."
    first, second = server.requests
    for name in ("cookie", "x-auth", "openai-organization", "openai-project", "authorization", "x-note", "x-more"):
        assert name in first.headers
        assert name not in second.headers
    assert second.content == first.content
    assert second.headers["content-type"] == "application/json"
    assert second.headers["host"] == "b.example"


def test_a_cookie_that_a_redirect_sets(connect: Callable[..., Any]) -> None:
    """A cookie that comes with a redirect to the same host goes out with the next request."""
    server = Server(
        httpx.Response(307, headers={"location": "/v2", "set-cookie": "gate=open; Path=/"}),
        httpx.Response(307, headers={"location": "/v3", "set-cookie": "gate=wide; Path=/"}),
        completion(),
    )
    driver = connect(transport=server.transport, follow_redirects=True)
    assert driver.call("create", **ASK).text == "Hi."
    assert [request.headers.get("cookie") for request in server.requests] == [None, "gate=open", "gate=wide"]


def test_a_jar_stays_what_it_is(connect: Callable[..., Any]) -> None:
    """A cookie jar of the caller's is filled, by its own policy."""
    jar, deaf = CookieJar(), CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    for given, kept in ((jar, ["sid"]), (deaf, [])):
        reply = httpx.Response(200, json=completion(), headers={"set-cookie": "sid=1"})
        server = Server(reply)
        driver = connect(transport=server.transport, cookies=given)
        for _ in range(2):
            driver.call("create", **ASK)
        assert [cookie.name for cookie in given] == kept
        assert ("cookie" in server.requests[1].headers) is bool(kept)


@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="a", nonce="b", qop="auth-int"', 'Digest realm="a", nonce="b", algorithm=X', "Digest ,,"],
)
def test_a_challenge_that_nobody_understands(connect: Callable[..., Any], challenge: str) -> None:
    """A challenge that httpx's own auth cannot answer is an error of the tree, without a retry."""
    server = Server(httpx.Response(401, headers={"www-authenticate": challenge}))
    driver = connect(transport=server.transport, auth=httpx.DigestAuth("me", "pass"))
    with pytest.raises(APIConnectionError, match="challenge cannot be answered"):
        driver.call("create", **ASK)
    assert len(server.requests) == 1


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize(
    "location", ["javascript:1", "http://[::1", "http://xn--/", "http://xn--a.b/", "//x.example:99999"]
)
def test_redirects_to_nowhere(connect: Callable[..., Any], location: str, follow: bool) -> None:
    """A redirect to a location that is no URL is an error of the tree; a bad port is one only if it is followed."""
    server = Server(httpx.Response(307, headers={"location": location}))
    is_followed = follow or "99999" not in location
    with pytest.raises(APIConnectionError if is_followed else APIStatusError, match=r"location|redirect"):
        connect(transport=server.transport, follow_redirects=follow, max_retries=0).call("create", **ASK)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"<html>Sign in</html>", "text/html"),
        (b'{"id": "x", "choi', "application/json"),
        (b"", "application/json"),
        (b"\xff", "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"text"', "application/json"),
        (b"null", "application/json"),
        (b"true", "application/json"),
        (b"17", "application/json"),
        (b"[" * 10_000 + b"]" * 10_000, "application/json"),
        (b"data: {}\n\n", "text/event-stream"),
    ],
)
@pytest.mark.parametrize("call", ["create", "get", "list", "delete"])
def test_success_that_is_none(connect: Callable[..., Any], call: str, content: bytes, content_type: str) -> None:
    """A 200 that does not hold a JSON object is an error with the status, the headers and the start of the body."""
    headers = {"content-type": content_type, "x-request-id": "req_1"}
    driver = connect(transport=Server(httpx.Response(200, content=content, headers=headers)).transport)
    args = {"create": ((), ASK), "list": ((), {})}.get(call, (("chatcmpl-1",), {}))
    with pytest.raises(APIResponseValidationError) as caught:
        driver.call(call, *args[0], **args[1])
    error = caught.value
    assert (error.status_code, error.request_id) == (200, "req_1")
    assert str(content[:8], "utf-8", "replace") in str(error)
    assert ("the body is empty" in str(error)) is (content == b"")
    assert len(str(error)) < 600


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "No.", "code": 502}},
        {"error": {"message": "No.", "code": 502}, "id": "gen-1"},
        {"error": {"message": "No.", "code": 502}, "object": "error"},
        {"error": {"message": "No.", "code": 502}, "object": "chat.completion", "choices": [], "data": None},
        {"error": {"message": "No.", "code": 502}, "data": {"retry": True}},
        {"object": "error", "message": "No.", "code": 502},
        {"object": "error", "message": "No.", "code": 502, "choices": []},
    ],
)
@pytest.mark.parametrize("call", ["create", "get", "list", "delete"])
def test_error_behind_a_200(connect: Callable[..., Any], call: str, body: dict[str, Any]) -> None:
    """An error envelope with a status of success raises with its details, unless the body has an answer as well."""
    driver = connect(transport=Server(httpx.Response(200, json=body)).transport)
    args = {"create": ((), ASK), "list": ((), {})}.get(call, (("chatcmpl-1",), {}))
    with pytest.raises(APIError, match=r"No\.") as caught:
        driver.call(call, *args[0], **args[1])
    error = caught.value
    assert (type(error), error.status_code, error.code, error.body) == (APIError, 200, "502", body)


FAILED = {"index": 1, "finish_reason": "error", "message": {"content": "Hal"}}


@pytest.mark.parametrize(
    ("failed", "told", "code"),
    [
        ({"error": {"code": 502, "message": "Bad."}}, "Bad.", "502"),
        ({"error": {"code": 502, "message": "Bad."}, "finish_reason": None}, "Bad.", "502"),
        ({"error": "Bad."}, "Bad.", None),
        ({"error": None}, "reported an error", None),
        ({}, "reported an error", None),
    ],
)
def test_a_choice_that_failed(connect: Callable[..., Any], failed: dict[str, Any], told: str, code: str | None) -> None:
    """If the generation of a choice failed, the error has its details, and the whole answer as its body."""
    body = completion()
    body["choices"].append(FAILED | failed)
    driver = connect(transport=Server(body).transport)
    for params in ({}, {"stream": True}):
        with pytest.raises(APIError) as caught:
            driver.iterate(driver.call("create", **ASK, **params))
        error = caught.value
        assert (type(error), error.code, error.body) == (APIError, code, body)
        assert told in str(error)


@pytest.mark.parametrize("error", [None, {}, "", False])
def test_a_choice_that_did_not_fail(connect: Callable[..., Any], error: Any) -> None:
    """An error of a choice that says nothing is none."""
    body = completion()
    body["choices"][0]["error"] = error
    assert connect(transport=Server(body).transport).call("create", **ASK).to_dict() == body


@pytest.mark.parametrize(
    "body",
    [{}, {"detail": "busy"}, {"success": False, "errors": [{"code": 1}]}, {"error_code": 7}, {"error": None}],
    ids=str,
)
def test_an_object_that_is_no_answer(connect: Callable[..., Any], body: dict[str, Any]) -> None:
    """An object without a member of any answer is an error with the body, for dropped-down calls as well."""
    driver = connect(transport=Server(httpx.Response(200, json=body)).transport)
    calls: list[Callable[[], Any]] = [
        lambda: driver.call("create", **ASK),
        lambda: driver.iterate(driver.call("create", **ASK, stream=True)),
        lambda: driver.call("get", "a"),
        lambda: driver.call("update", "a", metadata=None),
        lambda: driver.call("delete", "a"),
        lambda: driver.call("list"),
        lambda: driver.call("messages", "a"),
        lambda: dropped_down(driver, get_chat_completion, "a"),
    ]
    for call in calls:
        with pytest.raises(APIResponseValidationError, match="the body is no answer") as caught:
            call()
        assert (caught.value.status_code, caught.value.body) == (200, body)


@pytest.mark.parametrize(
    ("call", "args", "body"),
    [
        ("create", ASK, {"code": 1001, "msg": "No credit.", "data": {}}),
        ("create", ASK, {"has_more": False}),
        ("list", {}, {"choices": []}),
    ],
)
def test_the_answer_of_another_call(
    connect: Callable[..., Any], call: str, args: dict[str, Any], body: dict[str, Any]
) -> None:
    """An object that has members of another call's answer alone is no answer to this one."""
    with pytest.raises(APIResponseValidationError, match="the body is no answer"):
        connect(transport=Server(body).transport).call(call, **args)


@pytest.mark.parametrize("body", [{"choices": None}, {"id": None}, {"object": ""}, {"usage": {}, "detail": "busy"}])
def test_an_answer_of_one_member(connect: Callable[..., Any], body: dict[str, Any]) -> None:
    """One member of an answer, whatever its value, is enough for an answer to be read."""
    assert connect(transport=Server(body).transport).call("create", **ASK).to_dict() == body


def test_which_members_are_known() -> None:
    """What a dropped-down call may get is an answer of one of the operations."""
    assert set(_ANSWERS) == {name for each in OPERATIONS.values() for name in each.models}


@pytest.mark.parametrize("members", [{"error": None}, {"error": {}}, {"error": {"message": "No."}}])
def test_an_error_beside_an_answer(connect: Callable[..., Any], members: dict[str, Any]) -> None:
    """A body with choices or items is an answer, and keeps an error beside them."""
    driver = connect(transport=Server(completion(**members), page(["a"], **members)).transport)
    reply, listed = driver.call("create", **ASK), driver.call("list")
    assert (reply.text, reply["error"]) == ("Hi.", members["error"])
    assert ([each.id for each in listed.data], listed["error"]) == (["a"], members["error"])


@pytest.mark.parametrize(
    ("raised", "cls"),
    [
        (httpx.ConnectError("refused"), APIConnectionError),
        (httpx.ReadError("reset"), APIConnectionError),
        (httpx.RemoteProtocolError("bad"), APIConnectionError),
        (httpx.ProxyError("bad"), APIConnectionError),
        (httpx.ConnectTimeout("slow"), APITimeoutError),
        (httpx.ReadTimeout("slow"), APITimeoutError),
        (httpx.PoolTimeout(""), APITimeoutError),
        (httpx.DecodingError("bad"), APIResponseValidationError),
        (httpx.LocalProtocolError("bad"), APIError),
        (httpx.UnsupportedProtocol("bad"), APIError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_class_by_failure(connect: Callable[..., Any], raised: httpx.RequestError, cls: type[APIError]) -> None:
    """A failed request raises the class for its kind, names the failure, and has httpx's error as its cause."""
    error = failure(connect, raised)
    assert type(error) is cls
    assert error.__cause__ is raised
    assert (error.status_code, dict(error.headers), error.body, error.attempts) == (None, {}, None, 1)
    assert type(raised).__name__ in str(error)


def sample(cls: type[APIError]) -> APIError:
    return cls(
        "It failed.",
        status_code=418,
        code="c",
        param="p",
        type="t",
        headers=httpx.Headers({"x-request-id": "req_1"}),
        body={"error": ["\ud800"]},
        attempts=3,
    )


@pytest.mark.parametrize("cls", API_ERRORS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("copied", [lambda error: pickle.loads(pickle.dumps(error)), copy.deepcopy, copy.copy])
def test_copies(cls: type[APIError], copied: Callable[[APIError], APIError]) -> None:
    """Every error survives pickle and copying with all that it carries."""
    error = sample(cls)
    error.add_note("noted")
    again = copied(error)
    assert type(again) is cls
    assert again.__dict__ == error.__dict__
    assert (str(again), again.args, again.request_id) == (str(error), error.args, "req_1")


def test_plain_error_survives_pickle() -> None:
    """The base of the tree pickles too."""
    again = pickle.loads(pickle.dumps(ChatCompletionsError("no key")))
    assert (type(again), str(again)) == (ChatCompletionsError, "no key")


def test_stream_error_survives_pickle(connect: Callable[..., Any]) -> None:
    """The partial completion of a stream's error survives pickle and deepcopy."""
    driver = connect(transport=Server(streaming(events(HI, DOT))).transport)
    with pytest.raises(StreamInterruptedError) as caught:
        driver.iterate(driver.call("create", stream=True, **ASK))
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.deepcopy(caught.value)):
        assert again.completion.text == "Hi."
        assert again.completion == caught.value.completion


def test_text_tells_what_is_known() -> None:
    """The text of an error adds code, request id and a number of attempts above one to the message."""
    assert str(sample(BadRequestError)) == "It failed. (code c, request req_1, 3 attempts)"
    assert str(BadRequestError("It failed.")) == "It failed."


def test_cookies_are_dropped(connect: Callable[..., Any]) -> None:
    """The cookies of an answer, which may authenticate a user, are not kept."""
    headers = [("set-cookie", "a=1"), ("Set-Cookie", "session=s3cr3t"), ("x-kept", "yes")]
    error = failure(connect, httpx.Response(500, headers=headers))
    assert (error.headers.get("set-cookie"), error.headers["x-kept"]) == (None, "yes")
    assert b"s3cr3t" not in pickle.dumps(error)


ECHOES: dict[str, Callable[[str], httpx.Response]] = {
    "message": lambda key: httpx.Response(401, json={"error": {"message": f"Incorrect key {key}."}}),
    "members": lambda key: httpx.Response(401, json={"error": {"code": key, "param": key, "type": key, key: [key]}}),
    "escaped": lambda key: httpx.Response(401, content=b'{"error": "' + key.replace("-", "\\u002d").encode() + b'"}'),
    "text": lambda key: httpx.Response(401, text=f"{key} is wrong"),
    "html": lambda key: httpx.Response(200, html=f"<p>{key}</p>"),
    "envelope": lambda key: httpx.Response(200, json={"error": {"message": key}}),
    "header": lambda key: httpx.Response(500, headers={"x-echo": f"Bearer {key}", "x-request-id": key}),
    "redirect": lambda key: httpx.Response(302, headers={"location": f"https://x.example/?key={key}"}),
    "array": lambda key: httpx.Response(200, json=[key]),
    "late in a long text": lambda key: httpx.Response(500, text="x" * 195 + key),
}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("key", [KEY, "two words of a key"])
def test_no_key_is_shown(
    connect: Callable[..., Any], caplog: pytest.LogCaptureFixture, pauses: list[float], echo: str, key: str
) -> None:
    """However a server echoes the key, no text, attribute, pickle, traceback or log of the error shows any of it."""
    caplog.set_level(logging.DEBUG)
    error = failure(connect, ECHOES[echo](key), api_key=key, max_retries=1)
    assert len(pauses) == error.attempts - 1
    shown = [str(error), repr(error), repr(error.args), repr(error.__dict__), repr(error.body), caplog.text]
    shown += [*map(repr, error.headers.raw), "".join(traceback.format_exception(error))]
    shown.append(str(pickle.dumps(error)))
    for text in shown:
        assert key[:14] not in text
        assert key[-8:] not in text


@pytest.mark.parametrize(
    "header",
    [
        "authorization",
        "Proxy-Authorization",
        "api-key",
        "x-api-key",
        "x-goog-api-key",
        "Ocp-Apim-Subscription-Key",
        "X-Auth-Token",
        "X-Client-Secret",
        "Cookie",
    ],
)
@pytest.mark.parametrize("value", [KEY, f"Custom {KEY}", f"a=1; session={KEY}; b=2", f'Scheme name="{KEY}"'])
def test_no_key_of_ones_own_header_is_shown(connect: Callable[..., Any], header: str, value: str) -> None:
    """A key in a header of the caller's own is masked as well."""
    reply = httpx.Response(401, text=f"wrong: {KEY}")
    error = failure(connect, reply, api_key=None, base_url="http://x.example/v1", headers={header: value})
    assert KEY not in str(error)
    assert KEY not in repr(error.__dict__)


def test_no_password_of_the_url_is_shown(connect: Callable[..., Any]) -> None:
    """A password that a server repeats is masked, whether it came from the base URL or not."""
    reply = httpx.Response(401, json={"error": f"wrong: {KEY}"})
    for options in ({"base_url": f"http://me:{KEY}@x.example/v1"}, {"auth": ("me", KEY)}):
        error = failure(connect, reply, api_key=None, **options)
        assert KEY not in str(error)
        assert KEY not in repr(error.__dict__)


def test_no_password_of_the_url_is_logged(connect: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    """A password in the base URL is sent as httpx would send it, and httpx's log of the requests does not show it."""
    caplog.set_level("DEBUG")
    server = Server(completion())
    driver = connect(transport=server.transport, base_url=f"http://me:p%40{KEY}@x.example/v1")
    driver.call("create", **ASK)
    expected = b64encode(f"me:p@{KEY}".encode()).decode()
    assert server.requests[0].headers["authorization"] == f"Basic {expected}"
    assert "http://x.example/v1/chat/completions" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in str(driver.client.base_url)


@pytest.mark.parametrize("key", [KEY, "s3cr3t/+% &x"])
@pytest.mark.parametrize("name", ["key", "api_key", "subscription-key", "access_token"])
def test_no_key_of_the_query_is_shown(connect: Callable[..., Any], name: str, key: str) -> None:
    """A key in a query parameter is masked, both as it is and as encoded in the URL."""

    queries: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        queries.append(request.url.query.decode())
        target = str(request.url).replace("http:", "https:")
        return httpx.Response(308, headers={"location": target}, text=f"{key} moved to {target}")

    driver = connect(base_url="http://x.example/v1", api_key=None, transport=httpx.MockTransport(elsewhere))
    with pytest.raises(APIStatusError) as caught:
        driver.call("create", **ASK, extra_query={name: key})
    for secret in (key, queries[0].partition("=")[2]):
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value.__dict__)


def test_a_filter_is_no_secret(connect: Callable[..., Any]) -> None:
    """Metadata filters are shown, whatever the names of their keys."""
    server = Server(httpx.Response(400, json={"error": {"message": "rivers is no topic"}}))
    with pytest.raises(BadRequestError, match="rivers is no topic"):
        connect(transport=server.transport).call("list", metadata={"token_topic": "rivers"})


def test_no_key_is_shown_by_a_failure(connect: Callable[..., Any]) -> None:
    """A failure that shows the key, itself or in its causes, is not the cause of the error."""
    inner = ValueError(f"Illegal header value b'Bearer {KEY}'")
    outer = httpx.LocalProtocolError("cannot be sent")
    outer.__cause__ = inner
    for raised in (httpx.LocalProtocolError(str(inner)), outer):
        error = failure(connect, raised)
        assert error.__cause__ is None
        for text in (str(error), repr(error.__dict__), str(pickle.dumps(error)), *traceback.format_exception(error)):
            assert KEY not in text


@pytest.mark.parametrize("key", ["sk-test", "secret", "s3cr", "a_b-c"])
def test_no_short_key_is_shown(connect: Callable[..., Any], key: str) -> None:
    """A key of a few characters is masked where it is a word of its own."""
    error = failure(connect, httpx.Response(401, json={"error": {"message": f"no such key: '{key}'."}}), api_key=key)
    assert key not in str(error)
    assert error.body == {"error": {"message": "no such key: '[secure]'."}}


@pytest.mark.parametrize("key", ["x", "-", "e", "api", "quota", "EMPTY", "test", "none"])
def test_a_dummy_key_hides_nothing(connect: Callable[..., Any], pauses: list[float], key: str) -> None:
    """A key as short as a word, for a server that needs none, leaves errors as they are."""
    envelope = {"code": "insufficient_quota", "type": "test_error", "param": "messages", "message": "No tests-apiece."}
    reply = httpx.Response(429, json={"error": envelope}, headers={"x-request-id": "req-test-1"})
    error = failure(connect, reply, api_key=key, max_retries=2)
    assert (error.code, error.type, error.param) == ("insufficient_quota", "test_error", "messages")
    assert (error.body, error.request_id, error.attempts, pauses) == ({"error": envelope}, "req-test-1", 1, [])
    assert "[secure]" not in str(error)


@pytest.mark.parametrize("key", ["[secure] [secure]", "secure-key-secure-key", "sk-0123456789 sk-0123456789"])
def test_a_key_is_blotted_out_once(connect: Callable[..., Any], key: str) -> None:
    """A key that repeats itself, or holds the mask, is masked once."""
    assert failure(connect, httpx.Response(400, json={"error": f"<{key}>"}), api_key=key).body == {
        "error": "<[secure]>"
    }


@pytest.mark.parametrize(
    "content",
    [
        events({"error": {"message": KEY}}),
        events(KEY),
        events("x" * 70 + KEY),
        events([KEY]),
        b"event: error\ndata: " + KEY.encode() + b"\n\n",
    ],
    ids=["error", "not json", "late", "array", "error event"],
)
def test_no_key_is_shown_by_a_stream(connect: Callable[..., Any], content: bytes) -> None:
    """An error in the middle of a stream hides the key like any other."""
    driver = connect(transport=Server(streaming(content)).transport, api_key=KEY)
    with pytest.raises(StreamError) as caught:
        driver.iterate(driver.call("create", stream=True, **ASK))
    for text in (str(caught.value), repr(caught.value.__dict__), str(pickle.dumps(caught.value))):
        assert KEY[:9] not in text
        assert KEY[-9:] not in text


def test_address_hides_credentials(connect: Callable[..., Any]) -> None:
    """Neither the credentials of a URL nor its query, which may hold a key, is part of a message."""
    error = failure(
        connect, httpx.Response(400), base_url="https://user:pa55@x.example/v1", params={"key": "s3cr3t"}, api_key=None
    )
    assert "https://x.example/v1/chat/completions" in str(error)
    assert "pa55" not in str(error)
    assert "s3cr3t" not in str(error)


NO_PATH = "base_url has no path: it usually ends with /v1"
TWICE = "base_url has a part of the path twice: it ends before /chat/completions"
FOUND = {"error": {"message": "No such model.", "code": "model_not_found"}}


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, text="404 page not found"),
        httpx.Response(404, json={"error": {"message": "Invalid URL (POST /chat/completions)", "code": None}}),
        httpx.Response(200, text="<!doctype html>"),
    ],
)
@pytest.mark.parametrize(
    ("base_url", "hint"),
    [
        ("http://x.example", NO_PATH),
        ("https://x.example:8000/", NO_PATH),
        ("https://x.example/v1/chat/completions", TWICE),
        ("https://x.example/chat/completions", TWICE),
        ("https://x.example/v1/v1", TWICE),
        ("https://x.example/v1", ""),
        ("https://x.example/openai/deployments/x", ""),
    ],
)
def test_a_base_url_that_leads_nowhere(connect: Callable[..., Any], reply: Any, base_url: str, hint: str) -> None:
    """A 404, or a web page, for a base URL without a path or with the path twice comes with a hint."""
    driver = connect(base_url=base_url, transport=Server(reply).transport)
    with pytest.raises(APIError) as caught:
        driver.call("create", **ASK)
    assert hint in str(caught.value)
    assert ("base_url" in str(caught.value)) is bool(hint)


@pytest.mark.parametrize("reply", [httpx.Response(404, json=FOUND), httpx.Response(400, json={"detail": "No."})])
def test_a_base_url_that_leads_there(connect: Callable[..., Any], reply: Any) -> None:
    """What the API itself does not find, and says so by a code, is no matter of the base URL."""
    with pytest.raises(APIError) as caught:
        connect(base_url="http://x.example", transport=Server(reply).transport).call("create", **ASK)
    assert "base_url" not in str(caught.value)


SPEAKS_TLS = "base_url begins with https://"


@pytest.mark.parametrize(
    "text",
    [
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ],
    ids=["nginx", "Go", "Apache"],
)
def test_plain_http_to_a_tls_port(connect: Callable[..., Any], text: str) -> None:
    """A server that answers that its port wants TLS makes an error with a hint."""
    transport = Server(httpx.Response(400, text=text)).transport
    with pytest.raises(BadRequestError, match=SPEAKS_TLS):
        connect(base_url="http://x.example/v1", transport=transport).call("create", **ASK)
    with pytest.raises(BadRequestError) as caught:
        connect(base_url="https://x.example/v1", transport=transport).call("create", **ASK)
    assert SPEAKS_TLS not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "failure", "is_told"),
    [
        ("http://x.example:443/v1", httpx.RemoteProtocolError("Server disconnected"), True),
        ("http://x.example:443/v1", httpx.ReadError(""), True),
        ("http://x.example:443/v1", httpx.ConnectError("refused"), False),
        ("http://x.example/v1", httpx.RemoteProtocolError("Server disconnected"), False),
        ("https://x.example/v1", httpx.RemoteProtocolError("Server disconnected"), False),
    ],
)
def test_a_tls_port_that_hangs_up(
    connect: Callable[..., Any], base_url: str, failure: httpx.RequestError, is_told: bool
) -> None:
    """If the port for TLS hangs up on plain http, the error has the hint as well."""
    with pytest.raises(APIConnectionError) as caught:
        connect(base_url=base_url, transport=Server(failure).transport, max_retries=0).call("create", **ASK)
    assert (SPEAKS_TLS in str(caught.value)) is is_told


def test_a_tls_port_that_answers_in_tls(connect: Callable[..., Any]) -> None:
    """An alert of TLS in the place of an answer makes an error with the hint."""
    alert = [b"\x15\x03\x01\x00\x02\x02\x46", Close()]
    with RawServer([alert]) as server, pytest.raises(APIConnectionError, match=SPEAKS_TLS):
        connect(base_url=server.base_url, max_retries=0).call("create", **ASK)
