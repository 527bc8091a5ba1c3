"""What happens in a run of tools, as events for ``match``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import frozen

from chatcompletions._public import public

if TYPE_CHECKING:
    from chatcompletions._answers.models import ChatCompletion
    from chatcompletions._errors import ToolCallError
    from chatcompletions._streaming.events import ChatCompletionStreamEvent


@public
@frozen
class ToolCall:
    """A call of a tool that a model asks for.

    Attributes:
        id: The id that the API gave it.
        name: The name of the tool.
        arguments: The values by parameter; for a class its instance; for a custom tool ``{"input": text}``. `None` if
            what the model wrote cannot be read.
        raw: The call as the API has it.
    """

    id: str
    name: str
    arguments: Any
    raw: dict[str, Any]


@public
@frozen
class AnswerEvent:
    """The model has answered.

    Attributes:
        completion: The answer.
    """

    completion: ChatCompletion
    type: Literal["answer"] = "answer"


@public
@frozen
class ToolCallEvent:
    """A tool is about to be called: iterating on calls it.

    Attributes:
        call: The call.
    """

    call: ToolCall
    type: Literal["tool_call"] = "tool_call"


@public
@frozen
class ToolResultEvent:
    """A call of a tool has ended.

    Attributes:
        call: The call.
        message: The tool message that the model gets.
        result: What the function returned.
        error: Why the call failed; `None` if it did not.
    """

    call: ToolCall
    message: dict[str, Any]
    result: Any = None
    error: ToolCallError | None = None
    type: Literal["tool_result"] = "tool_result"


if TYPE_CHECKING:
    #: An event of a run; with ``stream=True`` also each event of the streamed answers.
    ToolRunEvent: TypeAlias = AnswerEvent | ToolCallEvent | ToolResultEvent | ChatCompletionStreamEvent
else:

    def __getattr__(name: str) -> Any:
        if name != "ToolRunEvent":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from chatcompletions._streaming.events import ChatCompletionStreamEvent  # only a stream needs them

        return AnswerEvent | ToolCallEvent | ToolResultEvent | ChatCompletionStreamEvent
