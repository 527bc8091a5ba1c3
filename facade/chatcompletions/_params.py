"""The parameters of each call, listed once: `Unpack` makes typed keywords of them, and calls are checked by them.

Names, types and meaning are the API's own, see https://platform.openai.com/docs/api-reference/chat. Wherever a model
of `chatcompletions_api` fits, a plain mapping of the same shape does too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from ._public import public

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from chatcompletions_api import models

    #: A message of a conversation: a generated model, a reply's message, or a mapping of the same shape.
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
    ResponseFormat = (
        models.ResponseFormatText
        | models.ResponseFormatJsonSchema
        | models.ResponseFormatJsonObject
        | Mapping[str, Any]
    )
    ToolChoice = (
        models.ToolChoiceMode
        | models.ChatCompletionAllowedToolsChoice
        | models.ChatCompletionNamedToolChoice
        | models.ChatCompletionNamedToolChoiceCustom
        | Mapping[str, Any]
    )
else:

    def __getattr__(name: str) -> Any:
        if name != "Message":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ._generated import models  # only the alias needs all of them

        roles = ("Developer", "System", "User", "Assistant", "Tool", "Function")
        names = [f"ChatCompletionRequest{role}Message" for role in roles] + ["ChatCompletionResponseMessage"]
        return reduce(or_, (getattr(models, one) for one in names)) | Mapping[str, Any]


@public
class CallOptions(TypedDict, total=False):
    """The options that every call takes besides the API's own parameters.

    Attributes:
        extra_headers: Headers to add or replace.
        extra_query: Query parameters to add or replace; a mapping within is sent as ``name[key]=value``.
        extra_body: Members of the JSON body to add or replace, such as parameters that the spec does not have yet.
        timeout: Seconds, more than 0, or an `httpx.Timeout`, for each attempt; `None` waits for ever.
        max_retries: How often the request may be sent again.
    """

    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    timeout: float | httpx.Timeout | None
    max_retries: int


class _RequiredCreateParams(TypedDict):
    messages: str | Iterable[Message]
    model: models.ModelId | str


@public
class CreateParams(_RequiredCreateParams, CallOptions, total=False):
    """The parameters of `create`, but for ``stream``, which is in its signature because it decides the return type."""

    audio: models.AudioParam | Mapping[str, Any] | None
    frequency_penalty: float | None
    function_call: models.FunctionCallMode | models.ChatCompletionFunctionCallOption | Mapping[str, Any]
    functions: Iterable[models.ChatCompletionFunctions | Mapping[str, Any]]
    logit_bias: Mapping[str, int] | None
    logprobs: bool | None
    max_completion_tokens: int | None
    max_tokens: int | None
    metadata: Mapping[str, str] | None
    modalities: Iterable[models.Modality] | None
    moderation: models.ModerationParam | Mapping[str, Any] | None
    n: int | None
    parallel_tool_calls: bool
    prediction: models.PredictionContent | Mapping[str, Any] | None
    presence_penalty: float | None
    prompt_cache_key: str | None
    prompt_cache_options: models.PromptCacheOptionsParam | Mapping[str, Any]
    prompt_cache_retention: models.PromptCacheRetention | None
    reasoning_effort: models.ReasoningEffort | None
    response_format: ResponseFormat
    safety_identifier: str | None
    seed: int | None
    service_tier: models.ServiceTier | None
    stop: str | Iterable[str] | None
    store: bool | None
    stream_options: models.ChatCompletionStreamOptions | Mapping[str, Any] | None
    temperature: float | None
    tool_choice: ToolChoice
    tools: Iterable[models.ChatCompletionTool | models.CustomToolChatCompletions | Mapping[str, Any]]
    top_logprobs: int | None
    top_p: float | None
    user: str
    verbosity: models.Verbosity | None
    web_search_options: models.WebSearchOptions | Mapping[str, Any]


class PageParams(CallOptions, total=False):
    """The parameters that both paged calls take.

    Attributes:
        after: Start after the item with this id.
        limit: The number of items of a page; `max_items` is the number that an iteration yields.
        order: The order by creation time, ``"asc"`` or ``"desc"``.
    """

    after: str
    limit: int
    order: models.SortOrder


@public
class ListParams(PageParams, total=False):
    """The parameters of `list`.

    Attributes:
        metadata: List only completions whose metadata has all these pairs.
        model: List only completions of this model.
    """

    metadata: Mapping[str, str] | None
    model: str


@public
class MessagesParams(PageParams, total=False):
    """The parameters of `messages`."""


@public
class UpdateParams(CallOptions):
    """The parameters of `update`.

    Attributes:
        metadata: The pairs that replace the stored ones; `None` removes them.
    """

    metadata: Mapping[str, str] | None
