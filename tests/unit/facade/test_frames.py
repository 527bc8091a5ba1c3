"""No secret is in the locals of a frame that an error passes, as logs of tracebacks and notebooks print them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import AsyncChatClient, ChatClient
from chatcompletions._answers.failures import causes
from chatcompletions._redaction import Secret, SecretDict, hide_values
from tests.integration.rawserver import Close, RawServer, Reset, http_response

from ._support import ASK, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD = "pass-word-0123456789"
SECRETS = (KEY, PASSWORD)


def shown_by(error: BaseException) -> Iterator[str]:
    """Iterate over the locals that a traceback shows, without the frames of this folder."""
    for each in causes(error):
        yield from (str(each), repr(each))
        traceback = each.__traceback__
        while traceback is not None:
            frame = traceback.tb_frame
            if "/tests/" not in frame.f_code.co_filename:
                for name, value in frame.f_locals.items():
                    yield f"{frame.f_code.co_qualname} {name} = {value!r}"
            traceback = traceback.tb_next


def tells(error: BaseException) -> list[str]:
    return [text for text in shown_by(error) if any(secret in text for secret in SECRETS)]


SECRETIVE: dict[str, Any] = {"headers": {"x-auth": PASSWORD, "api-key": PASSWORD}, "auth": ("me", PASSWORD)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": f"https://me:{PASSWORD}@"},
        {"base_url": f"https://me:{PASSWORD}@a:b/"},
        {"base_url": f"ftp://me:{PASSWORD}@a.example"},
        {"base_url": f"http://me:{PASSWORD}@xn--/v1"},
        {"timeout": -1},
        {"max_retries": "2"},
        {"tiemout": 3},
        {"headers": {"x-api-key": f"{PASSWORD}\n"}},
        {"headers": {"x-api-key": PASSWORD.encode()}},
        {"organization": 3},
        {"max_answer_bytes": -1},
        {"api_key": f"é{KEY}"},
        {"api_key": KEY.encode()},
        {"cookies": {"a": PASSWORD.encode()}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_a_constructor_that_fails(cls: type[Any], wrong: dict[str, Any]) -> None:
    """A client that cannot be made shows neither its key nor other secrets."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
        cls(**{"api_key": KEY, **SECRETIVE, **wrong})
    assert tells(caught.value) == []


@pytest.mark.parametrize("cls", [ChatClient, AsyncChatClient])
def test_a_key_without_its_name(cls: type[Any]) -> None:
    """A client that gets its key without a name does not show it."""
    with pytest.raises(TypeError) as caught:
        cls(KEY, **SECRETIVE)
    assert tells(caught.value) == []


