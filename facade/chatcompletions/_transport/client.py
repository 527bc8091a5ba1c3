"""The httpx clients that both layers share: they retry requests and turn failures into errors of this package.

The policy sits in `send`, below the generated endpoint modules, so that a dropped-down call, a whole answer and a
stream get the same treatment, and httpx's own proxies, hooks and transports keep working.
"""

from __future__ import annotations

import logging
import math
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import httpx

from chatcompletions._answers.api_errors import ATTEMPTS, error_from_failure, error_from_response
from chatcompletions._answers.read import JSONResponse
from chatcompletions._answers.record import RECORD, Record
from chatcompletions._base_error import describe, printable
from chatcompletions._checks import check_endpoint_call, half_in_query, naming_settings
from chatcompletions._errors import APIError
from chatcompletions._json import is_cut
from chatcompletions._redaction import SecretDict, drop_tracebacks, shows_secrets

from .borrowed import set_class, set_content
from .cookies import cookie_jar
from .decoding import DEFAULT_MAX_ANSWER_BYTES, aiter_decoded, iter_decoded
from .recovery import RECOVERY, Found, Recovery, new_key
from .redirects import is_replayable, redirect_request
from .retry import retry_delay
from .slots import LEASE
from .timeouts import DEADLINE, TIMEOUTS, CallClock, Timeouts, shorter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

#: The request extension that carries a call's own number of retries.
MAX_RETRIES = "max_retries"
#: The request extension that holds what is told of each retry.
OBSERVED = "observed"
#: Bytes that are read of an error's body: enough for one that repeats a long request.
_MAX_ERROR_BYTES = 8 * 2**20
#: Bytes that are read of the body of a redirect that is followed; a connection with a longer one is not used again.
_MAX_REDIRECT_BYTES = 64 * 2**10

_logger = logging.getLogger("chatcompletions")
#: What requests and answers say. Its level is its own: who turns on the logger above has not asked for this.
_contents = logging.getLogger("chatcompletions.contents")


class _Attempts:
    """The attempts at one request: how many were made, and whether and when another one follows."""

    def __init__(self, request: httpx.Request, client: _Client, *, stream: bool) -> None:
        self._request = request
        self._max_retries = request.extensions.get(MAX_RETRIES, client._max_retries) if is_replayable(request) else 0
        self.made = 1
        self._now = client._clock
        self._began = self._now()
        self._failures: list[tuple[int | None, str, float]] = []
        timeouts = request.extensions.setdefault(TIMEOUTS, client._timeouts)
        self._clock = None if timeouts is None else CallClock(request, timeouts, client._clock, is_stream=stream)

    def begin(self) -> float | None:
        """Give the next attempt the time that is left, and return it in seconds; `None` for no limit."""
        return None if self._clock is None else self._clock.begin(self.made)

    def failed(self, failure: httpx.RequestError | httpx.InvalidURL | UnicodeError) -> APIError:
        """Return the error for an attempt that got no whole answer."""
        if not isinstance(failure, httpx.RequestError):  # httpx reads the location also where it is not followed
            failure = httpx.RemoteProtocolError(f"Invalid URL in location header: {failure}")
        is_late = isinstance(failure, httpx.TimeoutException) and self._clock is not None
        error = is_late and self._clock and self._clock.error(self.made)
        error = error or error_from_failure(failure, self._request, self.made)
        # With None as its cause, a traceback does not show the failure either.
        error.__cause__ = None if shows_secrets(failure, self._request) else failure
        return error

    def error_of(self, outcome: httpx.Response | APIError) -> APIError | None:
        """Return the error that an attempt ended with; `None` after a success."""
        if isinstance(outcome, APIError):
            return outcome
        outcome.extensions[ATTEMPTS] = self.made
        outcome.extensions[RECORD] = self._record(outcome.status_code)
        if self._clock is not None:
            self._clock.note_answer(outcome)
        if not outcome.is_success:
            return error_from_response(outcome)
        if _logger.isEnabledFor(logging.DEBUG):
            self._log("answered", str(outcome.status_code), outcome.headers.get("x-request-id"))
        # Contents are asked for by this logger's own level: one that it has from another logger does not count.
        if 0 < _contents.level <= logging.DEBUG and _contents.isEnabledFor(logging.DEBUG):
            self._log_contents(outcome)
        return None

    def after_error(self, error: APIError) -> float:
        """Return the seconds to wait before the next attempt; raise the error if there is none."""
        delay = None
        if self.made <= self._max_retries:
            delay = retry_delay(error, self.made, now=time.time(), jitter=random.random())  # noqa: S311 - no secret
        if delay is None or (self._clock is not None and self._clock.ends_within(delay)):
            error._record = self._record(error.status_code)
            if _logger.isEnabledFor(logging.DEBUG):
                status = "" if error.status_code is None else f" {error.status_code}"
                self._log("failed", f"{type(error).__name__}{status}", error.request_id)
            raise error
        self._failures.append((error.status_code, error.message, delay))
        if (observed := self._request.extensions.get(OBSERVED)) is not None:
            observed.retrying(error, delay)
        _logger.info("%s; attempt %d follows in %.2f s", error, self.made + 1, delay)
        self.made += 1
        return delay

    def _log(self, verb: str, how: str, request_id: str | None) -> None:
        request, seconds = self._request, self._now() - self._began
        text = "%s %s %s: %s in attempt %d after %.3f s, request %s"
        given = printable(str(request_id))
        _logger.debug(text, request.method, request.url.path, verb, how, self.made, seconds, given)

    def _log_contents(self, response: httpx.Response) -> None:
        for what, message in (("request", self._request), ("answer", response)):
            with suppress(httpx.RequestNotRead, httpx.ResponseNotRead):  # a stream has not come yet
                text = message.content.decode("utf-8", "replace")
                _contents.debug("%s %s %s: %s", self._request.method, self._request.url.path, what, text)

    def recovered(self, response: httpx.Response) -> httpx.Response:
        """Return a response that was found in the place of a lost one."""
        response.extensions[ATTEMPTS] = self.made
        response.extensions[RECORD] = self._record(response.status_code, recovered=True)
        return response

    def _record(self, status_code: int | None, *, recovered: bool = False) -> Record:
        return Record(status_code, self._failures, self._now() - self._began, recovered)


