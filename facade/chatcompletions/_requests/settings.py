"""The settings of a client, from its arguments or else the environment, checked before anything is sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

import httpx

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._checks import (
    check_cookies,
    check_count,
    check_headers,
    check_mapping,
    check_names,
    check_timeout,
    has_possible_port,
    is_header_text,
    is_protected,
)
from chatcompletions._redaction import Secret, SecretDict, drop_tracebacks
from chatcompletions._transport.auth import KeyAuth
from chatcompletions._transport.decoding import ACCEPT_ENCODING
from chatcompletions._version import __version__
from chatcompletions_api._provenance import REVISION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

    Transport = httpx.BaseTransport | httpx.AsyncBaseTransport

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MAX_RETRIES = 2
USER_AGENT = f"chatcompletions/{__version__}" + (f" (spec {REVISION})" if REVISION else "")


#: Arguments of a client that are not httpx's.
_CLIENT_ARGUMENTS = (
    "api_key",
    "base_url",
    "organization",
    "project",
    "timeout",
    "max_retries",
    "max_answer_bytes",
    "idempotency_header",
    "strict",
    "on_event",
)
#: The official SDK's names for options of httpx.
_SYNONYMS = {"default_headers": "headers", "default_query": "params", "http_client": "transport"}


class DeploymentURL(str):
    """The dated address of a deployment of Azure, which has `create` alone."""

    __slots__ = ()


class HTTPXOptions(TypedDict, total=False):
    """The options of httpx, forwarded as they are; see https://www.python-httpx.org/api/#client.

    A ``transport`` may also be a function or class without parameters that makes one: it is called once for each event
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


def http_options(name: str, arguments: SecretDict) -> SecretDict:
    """Make the arguments of the httpx client from a client's arguments and the environment.

    Args:
        name: The class of the client, for messages.
        arguments: The client's own and httpx's. No frame here shows their values in its locals.

    Raises:
        ChatCompletionsError: There is no key for the service itself, a key that no header can carry, or no usable
            base URL; the message says which argument or variable to set.
        TypeError: An option is unknown, or of the wrong type.
        ValueError: An option is out of its range, or a header cannot be sent.
    """
    check_names(name, arguments, {*HTTPXOptions.__annotations__, *_CLIENT_ARGUMENTS}, synonyms=_SYNONYMS)
    check_count("max_retries", arguments["max_retries"])
    check_count("max_answer_bytes", arguments["max_answer_bytes"])
    check_timeout(arguments["timeout"])
    if arguments["idempotency_header"] is not None:
        check_headers({arguments["idempotency_header"]: ""})
    options = SecretDict((name, value) for name, value in arguments.items() if name not in _CLIENT_ARGUMENTS)
    if callable(arguments["api_key"]):
        if options.get("auth"):
            raise TypeError(f"{name}: give api_key as a function, or auth, but not both")
        options["auth"] = KeyAuth(arguments["api_key"])
    url = _base_url(arguments)
    if url.userinfo:
        # httpx logs the address of each request, with the password that is in it.
        options["auth"] = options.get("auth") or (url.username, url.password)
        url = url.copy_with(userinfo=b"")
    check_cookies(options)
    try:
        given = SecretDict(options.get("headers") or {})
    except (TypeError, ValueError):
        check_mapping("headers", options["headers"])
        raise
    own = SecretDict(
        {
            "Accept-Encoding": ACCEPT_ENCODING,
            "User-Agent": USER_AGENT,
            "OpenAI-Organization": _setting("organization", arguments, "OPENAI_ORG_ID").reveal(),
            "OpenAI-Project": _setting("project", arguments, "OPENAI_PROJECT_ID").reveal(),
            **_authorization(arguments, url, given, has_auth=bool(options.get("auth"))),
        }
    )
    check_headers({**own, **given})
    # Header names ignore case, but a mapping would keep both of two spellings.
    headers = httpx.Headers({key: value for key, value in own.items() if value})
    headers.update(given)
    return SecretDict(
        options,
        base_url=url,
        headers=headers,
        max_retries=arguments["max_retries"],
        max_answer_bytes=arguments["max_answer_bytes"],
        idempotency_header=arguments["idempotency_header"],
        timeout=arguments["timeout"],
    )


def _base_url(arguments: SecretDict) -> httpx.URL:
    source = "base_url" if arguments["base_url"] is not None else "OPENAI_BASE_URL"
    try:
        url = httpx.URL(_base_url_text(arguments["base_url"]))
    except (httpx.InvalidURL, UnicodeError) as exc:
        drop_tracebacks(exc)
        raise ChatCompletionsError(f"{source} is not a URL: {exc}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ChatCompletionsError(
            f"{source} must begin with https:// or http:// and name a host, such as {DEFAULT_BASE_URL}"
        )
    # For such a port, a connection would raise an exception that is no error of httpx.
    if not has_possible_port(url):
        raise ChatCompletionsError(f"{source} must have a port from 1 to 65535, not {url.port}")
    labels = url.raw_host.removesuffix(b".").split(b".")
    if not all(0 < len(label) < 64 for label in labels):
        raise ChatCompletionsError(f"{source} must name a host whose parts have 1 to 63 characters, not {url.host!r}")
    if url.query or url.fragment:
        # httpx would append the path of a call to them.
        raise ChatCompletionsError(f"{source} must end with its path; give query parameters as params={{...}}")
    return url


def _base_url_text(given: object) -> str:
    return str(os.environ.get("OPENAI_BASE_URL", "").strip() or DEFAULT_BASE_URL if given is None else given).strip()


def _setting(name: str, arguments: SecretDict, variable: str) -> Secret:
    given = Secret(os.environ.get(variable, "") if arguments[name] is None else arguments[name])
    if not isinstance(given.reveal(), str):
        raise TypeError(f"{name} must be text, not {type(given.reveal()).__name__}")
    # A value from a file or a secret store often ends with a line feed.
    return Secret(given.reveal().strip())


def _authorization(arguments: SecretDict, url: httpx.URL, headers: SecretDict, *, has_auth: bool) -> SecretDict:
    if callable(arguments["api_key"]):
        return SecretDict()
    source = "api_key" if arguments["api_key"] is not None else "OPENAI_API_KEY"
    key = _setting("api_key", arguments, "OPENAI_API_KEY")
    if arguments["api_key"] is None and arguments["base_url"] is not None and not is_protected(url):
        key = Secret("")  # nobody chose it for this host, and on the way everybody can read it
    if key.reveal():
        if not is_header_text(key.reveal()):
            raise ChatCompletionsError(f"{source} holds a character that no header can carry; is it the key itself?")
        return SecretDict({"Authorization": f"Bearer {key.reveal()}"})
    names = {str(header).lower() for header in headers}
    if url.host == httpx.URL(DEFAULT_BASE_URL).host and not has_auth and "authorization" not in names:
        raise ChatCompletionsError(
            "no API key: set the environment variable OPENAI_API_KEY or pass api_key=...; "
            "for a server that needs none, set OPENAI_BASE_URL or pass base_url=..."
        )
    return SecretDict()
