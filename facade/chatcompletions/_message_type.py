"""The type of a message, for annotations such as ``history: list[Message]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ._generated import models

#: A message of a conversation: a generated model, what a reply holds, or a mapping of the same shape.
Message: TypeAlias = (
    models.ChatCompletionRequestDeveloperMessage
    | models.ChatCompletionRequestSystemMessage
    | models.ChatCompletionRequestUserMessage
    | models.ChatCompletionRequestAssistantMessage
    | models.ChatCompletionRequestToolMessage
    | models.ChatCompletionRequestFunctionMessage
    | models.ChatCompletionResponseMessage
    | Mapping[str, Any]
)
