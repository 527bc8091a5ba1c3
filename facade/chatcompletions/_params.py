"""The parameters of each call, listed once: `Unpack` makes typed keywords of them, and calls are checked by them.

Names, types and meaning are the API's own, see https://platform.openai.com/docs/api-reference/chat. Wherever a model
of `chatcompletions_api` fits, a plain mapping of the same shape does too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, get_type_hints

import httpx

from ._public import LazyModule, public

if TYPE_CHECKING:
    from concurrent import futures

    from chatcompletions_api import models

    from . import _dicts
    from ._answers import models as replies
    from ._tools import events as tool_events
else:
    models, _dicts = LazyModule("chatcompletions._generated", "models"), LazyModule("chatcompletions._dicts")
    replies = LazyModule("chatcompletions._answers.models")  # `get_type_hints` looks up names in the package, too
    tool_events, futures = LazyModule("chatcompletions._tools.events"), LazyModule("concurrent.futures")

# As text, so that a call loads none of the classes; `typing.get_type_hints` loads them.
# TypedDicts come first, for editors to complete; any other mapping, the last, keeps checkers from false alarms.
_Message: TypeAlias = """(
    _dicts.DeveloperMessageDict
    | _dicts.SystemMessageDict
    | _dicts.UserMessageDict
    | _dicts.AssistantMessageDict
    | _dicts.ToolMessageDict
    | _dicts.FunctionMessageDict
    | models.ChatCompletionRequestDeveloperMessage
    | models.ChatCompletionRequestSystemMessage
    | models.ChatCompletionRequestUserMessage
    | models.ChatCompletionRequestAssistantMessage
    | models.ChatCompletionRequestToolMessage
    | models.ChatCompletionRequestFunctionMessage
    | models.ChatCompletionResponseMessage
    | replies.ChatCompletion
    | Mapping[str, Any]
)"""
_ResponseFormat: TypeAlias = """(
    _dicts.TextFormatDict
    | _dicts.JsonSchemaFormatDict
    | _dicts.JsonObjectFormatDict
    | models.ResponseFormatText
    | models.ResponseFormatJsonSchema
    | models.ResponseFormatJsonObject
    | Mapping[str, Any]
)"""
_Tool: TypeAlias = """(
    _dicts.FunctionToolDict
    | _dicts.CustomToolDict
    | models.ChatCompletionTool
    | models.CustomToolChatCompletions
    | Mapping[str, Any]
)"""
_ToolChoice: TypeAlias = """(
    _dicts.AllowedToolsChoiceDict
    | _dicts.FunctionToolChoiceDict
    | _dicts.CustomToolChoiceDict
    | models.ToolChoiceMode
    | models.ChatCompletionAllowedToolsChoice
    | models.ChatCompletionNamedToolChoice
    | models.ChatCompletionNamedToolChoiceCustom
    | Mapping[str, Any]
)"""

if TYPE_CHECKING:
    #: A message of a conversation: a mapping, a generated model, or a reply, which stands for its message.
    Message: TypeAlias = _Message
else:

    def __getattr__(name: str) -> Any:
        if name != "Message":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        annotated = type(name, (), {"__annotations__": {name: _Message}, "__module__": __name__})
        return get_type_hints(annotated)[name]


@public
class CallOptions(TypedDict, total=False):
    """The options that every call takes besides the API's own parameters."""

    extra_headers: Mapping[str, str]
    """Headers to add or replace."""
    extra_query: Mapping[str, Any]
    """Query parameters to add or replace; a mapping within is sent as ``name[key]=value``."""
    extra_body: Mapping[str, Any]
    """Members of the JSON body to add or replace, such as parameters that the spec does not have yet."""
    timeout: float | httpx.Timeout | None
    """Seconds, more than 0, or an `httpx.Timeout`, for each attempt, or `Timeouts`; `None` waits for ever."""
    max_retries: int
    """How often the request may be sent again."""
    recover: bool | float
    """Whether an answer that was lost on the way is looked for among the stored completions before the request is sent
    again, and for how many seconds, by default 10. For calls that make a completion, with ``store=True``.
    """


class _RequiredCreateParams(TypedDict):
    messages: str | Iterable[_Message]
    """The conversation so far, oldest message first."""
    model: models.ModelId | str
    """Id of the model that should answer."""


