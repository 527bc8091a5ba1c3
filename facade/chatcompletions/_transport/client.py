"""The httpx clients that both layers share: every request through them is retried and its failure named.

The policy sits in `send`, below the generated endpoint modules, so that a dropped-down call, a whole answer and a
stream get the same treatment, and httpx's own proxies, hooks and transports keep working.
"""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Any, cast

import httpx

from chatcompletions._answers.failures import described
from chatcompletions._answers.read import ATTEMPTS, JSONResponse, error_from_failure, error_from_response
from chatcompletions._checks import naming_settings
from chatcompletions._errors import APIError
from chatcompletions._json import is_cut
from chatcompletions._redaction import Discreet, forget_frames, tells_secrets

from .borrowed import set_class, set_content
from .cookies import cookie_jar
from .decoding import DEFAULT_MAX_ANSWER_BYTES, adecoded, decoded
from .places import LEASE
from .redirects import is_replayable, redirected
from .retry import retry_delay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

#: The request extension that carries a call's own number of retries.
MAX_RETRIES = "max_retries"
#: Bytes of an error's body that are read: enough for one that repeats a long request.
_MOST_OF_ERROR = 64 * 2**20
#: Bytes of the body of a redirect that is followed: the connection is kept if they are all.
_MOST_OF_REDIRECT = 64 * 2**10

_logger = logging.getLogger("chatcompletions")


class _Attempts:
    """Count what was tried for one request, and say how to go on."""

    def __init__(self, request: httpx.Request, max_retries: int) -> None:
        self._request = request
        self._max_retries = request.extensions.get(MAX_RETRIES, max_retries) if is_replayable(request) else 0
        self.made = 1

    def failed(self, failure: httpx.RequestError | httpx.InvalidURL | UnicodeError) -> APIError:
        """Return the error for a request that got no whole answer."""
        if not isinstance(failure, httpx.RequestError):  # httpx reads the location also where it is not followed
            failure = httpx.RemoteProtocolError(f"Invalid URL in location header: {failure}")
        error = error_from_failure(failure, self._request, self.made)
        # None hides the failure in a traceback, too.
        error.__cause__ = None if tells_secrets(failure, self._request) else failure
        return error

    def after_answer(self, response: httpx.Response) -> float | None:
        """Return the seconds to wait, or `None` after a success, or raise if there is no next attempt."""
        response.extensions[ATTEMPTS] = self.made
        return None if response.is_success else self.after_error(error_from_response(response))

    def after_error(self, error: APIError) -> float:
        """Return the seconds to wait before the next attempt, or raise the error if there is none."""
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
        options, client = Discreet(options), cast("Any", super())
        last, address = self._last
        try:
            request: httpx.Request = client.build_request(method, address if url == last else url, **options)
        except httpx.InvalidURL as exc:
            forget_frames(exc)
            raise APIError(f"{method} cannot be sent (InvalidURL: {exc})", attempts=0) from None
        if not request.url.query:
            self._last = url, request.url
        return request


class _Client(_Addresses):
    """What both clients share.

    Args:
        is_async: Whether it is for ``async`` callers.
        max_retries: How often a request may be sent again, unless its ``max_retries`` extension says otherwise.
        max_answer_bytes: Bytes of an answer, decoded, that are read.
        sleep: Waits the given seconds.
        response_type: The class of the answers, which says how their JSON is read.
        **options: httpx's own.
    """

    def __init__(
        self,
        *,
        is_async: bool,
        max_retries: int,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        sleep: Callable[[float], Any],
        response_type: type[JSONResponse] = JSONResponse,
        **options: Any,
    ) -> None:
        from .transports import pooled  # httpcore's import is for the first call to pay

        options = Discreet(options)
        try:
            with naming_settings():
                cookies = cookie_jar(options.get("cookies"))
                super().__init__(**{**pooled(options, is_async=is_async), "cookies": cookies})
        except Exception as exc:
            forget_frames(exc)  # those of httpx's constructor hold every option
            raise
        self._max_retries = max_retries
        self._max_answer_bytes = max_answer_bytes
        self._sleep = sleep
        self._response_type = response_type

    def _most(self, response: httpx.Response, *, follow: bool) -> int:
        if response.is_success:
            return self._max_answer_bytes
        return min(self._max_answer_bytes, _MOST_OF_REDIRECT if follow and response.next_request else _MOST_OF_ERROR)

    def _next(self, request: httpx.Request, response: httpx.Response, history: list[httpx.Response]) -> Any:
        client: Any = self
        following = redirected(request, response)
        if following is not None:
            if len(history) >= client.max_redirects:
                raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)
            history.append(response)
        return following


