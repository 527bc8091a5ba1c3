"""The events of a call, which a client tells its ``on_event``; each is a class of its own, for ``match``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from attrs import field, frozen

from chatcompletions._public import public

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from chatcompletions._answers.meta import Meta
    from chatcompletions._answers.models import ChatCompletion
    from chatcompletions._errors import APIError


@frozen
class _CallEvent:
    call_id: int
    operation: str


@public
@frozen
class RequestEvent(_CallEvent):
    """A call begins. A list is a call for each of its pages.

    Attributes:
        call_id: The number of the call in this process, which all of its events have.
        operation: The method of the client, such as ``"create"``; `parse` and `run_tools` make such calls.
        method: The HTTP method.
        url: The address, without query and credentials.
        params: The parameters of the call.
    """

    type: ClassVar[Literal["request"]] = "request"
    method: str
    url: str
    params: Mapping[str, Any] = field(repr=False)


@public
@frozen
class RetryEvent(_CallEvent):
    """An attempt has failed, and another one follows.

    Attributes:
        call_id: The number of the call.
        operation: The method of the client.
        error: Why the attempt failed.
        delay: The pause before the next one.
    """

    type: ClassVar[Literal["retry"]] = "retry"
    error: APIError
    delay: timedelta


@public
@frozen
class ReplyEvent(_CallEvent):
    """A call has its answer, or its stream is open.

    Attributes:
        call_id: The number of the call.
        operation: The method of the client.
        reply: The completion, page, deletion or stream.
        meta: What came with it.
    """

    type: ClassVar[Literal["reply"]] = "reply"
    reply: Any = field(repr=False)
    meta: Meta


@public
@frozen
class StreamEndEvent(_CallEvent):
    """A stream has ended, in whatever way.

    Attributes:
        call_id: The number of the call.
        operation: The method of the client.
        completion: The completion as far as it came; `None` if nothing did, or if nobody held the stream any more.
        chunks: How many chunks the caller has had.
        is_whole: Whether all that was asked for has come.
        error: What ended it, if it was an exception.
        meta: What came with it, its times included; `None` if nobody held the stream any more.
    """

    type: ClassVar[Literal["stream_end"]] = "stream_end"
    completion: ChatCompletion | None = field(repr=False)
    chunks: int
    is_whole: bool
    error: BaseException | None
    meta: Meta | None


@public
@frozen
class FailureEvent(_CallEvent):
    """A call has ended without an answer.

    Attributes:
        call_id: The number of the call.
        operation: The method of the client.
        error: What it raises, a cancellation included.
    """

    type: ClassVar[Literal["failure"]] = "failure"
    error: BaseException


#: An event of a call.
CallEvent: TypeAlias = RequestEvent | RetryEvent | ReplyEvent | StreamEndEvent | FailureEvent
