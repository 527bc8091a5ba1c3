"""The errors that a call can raise, in one tree with the official SDK's names.

::

    ChatCompletionsError
    ├── APIError
    │   ├── APIConnectionError                 no answer came, or not a whole one
    │   │   └── APITimeoutError                it did not come in time
    │   │       └── TotalTimeoutError          not in the ``total`` of `Timeouts`
    │   ├── APIResponseValidationError         the answer is unusable: HTML, cut JSON, the wrong shape
    │   │   ├── APIResponseTooLargeError       it has more bytes than the client takes
    │   │   ├── FilterIgnoredError             an item of a list does not match what was asked for
    │   │   └── PagingError                    the pages of a list go in circles, or overlap
    │   ├── APIStatusError                     any status but 2xx
    │   │   ├── BadRequestError                400
    │   │   ├── AuthenticationError            401
    │   │   ├── PermissionDeniedError          403
    │   │   ├── NotFoundError                  404
    │   │   ├── ConflictError                  409
    │   │   ├── UnprocessableEntityError       422
    │   │   ├── RateLimitError                 429
    │   │   └── InternalServerError            5xx
    │   └── StreamError                        the stream itself reported an error; has ``completion``
    │       ├── StreamRateLimitError           one that says 429 (also a RateLimitError)
    │       ├── StreamInternalServerError      one that says 5xx (also an InternalServerError)
    │       ├── StreamInterruptedError         it broke off (also an APIConnectionError)
    │       │   └── StreamTimeoutError         it went silent (also an APITimeoutError)
    │       │       ├── FirstEventTimeoutError     its first event did not come within ``first_event``
    │       │       ├── BetweenEventsTimeoutError  the next event did not come within ``between_events``
    │       │       └── StreamTotalTimeoutError    it was not whole in its ``total`` (also a TotalTimeoutError)
    │       ├── StreamTooLargeError            it has too many bytes (also an APIResponseTooLargeError)
    │       └── StreamValidationError          a chunk departs from the spec (also an APIResponseValidationError)
    ├── ParseError                             the answer does not fit the type; has ``completion`` and ``value``
    │   ├── LengthFinishReasonError            it was cut off at the limit of tokens
    │   ├── ContentFilterFinishReasonError     it was cut off by a filter
    │   └── RefusalError                       the model refused
    ├── ToolRunError                           a run of tools cannot go on; has ``messages``
    │   ├── MaxRoundsError                     the model still calls tools after the last round
    │   └── ToolCallError                      a call failed, and failures are to be raised
    ├── JournalError                           the journal of a run cannot be used; nothing in it is lost
    └── UnsupportedOperationError              the spec or the address lacks the operation; nothing was sent

Every one of them survives pickle, and none shows the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from ._answers.record import Record
from ._base_error import ChatCompletionsError, printable
from ._public import public

if TYPE_CHECKING:
    from ._answers.meta import Meta
    from ._answers.models import ChatCompletion


@public
class APIError(ChatCompletionsError):
    """A call that failed.

    Attributes:
        message: What happened, in one line.
        status_code: The HTTP status; `None` if no answer came.
        code: The API's error code, such as ``"invalid_api_key"``.
        param: The request parameter that the API blames.
        type: The API's error type, such as ``"invalid_request_error"``.
        request_id: The ``x-request-id`` of the answer, for the service's support.
        headers: The answer's headers without cookies; empty if no answer came.
        body: The answer's body: the JSON value, or the text if it is not JSON.
        attempts: How many times the request was sent.

    See https://platform.openai.com/docs/guides/error-codes for the codes of the service itself.
    """

    _record: Record | None = None

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: str | None = None,
        param: str | None = None,
        type: str | None = None,  # noqa: A002 - the API's own word
        headers: httpx.Headers | None = None,
        body: Any = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.param = param
        self.type = type
        self.headers = httpx.Headers(headers)
        self.headers.pop("set-cookie", None)
        self.body = body
        self.attempts = attempts

    @property
    def meta(self) -> Meta:
        """What came with the answer, if one came: rate limits, failed attempts, times."""
        from ._answers.meta import meta_of

        return meta_of(self.headers, self._record or Record(self.status_code))

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` header of the answer, if it had one."""
        request_id: str | None = self.headers.get("x-request-id")
        return request_id

    def __str__(self) -> str:
        notes = [f"code {printable(self.code)}"] if self.code else []
        if self.request_id:
            notes.append(f"request {printable(self.request_id)}")
        if self.attempts > 1:
            notes.append(f"{self.attempts} attempts")
        return f"{self.message} ({', '.join(notes)})" if notes else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.__class__, self.message, self.__dict__)


