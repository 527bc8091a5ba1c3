"""A client for the Chat Completions API, stored completions included.

`chatcompletions_api` beside it is generated from the API's spec and knows every path, parameter and model. This
package adds what a generator cannot know: how to authenticate, when a retry is safe, how to page, how to stream, and
what an error means. Its models are the generated ones, and `ChatClient.raw` leads back to the generated calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from chatcompletions_api.types import UNSET, Unset

    from ._answers.chunk import ChatCompletionChunk
    from ._answers.deleted import ChatCompletionDeleted
    from ._answers.models import ChatCompletion
    from ._answers.pages import AsyncChatCompletionPage, AsyncMessagePage, AsyncPages, ChatCompletionPage, MessagePage
    from ._base_error import ChatCompletionsError, UnsupportedOperationError
    from ._client import AsyncChatClient, ChatClient
    from ._dicts import (
        AllowedToolsChoiceDict,
        AssistantMessageDict,
        AudioPartDict,
        CustomToolCallDict,
        CustomToolChoiceDict,
        CustomToolDict,
        DeveloperMessageDict,
        FilePartDict,
        FunctionMessageDict,
        FunctionToolCallDict,
        FunctionToolChoiceDict,
        FunctionToolDict,
        ImagePartDict,
        JsonObjectFormatDict,
        JsonSchemaFormatDict,
        RefusalPartDict,
        SystemMessageDict,
        TextFormatDict,
        TextPartDict,
        ToolMessageDict,
        UserMessageDict,
    )
    from ._errors import (
        APIConnectionError,
        APIError,
        APIResponseTooLargeError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        Deviation,
        InternalServerError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        StreamError,
        StreamInternalServerError,
        StreamInterruptedError,
        StreamRateLimitError,
        StreamTimeoutError,
        StreamTooLargeError,
        StreamValidationError,
        UnprocessableEntityError,
    )
    from ._messages import assistant, developer, system, tool, user
    from ._params import (
        CallOptions,
        CreateParams,
        ListParams,
        Message,
        MessagesParams,
        ParseParams,
        RunToolsParams,
        UpdateParams,
    )
    from ._spec.deviations import deviations
    from ._spec.provenance import Spec, spec
    from ._streaming.stream import AsyncChatCompletionStream, AsyncStreamOpening, ChatCompletionStream

#: The modules from which names are imported on first use: each costs nothing until then, the client included.
_LAZY = {
    "APIConnectionError": "._errors",
    "APIError": "._errors",
    "APIResponseTooLargeError": "._errors",
    "APIResponseValidationError": "._errors",
    "APIStatusError": "._errors",
    "APITimeoutError": "._errors",
    "AllowedToolsChoiceDict": "._dicts",
    "AssistantMessageDict": "._dicts",
    "AsyncChatClient": "._client",
    "AsyncChatCompletionPage": "._answers.pages",
    "AsyncChatCompletionStream": "._streaming.stream",
    "AsyncMessagePage": "._answers.pages",
    "AsyncPages": "._answers.pages",
    "AsyncStreamOpening": "._streaming.stream",
    "AudioPartDict": "._dicts",
    "AuthenticationError": "._errors",
    "BadRequestError": "._errors",
    "CallOptions": "._params",
    "ChatClient": "._client",
    "ChatCompletion": "._answers.models",
    "ChatCompletionChunk": "._answers.chunk",
    "ChatCompletionDeleted": "._answers.deleted",
    "ChatCompletionPage": "._answers.pages",
    "ChatCompletionStream": "._streaming.stream",
    "ChatCompletionsError": "._base_error",
    "ConflictError": "._errors",
    "CreateParams": "._params",
    "CustomToolCallDict": "._dicts",
    "CustomToolChoiceDict": "._dicts",
    "CustomToolDict": "._dicts",
    "DeveloperMessageDict": "._dicts",
    "Deviation": "._errors",
    "FilePartDict": "._dicts",
    "FunctionMessageDict": "._dicts",
    "FunctionToolCallDict": "._dicts",
    "FunctionToolChoiceDict": "._dicts",
    "FunctionToolDict": "._dicts",
    "ImagePartDict": "._dicts",
    "InternalServerError": "._errors",
    "JsonObjectFormatDict": "._dicts",
    "JsonSchemaFormatDict": "._dicts",
    "ListParams": "._params",
    "Message": "._params",
    "MessagePage": "._answers.pages",
    "MessagesParams": "._params",
    "NotFoundError": "._errors",
    "PermissionDeniedError": "._errors",
    "RateLimitError": "._errors",
    "ParseParams": "._params",
    "RefusalPartDict": "._dicts",
    "RunToolsParams": "._params",
    "Spec": "._spec.provenance",
    "StreamError": "._errors",
    "StreamInternalServerError": "._errors",
    "StreamInterruptedError": "._errors",
    "StreamRateLimitError": "._errors",
    "StreamTimeoutError": "._errors",
    "StreamTooLargeError": "._errors",
    "StreamValidationError": "._errors",
    "SystemMessageDict": "._dicts",
    "TextFormatDict": "._dicts",
    "TextPartDict": "._dicts",
    "ToolMessageDict": "._dicts",
    "UNSET": "chatcompletions_api.types",
    "UnprocessableEntityError": "._errors",
    "Unset": "chatcompletions_api.types",
    "UnsupportedOperationError": "._base_error",
    "UpdateParams": "._params",
    "UserMessageDict": "._dicts",
    "assistant": "._messages",
    "developer": "._messages",
    "deviations": "._spec.deviations",
    "spec": "._spec.provenance",
    "system": "._messages",
    "tool": "._messages",
    "user": "._messages",
}

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIResponseTooLargeError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AllowedToolsChoiceDict",
    "AssistantMessageDict",
    "AsyncChatClient",
    "AsyncChatCompletionPage",
    "AsyncChatCompletionStream",
    "AsyncMessagePage",
    "AsyncPages",
    "AsyncStreamOpening",
    "AudioPartDict",
    "AuthenticationError",
    "BadRequestError",
    "CallOptions",
    "ChatClient",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatCompletionDeleted",
    "ChatCompletionPage",
    "ChatCompletionStream",
    "ChatCompletionsError",
    "ConflictError",
    "CreateParams",
    "CustomToolCallDict",
    "CustomToolChoiceDict",
    "CustomToolDict",
    "DeveloperMessageDict",
    "Deviation",
    "FilePartDict",
    "FunctionMessageDict",
    "FunctionToolCallDict",
    "FunctionToolChoiceDict",
    "FunctionToolDict",
    "ImagePartDict",
    "InternalServerError",
    "JsonObjectFormatDict",
    "JsonSchemaFormatDict",
    "ListParams",
    "Message",
    "MessagePage",
    "MessagesParams",
    "NotFoundError",
    "ParseParams",
    "PermissionDeniedError",
    "RateLimitError",
    "RefusalPartDict",
    "RunToolsParams",
    "Spec",
    "StreamError",
    "StreamInternalServerError",
    "StreamInterruptedError",
    "StreamRateLimitError",
    "StreamTimeoutError",
    "StreamTooLargeError",
    "StreamValidationError",
    "SystemMessageDict",
    "TextFormatDict",
    "TextPartDict",
    "ToolMessageDict",
    "UnprocessableEntityError",
    "Unset",
    "UnsupportedOperationError",
    "UpdateParams",
    "UserMessageDict",
    "__version__",
    "assistant",
    "developer",
    "deviations",
    "spec",
    "system",
    "tool",
    "user",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_LAZY[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