class _Requests:
    """Building of requests: with a cache of the last URL, and with a check of what endpoint functions ask for."""

    # Joining and parsing the URL for each request, as httpx does, is a tenth of a call.
    _last: tuple[object, httpx.URL | None] = (None, None)

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Build a request, as httpx does.

        Raises:
            APIError: The address is not a URL, or is too long.
            ValueError: A query parameter holds half a character.
        """
        options, client = SecretDict(options), cast("Any", super())
        last, address = self._last
        request: httpx.Request | None = None
        problem = ""
        try:
            request = client.build_request(method, address if url == last else url, **options)
        except httpx.InvalidURL as exc:
            drop_tracebacks(exc)
            raise APIError(f"{method} cannot be sent (InvalidURL: {exc})", attempts=0) from None
        except UnicodeEncodeError as exc:
            problem = half_in_query(options.get("params")) or str(exc)
        if request is None:  # outside the except clause, because that exception holds the text that was to be sent
            raise ValueError(problem)
        if not request.url.query:
            self._last = url, request.url
        return request

    def request(self, method: str, url: httpx.URL | str, **options: Any) -> Any:
        """Send a request, as httpx does; endpoint functions call this, the facade's own calls do not.

        Raises:
            TypeError: The body asks for a stream.
            ValueError: The id of the completion is none.
        """
        options, client = SecretDict(options), cast("Any", super())
        check_endpoint_call(url, options.get("json"))
        name: str | None = cast("Any", self)._idempotency_header
        if name and method.upper() != "GET":
            options["headers"] = httpx.Headers({name: new_key(), **(options.get("headers") or {})})
        return client.request(method, url, **options)


class _Client(_Requests):
    """The parts that both clients share.

    Args:
        is_async: Whether the client is for ``async`` callers.
        max_retries: How often a request may be sent again, unless its ``max_retries`` extension has another number.
        max_answer_bytes: How many bytes of an answer are read at most, decoded.
        sleep: Waits for a number of seconds.
        clock: Returns the time in seconds.
        idempotency_header: The header for a key of each request but GET, one over all attempts; `None` for none.
        response_type: The class of the responses, which decides how their JSON is read.
        **options: Options of httpx.
    """

    def __init__(
        self,
        *,
        is_async: bool,
        max_retries: int,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        sleep: Callable[[float], Any],
        clock: Callable[[], float] = time.monotonic,
        idempotency_header: str | None = None,
        response_type: type[JSONResponse] = JSONResponse,
        **options: Any,
    ) -> None:
        from .transports import transport_options  # it imports httpcore, which only the first call needs

        options = SecretDict(options)
        try:
            with naming_settings():
                cookies = cookie_jar(options.get("cookies"))
                super().__init__(**{**transport_options(options, is_async=is_async), "cookies": cookies})
        except Exception as exc:
            drop_tracebacks(exc)  # the frames of httpx's constructor hold every option
            raise
        self._max_retries = max_retries
        self._max_answer_bytes = max_answer_bytes
        self._sleep = sleep
        self._clock = clock
        timeout = options.get("timeout")
        self._timeouts = timeout if isinstance(timeout, Timeouts) else None  # httpx keeps its own part alone
        self._idempotency_header = idempotency_header
        self._response_type = response_type

    def _time_left(self, request: httpx.Request, seconds: float) -> float:
        """Return a number of seconds, or those that are left of the call's total if they are fewer."""
        deadline: float | None = request.extensions.get(DEADLINE)
        return seconds if deadline is None else max(0.0, min(seconds, deadline - self._clock()))

    def _max_bytes(self, response: httpx.Response, *, follow: bool) -> int:
        if response.is_success:
            return self._max_answer_bytes
        is_followed = follow and response.next_request is not None
        return min(self._max_answer_bytes, _MAX_REDIRECT_BYTES if is_followed else _MAX_ERROR_BYTES)

    def _body_deadline(self, response: httpx.Response) -> float:
        """Return the time until which a body must have come: what comes of it does not restart the read timeout."""
        extensions, now = response.request.extensions, self._clock()
        end: float | None = extensions.get(DEADLINE)
        timeout = shorter(extensions.get("timeout", {}).get("read"), None if end is None else end - now)
        if timeout is None:
            return math.inf
        if (lease := response.extensions.get(LEASE)) is not None:
            lease.limit_body(timeout)
        return now + timeout

    def _check_deadline(self, deadline: float) -> None:
        if self._clock() > deadline:
            raise httpx.ReadTimeout("the body of the answer came, but not to its end")

    def _next_request(self, request: httpx.Request, response: httpx.Response, history: list[httpx.Response]) -> Any:
        client: Any = self
        following = redirect_request(request, response)
        if following is not None:
            if len(history) >= client.max_redirects:
                raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)
            history.append(response)
        return following


