"""The official SDK, as its own documentation calls it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import CONNECTIONS, KEY, MESSAGES, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

# Not imported by statement: type checkers must do without it, and reading its types takes them a minute.
openai: Any = import_module("openai")


class Competitor:
    """One client, its typed answers."""

    def __init__(self, base_url: str) -> None:
        self._settings: dict[str, Any] = {"base_url": base_url, "api_key": KEY, "timeout": TIMEOUT}
        self._completions = openai.OpenAI(**self._settings).chat.completions

    def create(self, model: str) -> int:
        """Ask for one completion."""
        return _weight(self._completions.create(model=model, messages=MESSAGES, temperature=0.2))

    def list(self, model: str, limit: int) -> int:
        """Read one page."""
        return sum(_weight(item) for item in self._completions.list(model=model, limit=limit).data)

    def list_all(self, model: str, limit: int) -> int:
        """Read all pages."""
        return sum(_weight(item) for item in self._completions.list(model=model, limit=limit))

    def stream(self, model: str) -> int:
        """Read a streamed text."""
        weight = 0
        with self._completions.create(model=model, messages=MESSAGES, temperature=0.2, stream=True) as stream:
            for chunk in stream:
                for choice in chunk.choices:
                    weight += len(choice.delta.content or "")
                if chunk.usage:
                    weight += chunk.usage.total_tokens
        return weight

    def tools(self, model: str) -> int:
        """Read streamed tool calls."""
        weight = 0
        with self._completions.create(model=model, messages=MESSAGES, temperature=0.2, stream=True) as stream:
            for chunk in stream:
                for choice in chunk.choices:
                    for call in choice.delta.tool_calls or ():
                        weight += len(call.function.arguments)
                if chunk.usage:
                    weight += chunk.usage.total_tokens
        return weight

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
        """Open an async client; give its way to ask for one completion."""
        limits = import_module("httpx2").Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        http_client = openai.DefaultAsyncHttpxClient(limits=limits)
        async with openai.AsyncOpenAI(**self._settings, http_client=http_client) as client:
            completions = client.chat.completions

            async def create(model: str) -> int:
                return _weight(await completions.create(model=model, messages=MESSAGES, temperature=0.2))

            yield create


def _weight(completion: Any) -> int:
    text = completion.choices[0].message.content
    return len(completion.id) + len(text) + completion.usage.total_tokens  # type: ignore[no-any-return]
