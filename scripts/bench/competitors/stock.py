"""What openapi-python-client generates from the prepared pin with its own templates, as its documentation calls it.

It has no streams of its own: lines are read from its httpx client by hand, and its chunk model reads each.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from . import CONNECTIONS, KEY, MESSAGES, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

_PACKAGE = "stock_api"
stock: Any = import_module(_PACKAGE)
_create: Any = import_module(f"{_PACKAGE}.api.chat.create_chat_completion")
models: Any = import_module(f"{_PACKAGE}.models")


class Competitor:
    """One client, its typed answers."""

    def __init__(self, base_url: str) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._settings: dict[str, Any] = {
            "base_url": base_url,
            "token": KEY,
            "timeout": httpx.Timeout(TIMEOUT),
            "raise_on_unexpected_status": True,
            "httpx_args": {"limits": limits},
        }
        self._client = stock.AuthenticatedClient(**self._settings)

    def create(self, model: str) -> int:
        """Ask for one completion."""
        return _weight(_create.sync(client=self._client, body=_body(model)))

    def list(self, model: str, limit: int) -> int:
        """Read one page."""
        return sum(_weight(item) for item in self._page(model=model, limit=limit).data)

    def list_all(self, model: str, limit: int) -> int:
        """Read all pages."""
        weight = 0
        after: dict[str, str] = {}
        while True:
            page = self._page(model=model, limit=limit, **after)
            weight += sum(_weight(item) for item in page.data)
            if not page.has_more:
                return weight
            after = {"after": page.last_id}

    def stream(self, model: str) -> int:
        """Read a streamed text."""
        weight = 0
        for chunk in self._chunks(model):
            for choice in chunk.choices:
                weight += len(choice.delta.content or "")
            if chunk.usage:
                weight += chunk.usage.total_tokens
        return weight

    def tools(self, model: str) -> int:
        """Read streamed tool calls."""
        weight = 0
        for chunk in self._chunks(model):
            for choice in chunk.choices:
                for call in choice.delta.tool_calls or ():
                    weight += len(call.function.arguments)
            if chunk.usage:
                weight += chunk.usage.total_tokens
        return weight

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
        """Open an async client; give its way to ask for one completion."""
        async with stock.AuthenticatedClient(**self._settings) as client:

            async def create(model: str) -> int:
                return _weight(await _create.asyncio(client=client, body=_body(model)))

            yield create

    def _page(self, **parameters: Any) -> Any:
        listing: Any = import_module(f"{_PACKAGE}.api.chat.list_chat_completions")
        return listing.sync(client=self._client, **parameters)

    def _chunks(self, model: str) -> Iterator[Any]:
        http: httpx.Client = self._client.get_httpx_client()
        chunk_model = models.CreateChatCompletionStreamResponse
        body = _body(model, stream=True).to_dict()
        with http.stream("POST", "/chat/completions", json=body) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith("data: "):
                    data = line[6:]
                    if data != "[DONE]":
                        yield chunk_model.from_dict(json.loads(data))


def _body(model: str, **more: Any) -> Any:
    system, user = MESSAGES
    messages = [
        models.ChatCompletionRequestSystemMessage(**system),
        models.ChatCompletionRequestUserMessage(**user),
    ]
    return models.CreateChatCompletionRequest(model=model, messages=messages, temperature=0.2, **more)


def _weight(completion: Any) -> int:
    text = completion.choices[0].message.content
    return len(completion.id) + len(text) + completion.usage.total_tokens  # type: ignore[no-any-return]
