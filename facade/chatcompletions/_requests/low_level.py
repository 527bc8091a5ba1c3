"""The clients that `raw` returns: the generated client, which uses the facade's connections alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from attrs import define, field

from chatcompletions_api.client import Client

if TYPE_CHECKING:
    from typing import Self

    from chatcompletions._transport.client import AsyncHTTPClient, HTTPClient


def _refused(method: str, option: str) -> Any:
    def refuse(self: _Raw, _: object) -> NoReturn:
        name = type(self._chat).__name__
        raise TypeError(f"raw shares the connections of its {name}, so it has no {method}: use {name}({option}).raw")

    return refuse


@define
class _Raw(Client):
    # A field that __init__ takes, because attrs copies no other kind.
    _chat: Any = field(kw_only=True, alias="chat")

    def __attrs_post_init__(self) -> None:
        if self._chat._defaults:
            raise TypeError("raw does not send what with_options set: take raw of the client before with_options")

    # Each would change the facade's own connections, or replace them by others without key and retries.
    with_headers = _refused("with_headers", "headers=...")
    with_cookies = _refused("with_cookies", "cookies=...")
    with_timeout = _refused("with_timeout", "timeout=...")
    set_httpx_client = _refused("set_httpx_client", "transport=...")
    set_async_httpx_client = _refused("set_async_httpx_client", "transport=...")

    # A with statement, as in the generator's own examples, must not close the facade's connections.
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


@define
class RawClient(_Raw):
    """The generated client of a `ChatClient`, for the ``sync`` functions of an endpoint module."""

    def get_httpx_client(self) -> HTTPClient:
        """Return the httpx client of the facade."""
        http: HTTPClient = self._chat._http()
        return http

    def get_async_httpx_client(self) -> NoReturn:
        """Refuse a call of the other mode.

        Raises:
            TypeError: Always, because the facade's connections are sync.
        """
        raise TypeError("raw of a ChatClient is for sync and sync_detailed: for asyncio take raw of an AsyncChatClient")


@define
class AsyncRawClient(_Raw):
    """The generated client of an `AsyncChatClient`, for the ``asyncio`` functions of an endpoint module."""

    def get_httpx_client(self) -> NoReturn:
        """Refuse a call of the other mode.

        Raises:
            TypeError: Always, because the facade's connections are async.
        """
        raise TypeError(
            "raw of an AsyncChatClient is for asyncio and asyncio_detailed: for sync take raw of a ChatClient"
        )

    def get_async_httpx_client(self) -> AsyncHTTPClient:
        """Return the facade's httpx client for the running event loop.

        Raises:
            RuntimeError: No event loop is running.
        """
        http: AsyncHTTPClient = self._chat._http()
        return http
