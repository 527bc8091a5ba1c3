"""What the calls return: the generated models, with properties for what people ask an answer most.

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

    from chatcompletions_api.models import (
        ChatCompletionMessageCustomToolCall,
        ChatCompletionMessageToolCall,
        ChatCompletionResponseMessage,
    )


class Comparable:
    """Equality of models: the generated one that says the same is equal too, from either side.

    A field of the spec goes before a member of ours that has its name.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in cls.__mro__:
            for field in vars(base).get("__attrs_attrs__", ()):
                slot = vars(base)[field.name]
                if getattr(cls, field.name) is not slot:
                    setattr(cls, field.name, slot)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)) and not (isinstance(self, type(other)) and hasattr(other, "to_dict")):
            return NotImplemented
        model: Any = self
        found: bool = model.to_dict() == cast("Any", other).to_dict()
        return found

    __hash__ = None  # type: ignore[assignment] # mutable, like the models


class Answer(Comparable):
    """What an answer carries besides its body.

    A subclass names it before the generated model, and its own slots hold what reading does not set.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        _headers: httpx.Headers

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer: rate limits, processing time and more.

        An item of a page has none: the page has them.
        """
        return headers_of(self)

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` of the answer; `None` for an item of a page: the page has it."""
        request_id: str | None = headers_of(self).get("x-request-id")
        return request_id


@public
class ChatCompletion(Answer, models.CreateChatCompletionResponse):
    """A completion, as `create`, `get`, `update` and `list` return it.

    See https://platform.openai.com/docs/api-reference/chat/object.
    """

    __slots__ = ("_headers",)

    @property
    def message(self) -> ChatCompletionResponseMessage:
        """The first choice's message; it can stand in ``messages=`` of the next call as it is.

        Raises:
            LookupError: The answer has no choice with a message.
        """
        if (message := _message_of(self)) is None:
            raise LookupError(f"completion {self.id} has no choice with a message")
        return message

    @property
    def text(self) -> str:
        """The text of the first choice; empty where it has none, as with tool calls or a refusal."""
        message = _message_of(self)
        return "" if message is None else text_of(message.content)

    @property
    def tool_calls(self) -> list[ChatCompletionMessageToolCall | ChatCompletionMessageCustomToolCall]:
        """The tool calls of the first choice; empty where it has none.

        One that a server gave no type has the type of what it holds.
        """
        message = _message_of(self)
        return [] if message is None else [_typed(call) for call in items_of(message.tool_calls)]

    @property
    def created_at(self) -> datetime | None:
        """When the completion was created, in UTC; `None` where the server did not say."""
        return parse_time(self.created)


def headers_of(answer: Answer) -> httpx.Headers:
    """Return the headers that an answer came with; none where it came from elsewhere."""
    return getattr(answer, "_headers", None) or httpx.Headers()


def _message_of(completion: ChatCompletion) -> ChatCompletionResponseMessage | None:
    for choice in items_of(completion.choices):
        message: Any = getattr(choice, "message", None)
        if hasattr(message, "content"):  # a model, whatever the pinned spec calls it
            found: ChatCompletionResponseMessage = message
            return found
    return None


def _typed(call: Any) -> Any:
    # The type tells which class a call is read as; without one it is still a mapping here.
    if isinstance(call, dict) and not call.get("type"):
        if isinstance(call.get("function"), dict):
            return models.ChatCompletionMessageToolCall.from_dict({**call, "type": "function"})
        if isinstance(call.get("custom"), dict):
            return models.ChatCompletionMessageCustomToolCall.from_dict({**call, "type": "custom"})
    return call


def items_of(value: Any) -> list[Any]:
    """Return a field's list; empty where the server sent something else."""
    return value if isinstance(value, list) else []


def text_of(content: Any) -> str:
    """Return the text of a message's content: itself, or that of its text parts where a server sends parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""