class _OptionalParams(CallOptions, total=False):
    """The parameters that `create`, `parse` and `run_tools` share, but for those that each call needs."""

    audio: models.AudioParam | Mapping[str, Any] | None
    """Voice and format of spoken output. Required when `modalities` holds `audio`, otherwise left out."""
    frequency_penalty: float | None
    """Makes a token less likely the more often the text already has it, up to 2, or more likely, down to -2. Absent
    means 0, which does neither.
    """
    function_call: models.FunctionCallMode | models.ChatCompletionFunctionCallOption | Mapping[str, Any]
    """Whether the model calls a function, and which. Deprecated; `tool_choice` took its place."""
    functions: Iterable[models.ChatCompletionFunctions | Mapping[str, Any]]
    """Functions that the model may call. Deprecated; `tools` took its place."""
    logit_bias: Mapping[str, int] | None
    """Makes single tokens likelier or rarer. Maps token ids, written as text, to a bias from -100, which all but bans
    the token, to 100, which all but forces it. Absent or null means no bias.
    """
    logprobs: bool | None
    """Whether to report the log probability of every token of the answer. Absent or null means no."""
    max_completion_tokens: int | None
    """Most tokens the model may generate, hidden reasoning included; the answer is cut off there with a finish reason
    of `length`. Absent or null means no limit but the model's own.
    """
    max_tokens: int | None
    """Most tokens the answer may have; reasoning models do not accept it. Deprecated, use `max_completion_tokens`."""
    metadata: Mapping[str, str] | None
    """Pairs to attach to the completion; stored ones can be listed by them. Absent or null means none."""
    modalities: Iterable[models.Modality] | None
    """Kinds of output wanted. Absent means text alone; asking for audio also calls for the `audio` options."""
    moderation: models.ModerationParam | Mapping[str, Any] | None
    """Has a moderation model examine the conversation and the answer, and report in the answer's `moderation`. Absent
    or null asks for no such report.
    """
    n: int | None
    """How many answers to generate, from 1 to 128; each appears in `choices` and each is paid for. Absent means 1."""
    parallel_tool_calls: bool
    """Whether the model may make several tool calls in one message. Absent means yes."""
    prediction: models.PredictionContent | Mapping[str, Any] | None
    """Text that much of the answer is expected to repeat, such as a file being edited, to get it sooner. Absent or null
    means no such text.
    """
    presence_penalty: float | None
    """Makes a token less likely once the text has it at all, up to 2, or more likely, down to -2. Absent means 0, which
    does neither.
    """
    prompt_cache_key: str | None
    """Label shared by requests that begin alike, so that they find each other's cached prompt more often."""
    prompt_cache_options: models.PromptCacheOptionsParam | Mapping[str, Any]
    """How the prompt of this call is cached. Absent leaves it to the service."""
    prompt_cache_retention: models.PromptCacheRetention | None
    """How long a cached prompt is kept, in memory for a short while or for up to 24 hours. Deprecated in favor of
    `prompt_cache_options`.
    """
    reasoning_effort: models.ReasoningEffort | None
    """How much a reasoning model should think before it answers. Less effort gives a quicker and cheaper answer; absent
    leaves it to the model's own default.
    """
    safety_identifier: str | None
    """Steady identifier of the end user, at most 64 characters, by which the service tells whose requests break its
    rules. Send a hash, not a name or an address.
    """
    seed: int | None
    """Makes sampling as repeatable as the service can manage, without a guarantee, when all else is equal. Deprecated
    without a replacement.
    """
    service_tier: models.ServiceTier | None
    """Class of processing to use for this call, which sets its price and speed. Absent or null means `auto`."""
    stop: str | Iterable[str] | None
    """Up to 4 sequences at which generation ends; the answer does not contain the sequence itself. Some reasoning
    models do not accept it.
    """
    store: bool | None
    """Keeps the completion on the service, so that it can be listed, fetched, updated and deleted later. Absent or null
    means that it cannot.
    """
    stream_options: models.ChatCompletionStreamOptions | Mapping[str, Any] | None
    """Options for a streamed answer. Leave it out unless `stream` is true."""
    temperature: float | None
    """Randomness of sampling, between 0 and 2. Low values give steady answers, high values varied ones; change either
    this or `top_p`. Absent means 1 for most models.
    """
    tool_choice: _ToolChoice
    """Whether the model calls tools, and which. Absent means `auto` if there are tools and `none` if not."""
    top_logprobs: int | None
    """How many of the likeliest tokens to report for each position, from 0 to 20. Needs `logprobs` set to true; absent
    or null means none.
    """
    top_p: float | None
    """Samples only from the likeliest tokens whose probabilities add up to this share, from 0 to 1. Change either this
    or `temperature`. Absent means 1, no restriction.
    """
    user: str
    """Identifier of the end user. Deprecated; use `safety_identifier` for spotting abuse and `prompt_cache_key` for
    caching.
    """
    verbosity: models.Verbosity | None
    """How wordy the answer should be. Absent means `medium`."""
    web_search_options: models.WebSearchOptions | Mapping[str, Any]
    """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""


class _CommonParams(_RequiredCreateParams, _OptionalParams, total=False):
    """The parameters that `create`, `parse` and `run_tools` share."""


class _ToolsParams(_CommonParams, total=False):
    """The parameters that `create` and `parse` share."""

    tools: Iterable[_Tool]
    """Functions and custom tools that the model may call. Absent means that it can only answer."""


@public
class CreateParams(_ToolsParams, total=False):
    """The parameters of `create`, but for ``stream``, which is in its signature because it decides the return type."""

    response_format: _ResponseFormat
    """Shape of the answer, either free text, JSON of any shape, or JSON that follows a given schema. Absent means free
    text.
    """


class _ParseOptions(TypedDict, total=False):
    strict: bool
    """Whether the model is held to the schema; a type of which strict mode takes none is then refused. By default so.
    """
    retries_on_parse: int
    """How often to ask again, with the answer and what is wrong with it, if it does not fit. Absent means never."""


@public
class ParseParams(_ToolsParams, _ParseOptions, total=False):
    """The parameters of `parse`, but for ``response_format`` and ``stream``, which decide the return type."""


class _RunParams(TypedDict, total=False):
    max_rounds: int
    """How often the model may be asked. Absent means 10 times."""
    parallel: bool
    """Whether the calls of a round are made side by side, in threads or tasks. By default so."""
    on_error: Literal["report", "raise"]
    """What becomes of a call that fails: the model is told (`report`, the default), or the run ends."""
    tool_timeout: float | None
    """Seconds, more than 0, for each call; absent or `None` waits for ever."""
    before_call: Callable[[tool_events.ToolCall], Any] | None
    """Called with each call of a tool before it is made: `None` or true allows it, a mapping is used as other
    arguments, false or a text, the reason that the model is told, refuses it.
    """
    stream: bool
    """Whether iterating over the run gives the events of streamed answers, too."""


@public
class RunToolsParams(_CommonParams, _RunParams, total=False):
    """The parameters of `run_tools`, but for ``tools`` and ``response_format``, which decides the return type."""


@public
class MapParams(_OptionalParams, _ParseOptions, _RunParams, total=False):
    """The parameters that all requests of `map` share, each of them if its call has it.

    A request's own parameters take precedence; ``call`` and ``response_format``, which decide the type of the replies,
    are in the signature of `map`.
    """

    concurrency: int
    """How many requests may be on their way. Absent means 64."""
    ordered: bool
    """Whether the outcomes come in the order of the requests, as is the default, or as they come."""
    journal: str | os.PathLike[str] | None
    """A file for the replies, by which a run that was stopped goes on where it was."""
    requests_per_minute: float | None
    """How many requests may be sent in a minute, evenly spread."""
    tokens_per_minute: float | None
    """How many tokens they may use, by an estimate that the answers correct."""
    progress: Callable[[int, int, int | None], object] | bool | None
    """Called with the numbers of requests that are done, that failed, and of all or `None`; true shows a bar."""
    executor: futures.Executor | None
    """Makes the requests in workers of its own."""
    tools: Iterable[Any]
    """Functions and custom tools that the model may call."""
    messages: str | Iterable[_Message]
    """The conversation so far, oldest message first."""
    model: models.ModelId | str
    """Id of the model that should answer."""


@public
class ListParams(CallOptions, total=False):
    """The parameters of `list`, but for ``max_items``, the number of items that an iteration yields."""

    after: str
    """Id of a completion; the page starts right after it. Without it, the page is the first one."""
    limit: int
    """Largest number of completions on this page, not in the whole listing. Without it, 20."""
    metadata: Mapping[str, str] | None
    """Keeps only completions whose metadata holds each of these pairs, written in the query as `metadata[key]=value`.
    Without it, metadata plays no part.
    """
    model: str
    """Keeps only completions made by this model. Without it, those of every model are listed."""
    order: models.SortOrder
    """Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest. Without it, the
    oldest comes first.
    """


@public
class MessagesParams(CallOptions, total=False):
    """The parameters of `messages`, but for ``max_items``, the number of items that an iteration yields."""

    after: str
    """Id of a message; the page starts right after it. Without it, the page is the first one."""
    limit: int
    """Largest number of messages on this page, not in the whole listing. Without it, 20."""
    order: models.SortOrder
    """Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest. Without it, the
    oldest comes first.
    """


@public
class UpdateParams(CallOptions):
    """The parameters of `update`."""

    metadata: Mapping[str, str] | None
    """The full new set of pairs, not an addition to the old one."""