def test_a_proxy_of_the_environment_that_cannot_be_used(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that needs such a proxy shows no secret, nor the proxy's password."""
    for address in (f"socks://me:{PASSWORD}@x", f"http://me:{PASSWORD}/@x"):
        monkeypatch.setenv("ALL_PROXY", address)
        with pytest.raises(Exception, match="ALL_PROXY") as caught:
            connect(api_key=KEY, base_url="https://x.example", **SECRETIVE).call("create", **ASK)
        assert tells(caught.value) == []


@pytest.mark.parametrize("query", [{"after": "\ud83d"}, {"token": f"{PASSWORD}\ud83d"}])
def test_half_a_character(connect: Callable[..., Any], query: dict[str, str]) -> None:
    """A query that cannot be sent shows no secret either."""
    with pytest.raises(ValueError, match="surrogate") as caught:
        connect(api_key=KEY, base_url="https://x.example").call("list", extra_query=query)
    assert tells(caught.value) == []


@pytest.mark.parametrize(
    "options",
    [
        {"proxy": f"http://me:{PASSWORD}@[::1"},
        {"proxy": f"me:{PASSWORD}@x:80"},
        {"verify": "/missing.pem"},
        {"mounts": {"x": None}},
    ],
)
def test_connections_that_cannot_be_set_up(connect: Callable[..., Any], options: dict[str, Any]) -> None:
    """A first call that fails because of one option shows no secret of the other options."""
    driver = connect(api_key=KEY, base_url="https://x.example", **SECRETIVE, **options)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
        driver.call("create", **ASK)
    assert tells(caught.value) == []


@pytest.mark.parametrize(
    "reply",
    [
        [Close()],
        [Reset()],
        [b"HTTP/1.1 abc\r\n\r\n", Close()],
        [http_response(200, b"{", content_length=9), Close()],
        http_response(401, b"No."),
        http_response(200, b"<html>"),
        http_response(200, b"x", headers={"Content-Encoding": "br"}),
    ],
)
@pytest.mark.parametrize("params", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_a_call_that_fails(connect: Callable[..., Any], reply: Any, params: dict[str, Any]) -> None:
    """A call that fails at any step shows no secret of its request."""
    with RawServer([reply]) as server:
        driver = connect(api_key=KEY, base_url=server.base_url, max_retries=0, headers=SECRETIVE["headers"])
        with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
            driver.iterate(driver.call("create", **ASK, **params))
    assert tells(caught.value) == []


@pytest.mark.parametrize("extra", [{"x-token": PASSWORD}, {"x-token": f"{PASSWORD}\n"}, {"x-token": PASSWORD.encode()}])
def test_headers_of_a_call(connect: Callable[..., Any], extra: dict[str, Any]) -> None:
    """Secrets in the options of one call are not shown either, whether the call fails before or after it is sent."""
    with RawServer(lambda _: http_response(401, b"No.")) as server:
        driver = connect(api_key=KEY, base_url=server.base_url, max_retries=0)
        for name, args, params in (
            ("create", (), ASK),
            ("create", (), {**ASK, "stream": True}),
            ("get", ("x",), {}),
            ("update", ("x",), {"metadata": None}),
            ("delete", ("x",), {}),
            ("list", (), {}),
            ("messages", ("x",), {}),
        ):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
                driver.call(name, *args, **params, extra_headers=extra)
            assert tells(caught.value) == []


def test_a_failure_that_repeats_the_key(connect: Callable[..., Any]) -> None:
    """A key that a server sends back where a library repeats it is in no exception of the chain, and in no local."""
    with RawServer([[f"garb Bearer {KEY}\r\n\r\n".encode(), Close()]]) as server:
        driver = connect(api_key=KEY, base_url=server.base_url, max_retries=0)
        with pytest.raises(Exception, match=r"\[secure\]") as caught:
            driver.call("create", **ASK)
    assert tells(caught.value) == []


def test_a_call_to_nobody(connect: Callable[..., Any]) -> None:
    """A call that reaches no server shows no secret either, nor the password of a proxy."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for options in ({"base_url": f"http://{address}"}, {"proxy": f"http://me:{PASSWORD}@{address}"}):
            driver = connect(**{"api_key": KEY, "base_url": "https://x.example", "max_retries": 0, **options})
            with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind
                driver.call("create", **ASK)
            assert tells(caught.value) == []


def test_a_failure_of_the_callers_transport(connect: Callable[..., Any]) -> None:
    """A mistake in a caller's transport keeps the frames that its author needs to find it."""

    def handle(_: httpx.Request) -> httpx.Response:
        raise LookupError("here")

    with pytest.raises(Exception, match="here") as caught:
        connect(transport=httpx.MockTransport(handle)).call("create", **ASK)
    mistake = next(each for each in causes(caught.value) if type(each) is LookupError)
    assert mistake.__traceback__ is not None


def test_what_holds_secrets() -> None:
    """A Secret compares and reveals as its text, and shows nothing; a SecretDict shows its names alone."""
    secret = Secret(KEY)
    assert (repr(secret), str(secret), secret.reveal()) == ("[secure]", "[secure]", KEY)
    assert secret == Secret(secret)
    assert len({secret, Secret(KEY), Secret("other")}) == 2
    assert repr(SecretDict(key=KEY, other=1)) == "{'key': ..., 'other': ...}"


def test_what_is_moved() -> None:
    """hide_values leaves the first mapping empty."""
    given = {"key": KEY}
    assert (hide_values(given), given) == ({"key": KEY}, {})
