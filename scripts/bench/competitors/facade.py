"""This client."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions import AsyncChatClient, ChatClient

from . import CONNECTIONS, KEY, MESSAGES, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


class Competitor:
    """One client, its typed answers."""

    def __init__(self, base_url: str) -> None:
        self._settings: dict[str, Any] = {
            "base_url": base_url,
            "api_key": KEY,
            "timeout": TIMEOUT,
            "limits": httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        }
        self._client = ChatClient(**self._settings)

    def create(self, model: str) -> int:
        """Ask for one completion."""
        return _weight(self._client.create(model=model, messages=MESSAGES, temperature=0.2))

    def list(self, model: str, limit: int) -> int:
        """Read one page."""
        return sum(_weight(item) for item in self._client.list(model=model, limit=limit).data)

    def list_all(self, model: str, limit: int) -> int:
        """Read all pages."""
        return sum(_weight(item) for item in self._client.list(model=model, limit=limit))

    def stream(self, model: str) -> int:
        """Read a streamed text."""
        weight = 0
        with self._client.create(model=model, messages=MESSAGES, temperature=0.2, stream=True) as stream:
            for chunk in stream:
                weight += len(chunk.text)
                if chunk.usage:
                    weight += chunk.usage.total_tokens
        return weight

    def tools(self, model: str) -> int:
        """Read streamed tool calls."""
        weight = 0
        with self._client.create(model=model, messages=MESSAGES, temperature=0.2, stream=True) as stream:
            for chunk in stream:
                for choice in chunk.choices:
                    for call in choice.delta.tool_calls or ():
                        weight += len(call.function.arguments)  # type: ignore[union-attr, arg-type]
                if chunk.usage:
                    weight += chunk.usage.total_tokens
        return weight

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
        """Open an async client; give its way to ask for one completion."""
        async with AsyncChatClient(**self._settings, **self._transport()) as client:

            async def create(model: str) -> int:
                return _weight(await client.create(model=model, messages=MESSAGES, temperature=0.2))

            yield create

    def _transport(self) -> dict[str, Any]:
        return {}


def _weight(completion: Any) -> int:
    return len(completion.id) + len(completion.text) + completion.usage.total_tokens  # type: ignore[no-any-return]
