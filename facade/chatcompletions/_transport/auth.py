"""Ask for the key before each attempt, where it is a function that gives it."""

from __future__ import annotations

import inspect
import os
import time
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._checks import is_header_text
from chatcompletions._redaction import Secret

from .timeouts import DEADLINE

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
        deadline: float | None = request.extensions.get(DEADLINE)
        key = Secret(self._get_key() if deadline is None else _until(deadline, self._get_key))
        _set_key(request, key)
        yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Set the key of a request; see `sync_auth_flow`."""
        key = Secret(self._get_key())
        if inspect.isawaitable(key.reveal()):
            key = Secret(await key.reveal())
        _set_key(request, key)
        yield request


class APIKeyAuth(httpx.Auth):
    """Sends a key in a header of its own.

    Args:
        header: The name of the header.
        variable: The environment variable that has the key, which a pickle leaves out.
        key: The key; by default the variable's.
    """

    def __init__(self, header: str, variable: str, key: Secret | None) -> None:
        self._header, self._variable, self._key = header, variable, key

    def check(self) -> None:
        """Raise `ChatCompletionsError` if there is no key, or none that a header can carry."""
        key = self._read()
        if not key.reveal():
            raise ChatCompletionsError(f"no API key: set the environment variable {self._variable} or pass api_key=...")
        if not is_header_text(key.reveal()):
            raise ChatCompletionsError("the API key holds a character that no header can carry; is it the key itself?")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Set the key of a request."""
        request.headers[self._header] = self._read().reveal()
        yield request

    def _read(self) -> Secret:
        return Secret(os.environ.get(self._variable, "").strip() if self._key is None else self._key.reveal().strip())


def _until(deadline: float, function: Callable[[], Any]) -> Any:
    """Call a function in a thread, which nobody waits for beyond a time on the monotonic clock.

    Raises:
        httpx.ConnectTimeout: It took longer.
    """
    outcomes: SimpleQueue[Any] = SimpleQueue()
    context = copy_context()

    def call() -> None:
        try:
            outcomes.put((Secret(context.run(function)), None))
        except BaseException as exc:
            outcomes.put((None, exc))

    Thread(target=call, daemon=True).start()
    try:
        key, failure = outcomes.get(timeout=max(0, deadline - time.monotonic()))
    except Empty:
        raise httpx.ConnectTimeout("the function given as api_key has not returned") from None
    if failure is not None:
        raise failure
    return key.reveal()


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