class HTTPClient(_Client, httpx.Client):
    """An `httpx.Client` with retries, and with the errors of this package; see `_Client` for its arguments."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep, **options: Any) -> None:
        options = Discreet(options)
        super().__init__(is_async=False, sleep=sleep, **options)

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
            outcome: httpx.Response | APIError
            try:
                outcome = self._exchange(request, stream=stream, **options)
            except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as failure:
                outcome = attempts.failed(failure)
            # Not within the except clause, whose failure may show a secret: it would be the context of each error.
            if isinstance(outcome, httpx.Response):
                delay = attempts.after_answer(outcome)
                if delay is None:
                    return _as(self._response_type, outcome)
            else:
                delay = attempts.after_error(outcome)
            self._sleep(delay)

    def _exchange(self, request: httpx.Request, *, stream: bool, **options: Any) -> httpx.Response:
        """Send a request once, and again only where it is redirected."""
        follow, history = _follows(self, options), list[httpx.Response]()
        try:
            while True:
                response = super().send(request, stream=True, follow_redirects=False, **options)
                _carry(response)
                if not (stream and response.is_success):
                    self._receive(response, self._most(response, follow=follow))
                following = self._next(request, response, history) if follow else None
                if following is None:
                    response.history = history
                    return response
                request, options = following, {**options, "auth": None}
        except BaseException as failure:
            # Whatever ended it, also between two lines of httpx: a connection that a call left behind is closed.
            lease = request.extensions.get(LEASE)
            if lease is not None:
                lease.discard()
            raise _unanswerable(failure) or failure  # noqa: B904 - it names its cause

    def _receive(self, response: httpx.Response, most: int) -> None:
        """Read the body of a success, and what comes of that of a failure, whose status counts."""
        received: list[bytes] = []
        try:
            received.extend(decoded(response, most))
        except httpx.RequestError:
            if response.is_success:
                received.clear()
                raise
        finally:
            response.close()
            set_content(response, b"".join(received))
        _check_whole(response)


async def _sleep(seconds: float) -> None:
    import anyio  # only a retry needs it

    await anyio.sleep(seconds)


class AsyncHTTPClient(_Client, httpx.AsyncClient):
    """`HTTPClient` for ``async`` callers; ``sleep`` is awaited."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]] = _sleep, **options: Any) -> None:
        options = Discreet(options)
        super().__init__(is_async=True, sleep=sleep, **options)

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request until it succeeds or retrying ends; see `HTTPClient.send`."""
        attempts = _Attempts(request, self._max_retries)
        delay: float | None
        while True:
            outcome: httpx.Response | APIError
            try:
                outcome = await self._exchange(request, stream=stream, **options)
            except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as failure:
                outcome = attempts.failed(failure)
            # Not within the except clause, whose failure may show a secret: it would be the context of each error.
            if isinstance(outcome, httpx.Response):
                delay = attempts.after_answer(outcome)
                if delay is None:
                    return _as(self._response_type, outcome)
            else:
                delay = attempts.after_error(outcome)
            await self._sleep(delay)

    async def _exchange(self, request: httpx.Request, *, stream: bool, **options: Any) -> httpx.Response:
        """Send a request once, and again only where it is redirected."""
        follow, history = _follows(self, options), list[httpx.Response]()
        try:
            while True:
                response = await super().send(request, stream=True, follow_redirects=False, **options)
                _carry(response)
                if not (stream and response.is_success):
                    await self._receive(response, self._most(response, follow=follow))
                following = self._next(request, response, history) if follow else None
                if following is None:
                    response.history = history
                    return response
                request, options = following, {**options, "auth": None}
        except BaseException as failure:
            lease = request.extensions.get(LEASE)
            if lease is not None:
                await lease.discard()
            raise _unanswerable(failure) or failure  # noqa: B904 - it names its cause

    async def _receive(self, response: httpx.Response, most: int) -> None:
        """`HTTPClient._receive` for ``async`` callers."""
        received: list[bytes] = []
        try:
            async for data in adecoded(response, most):
                received.append(data)  # noqa: PERF401 - what came before a failure must be there
        except httpx.RequestError:
            if response.is_success:
                received.clear()
                raise
        finally:
            await response.aclose()
            set_content(response, b"".join(received))
        _check_whole(response)


def _unanswerable(failure: BaseException) -> httpx.RequestError | None:
    """Return the error for what httpx's own auth raises for a challenge that it does not understand."""
    traceback, place = failure.__traceback__, ""
    while traceback is not None:
        place = traceback.tb_frame.f_globals.get("__name__", "")
        traceback = traceback.tb_next
    if place != "httpx._auth" or not isinstance(failure, Exception) or isinstance(failure, httpx.RequestError):
        return None
    error = httpx.TransportError(f"the server's challenge cannot be answered: {described(failure)}")
    error.__cause__ = failure
    return error


def _follows(client: Any, options: dict[str, Any]) -> bool:
    asked = options.pop("follow_redirects", None)
    return asked if isinstance(asked, bool) else client.follow_redirects


def _carry(response: httpx.Response) -> None:
    lease = response.extensions.get(LEASE)
    if lease is not None and not response.is_stream_consumed:
        lease.carry(response)


def _check_whole(response: httpx.Response) -> None:
    """Raise if JSON breaks off in a body that has no other mark of its end than that of its connection."""
    headers = response.headers
    has_end = "content-length" in headers or "transfer-encoding" in headers or response.http_version == "HTTP/2"
    if response.is_success and not has_end and is_cut(response.content):
        raise httpx.RemoteProtocolError("the connection ended within the answer's JSON", request=response.request)


def _as(cls: type[JSONResponse], response: httpx.Response) -> httpx.Response:
    # httpx builds the response inside the transport and offers no hook for its class.
    set_class(response, cls)
    return response