class HTTPClient(_Client, httpx.Client):
    """An `httpx.Client` with retries and the errors of this package; see `_Client` for the arguments."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep, **options: Any) -> None:
        options = SecretDict(options)
        super().__init__(is_async=False, sleep=sleep, **options)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request until it succeeds or retrying ends.

        Returns:
            A 2xx response, read or (``stream``) still open, whose `json` raises errors of this package.

        Raises:
            APIError: The last attempt failed.
        """
        attempts = _Attempts(request, self, stream=stream)
        while True:
            outcome: Any
            try:
                attempts.begin()
                outcome = self._send_with_redirects(request, stream=stream, **options)
            except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as failure:
                outcome = attempts.failed(failure)
            # Outside the except clause: the failure, which may show a secret, would be the context of each error.
            error = attempts.error_of(outcome)
            if error is None:
                return _with_class(self._response_type, outcome)
            if (recovered := self.recover(request, error)) is not None:
                return _with_class(self._response_type, attempts.recovered(recovered))
            self._sleep(attempts.after_error(error))

    def recover(self, request: httpx.Request, error: APIError) -> httpx.Response | None:
        """Look for the answer of an attempt that ended with an error; `None` if there is none."""
        recovery: Recovery | None = request.extensions.get(RECOVERY)
        if recovery is None:
            return None
        steps = recovery.steps(request, error)
        found: httpx.Response | APIError | None = None
        while not isinstance(step := steps.send(found), Found):
            found = None
            if isinstance(step, float):
                self._sleep(self._time_left(request, step))
                continue
            try:
                found = self.send(self.build_request(**recovery.listing))
            except APIError as exc:
                found = exc
        return step.response

    def _send_with_redirects(self, request: httpx.Request, *, stream: bool, **options: Any) -> httpx.Response:
        """Send a request once, and follow its redirects."""
        follow, history = _follow_redirects(self, options), list[httpx.Response]()
        try:
            while True:
                response = super().send(request, stream=True, follow_redirects=False, **options)
                _unwrap_body(response)
                if not (stream and response.is_success):
                    self._read_body(response, self._max_bytes(response, follow=follow))
                following = self._next_request(request, response, history) if follow else None
                if following is None:
                    response.history = history
                    return response
                request, options = following, {**options, "auth": None}
        except BaseException as failure:
            # Whatever ended the call, also between two lines of httpx, its connection is closed.
            lease = request.extensions.get(LEASE)
            if lease is not None:
                lease.discard()
            raise _auth_error(failure) or failure  # noqa: B904 - it names its cause

    def _read_body(self, response: httpx.Response, max_bytes: int) -> None:
        """Read the body of a response; if that of an error breaks off, keep the part that came."""
        received, deadline = list[bytes](), self._body_deadline(response)
        try:
            for data in iter_decoded(response, max_bytes):
                received.append(data)
                self._check_deadline(deadline)
        except httpx.RequestError:
            if response.is_success:
                received.clear()
                raise
        finally:
            response.close()
            set_content(response, b"".join(received))
        _check_complete(response)


async def _sleep(seconds: float) -> None:
    import anyio  # only a retry needs it

    await anyio.sleep(seconds)


