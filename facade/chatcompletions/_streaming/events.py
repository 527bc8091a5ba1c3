"""The events of a stream, under the official SDK's names: what a chunk adds to each choice, and what is complete.

An event holds what its chunk adds, and how far the text had come by then. The text so far, its JSON value and the
completion are made when they are read, from what all events of a stream share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal

from attrs import field, fields, frozen

from chatcompletions._public import public

from .snapshots import json_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import TypeVar

    from chatcompletions._answers.chunk import ChatCompletionChunk
    from chatcompletions._answers.models import ChatCompletion
    from chatcompletions_api.models import ChatCompletionTokenLogprob

    from .recorder import Recorder
    from .snapshots import Text, Tokens

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")


@public
@frozen(eq=False, match_args=False)
class ChunkEvent:
    """A chunk, as it came; it comes before the events of what it adds.

    Attributes:
        chunk: The chunk, with all members of its deltas, those that the spec does not have included.
    """

    type: ClassVar[Literal["chunk"]] = "chunk"
    chunk: ChatCompletionChunk
    _recorder: Recorder = field(repr=False)
    _position: int = field(repr=False)

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion as far as it had come with this chunk.

        All snapshots share the tokens of log probabilities: do not change them.
        """
        return self._recorder.completion_at(self._position)


@frozen(eq=False, match_args=False, repr=False)
class _TextEvent:
    choice: int
    _text: Text
    _length: int
    #: The name of the whole text, for a repr.
    _whole: ClassVar[str | None] = None

    @property
    def _so_far(self) -> str:
        return self._text.until(self._length)

    def __repr__(self) -> str:
        names = [one.name for one in fields(type(self)) if not one.name.startswith("_")]
        shown = [f"{name}={getattr(self, name)!r}" for name in (*names, self._whole) if name]
        return f"{type(self).__name__}({', '.join(shown)})"


@public
@frozen(eq=False, match_args=False, repr=False)
class ContentDeltaEvent(_TextEvent):
    """A piece of a choice's text.

    Attributes:
        choice: The index of the choice.
        delta: The piece. The first one may be empty, and half a character comes with its other half.
    """

    type: ClassVar[Literal["content.delta"]] = "content.delta"
    delta: str

    @property
    def snapshot(self) -> str:
        """The text so far."""
        return self._so_far

    @property
    def parsed(self) -> Any:
        """The JSON value of the text so far, half a string at its end included; `None` if there is none.

        Later values share what is complete in it: do not change it. Of a text of more than 65,535 characters the last
        few may be missing, one for every 32,768.
        """
        return self._text.parsed(self._length)


@public
@frozen(eq=False, match_args=False, repr=False)
class ContentDoneEvent(_TextEvent, Generic[T]):
    """The end of a choice's text: a tool call begins, or the choice ends.

    Should more text come, there is another one for the whole text.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["content.done"]] = "content.done"
    _whole: ClassVar[str | None] = "content"
    _recorder: Recorder
    _position: int

    @property
    def content(self) -> str:
        """The text."""
        return self._so_far

    @property
    def parsed(self) -> T | None:
        """The JSON value of the text, `None` if it is none; in a stream of `parse`, the value of its type.

        Raises:
            ParseError: The text is no value of the type.
        """
        value: T | None = self._recorder.value_at(self._position, self.choice, self._so_far)
        return value


@public
@frozen(eq=False, match_args=False, repr=False)
class RefusalDeltaEvent(_TextEvent):
    """A piece of a choice's refusal.

    Attributes:
        choice: The index of the choice.
        delta: The piece; the first one may be empty.
    """

    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"
    delta: str

    @property
    def snapshot(self) -> str:
        """The refusal so far."""
        return self._so_far


@public
@frozen(eq=False, match_args=False, repr=False)
class RefusalDoneEvent(_TextEvent):
    """The end of a choice's refusal.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["refusal.done"]] = "refusal.done"
    _whole: ClassVar[str | None] = "refusal"

    @property
    def refusal(self) -> str:
        """The refusal."""
        return self._so_far


@public
@frozen(eq=False, match_args=False, repr=False)
class FunctionToolCallArgumentsDeltaEvent(_TextEvent):
    """A piece of a function call's arguments; the first one may have the name alone.

    Attributes:
        choice: The index of the choice.
        index: The index of the call, which no other call of the choice has, however the server numbers them.
        name: The name of the function.
        arguments_delta: The piece; the first one may be empty.
    """

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = "tool_calls.function.arguments.delta"
    index: int
    name: str
    arguments_delta: str

    @property
    def arguments(self) -> str:
        """The arguments so far."""
        return self._so_far

    @property
    def parsed_arguments(self) -> Any:
        """The JSON value of the arguments so far; see `ContentDeltaEvent.parsed`."""
        return self._text.parsed(self._length)


