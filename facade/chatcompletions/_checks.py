"""Checks that reject, before anything is sent, values that would call the wrong endpoint or lose data.

The server judges all other values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from threading import TIMEOUT_MAX
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import httpx

from ._base_error import ChatCompletionsError
from ._redaction import SecretDict, drop_tracebacks

#: Headers that belong to the connection: the request's target, its length and its framing (RFC 9110, section 7.6.1).
_CONNECTION_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
#: The names that headers may have (RFC 9110, section 5.6.2).
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: What is wrong with a character that has no UTF-8 form.
_HALF = "half of a surrogate pair, which no address can hold"


def check_names(
    call: str,
    given: Iterable[str],
    known: Collection[str],
    advice: str = "",
    synonyms: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Raise if a keyword is not a known one.

    Args:
        call: The name of the callable, for the message.
        given: The keywords that the caller used.
        known: The keywords that exist.
        advice: A sentence to add; ``{name}`` in it is replaced by the unknown keyword.
        synonyms: Known keywords by other libraries' names for them.

    Raises:
        TypeError: A keyword is unknown; the message names it and its nearest match.
    """
    for name in given:
        if name not in known:
            from difflib import get_close_matches  # only a mistake needs it

            nearest = [synonyms[name]] if name in synonyms else get_close_matches(name, known, n=1)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else ";"
            message = f"{call}() has no parameter {name!r}{hint} {advice.format(name=name)}"
            raise TypeError(message.rstrip("; "))


def check_required(call: str, given: Collection[str], required: Iterable[str]) -> None:
    """Raise `TypeError` if a required keyword is missing."""
    missing = [repr(name) for name in sorted(required) if name not in given]
    if missing:
        raise TypeError(f"{call}() needs {' and '.join(missing)}")


def check_id(completion_id: str) -> None:
    """Raise if an id would lead to another endpoint than its own.

    Raises:
        TypeError: The id is not text.
        ValueError: The id is empty, or made of nothing but dots, slashes of either kind and blanks, which a server or a
            proxy on the way resolves away, or it holds half a character.
    """
    if not isinstance(completion_id, str):
        raise TypeError(f"a completion id is text such as 'chatcmpl-abc', not {type(completion_id).__name__}")
    if not completion_id.strip("./\\ \t\r\n"):
        raise ValueError(
            f"{completion_id!r} is no completion id: give the id of a stored completion, such as 'chatcmpl-abc'"
        )
    if (half := _half_character(completion_id)) is not None:
        raise ValueError(f"the completion id holds {half}, {_HALF}")


def half_in_query(query: Any) -> str | None:
    """Return a sentence about the first parameter of a query with half a character in it; `None` if there is none."""
    for name, value in query.items() if isinstance(query, Mapping) else ():
        for text in (name, *(value if isinstance(value, list | tuple) else [value])):
            if isinstance(text, str) and (half := _half_character(text)) is not None:
                return f"the query parameter {name!a} holds {half}, {_HALF}"
    return None


def _half_character(text: str) -> str | None:
    return next((ascii(character) for character in text if "\ud800" <= character <= "\udfff"), None)


def check_endpoint_call(url: object, body: object) -> None:
    """Raise if a call of an endpoint function would reach another endpoint, or get an answer that it cannot read.

    Args:
        url: The path of the call.
        body: The JSON of its body.

    Raises:
        TypeError: The body asks for a stream.
        ValueError: The id in the path is refused by `check_id`.
    """
    _, collection, rest = str(url).partition("/chat/completions")
    if not collection:
        return  # a call of the caller's own
    if rest:
        check_id(unquote(rest.removeprefix("/").partition("/")[0]))
    if isinstance(body, Mapping) and body.get("stream"):
        raise TypeError("an endpoint function reads whole answers: for a stream call the client's create(stream=True)")


def check_headers(headers: Mapping[str, str]) -> None:
    """Raise if a header could not be sent as it is; its value, which may be a secret, is never shown.

    Raises:
        TypeError: A value is not text.
        ValueError: A name or value holds a line break, another control character, or one beyond ASCII, a value
            begins or ends with a blank, or the connection itself writes the header.
    """
    headers = SecretDict(headers)
    for name in headers:
        if not isinstance(name, str):
            raise TypeError(f"the name of a header must be text, not {name!r}")
        if not isinstance(headers[name], str):
            raise TypeError(f"the header {name!r} must be text, not {type(headers[name]).__name__}")
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"the header {name!r} has a name that no header can have")
        if not (is_header_text(name) and is_header_text(headers[name])):
            raise ValueError(f"the header {name!r} holds a line break or another character that no header can hold")
        if headers[name] != headers[name].strip():
            raise ValueError(f"the value of the header {name!r} begins or ends with a blank: strip it")
        if name.lower() in _CONNECTION_HEADERS:
            raise ValueError(f"the header {name!r} follows from base_url and the body, and is not yours to send")


