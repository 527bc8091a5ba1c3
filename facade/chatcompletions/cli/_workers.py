"""Many calls at once, in order, for what a command does with each of many completions."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from attrs import evolve

from ._connection import async_client, source
from ._failure import refusals

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from typing import Self

    from chatcompletions import AsyncChatClient

    from ._sources import Query, Source

T = TypeVar("T")
R = TypeVar("R")


def add_concurrency(parser: ArgumentParser) -> None:
    """Add the option for the number of calls at once."""
    parser.add_argument(
        "--concurrency", type=int, default=16, metavar="N", help="how many requests at once (default: %(default)s)"
    )


class Worker(Protocol):
    """A source, of which many calls may be made at once."""

    title: str

    def find(self, query: Query) -> AsyncIterator[dict[str, Any]]:
        """Yield the completions that match."""
        ...

    async def get(self, completion_id: str) -> dict[str, Any]:
        """Return a completion."""
        ...

    async def messages(self, completion_id: str) -> list[dict[str, Any]]:
        """Return the messages of a completion's request."""
        ...

    async def update(self, completion_id: str, metadata: Mapping[str, str]) -> None:
        """Replace the metadata of a completion."""
        ...

    async def delete(self, completion_id: str) -> None:
        """Delete a completion."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


class ServiceWorker:
    """The stored completions of a service."""

    def __init__(self, client: AsyncChatClient) -> None:
        self._client = client
        self.title = str(client.base_url)

    async def find(self, query: Query) -> AsyncIterator[dict[str, Any]]:
        """Yield the completions that match, fetching pages as needed."""
        with refusals():
            found = self._client.list(**query.parameters())
        async for item in found:
            yield item.to_dict()

    async def get(self, completion_id: str) -> dict[str, Any]:
        """Fetch a completion."""
        with refusals():
            return (await self._client.get(completion_id)).to_dict()

    async def messages(self, completion_id: str) -> list[dict[str, Any]]:
        """Fetch the messages of a completion's request."""
        return [one.to_dict() async for one in self._client.messages(completion_id, limit=100)]

    async def update(self, completion_id: str, metadata: Mapping[str, str]) -> None:
        """Replace the metadata of a completion."""
        with refusals():
            await self._client.update(completion_id, metadata=metadata)

    async def delete(self, completion_id: str) -> None:
        """Delete a completion."""
        with refusals():
            await self._client.delete(completion_id)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


class FileWorker:
    """The stored completions of a file, whose calls take no time worth sharing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.title = source.title

    async def find(self, query: Query) -> AsyncIterator[dict[str, Any]]:
        """Yield the completions that match."""
        for completion in self._source.find(query):
            yield completion
            await asyncio.sleep(0)

    async def get(self, completion_id: str) -> dict[str, Any]:
        """Return a completion."""
        return self._source.get(completion_id)

    async def messages(self, completion_id: str) -> list[dict[str, Any]]:
        """Return the messages of a completion's request."""
        return [*self._source.messages(completion_id)]

    async def update(self, completion_id: str, metadata: Mapping[str, str]) -> None:
        """Replace the metadata of a completion."""
        self._source.update(completion_id, metadata)

    async def delete(self, completion_id: str) -> None:
        """Delete a completion."""
        self._source.delete(completion_id)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._source.close()


def worker(options: Namespace) -> Worker:
    """Return the file, or the service, with which a command works."""
    if options.file is not None:
        return FileWorker(source(options))
    return ServiceWorker(async_client(options))


async def listed(items: Iterable[T]) -> AsyncIterator[T]:
    """Iterate over what is there."""
    for item in items:
        yield item


async def in_order(
    call: Callable[[T], Awaitable[R]], items: AsyncIterable[T], concurrency: int
) -> AsyncGenerator[tuple[T, R | None, Exception | None]]:
    """Yield each item with what the call made of it, or its error, in the order of the items.

    Close it, by `contextlib.aclosing`: what is on its way is then cancelled, and has ended.

    Args:
        call: Called with each item.
        items: The items, read as far as is needed.
        concurrency: How many calls may be on their way or wait for those before them.
    """
    from chatcompletions import ChatCompletionsError

    async def outcome(item: T) -> tuple[T, R | None, Exception | None]:
        try:
            return item, await call(item), None
        except ChatCompletionsError as exc:
            return item, None, exc

    window = deque[asyncio.Task[tuple[T, R | None, Exception | None]]]()
    failure: Exception | None = None
    try:
        try:
            async for item in items:
                window.append(asyncio.create_task(outcome(item)))
                if len(window) >= concurrency:
                    yield await window[0]
                    window.popleft()
        except ChatCompletionsError as exc:  # of the items: those that came before it are not lost
            failure = exc
        while window:
            yield await window[0]
            window.popleft()
        if failure is not None:
            raise failure
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)


async def stored(
    place: Worker, query: Query, latest: str | None, is_known: Callable[[dict[str, Any]], bool], concurrency: int
) -> AsyncGenerator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield completions with their messages, the oldest first; close it like `in_order`.

    Args:
        place: Where they are stored.
        query: Which of them.
        latest: The id behind which to begin. If it is not there any more, all are looked through.
        is_known: Tells whether a completion is to be left out.
        concurrency: How many messages are fetched at once.
    """
    from chatcompletions import BadRequestError, NotFoundError

    async def unknown() -> AsyncIterator[dict[str, Any]]:
        begins = [latest, None] if latest is not None else [None]
        for after in begins:
            count = 0
            try:
                async for completion in place.find(evolve(query, after=after)):
                    count += 1
                    if not is_known(completion):
                        yield completion
            except (BadRequestError, NotFoundError):
                if after is None or count:
                    raise
            else:
                return

    found = in_order(lambda completion: place.messages(completion["id"]), unknown(), concurrency)
    async with aclosing(found):
        async for completion, messages, error in found:
            if isinstance(error, NotFoundError):
                continue  # deleted meanwhile
            if error is not None:
                raise error
            yield completion, messages or []