@public
@frozen
class Deviation:
    """One deviation of an answer from the spec.

    Attributes:
        path: The JSON path of the member at fault, such as ``$.choices[0].message.refusal``.
        expected: The value that the spec asks for: ``required``, ``string or null``, ``one of 'stop', 'length'``,
            ``no such property``, or a bound.
        found: The value that came, shortened: itself, ``an object``, ``an array``, ``missing`` or ``missing or null``.
    """

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: {self.expected}; found {self.found}"

    def _repr_html_(self) -> str:
        from chatcompletions._notebook import deviations_html

        return deviations_html([self])


@public
class APIConnectionError(APIError):
    """The request did not reach the server, or its answer did not come back whole."""


@public
class APITimeoutError(APIConnectionError):
    """The server did not answer within the timeout."""


@public
class TotalTimeoutError(APITimeoutError):
    """The call took longer than the ``total`` of its `Timeouts`."""


@public
class APIResponseValidationError(APIError):
    """The server's answer cannot be read as the operation's.

    Attributes:
        deviation: The deviation from the spec for which a strict client raises; otherwise `None`.
    """

    deviation: Deviation | None = None


@public
class APIResponseTooLargeError(APIResponseValidationError):
    """The answer has more bytes than the client's ``max_answer_bytes``; the call is not retried."""


@public
class FilterIgnoredError(APIResponseValidationError):
    """An item of a list does not match the ``model`` or ``metadata`` that was asked for: the server ignored the filter.

    Attributes:
        item_id: The id of the item.
    """

    def __init__(self, message: str, *, item_id: str | None = None, **members: Any) -> None:
        super().__init__(message, **members)
        self.item_id = item_id


@public
class PagingError(APIResponseValidationError):
    """A page of a list has an item or a cursor of an earlier one: some items would come twice, or never."""


@public
class APIStatusError(APIError):
    """The server answered with a status other than 2xx."""


@public
class BadRequestError(APIStatusError):
    """400: the request is not valid."""


@public
class AuthenticationError(APIStatusError):
    """401: the key is missing, wrong or expired."""


@public
class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


@public
class NotFoundError(APIStatusError):
    """404: no such completion, model or path."""


@public
class ConflictError(APIStatusError):
    """409: the resource was changed by another request."""


@public
class UnprocessableEntityError(APIStatusError):
    """422: the request is well formed, but cannot be followed."""


@public
class RateLimitError(APIStatusError):
    """429: too many requests, or (code ``insufficient_quota``) no credit left."""


@public
class InternalServerError(APIStatusError):
    """5xx: the server failed."""


@public
class StreamError(APIError):
    """The server reported an error in the middle of a stream.

    Attributes:
        completion: The completion so far, of the type that `create` returns; `None` if no chunk had come.
    """

    completion: ChatCompletion | None = None


@public
class StreamRateLimitError(StreamError, RateLimitError):
    """The server reported in the middle of a stream that there are too many requests, or that no credit is left."""


@public
class StreamInternalServerError(StreamError, InternalServerError):
    """The server reported in the middle of a stream that it failed, or is overloaded."""


@public
class StreamInterruptedError(StreamError, APIConnectionError):
    """The stream broke off before all that was asked for, or ``[DONE]``; `completion` is the completion so far."""


@public
class StreamTimeoutError(StreamInterruptedError, APITimeoutError):
    """The stream sent no event within the read timeout; `completion` is the completion so far."""


@public
class FirstEventTimeoutError(StreamTimeoutError):
    """The first event of a stream did not come within the ``first_event`` of its `Timeouts`."""


@public
class BetweenEventsTimeoutError(StreamTimeoutError):
    """The next event of a stream did not come within the ``between_events`` of its `Timeouts`."""


@public
class StreamTotalTimeoutError(StreamTimeoutError, TotalTimeoutError):
    """The stream was not whole in the ``total`` of its `Timeouts`; `completion` is the completion so far."""


