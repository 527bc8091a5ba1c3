"""Keep secrets out of what is shown: blot out what a request carried, and hide what a client was given."""

from __future__ import annotations

import re
from base64 import b64decode
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

#: What the name of a header, or of a parameter of the query, holds whose value is a secret.
_NAMES = re.compile(
    r"auth(?!or(?!i[sz]))|cookie|credential|key|pass(?:code|phrase|w)|secret|(?<![a-z])(?:pwd|sig)(?![a-z])|signature|token",
    re.IGNORECASE,
)
#: What stands behind a name in a cookie, or in a parameter of an authorization.
_VALUES = re.compile(r"""=\s*"?([^\s;,"]+)""")
#: In characters. A shorter secret may stand within other words, such as an error's code, and is looked for as a word of
#: its own; one that is shorter still is a dummy for a server that needs no key.
_LONG_SECRET, _SHORTEST_SECRET = 8, 4
_MASK = "[secure]"
#: The extension of a request that holds further secrets which went with it, such as a proxy's password.
PROXY_SECRETS = "proxy_secrets"


class Secret:
    """Text that no repr shows, and so no traceback with the locals of its frames."""

    __slots__ = ("_text",)

    def __init__(self, text: Any) -> None:
        self._text: Any = text.reveal() if isinstance(text, Secret) else text

    def reveal(self) -> Any:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self._text,)


def discreet(values: Any) -> Discreet:
    """Move values into a mapping that hides them; the frames that hold the other mapping have none left to show."""
    hidden = Discreet(values)
    values.clear()
    return hidden


class Discreet(dict[str, Any]):
    """A mapping that shows its names and hides its values."""

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: ...' for name in self)}}}"


def causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Iterate over an exception and those that led to it, the last one first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__


def drop_tracebacks(failure: BaseException) -> None:
    """Drop the tracebacks of an exception and of what led to it: frames below hold the headers of the request."""
    for cause in causes(failure):
        cause.__traceback__ = None


def without_secrets(value: Any, request: httpx.Request) -> Any:
    """Return text or JSON with the secrets that a request carried blotted out."""
    # The longest first, and all at once, so that none is looked for within another or within a blot.
    secrets = sorted(set(_secrets(request)), key=len, reverse=True)
    return _redacted(value, re.compile("|".join(map(_pattern, secrets)))) if secrets else value


def is_secret(name: str) -> bool:
    """Tell whether the value of a header or a parameter is a secret, by its name."""
    return _NAMES.search(name) is not None


def shows_secrets(failure: BaseException, request: httpx.Request) -> bool:
    """Tell whether the text of an exception, or of one that led to it, shows a secret of the request."""
    texts = map(str, causes(failure))
    return any(without_secrets(text, request) != text for text in texts)


def _secrets(request: httpx.Request) -> Iterator[str]:
    hidden = (secret.reveal() for secret in request.extensions.get(PROXY_SECRETS, ()))
    for secret in (*_of_headers(request), *_of_query(request), *hidden):
        if len(secret) >= _SHORTEST_SECRET:
            yield secret


def _of_headers(request: httpx.Request) -> Iterator[str]:
    for name, value in request.headers.multi_items():
        if is_secret(name):
            words = value.split()
            # A server may repeat a key without its scheme ("Bearer"), and the value of a cookie without its name.
            yield from (value.strip(), " ".join(words[1:]), *words, *_VALUES.findall(value))
            if words[:1] == ["Basic"]:
                with suppress(ValueError):
                    yield b64decode(words[-1]).decode().partition(":")[2]


def _of_query(request: httpx.Request) -> Iterator[str]:
    for part in request.url.query.decode("ascii").split("&"):
        name, _, value = part.partition("=")
        # As in metadata[key], brackets hold a name of the caller's.
        if is_secret(name) and "%5B" not in name:
            yield from (value, unquote_plus(value))


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= _LONG_SECRET else rf"(?<![\w-]){escaped}(?![\w-])"


def _redacted(value: Any, secrets: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return secrets.sub(_MASK, value)
    if isinstance(value, dict):
        return {_redacted(key, secrets): _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item, secrets) for item in value]
    return value
