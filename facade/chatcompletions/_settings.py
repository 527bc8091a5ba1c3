"""What a client is set up with: its arguments, else the environment, checked before anything is sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

import httpx

from chatcompletions_api._provenance import REVISION

from ._checks import check_count, check_headers, check_names, check_timeout, is_header_text
from ._errors import ChatCompletionsError
from ._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

    Transport = httpx.BaseTransport | httpx.AsyncBaseTransport

DEFAULT_BASE_URL = "https://api.openai.com/v1"
#: Models think for minutes before the first byte, but a connection that takes seconds will not come.
DEFAULT_TIMEOUT = httpx.Timeout(600, connect=5)
DEFAULT_MAX_RETRIES = 2
USER_AGENT = f"chatcompletions/{__version__}" + (f" (spec {REVISION})" if REVISION else "")


#: The arguments that `http_options` takes besides httpx's.
_OWN = ("api_key", "base_url", "organization", "project", "timeout", "max_retries", "strict")
#: What the official SDK calls options of httpx.
_SYNONYMS = {"default_headers": "headers", "default_query": "params", "http_client": "transport"}


class HTTPXOptions(TypedDict, total=False):
    """httpx's own options, forwarded as they are; see https://www.python-httpx.org/api/#client.

    A ``transport`` may also be a function or class without arguments that makes one: it is called once for each event
    loop, or for each process, while an instance is shared by all of them.
    """

    auth: Any
    cert: Any
    cookies: Any
    default_encoding: str | Callable[[bytes], str]
    event_hooks: Mapping[str, list[Callable[..., Any]]]
    follow_redirects: bool
    headers: Mapping[str, str]
    http1: bool
    http2: bool
    limits: httpx.Limits
    max_redirects: int
    mounts: Mapping[str, Any]
    params: Any
    proxy: str | httpx.URL | httpx.Proxy | None
    transport: Transport | Callable[[], Transport] | None
    trust_env: bool
    verify: SSLContext | str | bool


def http_options(
    name: str,
    *,
    api_key: str | None,
    base_url: str | httpx.URL | None,
    organization: str | None,
    project: str | None,
    timeout: float | httpx.Timeout | None,
    max_retries: int,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the arguments of the httpx client that a client's arguments and the environment ask for.

    Raises:
        ChatCompletionsError: There is no key for the service itself, a key that no header can carry, or no usable
            base URL; the message says which argument or variable to set.
        TypeError: An option is unknown to httpx and to us, or of the wrong type.
        ValueError: An option is out of its range, or a header cannot be sent.
    """
    check_names(name, options, {*HTTPXOptions.__annotations__, *_OWN}, synonyms=_SYNONYMS)
    check_count("max_retries", max_retries)
    check_timeout(timeout)
    url = _base_url(base_url)
    if url.userinfo:
        # httpx logs the address of each request, with the password that is in it.
        options = {**options, "auth": options.get("auth") or (url.username, url.password)}
        url = url.copy_with(userinfo=b"")
    own = {
        "User-Agent": USER_AGENT,
        "OpenAI-Organization": _setting("organization", organization, "OPENAI_ORG_ID"),
        "OpenAI-Project": _setting("project", project, "OPENAI_PROJECT_ID"),
        **_authorization(api_key, url, options),
    }
    given = dict(options.get("headers") or {})
    check_headers({**own, **given})
    # Header names have no case, so a mapping would keep both of two spellings.
    headers = httpx.Headers({key: value for key, value in own.items() if value})
    headers.update(given)
    return {
        **options,
        "base_url": url,
        "headers": headers,
        "max_retries": max_retries,
        "timeout": timeout,
    }


def _base_url(given: str | httpx.URL | None) -> httpx.URL:
    source = "base_url" if given is not None else "OPENAI_BASE_URL"
    text = str(os.environ.get("OPENAI_BASE_URL", "").strip() or DEFAULT_BASE_URL if given is None else given).strip()
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as exc:
        raise ChatCompletionsError(f"{source} is not a URL: {exc}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ChatCompletionsError(
            f"{source} must begin with https:// or http:// and name a host, such as {DEFAULT_BASE_URL}"
        )
    # What no connection takes, and what the sync one would raise an error of its own kind for.
    if url.port is not None and not 0 < url.port < 65536:
        raise ChatCompletionsError(f"{source} must have a port from 1 to 65535, not {url.port}")
    labels = url.raw_host.removesuffix(b".").split(b".")
    if not all(0 < len(label) < 64 for label in labels):
        raise ChatCompletionsError(f"{source} must name a host whose parts have 1 to 63 characters, not {url.host!r}")
    if url.query or url.fragment:
        # httpx would put the path of a call behind them.
        raise ChatCompletionsError(f"{source} must end with its path; give query parameters as params={{...}}")
    return url


def _setting(name: str, given: str | None, variable: str) -> str:
    value = os.environ.get(variable, "") if given is None else given
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")
    # What was read from a file or a secret store often brings its line feed along.
    return value.strip()


def _authorization(api_key: str | None, url: httpx.URL, options: Mapping[str, Any]) -> dict[str, str]:
    source = "api_key" if api_key is not None else "OPENAI_API_KEY"
    key = _setting("api_key", api_key, "OPENAI_API_KEY")
    if key:
        if not is_header_text(key):
            raise ChatCompletionsError(f"{source} holds a character that no header can carry; is it the key itself?")
        return {"Authorization": f"Bearer {key}"}
    names = {str(header).lower() for header in options.get("headers") or {}}
    if url.host == httpx.URL(DEFAULT_BASE_URL).host and not options.get("auth") and "authorization" not in names:
        raise ChatCompletionsError(
            "no API key: set the environment variable OPENAI_API_KEY or pass api_key=...; "
            "for a server that needs none, set OPENAI_BASE_URL or pass base_url=..."
        )
    return {}
