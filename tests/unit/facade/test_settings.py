"""The settings of a client: arguments, environment, and httpx's options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import AsyncChatClient, AuthenticationError, ChatClient, ChatCompletionsError, __version__
from chatcompletions._requests.settings import HTTPXOptions

from ._support import ASK, KEY, Server, completion

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])


def sent(connect: Callable[..., Any], **arguments: Any) -> httpx.Request:
    """Return the request that a client with these arguments sends."""
    server = Server(completion())
    connect(transport=server.transport, **{"api_key": None, **arguments}).call("create", **ASK)
    return server.requests[0]


def test_defaults(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key alone, the service itself is called, and no other setting is sent."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    request = sent(connect)
    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["user-agent"].startswith(f"chatcompletions/{__version__}")
    assert "openai-organization" not in request.headers
    assert "openai-project" not in request.headers
    assert request.extensions["timeout"] == {"connect": 5, "read": 600, "write": 600, "pool": 600}


def test_environment(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The four variables fill in for missing arguments, without the blanks around them."""
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("OPENAI_BASE_URL", " http://env.example/v1\n")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env\n")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env\r\n")
    request = sent(connect)
    assert str(request.url) == "http://env.example/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["openai-organization"] == "org-env"
    assert request.headers["openai-project"] == "proj-env"


def test_arguments_come_first(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments take precedence over the environment, and lose the blanks around them too."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://env.example/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env")
    arguments = {"base_url": "http://arg.example/v2 ", "organization": "org-arg\n", "project": "proj-arg"}
    request = sent(connect, api_key="sk-arg\n", **arguments)
    assert str(request.url) == "http://arg.example/v2/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-arg"
    assert request.headers["openai-organization"] == "org-arg"
    assert request.headers["openai-project"] == "proj-arg"