@public
@frozen(eq=False, match_args=False, repr=False)
class FunctionToolCallArgumentsDoneEvent(_TextEvent):
    """The end of a function call: the next call begins and the arguments are whole, or else the choice ends.

    Attributes:
        choice: The index of the choice.
        index: The index of the call.
        name: The name of the function.
    """

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = "tool_calls.function.arguments.done"
    _whole: ClassVar[str | None] = "arguments"
    index: int
    name: str

    @property
    def arguments(self) -> str:
        """The arguments."""
        return self._so_far

    @property
    def parsed_arguments(self) -> Any:
        """The JSON value of the arguments; `None` if they are none."""
        return json_value(self._so_far)


@public
@frozen(eq=False, match_args=False, repr=False)
class CustomToolCallInputDeltaEvent(_TextEvent):
    """A piece of a custom tool call's input; the first one may have the name alone.

    Attributes:
        choice: The index of the choice.
        index: The index of the call; see `FunctionToolCallArgumentsDeltaEvent`.
        name: The name of the tool.
        input_delta: The piece; the first one may be empty.
    """

    type: ClassVar[Literal["tool_calls.custom.input.delta"]] = "tool_calls.custom.input.delta"
    index: int
    name: str
    input_delta: str

    @property
    def input(self) -> str:
        """The input so far."""
        return self._so_far


@public
@frozen(eq=False, match_args=False, repr=False)
class CustomToolCallInputDoneEvent(_TextEvent):
    """The end of a custom tool call: the next call begins, or the choice ends.

    Attributes:
        choice: The index of the choice.
        index: The index of the call.
        name: The name of the tool.
    """

    type: ClassVar[Literal["tool_calls.custom.input.done"]] = "tool_calls.custom.input.done"
    _whole: ClassVar[str | None] = "input"
    index: int
    name: str

    @property
    def input(self) -> str:
        """The input."""
        return self._so_far


@frozen(eq=False, match_args=False)
class _TokensEvent:
    choice: int
    _tokens: Tokens = field(repr=False)
    _start: int = field(repr=False)
    _end: int = field(repr=False)

    @property
    def _added(self) -> list[ChatCompletionTokenLogprob]:
        return self._tokens.between(self._start, self._end)

    @property
    def _so_far(self) -> Sequence[ChatCompletionTokenLogprob]:
        return self._tokens.until(self._end)


@public
@frozen(eq=False, match_args=False)
class LogprobsContentDeltaEvent(_TokensEvent):
    """The tokens of a piece of a choice's text, with their log probabilities.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"

    @property
    def content(self) -> list[ChatCompletionTokenLogprob]:
        """The tokens of the piece."""
        return self._added

    @property
    def snapshot(self) -> Sequence[ChatCompletionTokenLogprob]:
        """The tokens so far, as a view of a list that all events share."""
        return self._so_far


@public
@frozen(eq=False, match_args=False)
class LogprobsContentDoneEvent(_TokensEvent):
    """The tokens of a choice's whole text, with their log probabilities.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"

    @property
    def content(self) -> list[ChatCompletionTokenLogprob]:
        """The tokens."""
        return self._added


@public
@frozen(eq=False, match_args=False)
class LogprobsRefusalDeltaEvent(_TokensEvent):
    """The tokens of a piece of a choice's refusal, with their log probabilities.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["logprobs.refusal.delta"]] = "logprobs.refusal.delta"

    @property
    def refusal(self) -> list[ChatCompletionTokenLogprob]:
        """The tokens of the piece."""
        return self._added

    @property
    def snapshot(self) -> Sequence[ChatCompletionTokenLogprob]:
        """The tokens so far, as a view of a list that all events share."""
        return self._so_far


@public
@frozen(eq=False, match_args=False)
class LogprobsRefusalDoneEvent(_TokensEvent):
    """The tokens of a choice's whole refusal, with their log probabilities.

    Attributes:
        choice: The index of the choice.
    """

    type: ClassVar[Literal["logprobs.refusal.done"]] = "logprobs.refusal.done"

    @property
    def refusal(self) -> list[ChatCompletionTokenLogprob]:
        """The tokens."""
        return self._added


ChatCompletionStreamEvent = (
    ChunkEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | CustomToolCallInputDeltaEvent
    | CustomToolCallInputDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
