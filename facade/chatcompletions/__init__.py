"""A client for the Chat Completions API, stored completions included.

`chatcompletions_api` beside it is generated from the API's spec and knows every path, parameter and model. This
package adds what a generator cannot know: how to authenticate, when a retry is safe, how to page, how to stream, and
what an error means. Its models are the generated ones, and `ChatClient.raw` leads back to the generated calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatcompletions_api.types import UNSET, Unset

from ._client import AsyncChatClient, ChatClient
from ._errors import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ChatCompletionsError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StreamError,
    StreamInterruptedError,
    StreamTimeoutError,
    StreamTooLargeError,
    StreamValidationError,
    UnprocessableEntityError,
    UnsupportedOperationError,
)
from ._version import __version__

if TYPE_CHECKING:
    from ._chunk import ChatCompletionChunk
    from ._deleted import ChatCompletionDeleted
    from ._deviations import Deviation, deviations
    from ._message_type import Message
    from ._messages import assistant, developer, system, tool, user
    from ._models import ChatCompletion
    from ._pages import AsyncChatCompletionPage, AsyncMessagePage, AsyncPages, ChatCompletionPage, MessagePage
    from ._params import CallOptions, CreateParams, ListParams, MessagesParams, UpdateParams
    from ._provenance import Spec, spec
    from ._stream import AsyncChatCompletionStream, AsyncStreamOpening, ChatCompletionStream

#: Names that a first call can do without, and the modules that they are imported from when asked for.
_LAZY = {
    "AsyncChatCompletionPage": "_pages",
    "AsyncChatCompletionStream": "_stream",
    "AsyncMessagePage": "_pages",
    "AsyncPages": "_pages",
    "AsyncStreamOpening": "_stream",
    "CallOptions": "_params",
    "ChatCompletion": "_models",
    "ChatCompletionChunk": "_chunk",
    "ChatCompletionDeleted": "_deleted",
    "ChatCompletionPage": "_pages",
    "ChatCompletionStream": "_stream",
    "CreateParams": "_params",
    "Deviation": "_deviations",
    "ListParams": "_params",
    "Message": "_message_type",
    "MessagePage": "_pages",
    "MessagesParams": "_params",
    "Spec": "_provenance",
    "UpdateParams": "_params",
    "assistant": "_messages",
    "developer": "_messages",
    "deviations": "_deviations",
    "spec": "_provenance",
    "system": "_messages",
    "tool": "_messages",
    "user": "_messages",
}

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIResponseTooLargeError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncChatClient",
    "AsyncChatCompletionPage",
    "AsyncChatCompletionStream",
    "AsyncMessagePage",
    "AsyncPages",
    "AsyncStreamOpening",
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
    "Deviation",
    "InternalServerError",
    "ListParams",
    "Message",
    "MessagePage",
    "MessagesParams",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "Spec",
    "StreamError",
    "StreamInterruptedError",
    "StreamTimeoutError",
    "StreamTooLargeError",
    "StreamValidationError",
    "UnprocessableEntityError",
    "Unset",
    "UnsupportedOperationError",
    "UpdateParams",
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

    value = globals()[name] = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
