"""The models that the calls return: the generated ones, with properties for what is needed most often.

Each class is the generated one by inheritance, so every field is there, `isinstance` holds, and nothing is copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx

from chatcompletions._generated import models
from chatcompletions._public import public

from .dates import parse_time

if TYPE_CHECKING:
    from datetime import datetime
    from typing import NoReturn

    from chatcompletions_api.models import (
        ChatCompletionMessageCustomToolCall,
        ChatCompletionMessageToolCall,
        ChatCompletionResponseMessage,
    )

    from .meta import Meta
    from .record import Record


class Comparable:
    """Equality of models: a model equals any with the same JSON, the generated one included, from either side.

    A field of the spec takes precedence over a property of the facade with the same name.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in cls.__mro__:
            for field in vars(base).get("__attrs_attrs__", ()):
                slot = vars(base).get(field.name)  # a class of attrs without slots has none
                if slot is not None and getattr(cls, field.name) is not slot:
                    setattr(cls, field.name, slot)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)) and not (isinstance(self, type(other)) and hasattr(other, "to_dict")):
            return NotImplemented
        model: Any = self
        is_equal: bool = model.to_dict() == cast("Any", other).to_dict()
        return is_equal

    __hash__ = None  # type: ignore[assignment] # mutable, like the models


class Answer(Comparable):
    """The parts of an answer besides its body.

    A subclass names it before the generated model; its own slots hold members that `from_dict` does not set.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        _headers: httpx.Headers
        _record: Record | None

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer: rate limits, processing time and more.

        An item of a page has none; the page has them.
        """
        return headers_of(self)

    @property
    def meta(self) -> Meta:
        """What came with the answer: rate limits, failed attempts, times; an item of a page has nothing of it."""
        from .meta import meta_of

        return meta_of(headers_of(self), getattr(self, "_record", None), getattr(self, "usage", None))

    @property
    def _request_id(self) -> NoReturn:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute '_request_id': use request_id")

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the answer; `None` for an item of a page, whose page has it."""
        request_id: str | None = headers_of(self).get("x-request-id")
        return request_id


@public
class ChatCompletion(Answer, models.CreateChatCompletionResponse):
    """A completion, as `create`, `get`, `update` and `list` return it.

    See https://platform.openai.com/docs/api-reference/chat/object.
    """

    __slots__ = ("_headers", "_record")

    @property
    def message(self) -> ChatCompletionResponseMessage:
        """The first choice's message, which can go into ``messages=`` of the next call as it is.

        Raises:
            LookupError: The answer has no choice with a message.
        """
        if (message := _message_of(self)) is None:
            raise LookupError(f"completion {self.id} has no choice with a message")
        return message

    @property
    def text(self) -> str:
        """The text of the first choice; empty if it has none, as with tool calls or a refusal."""
        message = _message_of(self)
        return "" if message is None else text_of(message.content)

    @property
    def tool_calls(self) -> list[ChatCompletionMessageToolCall | ChatCompletionMessageCustomToolCall]:
        """The tool calls of the first choice; empty if it has none.

        The type of a call that came without one follows from its members.
        """
        message = _message_of(self)
        return [] if message is None else [_with_type(call) for call in items_of(message.tool_calls)]

    @property
    def created_at(self) -> datetime | None:
        """The time at which the completion was created, in UTC; `None` if the server did not send one."""
        return parse_time(self.created)

    def _repr_html_(self) -> str:
        from chatcompletions._notebook import completion_html

        return completion_html(self)


def headers_of(answer: Answer) -> httpx.Headers:
    """Return the headers of an answer; there are none if the model was not read from a response."""
    return getattr(answer, "_headers", None) or httpx.Headers()


def _message_of(completion: ChatCompletion) -> ChatCompletionResponseMessage | None:
    for choice in items_of(completion.choices):
        candidate: Any = getattr(choice, "message", None)
        if hasattr(candidate, "content"):  # a model, whatever its name in the pinned spec
            message: ChatCompletionResponseMessage = candidate
            return message
    return None


def _with_type(call: Any) -> Any:
    # The type decides the class of a call; without a type it is still a mapping here.
    if isinstance(call, dict) and not call.get("type"):
        if isinstance(call.get("function"), dict):
            return models.ChatCompletionMessageToolCall.from_dict({**call, "type": "function"})
        if isinstance(call.get("custom"), dict):
            return models.ChatCompletionMessageCustomToolCall.from_dict({**call, "type": "custom"})
    return call


def items_of(value: Any) -> list[Any]:
    """Return a field's list; an empty one if the server sent something else."""
    return value if isinstance(value, list) else []


def text_of(content: Any) -> str:
    """Return the text of a message's content, that of its text parts if it comes in parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""