def has_possible_port(url: httpx.URL) -> bool:
    """Tell whether a connection can be made to the port of a URL, if it has one."""
    return url.port is None or 0 < url.port < 65536


def is_protected(url: httpx.URL) -> bool:
    """Tell whether nobody on the way can read what is sent to a URL: over TLS, or within this machine."""
    if url.scheme == "https":
        return True
    host = url.host.lower().removesuffix(".")
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    # The unspecified address, 0.0.0.0, reaches this machine where it reaches anything.
    return address.is_loopback or address.is_unspecified


def check_cookies(options: Mapping[str, Any]) -> None:
    """Raise `TypeError` if a client's cookies are a mapping with a value that is not text; no value is shown."""
    cookies = SecretDict(options["cookies"]) if isinstance(options.get("cookies"), dict) else SecretDict()
    for name in cookies:
        if not isinstance(cookies[name], str):
            raise TypeError(f"the cookie {name!r} must be text, not {type(cookies[name]).__name__}")


def is_header_text(text: str) -> bool:
    """Tell whether a header can hold a text: printable ASCII, spaces and tabs."""
    return all(" " <= character <= "~" or character == "\t" for character in text)


def check_metadata_filter(metadata: Mapping[str, str]) -> None:
    """Raise if a metadata filter is not a mapping of text to text.

    Raises:
        TypeError: The filter is not a mapping, or a pair is not text; the message names the pair.
    """
    if not isinstance(metadata, Mapping):
        raise TypeError(f"a metadata filter is a mapping of text to text, not {type(metadata).__name__}")
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"metadata filters compare text: {key!r}: {value!r} must be text on both sides")


def check_count(name: str, value: Any, least: int = 0) -> None:
    """Raise if an option is not a whole number, or less than the least that makes sense.

    Raises:
        TypeError: The value is not an integer.
        ValueError: The value is too small.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, not {value}")


def check_timeout(value: Any) -> None:
    """Raise if a timeout is not a number of seconds, an `httpx.Timeout` or `None`.

    Raises:
        TypeError: The value has another type.
        ValueError: The value is 0 or less, which would leave no time, or more than a clock can count.
    """
    if not isinstance(value, httpx.Timeout):
        check_seconds("timeout", value, "a number of seconds, an httpx.Timeout or None")
        return
    for name, seconds in value.as_dict().items():
        if seconds is not None and not 0 <= seconds <= TIMEOUT_MAX:
            raise ValueError(f"timeout has {name}={seconds}: it must be 0 to {TIMEOUT_MAX:.0f} s, or None")


def check_seconds(name: str, value: Any, kinds: str = "a number of seconds or None") -> None:
    """Raise if a time is not a number of seconds or `None`.

    Raises:
        TypeError: It has another type.
        ValueError: It is 0 or less, which would leave no time, or more than a clock can count.
    """
    if value is None:
        return
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be {kinds}, not {value!r}")
    if not 0 < value <= TIMEOUT_MAX:
        raise ValueError(
            f"{name} must be more than 0 and at most {TIMEOUT_MAX:.0f} s, not {value}; None waits for ever"
        )


def check_stream(value: Any) -> None:
    """Raise `TypeError` if ``stream`` is neither a boolean nor `None`: any text would be true, "false" included."""
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"stream must be True or False, not {value!r}")


def check_mapping(name: str, value: Any) -> None:
    """Raise `TypeError` if an option is not a mapping; its value, which may hold a secret, is never shown."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping such as {{'name': 'value'}}, not {type(value).__name__}")


@contextmanager
def naming_settings() -> Iterator[None]:
    """Turn set-up failures into errors that name the setting.

    Raises:
        ChatCompletionsError: A certificate cannot be loaded, or a proxy is not a URL.
    """
    is_url = True
    try:
        yield
    except httpx.InvalidURL:
        is_url = False
    except OSError as exc:
        drop_tracebacks(exc)
        raise ChatCompletionsError(
            f"the certificates cannot be loaded ({exc}): check verify=..., cert=... and the environment variables "
            "SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE"
        ) from exc
    if not is_url:
        # Outside the except clause, because httpx's message may hold a part of a proxy's password.
        raise ChatCompletionsError(
            "a proxy is not a URL: check proxy=..., mounts=... and the environment variable NO_PROXY, where an address "
            "such as ::1 stands without brackets"
        )
