"""Uses of private names of other libraries, each with the version in which it was seen.

Each is here because no public name does the same; a test in `test_borrowed.py` fails when one is gone.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    import httpcore
    import httpx


def set_content(response: httpx.Response, content: bytes) -> None:
    """Set the decoded body of a response, as ``content`` returns it (httpx 0.28.1, ``Response._content``)."""
    response._content = content


def set_class(response: httpx.Response, cls: type[httpx.Response]) -> None:
    """Change the class of a response, because a transport has built it (httpx 0.28.1, no slots)."""
    response.__class__ = cls


def has_read_past_end(response: httpcore.Response) -> bool:
    """Tell whether h11 has read past the end of a response (httpcore 1.0.9, ``stream._connection._h11_state``).

    If the names are gone, the result is true, so that no connection is used again.
    """
    state: Any = getattr(getattr(response.stream, "_connection", None), "_h11_state", None)
    return state is None or bool(state.trailing_data[0])


def set_lock(jar: CookieJar, lock: Any) -> None:
    """Replace the lock of a cookie jar (Python 3.11 to 3.14, ``CookieJar._cookies_lock``)."""
    jar._cookies_lock = lock  # type: ignore[attr-defined]


def disable_retries(transport: Any) -> None:
    """Keep aiohttp from sending a GET or DELETE again when a reused connection is lost.

    This sets ``ClientSession._retry_connection`` (aiohttp 3.14.5) of the session that httpx-aiohttp 0.2.0 makes.
    """
    session = transport.client
    if not hasattr(session, "_retry_connection"):
        session = transport.client = transport.get_client()
    session._retry_connection = False


def mark_coroutine_function(function: Any) -> None:
    """Let mocks take a function that returns an awaitable for a coroutine function.

    Python 3.11 has no public mark (``asyncio.coroutines._is_coroutine``); without asyncio nobody can ask for it.
    """
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    elif (coroutines := sys.modules.get("asyncio.coroutines")) is not None:
        function._is_coroutine = vars(coroutines)["_is_coroutine"]