async def _within(seconds: float, sending: Awaitable[httpx.Response]) -> httpx.Response:
    """Await a response for some seconds, whatever it is that takes longer: a transport, or the function of a key.

    Raises:
        httpx.ReadTimeout: It did not come.
    """
    import anyio  # the transport has loaded it, or loads it now

    with anyio.move_on_after(seconds):
        return await sending
    raise httpx.ReadTimeout("")


class AsyncHTTPClient(_Client, httpx.AsyncClient):
    """`HTTPClient` for ``async`` callers; ``sleep`` is awaited."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]] = _sleep, **options: Any) -> None:
        options = SecretDict(options)
        super().__init__(is_async=True, sleep=sleep, **options)

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request until it succeeds or retrying ends; see `HTTPClient.send`."""
        attempts = _Attempts(request, self, stream=stream)
        while True:
            outcome: Any
            try:
                left = attempts.begin()
                sending = self._send_with_redirects(request, stream=stream, **options)
                outcome = await (sending if left is None else _within(left, sending))
            except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as failure:
                outcome = attempts.failed(failure)
            error = attempts.error_of(outcome)
            if error is None:
                return _with_class(self._response_type, outcome)
            if (recovered := await self.recover(request, error)) is not None:
                return _with_class(self._response_type, attempts.recovered(recovered))
            await self._sleep(attempts.after_error(error))

    async def recover(self, request: httpx.Request, error: APIError) -> httpx.Response | None:
        """`HTTPClient.recover` for ``async`` callers."""
        recovery: Recovery | None = request.extensions.get(RECOVERY)
        if recovery is None:
            return None
        steps = recovery.steps(request, error)
        found: httpx.Response | APIError | None = None
        while not isinstance(step := steps.send(found), Found):
            found = None
            if isinstance(step, float):
                await self._sleep(self._time_left(request, step))
                continue
            try:
                found = await self.send(self.build_request(**recovery.listing))
            except APIError as exc:
                found = exc
        return step.response

    async def _send_with_redirects(self, request: httpx.Request, *, stream: bool, **options: Any) -> httpx.Response:
        """Send a request once, and follow its redirects."""
        follow, history = _follow_redirects(self, options), list[httpx.Response]()
        try:
            while True:
                response = await super().send(request, stream=True, follow_redirects=False, **options)
                _unwrap_body(response)
                if not (stream and response.is_success):
                    await self._read_body(response, self._max_bytes(response, follow=follow))
                following = self._next_request(request, response, history) if follow else None
                if following is None:
                    response.history = history
                    return response
                request, options = following, {**options, "auth": None}
        except BaseException as failure:
            lease = request.extensions.get(LEASE)
            if lease is not None:
                await lease.discard()
            raise _auth_error(failure) or failure  # noqa: B904 - it names its cause

    async def _read_body(self, response: httpx.Response, max_bytes: int) -> None:
        """`HTTPClient._read_body` for ``async`` callers."""
        received, deadline = list[bytes](), self._body_deadline(response)
        try:
            async for data in aiter_decoded(response, max_bytes):
                received.append(data)
                self._check_deadline(deadline)
        except httpx.RequestError:
            if response.is_success:
                received.clear()
                raise
        finally:
            await response.aclose()
            set_content(response, b"".join(received))
        _check_complete(response)


def _auth_error(failure: BaseException) -> httpx.RequestError | None:
    """Return the error for a challenge that httpx's own auth does not understand, or `None` for another failure."""
    traceback, module = failure.__traceback__, ""
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        traceback = traceback.tb_next
    if module != "httpx._auth" or not isinstance(failure, Exception) or isinstance(failure, httpx.RequestError):
        return None
    error = httpx.TransportError(f"the server's challenge cannot be answered: {describe(failure)}")
    error.__cause__ = failure
    return error


def _follow_redirects(client: Any, options: dict[str, Any]) -> bool:
    option = options.pop("follow_redirects", None)
    return option if isinstance(option, bool) else client.follow_redirects


def _unwrap_body(response: httpx.Response) -> None:
    lease = response.extensions.get(LEASE)
    if lease is not None and not response.is_stream_consumed:
        lease.unwrap_body(response)


def _check_complete(response: httpx.Response) -> None:
    """Raise if a body breaks off within its JSON, where nothing but the end of the connection marks its end."""
    headers = response.headers
    has_end = "content-length" in headers or "transfer-encoding" in headers or response.http_version == "HTTP/2"
    if response.is_success and not has_end and is_cut(response.content):
        raise httpx.RemoteProtocolError("the connection ended within the answer's JSON", request=response.request)


def _with_class(cls: type[JSONResponse], response: httpx.Response) -> httpx.Response:
    # httpx builds the response inside the transport and offers no hook for its class.
    set_class(response, cls)
    return response