@public
class StreamTooLargeError(StreamError, APIResponseTooLargeError):
    """The stream, or one event of it, has more bytes than the client takes; `completion` is the completion so far."""


@public
class StreamValidationError(StreamError, APIResponseValidationError):
    """A strict client's stream holds a chunk that departs from the spec; `completion` includes that chunk."""


@public
class ParseError(ChatCompletionsError):
    """An answer that does not fit the type that was asked for.

    Attributes:
        completion: The whole completion, with the values of the choices that fit; `None` only if you made the error.
        choice: The index of the choice at fault.
        value: What there is of its value, as JSON; `None` if there is nothing.
        path: The JSON path of the value at fault, such as ``$.steps[2].when``; `None` for an answer that was cut off or
            refused.
        expected: What the type asks for there.
        received: What came, as JSON, shortened.
    """

    def __init__(
        self,
        message: str,
        *,
        completion: ChatCompletion | None = None,
        choice: int = 0,
        value: Any = None,
        path: str | None = None,
        expected: str | None = None,
        received: str | None = None,
    ) -> None:
        super().__init__(message)
        self.completion = completion
        self.choice = choice
        self.value = value
        self.path = path
        self.expected = expected
        self.received = received

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.__class__, str(self), self.__dict__)


@public
class LengthFinishReasonError(ParseError):
    """The answer was cut off at the limit of tokens; `value` is what there is of it."""

    def __init__(
        self, message: str = "the answer was cut off: give more max_completion_tokens", **members: Any
    ) -> None:
        super().__init__(message, **members)


@public
class ContentFilterFinishReasonError(ParseError):
    """The answer was cut off by a filter; `value` is what there is of it."""

    def __init__(self, message: str = "the answer was cut off by a content filter", **members: Any) -> None:
        super().__init__(message, **members)


@public
class RefusalError(ParseError):
    """The model refused to answer; `refusal` has its words."""

    def __init__(self, message: str = "", **members: Any) -> None:
        super().__init__(message, **members)
        if not message:
            self.args = (f"the model refused: {self.refusal}" if self.refusal else "the model refused",)

    @property
    def refusal(self) -> str | None:
        """The words with which the model refused."""
        choices = self.completion.choices if self.completion is not None else []
        said = [one.message.refusal for one in choices or [] if (one.index or 0) == self.choice]
        return said[0] if said else None


@public
class ToolRunError(ChatCompletionsError):
    """A run of tools that cannot go on.

    Attributes:
        messages: The exchange so far: ``run_tools(messages=error.messages, ...)`` goes on from there.
        completion: The last answer; `None` if there was none.
    """

    messages: list[dict[str, Any]]  # pyright: ignore[reportIncompatibleVariableOverride] # never none here

    def __init__(self, message: str, *, completion: ChatCompletion | None = None) -> None:
        super().__init__(message)
        self.messages = []  # pyright: ignore[reportIncompatibleVariableOverride] # it is the class's
        self.completion = completion


@public
class MaxRoundsError(ToolRunError):
    """The model still calls tools after ``max_rounds`` answers; the calls of the last one were made."""


@public
class ToolCallError(ToolRunError):
    """A call of a tool failed: its function raised (see ``__cause__``), or what the model wrote is no such call.

    Attributes:
        call: The `ToolCall`.
    """

    def __init__(self, message: str, *, call: Any = None, completion: ChatCompletion | None = None) -> None:
        super().__init__(message, completion=completion)
        self.call = call


@public
class JournalError(ChatCompletionsError):
    """The journal of `map` cannot be used: another program made it, or another run has it open; it stays as it is."""


STATUS_ERRORS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error(status_code: int) -> type[APIStatusError]:
    """Return the class of error for an HTTP status."""
    if status_code >= 500:
        return InternalServerError
    return STATUS_ERRORS.get(status_code, APIStatusError)


def stream_error(status_code: int | None) -> type[StreamError]:
    """Return the class of error for a status that a stream reports, though its own is 200."""
    if status_code == 429:
        return StreamRateLimitError
    return StreamInternalServerError if status_code is not None and 500 <= status_code < 600 else StreamError


def _rebuild(cls: type[APIError] | type[ParseError], message: str, state: dict[str, Any]) -> APIError | ParseError:
    error = cls(message)
    error.__dict__.update(state)
    return error
