"""Ask for the key before each attempt, where it is a function that gives it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import httpx

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._checks import is_header_text
from chatcompletions._redaction import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator


class KeyAuth(httpx.Auth):
    """Sends the key that a function returns, asked for each attempt of a call.

    Args:
        get_key: The function; for the async client it may return an awaitable.
    """

    def __init__(self, get_key: Callable[[], str | Awaitable[str]]) -> None:
        self._get_key = get_key

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Set the key of a request.

        Raises:
            ChatCompletionsError: The key is empty, or holds a character that no header can carry.
            TypeError: The function does not return text.
        """
        _set_key(request, Secret(self._get_key()))
        yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Set the key of a request; see `sync_auth_flow`."""
        key = Secret(self._get_key())
        if inspect.isawaitable(key.reveal()):
            key = Secret(await key.reveal())
        _set_key(request, key)
        yield request


def _set_key(request: httpx.Request, key: Secret) -> None:
    found = type(key.reveal())
    if inspect.iscoroutine(key.reveal()):
        key.reveal().close()
    if not issubclass(found, str):
        raise TypeError(f"the function given as api_key must return text, not {found.__name__}")
    if not key.reveal().strip():
        raise ChatCompletionsError("the function given as api_key returned an empty key")
    if not is_header_text(key.reveal().strip()):
        raise ChatCompletionsError("the function given as api_key returned a character that no header can carry")
    request.headers["Authorization"] = f"Bearer {key.reveal().strip()}"
