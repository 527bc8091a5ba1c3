"""Shared parts of the tests of `map`: a server that repeats what it is told, and an executor that is no pool."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
import threading
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

import httpx

from ._support import completion, is_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatcompletions import Outcome


def never(_: Any) -> None:
    """Answer as ever."""


class Echo:
    """A server that answers with the text of the last message, and fails where a function says so."""

    def __init__(self, fail: Callable[[str], httpx.Response | None] = never, **headers: str) -> None:
        self.requests: list[httpx.Request] = []
        self.open = self.most = 0
        self._fail, self._headers = fail, headers

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.open += 1
        self.most = max(self.most, self.open)
        await asyncio.sleep(0)
        self.open -= 1
        said = json.loads(request.content)["messages"][-1]["content"]
        return self._fail(said) or httpx.Response(200, json=completion(said), headers=self._headers)

    @property
    def said(self) -> list[str]:
        """The texts that came."""
        return [json.loads(one.content)["messages"][-1]["content"] for one in self.requests]

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)


def refuse(*texts: str, status: int = 400) -> Callable[[str], httpx.Response | None]:
    """Return a function that answers to some texts with an error."""
    return lambda text: httpx.Response(status, json={"error": {"message": "no"}}) if text in texts else None


def texts(outcomes: list[Outcome[Any]]) -> list[str]:
    return [one.reply.text if one.reply is not None else type(one.error).__name__ for one in outcomes]


def mapped(driver: Any, *args: Any, **params: Any) -> list[Outcome[Any]]:
    found: list[Outcome[Any]] = driver.iterate(driver.client.map(*args, **{"model": "m", **params}))
    return found


def take(driver: Any, count: int, outcomes: Any) -> list[Outcome[Any]]:
    """Return the first outcomes, and close the generator."""
    if not is_async(driver):
        found = list(itertools.islice(outcomes, count))
        outcomes.close()
        return found

    async def first() -> list[Outcome[Any]]:
        found = [await anext(outcomes) for _ in range(count)]
        await outcomes.aclose()
        assert len(asyncio.all_tasks()) == 1
        return found

    result: list[Outcome[Any]] = driver.run(first())
    return result


class Inline(Executor):
    """An executor that does its work at once, with what came through pickle."""

    def __init__(self) -> None:
        self.chunks: list[list[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def work() -> None:
            try:
                travelled = pickle.loads(pickle.dumps((fn, args)))
                self.chunks.append(args[-1])
                future.set_result(pickle.loads(pickle.dumps(travelled[0](*travelled[1]))))
            except Exception as exc:
                future.set_exception(exc)

        threading.Thread(target=work).start()
        return future


def travelling(request: httpx.Request) -> httpx.Response:
    said = json.loads(request.content)["messages"][0]["content"]
    if said == "bad":
        return httpx.Response(400, json={"error": {"message": "no"}})
    headers = {"x-request-id": "r-1", "x-key": request.headers.get("authorization", "none")}
    headers["x-team"] = request.headers.get("x-team", "none")
    return httpx.Response(200, json=completion(said, usage={"total_tokens": 10}), headers=headers)


TRAVELLING = httpx.MockTransport(travelling)
