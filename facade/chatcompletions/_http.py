"""The httpx clients that both layers share: every request through them is retried and its failure named.

The policy sits in `send`, below the generated endpoint modules, so that a dropped-down call, a whole answer and a
stream get the same treatment, and httpx's own proxies, hooks and transports keep working.
"""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Any

import httpx

from ._answers import ATTEMPTS, JSONResponse, error_from_failure, error_from_response
from ._checks import naming_settings
from ._errors import APIError
from ._pool import AsyncPool, Pool, pooled
from ._redirects import Redirects
from ._retry import retry_delay
from ._secrets import tells_secrets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

#: The request extension that carries a call's own number of retries.
MAX_RETRIES = "max_retries"

_logger = logging.getLogger("chatcompletions")


class _Attempts:
    """Count what was tried for one request, and say how to go on."""

    def __init__(self, request: httpx.Request, max_retries: int) -> None:
        self._request = request
        # A body that is produced while it is sent cannot be produced a second time.
        replayable = isinstance(request.stream, httpx.ByteStream)
        self._max_retries = request.extensions.get(MAX_RETRIES, max_retries) if replayable else 0
        self.made = 1

    def after_failure(self, failure: httpx.RequestError) -> float:
        """Return the seconds to wait before the next attempt, or raise if there is none."""
        error = error_from_failure(failure, self._request, self.made)
        # None hides the failure in a traceback, too.
        error.__cause__ = None if tells_secrets(failure, self._request) else failure
        return self._delay(error)

    def after_answer(self, response: httpx.Response) -> float | None:
        """Return the seconds to wait, or `None` after a success, or raise if there is no next attempt."""
        response.extensions[ATTEMPTS] = self.made
        return None if response.is_success else self._delay(error_from_response(response))

    def _delay(self, error: APIError) -> float:
        delay = None
        if self.made <= self._max_retries:
            delay = retry_delay(error, self.made, now=time.time(), jitter=random.random())  # noqa: S311 - no secret
        if delay is None:
            raise error
        _logger.info("%s; attempt %d follows in %.2f s", error, self.made + 1, delay)
        self.made += 1
        return delay


class _Addresses:
    """Remember the last address: joined and parsed anew for each request, as httpx does it, it is a tenth of a call."""

    _last: tuple[object, httpx.URL | None] = (None, None)

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Build a request, as httpx does.

        Raises:
            APIError: The address is no URL, or one that is too long.
        """
        client: Any = super()
        last, address = self._last
        try:
            request: httpx.Request = client.build_request(method, address if url == last else url, **options)
        except httpx.InvalidURL as exc:
            raise APIError(f"{method} cannot be sent (InvalidURL: {exc})", attempts=0) from None
        if not request.url.query:
            self._last = url, request.url
        return request


class HTTPClient(_Addresses, Redirects, httpx.Client):
    """An `httpx.Client` with retries, and with the errors of this package.

    Args:
        max_retries: How often a request may be sent again, unless its ``max_retries`` extension says otherwise.
        sleep: Waits the given seconds.
        response_type: The class of the answers, which says how their JSON is read.
        **options: httpx's own.
    """

    def __init__(
        self,
        *,
        max_retries: int,
        sleep: Callable[[float], None] = time.sleep,
        response_type: type[JSONResponse] = JSONResponse,
        **options: Any,
    ) -> None:
        with naming_settings():
            super().__init__(**pooled(Pool, options))
        self._max_retries = max_retries
        self._sleep = sleep
        self._response_type = response_type

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request until it succeeds or retrying ends.

        Returns:
            A 2xx response, read or (``stream``) still open, with a `json` that fails within the tree.

        Raises:
            APIError: The last attempt failed.
        """
        attempts = _Attempts(request, self._max_retries)
        delay: float | None
        while True:
            try:
                response = super().send(request, stream=True, **options)
                _receive(response, stream=stream)
            except httpx.RequestError as failure:
                delay = attempts.after_failure(failure)
            else:
                delay = attempts.after_answer(response)
                if delay is None:
                    return _as(self._response_type, response)
            self._sleep(delay)


async def _sleep(seconds: float) -> None:
    import anyio  # only a retry needs it

    await anyio.sleep(seconds)


class AsyncHTTPClient(_Addresses, Redirects, httpx.AsyncClient):
    """`HTTPClient` for ``async`` callers; ``sleep`` is awaited."""

    def __init__(
        self,
        *,
        max_retries: int,
        sleep: Callable[[float], Awaitable[None]] = _sleep,
        response_type: type[JSONResponse] = JSONResponse,
        **options: Any,
    ) -> None:
        with naming_settings():
            super().__init__(**pooled(AsyncPool, options))
        self._max_retries = max_retries
        self._sleep = sleep
        self._response_type = response_type

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request until it succeeds or retrying ends; see `HTTPClient.send`."""
        attempts = _Attempts(request, self._max_retries)
        delay: float | None
        while True:
            try:
                response = await super().send(request, stream=True, **options)
                await _areceive(response, stream=stream)
            except httpx.RequestError as failure:
                delay = attempts.after_failure(failure)
            else:
                delay = attempts.after_answer(response)
                if delay is None:
                    return _as(self._response_type, response)
            await self._sleep(delay)


def _receive(response: httpx.Response, *, stream: bool) -> None:
    """Read the body of a success unless it is streamed, and what comes of that of a failure, whose status counts."""
    if stream and response.is_success:
        return
    received: list[bytes] = []
    try:
        for data in response.iter_bytes():
            received.append(data)  # noqa: PERF402 - what came before a failure must be there
    except httpx.RequestError:
        if response.is_success:
            raise
    finally:
        response.close()
        response._content = b"".join(received)


async def _areceive(response: httpx.Response, *, stream: bool) -> None:
    """`_receive` for ``async`` callers."""
    if stream and response.is_success:
        return
    received: list[bytes] = []
    try:
        async for data in response.aiter_bytes():
            received.append(data)  # noqa: PERF401 - what came before a failure must be there
    except httpx.RequestError:
        if response.is_success:
            raise
    finally:
        await response.aclose()
        response._content = b"".join(received)


def _as(cls: type[JSONResponse], response: httpx.Response) -> httpx.Response:
    # httpx builds the response inside the transport and offers no hook for its class.
    response.__class__ = cls
    return response