def test_empty_arguments_silence_the_environment(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty argument switches a setting off, whatever the environment has."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "from-env")
    request = sent(connect, base_url="http://x.example", api_key="", organization="", project="")
    for name in ("authorization", "openai-organization", "openai-project"):
        assert name not in request.headers


@pytest.mark.parametrize("given", ["", " ", "\n"])
def test_empty_variables_are_none(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """An empty variable counts as not set."""
    for name in ("OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, given)
    request = sent(connect, api_key=KEY)
    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert "openai-organization" not in request.headers


@CLIENTS
@pytest.mark.parametrize("key", [None, "", "  "])
def test_no_key_for_the_service(client: type[Any], key: str | None) -> None:
    """Without a key for the service itself there is no client; the error says what to set."""
    with pytest.raises(ChatCompletionsError) as caught:
        client(api_key=key)
    for told in ("OPENAI_API_KEY", "api_key", "OPENAI_BASE_URL", "base_url"):
        assert told in str(caught.value)


@pytest.mark.parametrize(
    "base_url", ["https://API.openai.com/v1", "https://api.openai.com:443/v1/", "https://api.openai.com"]
)
def test_the_service_by_any_spelling(base_url: str) -> None:
    """The service itself is recognised by its host, however its URL is written."""
    with pytest.raises(ChatCompletionsError, match="no API key"):
        ChatClient(base_url=base_url)


def test_no_key_needed_elsewhere(connect: Callable[..., Any]) -> None:
    """For a server of the caller's no key is needed, and without one no Authorization is sent."""
    assert "authorization" not in sent(connect, base_url="http://127.0.0.1:9/v1").headers


OPEN = [
    "http://x.example/v1",
    "HTTP://192.168.1.5:8000",
    "http://[2001:db8::1]/v1",
    "http://localhost.example",
    "http://127",
]
PROTECTED = [
    "https://x.example/v1",
    "http://localhost:8000/v1",
    "http://LOCALHOST./v1",
    "http://api.localhost",
    "http://127.0.0.1:8000",
    "http://127.8.9.10",
    "http://[::1]:8000",
    "http://0.0.0.0:8000",
]


@pytest.mark.parametrize("base_url", [*OPEN, *map(httpx.URL, OPEN)])
def test_the_key_of_the_environment_stays_here(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, base_url: Any
) -> None:
    """A key from the environment is not sent to a host that base_url names over plain http beyond this machine."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert KEY not in str(sent(connect, base_url=base_url).headers.multi_items())


@pytest.mark.parametrize("base_url", PROTECTED)
def test_the_key_of_the_environment_where_nobody_listens(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, base_url: str
) -> None:
    """A key from the environment is sent over TLS, and within this machine."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert sent(connect, base_url=base_url).headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("base_url", OPEN)
def test_a_key_that_is_meant(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    """A key is sent wherever one source gives both key and host: the arguments or the environment."""
    assert sent(connect, base_url=base_url, api_key=KEY).headers["authorization"] == f"Bearer {KEY}"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    monkeypatch.setenv("OPENAI_BASE_URL", base_url)
    assert sent(connect).headers["authorization"] == "Bearer sk-env"
    assert sent(connect, api_key=KEY).headers["authorization"] == f"Bearer {KEY}"


def test_a_key_that_was_not_sent(connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """If a server misses the key that was not sent to it, the error says how to send it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server = Server(httpx.Response(401))
    plain = {"base_url": "http://x.example", "transport": server.transport}
    with pytest.raises(AuthenticationError, match=r"no key was sent: pass api_key=") as caught:
        connect(api_key=None, **plain).call("create", **ASK)
    assert KEY not in str(caught.value)
    for options in ({"api_key": KEY}, {"api_key": "", "headers": {"api-key": "k"}}, {"base_url": "https://x.example"}):
        with pytest.raises(AuthenticationError) as caught:
            connect(**{"api_key": None, **plain, **options}).call("create", **ASK)
        assert "no key was sent" not in str(caught.value)


@CLIENTS
def test_a_key_without_its_name(client: type[Any]) -> None:
    """An argument without its name is a TypeError that says how to give the key, and does not show it."""
    with pytest.raises(TypeError) as caught:
        client(KEY)
    assert str(caught.value) == f"{client.__name__}() takes keyword arguments: api_key=..."
    with pytest.raises(TypeError, match="keyword arguments"):
        client(KEY, "https://x.example", api_key=KEY)


@pytest.mark.parametrize("options", [{"auth": ("user", "pass")}, {"headers": {"AUTHORIZATION": "Basic eA=="}}])
def test_other_ways_to_authenticate(connect: Callable[..., Any], options: dict[str, Any]) -> None:
    """With auth or an Authorization header no key is needed."""
    assert sent(connect, **options).headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("key", ["a\nb", "a\rb", "sch\u00fcssel", "a\0b", "\u201csk-1\u201d"])
@pytest.mark.parametrize("source", ["api_key", "OPENAI_API_KEY"])
def test_a_key_that_no_header_can_carry(monkeypatch: pytest.MonkeyPatch, source: str, key: str) -> None:
    """A key that no header can carry is refused; the error names its source and does not show it."""
    if source == "api_key":
        with pytest.raises(ChatCompletionsError, match=source) as caught:
            ChatClient(api_key=key)
        assert key not in str(caught.value)
    elif "\0" not in key:
        monkeypatch.setenv(source, key)
        with pytest.raises(ChatCompletionsError, match=source) as caught:
            ChatClient()
        assert key not in str(caught.value)


@pytest.mark.parametrize("name", ["api_key", "organization", "project"])
def test_what_is_not_text(name: str) -> None:
    """A key, organization or project that is not text is refused; the error names it and does not show it."""
    with pytest.raises(TypeError, match=f"{name} must be text, not bytes") as caught:
        ChatClient(**{"api_key": KEY, name: b"s3cr3t"})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://x.example", "http://x.example/chat/completions"),
        ("http://x.example/", "http://x.example/chat/completions"),
        ("http://x.example/v1", "http://x.example/v1/chat/completions"),
        ("http://x.example/v1/", "http://x.example/v1/chat/completions"),
        ("http://x.example:8080/a/b c", "http://x.example:8080/a/b%20c/chat/completions"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        (httpx.URL("https://x.example/v1"), "https://x.example/v1/chat/completions"),
    ],
)
def test_base_urls(connect: Callable[..., Any], base_url: Any, address: str) -> None:
    """The path of a call is appended to the path of the base URL, with one slash between them."""
    assert str(sent(connect, base_url=base_url).url) == address


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "x.example/v1",
        "localhost:8000",
        "ftp://x.example",
        "http://",
        "https:///v1",
        "http://x.example:port",
        "http://[::1",
        "http://a\0b",
        "file:///etc/passwd",
        "http://a..b/v1",
        "http://.b/v1",
        f"http://{'a' * 70}.b/v1",
        "http://x.example:99999/v1",
        "http://x.example:0/v1",
    ],
)
@pytest.mark.parametrize("source", ["base_url", "OPENAI_BASE_URL"])
def test_base_urls_that_are_none(monkeypatch: pytest.MonkeyPatch, source: str, base_url: str) -> None:
    """A base URL that cannot be called is refused when the client is made; the error names its source."""
    if source == "OPENAI_BASE_URL":
        if not base_url or "\0" in base_url:
            return
        monkeypatch.setenv(source, base_url)
    with pytest.raises(ChatCompletionsError, match=f"^{source} "):
        ChatClient(api_key=KEY, **({"base_url": base_url} if source == "base_url" else {}))


@pytest.mark.parametrize(
    "base_url", ["http://x.example/v1?api-version=1", "http://x.example/v1#top", "http://x.example?a"]
)
def test_base_urls_that_end_behind_their_path(base_url: str) -> None:
    """A query or fragment in the base URL would swallow the path of every call, so it is refused with the way out."""
    with pytest.raises(ChatCompletionsError, match=r"base_url .*params="):
        ChatClient(api_key=KEY, base_url=base_url)


def test_query_parameters_of_every_call(connect: Callable[..., Any]) -> None:
    """Query parameters of every call are given as httpx's params."""
    request = sent(connect, base_url="http://x.example/v1", params={"api-version": "1"})
    assert str(request.url) == "http://x.example/v1/chat/completions?api-version=1"


@CLIENTS
@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("time_out", "timeout"),
        ("base_uri", "base_url"),
        ("apikey", "api_key"),
        ("proxies", "proxy"),
        ("default_headers", "headers"),
        ("default_query", "params"),
        ("http_client", "transport"),
    ],
)
def test_unknown_options(client: type[Any], name: str, nearest: str) -> None:
    """An unknown option is a TypeError that suggests the nearest known one, or this package's name for it."""
    with pytest.raises(
        TypeError, match=rf"^{client.__name__}\(\) has no parameter '{name}'; did you mean '{nearest}'\?"
    ):
        client(api_key=KEY, **{name: 1})


@pytest.mark.parametrize("value", [-1, 1.5, "2", None, True])
def test_max_retries_is_a_count(value: Any) -> None:
    """A max_retries that is no count is refused when the client is made."""
    with pytest.raises((TypeError, ValueError), match="max_retries"):
        ChatClient(api_key=KEY, max_retries=value)


def test_all_options_of_httpx_are_known() -> None:
    """Each option that both httpx clients take, and no other, can be given; app is the server side's."""
    own = {"self", "base_url", "timeout"}
    for cls in (httpx.Client, httpx.AsyncClient):
        assert set(inspect.signature(cls.__init__).parameters) - own - {"app"} == set(HTTPXOptions.__annotations__)


def test_options_reach_httpx(connect: Callable[..., Any]) -> None:
    """Options are forwarded: cookies, parameters, hooks and a timeout all arrive."""
    seen: list[str] = []

    def note(message: Any) -> None:
        seen.append(type(message).__name__)

    async def note_async(message: Any) -> None:
        note(message)

    hook = note_async if isinstance(connect().client, AsyncChatClient) else note
    server = Server(completion())
    driver = connect(
        transport=server.transport,
        cookies={"a": "1"},
        params={"b": "2"},
        timeout=7,
        event_hooks={"request": [hook], "response": [hook]},
    )
    driver.call("create", **ASK)
    request = server.requests[0]
    assert seen == ["Request", "Response"]
    assert (request.headers["cookie"], request.url.query) == ("a=1", b"b=2")
    assert set(request.extensions["timeout"].values()) == {7}


@pytest.mark.parametrize("timeout", [None, 3, 2.5, httpx.Timeout(4, read=9)])
def test_timeouts(connect: Callable[..., Any], timeout: Any) -> None:
    """A timeout is a number of seconds, an httpx.Timeout, or None for ever."""
    assert sent(connect, api_key=KEY, timeout=timeout).extensions["timeout"] == httpx.Timeout(timeout).as_dict()


NO_TIMEOUTS = ["5", 0, 0.0, -1, float("nan"), float("inf"), 1e300, True, [5], (5, 5, 5, 5)]


@pytest.mark.parametrize("timeout", NO_TIMEOUTS)
def test_timeouts_that_are_none(connect: Callable[..., Any], timeout: Any) -> None:
    """A timeout that is too short, too long for a clock or no number is refused, a call's too."""
    with pytest.raises((TypeError, ValueError), match=r"^timeout must be .*None"):
        ChatClient(api_key=KEY, timeout=timeout)
    server = Server(completion())
    driver = connect(transport=server.transport)
    with pytest.raises((TypeError, ValueError), match=r"^timeout must be .*None"):
        driver.call("create", **ASK, timeout=timeout)
    assert server.requests == []


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_headers_override(connect: Callable[..., Any], spelling: Callable[[str], str]) -> None:
    """The caller's headers replace the package's, however they are spelled, and none is sent twice."""
    headers = {spelling(name): "mine" for name in ("authorization", "user-agent", "openai-organization", "x-mine")}
    request = sent(connect, api_key=KEY, organization="org", headers=headers)
    names = [name.lower() for name, _ in request.headers.raw]
    for name in headers:
        assert request.headers.get_list(name) == ["mine"]
        assert names.count(name.lower().encode()) == 1


@pytest.mark.parametrize("headers", [{"X-A": "a\r\nX-Evil: 1"}, {"X-A\n": "a"}])
def test_headers_cannot_be_injected(headers: dict[str, str]) -> None:
    """A header with a line break is refused when the client is made."""
    with pytest.raises(ValueError, match="the header"):
        ChatClient(api_key=KEY, headers=headers)


@pytest.mark.parametrize("kind", [dict, httpx.Headers, lambda headers: list(headers.items())])
def test_kinds_of_headers(connect: Callable[..., Any], kind: Callable[[Any], Any]) -> None:
    """Headers may be given in each of the ways that httpx takes."""
    assert sent(connect, api_key=KEY, headers=kind({"X-A": "b"})).headers["x-a"] == "b"


@CLIENTS
def test_settings_are_read_once(client: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is read when the client is made."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://first.example/v1")
    chat = client()
    monkeypatch.setenv("OPENAI_BASE_URL", "http://second.example/v1")
    assert str(chat.base_url) == "http://first.example/v1"


@pytest.mark.parametrize("headers", ["x", 5, ["ab", 5]])
def test_headers_that_are_no_mapping(headers: Any) -> None:
    """Headers that are neither a mapping nor pairs are an error that names them."""
    with pytest.raises(TypeError, match="headers must be a mapping"):
        ChatClient(api_key="k", headers=headers)
