"""Protection of secrets: those of a request are masked in messages, those of a client are hidden in reprs."""

from __future__ import annotations

import re
from base64 import b64decode
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

#: Parts of the names of headers and query parameters whose values are secrets.
_SECRET_NAMES = re.compile(
    r"auth(?!or(?!i[sz]))|cookie|credential|key|pass(?:code|phrase|w)|secret|(?<![a-z])(?:pwd|sig)(?![a-z])|signature|token",
    re.IGNORECASE,
)
#: The values in a cookie, or in the parameters of an authorization.
_PARAMETER_VALUES = re.compile(r"""=\s*"?([^\s;,"]+)""")
#: Characters of a secret that is masked anywhere; a shorter one, which may be a part of other words such as an error's
#: code, is masked as a word of its own.
_LONG_SECRET = 8
#: Characters of the shortest secret that is masked; a shorter one is a dummy for a server that needs no key.
_SHORTEST_SECRET = 4
#: The text in the place of a masked secret.
_MASK = "[secure]"
#: The extension of a request that holds the secrets of its proxy, such as the password.
PROXY_SECRETS = "proxy_secrets"


class Secret:
    """Text that its repr does not show, and so no traceback that shows the locals of its frames."""

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


def hide_values(values: Any) -> SecretDict:
    """Move the values of a mapping into one that hides them, so that no frame shows them by the first mapping."""
    hidden = SecretDict(values)
    values.clear()
    return hidden


class SecretDict(dict[str, Any]):
    """A mapping whose repr shows its names and hides its values."""

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: ...' for name in self)}}}"


def causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Iterate over an exception and its chain of causes and contexts, the last one first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__


def drop_tracebacks(failure: BaseException) -> None:
    """Drop the tracebacks of an exception and of its causes, because their frames hold the headers of the request."""
    for cause in causes(failure):
        cause.__traceback__ = None


def without_secrets(value: Any, request: httpx.Request) -> Any:
    """Return text or JSON in which the secrets of a request are masked."""
    # The longest first, and all at once, so that none is masked within another one or within a mask.
    secrets = sorted(set(_secrets(request)), key=len, reverse=True)
    return _masked(value, re.compile("|".join(map(_pattern, secrets)))) if secrets else value


def is_secret_name(name: str) -> bool:
    """Tell by the name of a header or a query parameter whether its value is a secret."""
    return _SECRET_NAMES.search(name) is not None and not name.lower().startswith("idempotency")


def shows_secrets(failure: BaseException, request: httpx.Request) -> bool:
    """Tell whether an exception, or one of its causes, shows a secret of the request."""
    texts = map(str, causes(failure))
    return any(without_secrets(text, request) != text for text in texts)


def _secrets(request: httpx.Request) -> Iterator[str]:
    hidden = (secret.reveal() for secret in request.extensions.get(PROXY_SECRETS, ()))
    for secret in (*_header_secrets(request), *_query_secrets(request), *hidden):
        if len(secret) >= _SHORTEST_SECRET:
            yield secret


def _header_secrets(request: httpx.Request) -> Iterator[str]:
    for name, value in request.headers.multi_items():
        if is_secret_name(name):
            words = value.split()
            # A server may repeat a key without its scheme ("Bearer"), and the value of a cookie without its name.
            yield from (value.strip(), " ".join(words[1:]), *words, *_PARAMETER_VALUES.findall(value))
            if words[:1] == ["Basic"]:
                with suppress(ValueError):
                    yield b64decode(words[-1]).decode().partition(":")[2]


def _query_secrets(request: httpx.Request) -> Iterator[str]:
    for part in request.url.query.decode("ascii").split("&"):
        name, _, value = part.partition("=")
        # Brackets hold a name of the caller's, as in metadata[key].
        if is_secret_name(name) and "%5B" not in name:
            yield from (value, unquote_plus(value))


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= _LONG_SECRET else rf"(?<![\w-]){escaped}(?![\w-])"


def _masked(value: Any, secrets: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return secrets.sub(_MASK, value)
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    return value
