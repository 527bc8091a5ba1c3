"""Completions whose texts were read into values of a type, whole or streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chatcompletions._answers.models import ChatCompletion, headers_of, items_of, text_of
from chatcompletions._errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    RefusalError,
)
from chatcompletions._generated import models
from chatcompletions._public import public
from chatcompletions._streaming.stream import AsyncChatCompletionStream, AsyncStreamOpening, ChatCompletionStream

from .read import InvalidValue, read_partial

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from chatcompletions._streaming.events import ChatCompletionStreamEvent

    from .adapter import TypeAdapter

T = TypeVar("T")


@public
class ParsedChatCompletionMessage(models.ChatCompletionResponseMessage, Generic[T]):
    """A message whose text was read into a value.

    Attributes:
        parsed: The value; `None` if the message has none, as beside tool calls.
    """

    __slots__ = ("parsed",)
    parsed: T | None

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, parsed={self.parsed!r})"


@public
class ParsedChoice(models.Choice, Generic[T]):
    """A choice whose message was read into a value."""

    __slots__ = ()
    if TYPE_CHECKING:
        message: ParsedChatCompletionMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride] # read-only in effect


@public
class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A completion whose texts were read into values of the type that the call asked for.

    Attributes:
        rejected: The answers before it that did not fit the type, oldest first; see ``retries_on_parse``.
    """

    __slots__ = ("rejected",)
    rejected: list[ChatCompletion]
    if TYPE_CHECKING:
        choices: list[ParsedChoice[T]]  # type: ignore[assignment] # its items are choices

    @property
    def parsed(self) -> T:
        """The value of the first choice; `None` if it has none, as beside tool calls."""
        for choice in items_of(self.choices):
            value: Any = getattr(getattr(choice, "message", None), "parsed", None)
            found: T = value
            return found
        return None  # type: ignore[return-value] # as in the official SDK: with a choice and no tools there is one

    @property
    def parse_attempts(self) -> int:
        """How often the model was asked: 1, and 1 more for each answer that did not fit."""
        return len(self.rejected) + 1


def parsed_completion(
    completion: ChatCompletion, adapter: TypeAdapter[T]
) -> tuple[ParsedChatCompletion[T], ParseError | None]:
    """Return a completion with its values, and the error of the first choice that has none."""
    reply: ParsedChatCompletion[T] = _as(ParsedChatCompletion, completion)
    reply._headers, reply.rejected = headers_of(completion), []
    reply._record = getattr(completion, "_record", None)
    error: ParseError | None = None
    choices: list[Any] = []
    for choice in items_of(completion.choices):
        if isinstance(choice, models.Choice):
            choice = _as(ParsedChoice, choice)
            if isinstance(choice.message, models.ChatCompletionResponseMessage):
                choice.message = _as(ParsedChatCompletionMessage, choice.message)
                choice.message.parsed = None
                try:
                    choice.message.parsed = value_of(reply, choice, adapter)
                except ParseError as exc:
                    error = error or exc
        choices.append(choice)
    reply.choices = choices
    return reply, error


def value_of(reply: ChatCompletion, choice: Any, adapter: TypeAdapter[T]) -> T | None:
    """Read the value of a choice.

    Raises:
        ParseError: It has none.
    """
    message, text = choice.message, text_of(choice.message.content)
    known: dict[str, Any] = {"completion": reply, "choice": choice.index or 0}
    if choice.finish_reason == "length":
        raise LengthFinishReasonError(**known, value=adapter.unwrap(read_partial(text)))
    if choice.finish_reason == "content_filter":
        raise ContentFilterFinishReasonError(**known, value=adapter.unwrap(read_partial(text)))
    if message.refusal:
        raise RefusalError(**known)
    calls = message.tool_calls or message.function_call
    if not text and calls:
        return None
    try:
        return adapter.validate_json(text)
    except InvalidValue as exc:
        if calls:  # what a model says of its calls is no answer yet
            return None
        partial = adapter.unwrap(read_partial(text))
        raise ParseError(
            str(exc), **known, value=partial, path=exc.path, expected=exc.expected, received=exc.received
        ) from exc.__cause__


def _as(cls: Any, model: Any) -> Any:
    """Return a model as one of a subclass, with the same values."""
    made = object.__new__(cls)
    for name in (*cls._fields, "_absent", "_extra"):
        setattr(made, name, getattr(model, name))
    return made


class _ParsedStream(Generic[T]):
    """The parts that both streams share."""

    _adapter: TypeAdapter[T]

    def _parsed(self, completion: ChatCompletion, *, is_whole: bool) -> ParsedChatCompletion[T]:
        reply, error = parsed_completion(completion, self._adapter)
        if error is not None and is_whole:
            raise error
        return reply


@public
class ParsedChatCompletionStream(_ParsedStream[T], ChatCompletionStream):
    """`ChatCompletionStream` of an answer that is read into a value of a type."""

    def __init__(self, response: Any, *, adapter: TypeAdapter[T], **options: Any) -> None:
        super().__init__(response, adapter=adapter, **options)

    @property
    def completion(self) -> ParsedChatCompletion[T]:
        """The completion as far as it has arrived; its values are `None` until they are whole."""
        return self._parsed(super().completion, is_whole=False)

    if TYPE_CHECKING:

        def events(self) -> Iterator[ChatCompletionStreamEvent[T]]: ...

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end, and return the whole completion with its values.

        Raises:
            StreamError: The stream has no good end.
            ParseError: The answer does not fit the type, is cut off, or is a refusal.
        """
        super().get_final_completion()
        return self._parsed(super().completion, is_whole=True)


@public
class AsyncParsedChatCompletionStream(_ParsedStream[T], AsyncChatCompletionStream):
    """`ParsedChatCompletionStream` for ``async for`` and ``async with``."""

    def __init__(self, response: Any, *, adapter: TypeAdapter[T], **options: Any) -> None:
        super().__init__(response, adapter=adapter, **options)

    @property
    def completion(self) -> ParsedChatCompletion[T]:
        """The completion as far as it has arrived; its values are `None` until they are whole."""
        return self._parsed(super().completion, is_whole=False)

    if TYPE_CHECKING:

        def events(self) -> AsyncIterator[ChatCompletionStreamEvent[T]]: ...

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end, and return the whole completion; see `ParsedChatCompletionStream`."""
        await super().get_final_completion()
        return self._parsed(super().completion, is_whole=True)


@public
class AsyncParsedStreamOpening(AsyncStreamOpening, Generic[T]):
    """A streamed `parse` that has not begun: ``await`` it, make it a task, or open it with ``async with``."""

    if TYPE_CHECKING:

        def __await__(self) -> Iterator[AsyncParsedChatCompletionStream[T]]: ...  # type: ignore[override]
        async def __aenter__(self) -> AsyncParsedChatCompletionStream[T]: ...

    async def _start(self) -> AsyncParsedChatCompletionStream[T]:
        return AsyncParsedChatCompletionStream(await self._send(), **self._options)
