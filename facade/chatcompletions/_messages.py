"""Helpers that make messages, as plain mappings.

Type checkers see a `Message`, so that a list that starts with one takes messages of every other form as well.

See https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._public import public

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chatcompletions_api import models

    from ._dicts import AudioPartDict, FilePartDict, ImagePartDict, RefusalPartDict, TextPartDict
    from ._params import Message

    Part = (
        TextPartDict
        | ImagePartDict
        | AudioPartDict
        | FilePartDict
        | RefusalPartDict
        | models.ChatCompletionRequestMessageContentPartText
        | models.ChatCompletionRequestMessageContentPartImage
        | models.ChatCompletionRequestMessageContentPartAudio
        | models.ChatCompletionRequestMessageContentPartFile
        | models.ChatCompletionRequestMessageContentPartRefusal
        | Mapping[str, Any]
    )
    Content = str | Iterable[Part]


@public
def developer(content: Content, **members: Any) -> Message:
    """Make a developer message: instructions that take precedence over the user's.

    Args:
        content: Text, or content parts; see `text`, `image`, `audio` and `file`.
        **members: Further members of the message, such as ``name``.
    """
    return _message("developer", content, members)


@public
def system(content: Content, **members: Any) -> Message:
    """Make a system message, which older models take in the place of a developer message; see `developer`."""
    return _message("system", content, members)


@public
def user(content: Content, **members: Any) -> Message:
    """Make a user message; see `developer` for the arguments."""
    return _message("user", content, members)


@public
def assistant(content: Content | None = None, **members: Any) -> Message:
    """Make an assistant message: an earlier reply of the model.

    Args:
        content: Text, or content parts; `None` beside tool calls.
        **members: Further members of the message, such as ``tool_calls``, ``refusal`` or ``name``.
    """
    return _message("assistant", content, members)


@public
def tool(content: Content, tool_call_id: str) -> Message:
    """Make a tool message: the result of one tool call.

    Args:
        content: The result of the tool: text, or text parts.
        tool_call_id: The ``id`` of the tool call.
    """
    return _message("tool", content, {"tool_call_id": tool_call_id})


def _message(role: str, content: Content | None, members: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": role, "content": content, **members}
