"""httpx and the standard library's json: the floor that most people know."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from . import CONNECTIONS, KEY, MESSAGES, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

_PATH = "/chat/completions"


class Competitor:
    """Calls written by hand; the answer is read as plain dicts."""

    loads: Callable[[bytes], Any] = staticmethod(json.loads)

    def __init__(self, base_url: str) -> None:
        self._settings: dict[str, Any] = {
            "base_url": base_url,
            "headers": {"Authorization": f"Bearer {KEY}"},
            "timeout": TIMEOUT,
            "limits": httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        }
        self._client = httpx.Client(**self._settings)

    def create(self, model: str) -> int:
        """Ask for one completion."""
        response = self._client.post(_PATH, json=_body(model))
        response.raise_for_status()
        return _weight(self.loads(response.content))

    def list(self, model: str, limit: int) -> int:
        """Read one page."""
        return sum(_weight(item) for item in self._page(model, limit, {})["data"])

    def list_all(self, model: str, limit: int) -> int:
        """Read all pages."""
        weight = 0
        after: dict[str, str] = {}
        while True:
            page = self._page(model, limit, after)
            weight += sum(_weight(item) for item in page["data"])
            if not page["has_more"]:
                return weight
            after = {"after": page["last_id"]}

    def stream(self, model: str) -> int:
        """Read a streamed text."""
        weight = 0
        for chunk in self._chunks(model):
            for choice in chunk["choices"]:
                weight += len(choice["delta"].get("content") or "")
            if chunk["usage"]:
                weight += chunk["usage"]["total_tokens"]
        return weight

    def tools(self, model: str) -> int:
        """Read streamed tool calls."""
        weight = 0
        for chunk in self._chunks(model):
            for choice in chunk["choices"]:
                for call in choice["delta"].get("tool_calls") or ():
                    weight += len(call["function"]["arguments"])
            if chunk["usage"]:
                weight += chunk["usage"]["total_tokens"]
        return weight

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
        """Open an async client; give its way to ask for one completion."""
        async with httpx.AsyncClient(**self._settings, **self._transport()) as client:

            async def create(model: str) -> int:
                response = await client.post(_PATH, json=_body(model))
                response.raise_for_status()
                return _weight(self.loads(response.content))

            yield create

    def _transport(self) -> dict[str, Any]:
        return {}

    def _page(self, model: str, limit: int, after: dict[str, str]) -> Any:
        response = self._client.get(_PATH, params={"model": model, "limit": limit, **after})
        response.raise_for_status()
        return self.loads(response.content)

    def _chunks(self, model: str) -> Iterator[Any]:
        with self._client.stream("POST", _PATH, json=_body(model, stream=True)) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith("data: "):
                    data = line[6:]
                    if data != "[DONE]":
                        yield self._read_line(data)

    def _read_line(self, data: str) -> Any:
        return json.loads(data)


def _body(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": MESSAGES, "temperature": 0.2, **more}


def _weight(completion: Any) -> int:
    text = completion["choices"][0]["message"]["content"]
    return len(completion["id"]) + len(text) + completion["usage"]["total_tokens"]  # type: ignore[no-any-return]
