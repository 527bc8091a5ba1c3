from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, Self, TypedDict

from attrs import define

from .. import models
from ..models import _keep, _Model, _new, _read, _typed_dict, _write
from ..types import UNSET, Unset


@define(eq=False, repr=False, getstate_setstate=False)
class CreateChatCompletionRequest(_Model):
    """What `create` sends. Only `messages` and `model` are required; the model decides which of the other
    options it accepts.
    """

    messages: list[
        models.ChatCompletionRequestAssistantMessage
        | models.ChatCompletionRequestDeveloperMessage
        | models.ChatCompletionRequestFunctionMessage
        | models.ChatCompletionRequestSystemMessage
        | models.ChatCompletionRequestToolMessage
        | models.ChatCompletionRequestUserMessage
    ]
    """The conversation so far, oldest message first."""
    model: models.ModelId | str
    """Id of a model. Ids other than the listed ones are allowed too."""
    metadata: models.Metadata | None | Unset = UNSET
    """Pairs to attach to the completion; stored ones can be listed by them. Absent or null means none."""
    top_logprobs: int | None | Unset = UNSET
    """How many of the likeliest tokens to report for each position, from 0 to 20. Needs `logprobs` set to
    true; absent or null means none.
    """
    temperature: float | None | Unset = UNSET
    """Randomness of sampling, between 0 and 2. Low values give steady answers, high values varied ones;
    change either this or `top_p`. Absent means 1 for most models.
    """
    top_p: float | None | Unset = UNSET
    """Samples only from the likeliest tokens whose probabilities add up to this share, from 0 to 1. Change
    either this or `temperature`. Absent means 1, no restriction.
    """
    user: str | Unset = UNSET
    """Identifier of the end user. Deprecated; use `safety_identifier` for spotting abuse and
    `prompt_cache_key` for caching.
    """
    safety_identifier: None | str | Unset = UNSET
    """Steady identifier of the end user, at most 64 characters, by which the service tells whose requests
    break its rules. Send a hash, not a name or an address.
    """
    prompt_cache_key: None | str | Unset = UNSET
    """Label shared by requests that begin alike, so that they find each other's cached prompt more often."""
    prompt_cache_retention: models.PromptCacheRetention | None | Unset = UNSET
    """How long a cached prompt is kept, in memory for a short while or for up to 24 hours. Deprecated in
    favor of `prompt_cache_options`.
    """
    prompt_cache_options: models.PromptCacheOptionsParam | Unset = UNSET
    """How the prompt of a call is cached for later calls that begin alike."""
    service_tier: models.ServiceTier | None | Unset = UNSET
    """Class of processing to use for this call, which sets its price and speed. Absent or null means
    `auto`.
    """
    modalities: list[models.Modality] | None | Unset = UNSET
    """Kinds of output wanted. Absent means text alone; asking for audio also calls for the `audio`
    options.
    """
    verbosity: models.Verbosity | None | Unset = UNSET
    """How wordy the answer should be. Absent means `medium`."""
    reasoning_effort: models.ReasoningEffort | None | Unset = UNSET
    """How much a reasoning model should think before it answers. Less effort gives a quicker and cheaper
    answer; absent leaves it to the model's own default.
    """
    max_completion_tokens: int | None | Unset = UNSET
    """Most tokens the model may generate, hidden reasoning included; the answer is cut off there with a
    finish reason of `length`. Absent or null means no limit but the model's own.
    """
    frequency_penalty: float | None | Unset = UNSET
    """Makes a token less likely the more often the text already has it, up to 2, or more likely, down to
    -2. Absent means 0, which does neither.
    """
    presence_penalty: float | None | Unset = UNSET
    """Makes a token less likely once the text has it at all, up to 2, or more likely, down to -2. Absent
    means 0, which does neither.
    """
    web_search_options: models.WebSearchOptions | Unset = UNSET
    """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""
    response_format: (
        models.ResponseFormatJsonObject | models.ResponseFormatJsonSchema | models.ResponseFormatText | Unset
    ) = UNSET
    """Shape of the answer, either free text, JSON of any shape, or JSON that follows a given schema.
    Absent means free text.
    """
    audio: models.AudioParam | None | Unset = UNSET
    """Voice and format of spoken output. Required when `modalities` holds `audio`, otherwise left out."""
    store: bool | None | Unset = UNSET
    """Keeps the completion on the service, so that it can be listed, fetched, updated and deleted later.
    Absent or null means that it cannot.
    """
    moderation: models.ModerationParam | None | Unset = UNSET
    """Has a moderation model examine the conversation and the answer, and report in the answer's
    `moderation`. Absent or null asks for no such report.
    """
    stream: bool | None | Unset = UNSET
    """Sends the answer piece by piece as server-sent events while it is being generated. Absent or null
    means one JSON object at the end.
    """
    stop: list[str] | None | str | Unset = UNSET
    """Up to 4 sequences at which generation ends; the answer does not contain the sequence itself. Some
    reasoning models do not accept it.
    """
    logit_bias: models.LogitBias | None | Unset = UNSET
    """Makes single tokens likelier or rarer. Maps token ids, written as text, to a bias from -100, which
    all but bans the token, to 100, which all but forces it. Absent or null means no bias.
    """
    logprobs: bool | None | Unset = UNSET
    """Whether to report the log probability of every token of the answer. Absent or null means no."""
    max_tokens: int | None | Unset = UNSET
    """Most tokens the answer may have; reasoning models do not accept it. Deprecated, use
    `max_completion_tokens`.
    """
    n: int | None | Unset = UNSET
    """How many answers to generate, from 1 to 128; each appears in `choices` and each is paid for. Absent
    means 1.
    """
    prediction: models.PredictionContent | None | Unset = UNSET
    """Text that much of the answer is expected to repeat, such as a file being edited, to get it sooner.
    Absent or null means no such text.
    """
    seed: int | None | Unset = UNSET
    """Makes sampling as repeatable as the service can manage, without a guarantee, when all else is equal.
    Deprecated without a replacement.
    """
    stream_options: models.ChatCompletionStreamOptions | None | Unset = UNSET
    """Options for a streamed answer. Leave it out unless `stream` is true."""
    tools: list[models.ChatCompletionTool | models.CustomToolChatCompletions] | Unset = UNSET
    """Functions and custom tools that the model may call. Absent means that it can only answer."""
    tool_choice: (
        models.ChatCompletionAllowedToolsChoice
        | models.ChatCompletionNamedToolChoice
        | models.ChatCompletionNamedToolChoiceCustom
        | models.ToolChoiceMode
        | Unset
    ) = UNSET
    """Whether the model calls tools, and which. With `none` it calls no tool, with `auto` it decides by
    itself, with `required` it calls at least one; an object narrows or names the tools.
    """
    parallel_tool_calls: bool | Unset = UNSET
    """Whether the model may make several tool calls in one message."""
    function_call: models.ChatCompletionFunctionCallOption | models.FunctionCallMode | Unset = UNSET
    """Whether the model calls a function, and which. Deprecated; `tool_choice` took its place."""
    functions: list[models.ChatCompletionFunctions] | Unset = UNSET
    """Functions that the model may call. Deprecated; `tools` took its place."""
    _fields: ClassVar[dict[str, str]] = {
        "messages": "messages",
        "model": "model",
        "metadata": "metadata",
        "top_logprobs": "top_logprobs",
        "temperature": "temperature",
        "top_p": "top_p",
        "user": "user",
        "safety_identifier": "safety_identifier",
        "prompt_cache_key": "prompt_cache_key",
        "prompt_cache_retention": "prompt_cache_retention",
        "prompt_cache_options": "prompt_cache_options",
        "service_tier": "service_tier",
        "modalities": "modalities",
        "verbosity": "verbosity",
        "reasoning_effort": "reasoning_effort",
        "max_completion_tokens": "max_completion_tokens",
        "frequency_penalty": "frequency_penalty",
        "presence_penalty": "presence_penalty",
        "web_search_options": "web_search_options",
        "response_format": "response_format",
        "audio": "audio",
        "store": "store",
        "moderation": "moderation",
        "stream": "stream",
        "stop": "stop",
        "logit_bias": "logit_bias",
        "logprobs": "logprobs",
        "max_tokens": "max_tokens",
        "n": "n",
        "prediction": "prediction",
        "seed": "seed",
        "stream_options": "stream_options",
        "tools": "tools",
        "tool_choice": "tool_choice",
        "parallel_tool_calls": "parallel_tool_calls",
        "function_call": "function_call",
        "functions": "functions",
    }

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read an object of the API; what the specification does not foresee is kept as it came."""
        return _read(cls, CreateChatCompletionRequest, src_dict)

    def _read(self: Any, d: dict[str, Any]) -> Any:
        """Take the fields from an object, and keep the rest of it."""
        absent = 0
        try:
            self.messages = value = d["messages"]
        except KeyError:
            self.messages = value = UNSET
            absent += 1
        if isinstance(value, list):
            items = []
            for item in value:
                if isinstance(item, dict):
                    tag = item.get("role")
                    if tag == "developer":
                        item = _new(models.ChatCompletionRequestDeveloperMessage)._read(item)
                    elif tag == "system":
                        item = _new(models.ChatCompletionRequestSystemMessage)._read(item)
                    elif tag == "user":
                        item = _new(models.ChatCompletionRequestUserMessage)._read(item)
                    elif tag == "assistant":
                        item = _new(models.ChatCompletionRequestAssistantMessage)._read(item)
                    elif tag == "tool":
                        item = _new(models.ChatCompletionRequestToolMessage)._read(item)
                    elif tag == "function":
                        item = _new(models.ChatCompletionRequestFunctionMessage)._read(item)
                items.append(item)
            self.messages = items
        try:
            self.model = d["model"]
        except KeyError:
            self.model = UNSET
            absent += 2
        if "metadata" in d:
            self.metadata = value = d["metadata"]
            if isinstance(value, dict):
                self.metadata = _new(models.Metadata)._read(value)
        else:
            self.metadata = UNSET
            absent += 4
        if "top_logprobs" in d:
            self.top_logprobs = d["top_logprobs"]
        else:
            self.top_logprobs = UNSET
            absent += 8
        if "temperature" in d:
            self.temperature = d["temperature"]
        else:
            self.temperature = UNSET
            absent += 16
        if "top_p" in d:
            self.top_p = d["top_p"]
        else:
            self.top_p = UNSET
            absent += 32
        if "user" in d:
            self.user = d["user"]
        else:
            self.user = UNSET
            absent += 64
        if "safety_identifier" in d:
            self.safety_identifier = d["safety_identifier"]
        else:
            self.safety_identifier = UNSET
            absent += 128
        if "prompt_cache_key" in d:
            self.prompt_cache_key = d["prompt_cache_key"]
        else:
            self.prompt_cache_key = UNSET
            absent += 256
        if "prompt_cache_retention" in d:
            self.prompt_cache_retention = d["prompt_cache_retention"]
        else:
            self.prompt_cache_retention = UNSET
            absent += 512
        if "prompt_cache_options" in d:
            self.prompt_cache_options = value = d["prompt_cache_options"]
            if isinstance(value, dict):
                self.prompt_cache_options = _new(models.PromptCacheOptionsParam)._read(value)
        else:
            self.prompt_cache_options = UNSET
            absent += 1024
        if "service_tier" in d:
            self.service_tier = d["service_tier"]
        else:
            self.service_tier = UNSET
            absent += 2048
        if "modalities" in d:
            self.modalities = d["modalities"]
        else:
            self.modalities = UNSET
            absent += 4096
        if "verbosity" in d:
            self.verbosity = d["verbosity"]
        else:
            self.verbosity = UNSET
            absent += 8192
        if "reasoning_effort" in d:
            self.reasoning_effort = d["reasoning_effort"]
        else:
            self.reasoning_effort = UNSET
            absent += 16384
        if "max_completion_tokens" in d:
            self.max_completion_tokens = d["max_completion_tokens"]
        else:
            self.max_completion_tokens = UNSET
            absent += 32768
        if "frequency_penalty" in d:
            self.frequency_penalty = d["frequency_penalty"]
        else:
            self.frequency_penalty = UNSET
            absent += 65536
        if "presence_penalty" in d:
            self.presence_penalty = d["presence_penalty"]
        else:
            self.presence_penalty = UNSET
            absent += 131072
        if "web_search_options" in d:
            self.web_search_options = value = d["web_search_options"]
            if isinstance(value, dict):
                self.web_search_options = _new(models.WebSearchOptions)._read(value)
        else:
            self.web_search_options = UNSET
            absent += 262144
        if "response_format" in d:
            self.response_format = value = d["response_format"]
            if isinstance(value, dict):
                tag = value.get("type")
                if tag == "text":
                    self.response_format = _new(models.ResponseFormatText)._read(value)
                elif tag == "json_schema":
                    self.response_format = _new(models.ResponseFormatJsonSchema)._read(value)
                elif tag == "json_object":
                    self.response_format = _new(models.ResponseFormatJsonObject)._read(value)
        else:
            self.response_format = UNSET
            absent += 524288
        if "audio" in d:
            self.audio = value = d["audio"]
            if isinstance(value, dict):
                self.audio = _new(models.AudioParam)._read(value)
        else:
            self.audio = UNSET
            absent += 1048576
        if "store" in d:
            self.store = d["store"]
        else:
            self.store = UNSET
            absent += 2097152
        if "moderation" in d:
            self.moderation = value = d["moderation"]
            if isinstance(value, dict):
                self.moderation = _new(models.ModerationParam)._read(value)
        else:
            self.moderation = UNSET
            absent += 4194304
        if "stream" in d:
            self.stream = d["stream"]
        else:
            self.stream = UNSET
            absent += 8388608
        if "stop" in d:
            self.stop = d["stop"]
        else:
            self.stop = UNSET
            absent += 16777216
        if "logit_bias" in d:
            self.logit_bias = value = d["logit_bias"]
            if isinstance(value, dict):
                self.logit_bias = _new(models.LogitBias)._read(value)
        else:
            self.logit_bias = UNSET
            absent += 33554432
        if "logprobs" in d:
            self.logprobs = d["logprobs"]
        else:
            self.logprobs = UNSET
            absent += 67108864
        if "max_tokens" in d:
            self.max_tokens = d["max_tokens"]
        else:
            self.max_tokens = UNSET
            absent += 134217728
        if "n" in d:
            self.n = d["n"]
        else:
            self.n = UNSET
            absent += 268435456
        if "prediction" in d:
            self.prediction = value = d["prediction"]
            if isinstance(value, dict):
                self.prediction = _new(models.PredictionContent)._read(value)
        else:
            self.prediction = UNSET
            absent += 536870912
        if "seed" in d:
            self.seed = d["seed"]
        else:
            self.seed = UNSET
            absent += 1073741824
        if "stream_options" in d:
            self.stream_options = value = d["stream_options"]
            if isinstance(value, dict):
                self.stream_options = _new(models.ChatCompletionStreamOptions)._read(value)
        else:
            self.stream_options = UNSET
            absent += 2147483648
        if "tools" in d:
            self.tools = value = d["tools"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        tag = item.get("type")
                        if tag == "function":
                            item = _new(models.ChatCompletionTool)._read(item)
                        elif tag == "custom":
                            item = _new(models.CustomToolChatCompletions)._read(item)
                    items.append(item)
                self.tools = items
        else:
            self.tools = UNSET
            absent += 4294967296
        if "tool_choice" in d:
            self.tool_choice = value = d["tool_choice"]
            if isinstance(value, dict):
                tag = value.get("type")
                if tag == "allowed_tools":
                    self.tool_choice = _new(models.ChatCompletionAllowedToolsChoice)._read(value)
                elif tag == "function":
                    self.tool_choice = _new(models.ChatCompletionNamedToolChoice)._read(value)
                elif tag == "custom":
                    self.tool_choice = _new(models.ChatCompletionNamedToolChoiceCustom)._read(value)
        else:
            self.tool_choice = UNSET
            absent += 8589934592
        if "parallel_tool_calls" in d:
            self.parallel_tool_calls = d["parallel_tool_calls"]
        else:
            self.parallel_tool_calls = UNSET
            absent += 17179869184
        if "function_call" in d:
            self.function_call = value = d["function_call"]
            if isinstance(value, dict):
                self.function_call = _new(models.ChatCompletionFunctionCallOption)._read(value)
        else:
            self.function_call = UNSET
            absent += 34359738368
        if "functions" in d:
            self.functions = value = d["functions"]
            if isinstance(value, list):
                items = []
                for item in value:
                    if isinstance(item, dict):
                        item = _new(models.ChatCompletionFunctions)._read(item)
                    items.append(item)
                self.functions = items
        else:
            self.functions = UNSET
            absent += 68719476736
        self._absent = absent
        self._extra = None
        if len(d) != (37 - absent.bit_count() if absent else 37):
            _keep(self, d)
        return self

    def _copy(self) -> Any:
        """Return a model that holds the same values."""
        model: Any = _new(type(self))
        model.messages = self.messages
        model.model = self.model
        model.metadata = self.metadata
        model.top_logprobs = self.top_logprobs
        model.temperature = self.temperature
        model.top_p = self.top_p
        model.user = self.user
        model.safety_identifier = self.safety_identifier
        model.prompt_cache_key = self.prompt_cache_key
        model.prompt_cache_retention = self.prompt_cache_retention
        model.prompt_cache_options = self.prompt_cache_options
        model.service_tier = self.service_tier
        model.modalities = self.modalities
        model.verbosity = self.verbosity
        model.reasoning_effort = self.reasoning_effort
        model.max_completion_tokens = self.max_completion_tokens
        model.frequency_penalty = self.frequency_penalty
        model.presence_penalty = self.presence_penalty
        model.web_search_options = self.web_search_options
        model.response_format = self.response_format
        model.audio = self.audio
        model.store = self.store
        model.moderation = self.moderation
        model.stream = self.stream
        model.stop = self.stop
        model.logit_bias = self.logit_bias
        model.logprobs = self.logprobs
        model.max_tokens = self.max_tokens
        model.n = self.n
        model.prediction = self.prediction
        model.seed = self.seed
        model.stream_options = self.stream_options
        model.tools = self.tools
        model.tool_choice = self.tool_choice
        model.parallel_tool_calls = self.parallel_tool_calls
        model.function_call = self.function_call
        model.functions = self.functions
        model._absent = self._absent
        model._extra = self._extra.copy() if self._extra else None
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the object for the API, without what is absent."""
        return _write(
            {
                "messages": self.messages,
                "model": self.model,
                "metadata": self.metadata,
                "top_logprobs": self.top_logprobs,
                "temperature": self.temperature,
                "top_p": self.top_p,
                "user": self.user,
                "safety_identifier": self.safety_identifier,
                "prompt_cache_key": self.prompt_cache_key,
                "prompt_cache_retention": self.prompt_cache_retention,
                "prompt_cache_options": self.prompt_cache_options,
                "service_tier": self.service_tier,
                "modalities": self.modalities,
                "verbosity": self.verbosity,
                "reasoning_effort": self.reasoning_effort,
                "max_completion_tokens": self.max_completion_tokens,
                "frequency_penalty": self.frequency_penalty,
                "presence_penalty": self.presence_penalty,
                "web_search_options": self.web_search_options,
                "response_format": self.response_format,
                "audio": self.audio,
                "store": self.store,
                "moderation": self.moderation,
                "stream": self.stream,
                "stop": self.stop,
                "logit_bias": self.logit_bias,
                "logprobs": self.logprobs,
                "max_tokens": self.max_tokens,
                "n": self.n,
                "prediction": self.prediction,
                "seed": self.seed,
                "stream_options": self.stream_options,
                "tools": self.tools,
                "tool_choice": self.tool_choice,
                "parallel_tool_calls": self.parallel_tool_calls,
                "function_call": self.function_call,
                "functions": self.functions,
            },
            self._extra,
            self._absent,
        )


if TYPE_CHECKING:

    class CreateChatCompletionRequestDict(TypedDict):
        """What `create` sends. Only `messages` and `model` are required; the model decides which of the other
        options it accepts.
        """

        messages: Sequence[
            models.ChatCompletionRequestDeveloperMessageDict
            | models.ChatCompletionRequestDeveloperMessage
            | models.ChatCompletionRequestSystemMessageDict
            | models.ChatCompletionRequestSystemMessage
            | models.ChatCompletionRequestUserMessageDict
            | models.ChatCompletionRequestUserMessage
            | models.ChatCompletionRequestAssistantMessageDict
            | models.ChatCompletionRequestAssistantMessage
            | models.ChatCompletionRequestToolMessageDict
            | models.ChatCompletionRequestToolMessage
            | models.ChatCompletionRequestFunctionMessageDict
            | models.ChatCompletionRequestFunctionMessage
        ]
        """The conversation so far, oldest message first."""
        model: str | models.ModelId
        """Id of a model. Ids other than the listed ones are allowed too."""
        metadata: NotRequired[Mapping[str, str] | None]
        """Pairs to attach to the completion; stored ones can be listed by them. Absent or null means none."""
        top_logprobs: NotRequired[int | None]
        """How many of the likeliest tokens to report for each position, from 0 to 20. Needs `logprobs` set to
        true; absent or null means none.
        """
        temperature: NotRequired[float | None]
        """Randomness of sampling, between 0 and 2. Low values give steady answers, high values varied ones;
        change either this or `top_p`. Absent means 1 for most models.
        """
        top_p: NotRequired[float | None]
        """Samples only from the likeliest tokens whose probabilities add up to this share, from 0 to 1. Change
        either this or `temperature`. Absent means 1, no restriction.
        """
        user: NotRequired[str]
        """Identifier of the end user. Deprecated; use `safety_identifier` for spotting abuse and
        `prompt_cache_key` for caching.
        """
        safety_identifier: NotRequired[str | None]
        """Steady identifier of the end user, at most 64 characters, by which the service tells whose requests
        break its rules. Send a hash, not a name or an address.
        """
        prompt_cache_key: NotRequired[str | None]
        """Label shared by requests that begin alike, so that they find each other's cached prompt more often."""
        prompt_cache_retention: NotRequired[models.PromptCacheRetention | None]
        """How long a cached prompt is kept, in memory for a short while or for up to 24 hours. Deprecated in
        favor of `prompt_cache_options`.
        """
        prompt_cache_options: NotRequired[models.PromptCacheOptionsParamDict | models.PromptCacheOptionsParam]
        """How the prompt of a call is cached for later calls that begin alike."""
        service_tier: NotRequired[models.ServiceTier | None]
        """Class of processing to use for this call, which sets its price and speed. Absent or null means
        `auto`.
        """
        modalities: NotRequired[Sequence[models.Modality] | None]
        """Kinds of output wanted. Absent means text alone; asking for audio also calls for the `audio`
        options.
        """
        verbosity: NotRequired[models.Verbosity | None]
        """How wordy the answer should be. Absent means `medium`."""
        reasoning_effort: NotRequired[models.ReasoningEffort | None]
        """How much a reasoning model should think before it answers. Less effort gives a quicker and cheaper
        answer; absent leaves it to the model's own default.
        """
        max_completion_tokens: NotRequired[int | None]
        """Most tokens the model may generate, hidden reasoning included; the answer is cut off there with a
        finish reason of `length`. Absent or null means no limit but the model's own.
        """
        frequency_penalty: NotRequired[float | None]
        """Makes a token less likely the more often the text already has it, up to 2, or more likely, down to
        -2. Absent means 0, which does neither.
        """
        presence_penalty: NotRequired[float | None]
        """Makes a token less likely once the text has it at all, up to 2, or more likely, down to -2. Absent
        means 0, which does neither.
        """
        web_search_options: NotRequired[models.WebSearchOptionsDict | models.WebSearchOptions]
        """Lets a search model look things up on the web before it answers. An empty object takes the defaults."""
        response_format: NotRequired[
            models.ResponseFormatTextDict
            | models.ResponseFormatText
            | models.ResponseFormatJsonSchemaDict
            | models.ResponseFormatJsonSchema
            | models.ResponseFormatJsonObjectDict
            | models.ResponseFormatJsonObject
        ]
        """Shape of the answer, either free text, JSON of any shape, or JSON that follows a given schema.
        Absent means free text.
        """
        audio: NotRequired[models.AudioParamDict | models.AudioParam | None]
        """Voice and format of spoken output. Required when `modalities` holds `audio`, otherwise left out."""
        store: NotRequired[bool | None]
        """Keeps the completion on the service, so that it can be listed, fetched, updated and deleted later.
        Absent or null means that it cannot.
        """
        moderation: NotRequired[models.ModerationParamDict | models.ModerationParam | None]
        """Has a moderation model examine the conversation and the answer, and report in the answer's
        `moderation`. Absent or null asks for no such report.
        """
        stream: NotRequired[bool | None]
        """Sends the answer piece by piece as server-sent events while it is being generated. Absent or null
        means one JSON object at the end.
        """
        stop: NotRequired[str | Sequence[str] | None]
        """Up to 4 sequences at which generation ends; the answer does not contain the sequence itself. Some
        reasoning models do not accept it.
        """
        logit_bias: NotRequired[Mapping[str, int] | None]
        """Makes single tokens likelier or rarer. Maps token ids, written as text, to a bias from -100, which
        all but bans the token, to 100, which all but forces it. Absent or null means no bias.
        """
        logprobs: NotRequired[bool | None]
        """Whether to report the log probability of every token of the answer. Absent or null means no."""
        max_tokens: NotRequired[int | None]
        """Most tokens the answer may have; reasoning models do not accept it. Deprecated, use
        `max_completion_tokens`.
        """
        n: NotRequired[int | None]
        """How many answers to generate, from 1 to 128; each appears in `choices` and each is paid for. Absent
        means 1.
        """
        prediction: NotRequired[models.PredictionContentDict | models.PredictionContent | None]
        """Text that much of the answer is expected to repeat, such as a file being edited, to get it sooner.
        Absent or null means no such text.
        """
        seed: NotRequired[int | None]
        """Makes sampling as repeatable as the service can manage, without a guarantee, when all else is equal.
        Deprecated without a replacement.
        """
        stream_options: NotRequired[
            models.ChatCompletionStreamOptionsDict | models.ChatCompletionStreamOptions | None
        ]
        """Options for a streamed answer. Leave it out unless `stream` is true."""
        tools: NotRequired[
            Sequence[
                models.ChatCompletionToolDict
                | models.ChatCompletionTool
                | models.CustomToolChatCompletionsDict
                | models.CustomToolChatCompletions
            ]
        ]
        """Functions and custom tools that the model may call. Absent means that it can only answer."""
        tool_choice: NotRequired[
            models.ToolChoiceMode
            | models.ChatCompletionAllowedToolsChoiceDict
            | models.ChatCompletionAllowedToolsChoice
            | models.ChatCompletionNamedToolChoiceDict
            | models.ChatCompletionNamedToolChoice
            | models.ChatCompletionNamedToolChoiceCustomDict
            | models.ChatCompletionNamedToolChoiceCustom
        ]
        """Whether the model calls tools, and which. With `none` it calls no tool, with `auto` it decides by
        itself, with `required` it calls at least one; an object narrows or names the tools.
        """
        parallel_tool_calls: NotRequired[bool]
        """Whether the model may make several tool calls in one message."""
        function_call: NotRequired[
            models.FunctionCallMode
            | models.ChatCompletionFunctionCallOptionDict
            | models.ChatCompletionFunctionCallOption
        ]
        """Whether the model calls a function, and which. Deprecated; `tool_choice` took its place."""
        functions: NotRequired[Sequence[models.ChatCompletionFunctionsDict | models.ChatCompletionFunctions]]
        """Functions that the model may call. Deprecated; `tools` took its place."""
else:

    def __getattr__(name: str) -> Any:
        required = {
            "messages": "Sequence[models.ChatCompletionRequestDeveloperMessageDict | models.ChatCompletionRequestDeveloperMessage | models.ChatCompletionRequestSystemMessageDict | models.ChatCompletionRequestSystemMessage | models.ChatCompletionRequestUserMessageDict | models.ChatCompletionRequestUserMessage | models.ChatCompletionRequestAssistantMessageDict | models.ChatCompletionRequestAssistantMessage | models.ChatCompletionRequestToolMessageDict | models.ChatCompletionRequestToolMessage | models.ChatCompletionRequestFunctionMessageDict | models.ChatCompletionRequestFunctionMessage]",
            "model": "str | models.ModelId",
        }
        optional = {
            "metadata": "Mapping[str, str] | None",
            "top_logprobs": "int | None",
            "temperature": "float | None",
            "top_p": "float | None",
            "user": "str",
            "safety_identifier": "str | None",
            "prompt_cache_key": "str | None",
            "prompt_cache_retention": "models.PromptCacheRetention | None",
            "prompt_cache_options": "models.PromptCacheOptionsParamDict | models.PromptCacheOptionsParam",
            "service_tier": "models.ServiceTier | None",
            "modalities": "Sequence[models.Modality] | None",
            "verbosity": "models.Verbosity | None",
            "reasoning_effort": "models.ReasoningEffort | None",
            "max_completion_tokens": "int | None",
            "frequency_penalty": "float | None",
            "presence_penalty": "float | None",
            "web_search_options": "models.WebSearchOptionsDict | models.WebSearchOptions",
            "response_format": "models.ResponseFormatTextDict | models.ResponseFormatText | models.ResponseFormatJsonSchemaDict | models.ResponseFormatJsonSchema | models.ResponseFormatJsonObjectDict | models.ResponseFormatJsonObject",
            "audio": "models.AudioParamDict | models.AudioParam | None",
            "store": "bool | None",
            "moderation": "models.ModerationParamDict | models.ModerationParam | None",
            "stream": "bool | None",
            "stop": "str | Sequence[str] | None",
            "logit_bias": "Mapping[str, int] | None",
            "logprobs": "bool | None",
            "max_tokens": "int | None",
            "n": "int | None",
            "prediction": "models.PredictionContentDict | models.PredictionContent | None",
            "seed": "int | None",
            "stream_options": "models.ChatCompletionStreamOptionsDict | models.ChatCompletionStreamOptions | None",
            "tools": "Sequence[models.ChatCompletionToolDict | models.ChatCompletionTool | models.CustomToolChatCompletionsDict | models.CustomToolChatCompletions]",
            "tool_choice": "models.ToolChoiceMode | models.ChatCompletionAllowedToolsChoiceDict | models.ChatCompletionAllowedToolsChoice | models.ChatCompletionNamedToolChoiceDict | models.ChatCompletionNamedToolChoice | models.ChatCompletionNamedToolChoiceCustomDict | models.ChatCompletionNamedToolChoiceCustom",
            "parallel_tool_calls": "bool",
            "function_call": "models.FunctionCallMode | models.ChatCompletionFunctionCallOptionDict | models.ChatCompletionFunctionCallOption",
            "functions": "Sequence[models.ChatCompletionFunctionsDict | models.ChatCompletionFunctions]",
        }
        return _typed_dict(
            CreateChatCompletionRequest, name, "CreateChatCompletionRequestDict", required, optional
        )
