"""Blot out the secrets that a request carried, in case a server or a library repeats them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._causes import causes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

#: What the name of a header holds whose value is a secret.
_NAMES = re.compile("authorization|cookie|key|token|secret", re.IGNORECASE)
#: What stands behind a name in a cookie, or in a parameter of an authorization.
_VALUES = re.compile(r"""=\s*"?([^\s;,"]+)""")
#: In characters. A shorter secret may stand within other words, such as an error's code, and is looked for as a word of
#: its own; one that is shorter still is a dummy for a server that needs no key.
_LONG, _SHORTEST = 8, 4
_BLOT = "[secure]"


def without_secrets(value: Any, request: httpx.Request) -> Any:
    """Return text or JSON with the secrets that a request carried blotted out."""
    # The longest first, and all at once, so that none is looked for within another or within a blot.
    secrets = sorted(set(_secrets(request)), key=len, reverse=True)
    return _redacted(value, re.compile("|".join(map(_pattern, secrets)))) if secrets else value


def is_secret(name: str) -> bool:
    """Tell whether the value of a header is a secret, by its name."""
    return _NAMES.search(name) is not None


def tells_secrets(failure: BaseException, request: httpx.Request) -> bool:
    """Tell whether the text of an exception, or of one that led to it, shows a secret of the request."""
    texts = map(str, causes(failure))
    return any(without_secrets(text, request) != text for text in texts)


def _secrets(request: httpx.Request) -> Iterator[str]:
    for name, value in request.headers.multi_items():
        if is_secret(name):
            words = value.split()
            # A server may repeat a key without its scheme ("Bearer"), and the value of a cookie without its name.
            candidates = [value.strip(), " ".join(words[1:]), *words, *_VALUES.findall(value)]
            yield from (text for text in candidates if len(text) >= _SHORTEST)
    if len(request.url.password) >= _SHORTEST:
        yield request.url.password


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= _LONG else rf"(?<![\w-]){escaped}(?![\w-])"


def _redacted(value: Any, secrets: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return secrets.sub(_BLOT, value)
    if isinstance(value, dict):
        return {_redacted(key, secrets): _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item, secrets) for item in value]
    return value
