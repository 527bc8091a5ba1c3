"""All that is used of other libraries without being their public name, with the version in which it was seen.

Each stands here because nothing public does the same; `test_borrowed.py` fails by name when one is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    import httpcore
    import httpx


def set_content(response: httpx.Response, content: bytes) -> None:
    """Put a body that was read and decoded here where ``content`` finds it (httpx 0.28.1, ``Response._content``)."""
    response._content = content


def set_class(response: httpx.Response, cls: type[httpx.Response]) -> None:
    """Make a response one of a class of ours, because a transport builds it (httpx 0.28.1, no slots)."""
    response.__class__ = cls


def reads_beyond(answer: httpcore.Response) -> bool:
    """Tell whether h11 has read more than an answer (httpcore 1.0.9, ``stream._connection._h11_state``).

    Where the names are gone it has for all we know, and no connection is kept.
    """
    state: Any = getattr(getattr(answer.stream, "_connection", None), "_h11_state", None)
    return state is None or bool(state.trailing_data[0])


def set_lock(jar: CookieJar, lock: Any) -> None:
    """Give a jar another lock (Python 3.11 to 3.14, ``CookieJar._cookies_lock``)."""
    jar._cookies_lock = lock  # type: ignore[attr-defined]


def send_once(transport: Any) -> None:
    """Keep aiohttp from sending a GET or DELETE again when a kept connection is lost.

    That is ``ClientSession._retry_connection`` (aiohttp 3.14.5), of the session that httpx-aiohttp 0.2.0 makes.
    """
    session = transport.client
    if not hasattr(session, "_retry_connection"):
        session = transport.client = transport.get_client()
    session._retry_connection = False
