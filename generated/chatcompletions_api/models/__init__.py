"""The data models of the API, each imported on first use."""

from __future__ import annotations

import json
import sys
import typing
from collections.abc import KeysView, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from attrs import NOTHING

from ..types import UNSET

if TYPE_CHECKING:
    from .allowed_tool import AllowedTool
    from .allowed_tools_mode import AllowedToolsMode
    from .annotation import Annotation
    from .audio_format import AudioFormat
    from .audio_param import AudioParam
    from .audio_param import AudioParamDict as AudioParamDict
    from .audio_reference import AudioReference
    from .audio_reference import AudioReferenceDict as AudioReferenceDict
    from .chat_completion_allowed_tools import ChatCompletionAllowedTools
    from .chat_completion_allowed_tools import (
        ChatCompletionAllowedToolsDict as ChatCompletionAllowedToolsDict,
    )
    from .chat_completion_allowed_tools_choice import ChatCompletionAllowedToolsChoice
    from .chat_completion_allowed_tools_choice import (
        ChatCompletionAllowedToolsChoiceDict as ChatCompletionAllowedToolsChoiceDict,
    )
    from .chat_completion_audio import ChatCompletionAudio
    from .chat_completion_deleted import ChatCompletionDeleted
    from .chat_completion_function_call_option import ChatCompletionFunctionCallOption
    from .chat_completion_function_call_option import (
        ChatCompletionFunctionCallOptionDict as ChatCompletionFunctionCallOptionDict,
    )
    from .chat_completion_functions import ChatCompletionFunctions
    from .chat_completion_functions import ChatCompletionFunctionsDict as ChatCompletionFunctionsDict
    from .chat_completion_list import ChatCompletionList
    from .chat_completion_message_custom_tool_call import ChatCompletionMessageCustomToolCall
    from .chat_completion_message_custom_tool_call import (
        ChatCompletionMessageCustomToolCallDict as ChatCompletionMessageCustomToolCallDict,
    )
    from .chat_completion_message_list import ChatCompletionMessageList
    from .chat_completion_message_tool_call import ChatCompletionMessageToolCall
    from .chat_completion_message_tool_call import (
        ChatCompletionMessageToolCallDict as ChatCompletionMessageToolCallDict,
    )
    from .chat_completion_message_tool_call_chunk import ChatCompletionMessageToolCallChunk
    from .chat_completion_moderation import ChatCompletionModeration
    from .chat_completion_moderation_error import ChatCompletionModerationError
    from .chat_completion_moderation_results import ChatCompletionModerationResults
    from .chat_completion_named_tool_choice import ChatCompletionNamedToolChoice
    from .chat_completion_named_tool_choice import (
        ChatCompletionNamedToolChoiceDict as ChatCompletionNamedToolChoiceDict,
    )
    from .chat_completion_named_tool_choice_custom import ChatCompletionNamedToolChoiceCustom
    from .chat_completion_named_tool_choice_custom import (
        ChatCompletionNamedToolChoiceCustomDict as ChatCompletionNamedToolChoiceCustomDict,
    )
    from .chat_completion_request_assistant_message import ChatCompletionRequestAssistantMessage
    from .chat_completion_request_assistant_message import (
        ChatCompletionRequestAssistantMessageDict as ChatCompletionRequestAssistantMessageDict,
    )
    from .chat_completion_request_developer_message import ChatCompletionRequestDeveloperMessage
    from .chat_completion_request_developer_message import (
        ChatCompletionRequestDeveloperMessageDict as ChatCompletionRequestDeveloperMessageDict,
    )
    from .chat_completion_request_function_message import ChatCompletionRequestFunctionMessage
    from .chat_completion_request_function_message import (
        ChatCompletionRequestFunctionMessageDict as ChatCompletionRequestFunctionMessageDict,
    )
    from .chat_completion_request_message_content_part_audio import (
        ChatCompletionRequestMessageContentPartAudio,
    )
    from .chat_completion_request_message_content_part_audio import (
        ChatCompletionRequestMessageContentPartAudioDict as ChatCompletionRequestMessageContentPartAudioDict,
    )
    from .chat_completion_request_message_content_part_file import ChatCompletionRequestMessageContentPartFile
    from .chat_completion_request_message_content_part_file import (
        ChatCompletionRequestMessageContentPartFileDict as ChatCompletionRequestMessageContentPartFileDict,
    )
    from .chat_completion_request_message_content_part_image import (
        ChatCompletionRequestMessageContentPartImage,
    )
    from .chat_completion_request_message_content_part_image import (
        ChatCompletionRequestMessageContentPartImageDict as ChatCompletionRequestMessageContentPartImageDict,
    )
    from .chat_completion_request_message_content_part_refusal import (
        ChatCompletionRequestMessageContentPartRefusal,
    )
    from .chat_completion_request_message_content_part_refusal import (
        ChatCompletionRequestMessageContentPartRefusalDict as ChatCompletionRequestMessageContentPartRefusalDict,
    )
    from .chat_completion_request_message_content_part_text import ChatCompletionRequestMessageContentPartText
    from .chat_completion_request_message_content_part_text import (
        ChatCompletionRequestMessageContentPartTextDict as ChatCompletionRequestMessageContentPartTextDict,
    )
    from .chat_completion_request_system_message import ChatCompletionRequestSystemMessage
    from .chat_completion_request_system_message import (
        ChatCompletionRequestSystemMessageDict as ChatCompletionRequestSystemMessageDict,
    )
    from .chat_completion_request_tool_message import ChatCompletionRequestToolMessage
    from .chat_completion_request_tool_message import (
        ChatCompletionRequestToolMessageDict as ChatCompletionRequestToolMessageDict,
    )
    from .chat_completion_request_user_message import ChatCompletionRequestUserMessage
    from .chat_completion_request_user_message import (
        ChatCompletionRequestUserMessageDict as ChatCompletionRequestUserMessageDict,
    )
    from .chat_completion_response_message import ChatCompletionResponseMessage
    from .chat_completion_store_message import ChatCompletionStoreMessage
    from .chat_completion_stream_options import ChatCompletionStreamOptions
    from .chat_completion_stream_options import (
        ChatCompletionStreamOptionsDict as ChatCompletionStreamOptionsDict,
    )
    from .chat_completion_stream_response_delta import ChatCompletionStreamResponseDelta
    from .chat_completion_token_logprob import ChatCompletionTokenLogprob
    from .chat_completion_tool import ChatCompletionTool
    from .chat_completion_tool import ChatCompletionToolDict as ChatCompletionToolDict
    from .choice import Choice
    from .choice_logprobs import ChoiceLogprobs
    from .chunk_choice import ChunkChoice
    from .completion_tokens_details import CompletionTokensDetails
    from .completion_usage import CompletionUsage
    from .create_chat_completion_request import CreateChatCompletionRequest
    from .create_chat_completion_request import (
        CreateChatCompletionRequestDict as CreateChatCompletionRequestDict,
    )
    from .create_chat_completion_response import CreateChatCompletionResponse
    from .create_chat_completion_stream_response import CreateChatCompletionStreamResponse
    from .custom_call import CustomCall
    from .custom_call import CustomCallDict as CustomCallDict
    from .custom_tool import CustomTool
    from .custom_tool import CustomToolDict as CustomToolDict
    from .custom_tool_chat_completions import CustomToolChatCompletions
    from .custom_tool_chat_completions import CustomToolChatCompletionsDict as CustomToolChatCompletionsDict
    from .custom_tool_grammar import CustomToolGrammar
    from .custom_tool_grammar import CustomToolGrammarDict as CustomToolGrammarDict
    from .custom_tool_grammar_format import CustomToolGrammarFormat
    from .custom_tool_grammar_format import CustomToolGrammarFormatDict as CustomToolGrammarFormatDict
    from .custom_tool_text_format import CustomToolTextFormat
    from .custom_tool_text_format import CustomToolTextFormatDict as CustomToolTextFormatDict
    from .custom_voice import CustomVoice
    from .custom_voice import CustomVoiceDict as CustomVoiceDict
    from .error import Error
    from .error_response import ErrorResponse
    from .finish_reason import FinishReason
    from .function_call import FunctionCall
    from .function_call import FunctionCallDict as FunctionCallDict
    from .function_call_delta import FunctionCallDelta
    from .function_call_mode import FunctionCallMode
    from .function_object import FunctionObject
    from .function_object import FunctionObjectDict as FunctionObjectDict
    from .function_parameters import FunctionParameters
    from .grammar_syntax import GrammarSyntax
    from .image_detail import ImageDetail
    from .image_url import ImageUrl
    from .image_url import ImageUrlDict as ImageUrlDict
    from .input_audio import InputAudio
    from .input_audio import InputAudioDict as InputAudioDict
    from .input_audio_format import InputAudioFormat
    from .input_file import InputFile
    from .input_file import InputFileDict as InputFileDict
    from .json_schema import JsonSchema
    from .json_schema import JsonSchemaDict as JsonSchemaDict
    from .logit_bias import LogitBias
    from .message_role import MessageRole
    from .metadata import Metadata
    from .metadata_filter import MetadataFilter
    from .modality import Modality
    from .model_id import ModelId
    from .moderation_categories import ModerationCategories
    from .moderation_category_applied_input_types import ModerationCategoryAppliedInputTypes
    from .moderation_category_scores import ModerationCategoryScores
    from .moderation_config_param import ModerationConfigParam
    from .moderation_config_param import ModerationConfigParamDict as ModerationConfigParamDict
    from .moderation_input_type import ModerationInputType
    from .moderation_mode import ModerationMode
    from .moderation_param import ModerationParam
    from .moderation_param import ModerationParamDict as ModerationParamDict
    from .moderation_policy_param import ModerationPolicyParam
    from .moderation_policy_param import ModerationPolicyParamDict as ModerationPolicyParamDict
    from .moderation_result_body import ModerationResultBody
    from .named_custom import NamedCustom
    from .named_custom import NamedCustomDict as NamedCustomDict
    from .named_function import NamedFunction
    from .named_function import NamedFunctionDict as NamedFunctionDict
    from .prediction_content import PredictionContent
    from .prediction_content import PredictionContentDict as PredictionContentDict
    from .prompt_cache_breakpoint_param import PromptCacheBreakpointParam
    from .prompt_cache_breakpoint_param import (
        PromptCacheBreakpointParamDict as PromptCacheBreakpointParamDict,
    )
    from .prompt_cache_mode_enum import PromptCacheModeEnum
    from .prompt_cache_options_param import PromptCacheOptionsParam
    from .prompt_cache_options_param import PromptCacheOptionsParamDict as PromptCacheOptionsParamDict
    from .prompt_cache_retention import PromptCacheRetention
    from .prompt_tokens_details import PromptTokensDetails
    from .reasoning_effort import ReasoningEffort
    from .response_format_json_object import ResponseFormatJsonObject
    from .response_format_json_object import ResponseFormatJsonObjectDict as ResponseFormatJsonObjectDict
    from .response_format_json_schema import ResponseFormatJsonSchema
    from .response_format_json_schema import ResponseFormatJsonSchemaDict as ResponseFormatJsonSchemaDict
    from .response_format_json_schema_schema import ResponseFormatJsonSchemaSchema
    from .response_format_text import ResponseFormatText
    from .response_format_text import ResponseFormatTextDict as ResponseFormatTextDict
    from .service_tier import ServiceTier
    from .sort_order import SortOrder
    from .tool_choice_mode import ToolChoiceMode
    from .top_logprob import TopLogprob
    from .update_chat_completion_request import UpdateChatCompletionRequest
    from .update_chat_completion_request import (
        UpdateChatCompletionRequestDict as UpdateChatCompletionRequestDict,
    )
    from .url_citation import UrlCitation
    from .user_location import UserLocation
    from .user_location import UserLocationDict as UserLocationDict
    from .verbosity import Verbosity
    from .voice_id import VoiceId
    from .web_search_context_size import WebSearchContextSize
    from .web_search_location import WebSearchLocation
    from .web_search_location import WebSearchLocationDict as WebSearchLocationDict
    from .web_search_options import WebSearchOptions
    from .web_search_options import WebSearchOptionsDict as WebSearchOptionsDict

_MODULES = {
    "AllowedTool": "allowed_tool",
    "AllowedToolsMode": "allowed_tools_mode",
    "Annotation": "annotation",
    "AudioFormat": "audio_format",
    "AudioParam": "audio_param",
    "AudioReference": "audio_reference",
    "ChatCompletionAllowedTools": "chat_completion_allowed_tools",
    "ChatCompletionAllowedToolsChoice": "chat_completion_allowed_tools_choice",
    "ChatCompletionAudio": "chat_completion_audio",
    "ChatCompletionDeleted": "chat_completion_deleted",
    "ChatCompletionFunctionCallOption": "chat_completion_function_call_option",
    "ChatCompletionFunctions": "chat_completion_functions",
    "ChatCompletionList": "chat_completion_list",
    "ChatCompletionMessageCustomToolCall": "chat_completion_message_custom_tool_call",
    "ChatCompletionMessageList": "chat_completion_message_list",
    "ChatCompletionMessageToolCall": "chat_completion_message_tool_call",
    "ChatCompletionMessageToolCallChunk": "chat_completion_message_tool_call_chunk",
    "ChatCompletionModeration": "chat_completion_moderation",
    "ChatCompletionModerationError": "chat_completion_moderation_error",
    "ChatCompletionModerationResults": "chat_completion_moderation_results",
    "ChatCompletionNamedToolChoice": "chat_completion_named_tool_choice",
    "ChatCompletionNamedToolChoiceCustom": "chat_completion_named_tool_choice_custom",
    "ChatCompletionRequestAssistantMessage": "chat_completion_request_assistant_message",
    "ChatCompletionRequestDeveloperMessage": "chat_completion_request_developer_message",
    "ChatCompletionRequestFunctionMessage": "chat_completion_request_function_message",
    "ChatCompletionRequestMessageContentPartAudio": "chat_completion_request_message_content_part_audio",
    "ChatCompletionRequestMessageContentPartFile": "chat_completion_request_message_content_part_file",
    "ChatCompletionRequestMessageContentPartImage": "chat_completion_request_message_content_part_image",
    "ChatCompletionRequestMessageContentPartRefusal": "chat_completion_request_message_content_part_refusal",
    "ChatCompletionRequestMessageContentPartText": "chat_completion_request_message_content_part_text",
    "ChatCompletionRequestSystemMessage": "chat_completion_request_system_message",
    "ChatCompletionRequestToolMessage": "chat_completion_request_tool_message",
    "ChatCompletionRequestUserMessage": "chat_completion_request_user_message",
    "ChatCompletionResponseMessage": "chat_completion_response_message",
    "ChatCompletionStoreMessage": "chat_completion_store_message",
    "ChatCompletionStreamOptions": "chat_completion_stream_options",
    "ChatCompletionStreamResponseDelta": "chat_completion_stream_response_delta",
    "ChatCompletionTokenLogprob": "chat_completion_token_logprob",
    "ChatCompletionTool": "chat_completion_tool",
    "Choice": "choice",
    "ChoiceLogprobs": "choice_logprobs",
    "ChunkChoice": "chunk_choice",
    "CompletionTokensDetails": "completion_tokens_details",
    "CompletionUsage": "completion_usage",
    "CreateChatCompletionRequest": "create_chat_completion_request",
    "CreateChatCompletionResponse": "create_chat_completion_response",
    "CreateChatCompletionStreamResponse": "create_chat_completion_stream_response",
    "CustomCall": "custom_call",
    "CustomTool": "custom_tool",
    "CustomToolChatCompletions": "custom_tool_chat_completions",
    "CustomToolGrammar": "custom_tool_grammar",
    "CustomToolGrammarFormat": "custom_tool_grammar_format",
    "CustomToolTextFormat": "custom_tool_text_format",
    "CustomVoice": "custom_voice",
    "Error": "error",
    "ErrorResponse": "error_response",
    "FinishReason": "finish_reason",
    "FunctionCall": "function_call",
    "FunctionCallDelta": "function_call_delta",
    "FunctionCallMode": "function_call_mode",
    "FunctionObject": "function_object",
    "FunctionParameters": "function_parameters",
    "GrammarSyntax": "grammar_syntax",
    "ImageDetail": "image_detail",
    "ImageUrl": "image_url",
    "InputAudio": "input_audio",
    "InputAudioFormat": "input_audio_format",
    "InputFile": "input_file",
    "JsonSchema": "json_schema",
    "LogitBias": "logit_bias",
    "MessageRole": "message_role",
    "Metadata": "metadata",
    "MetadataFilter": "metadata_filter",
    "Modality": "modality",
    "ModelId": "model_id",
    "ModerationCategories": "moderation_categories",
    "ModerationCategoryAppliedInputTypes": "moderation_category_applied_input_types",
    "ModerationCategoryScores": "moderation_category_scores",
    "ModerationConfigParam": "moderation_config_param",
    "ModerationInputType": "moderation_input_type",
    "ModerationMode": "moderation_mode",
    "ModerationParam": "moderation_param",
    "ModerationPolicyParam": "moderation_policy_param",
    "ModerationResultBody": "moderation_result_body",
    "NamedCustom": "named_custom",
    "NamedFunction": "named_function",
    "PredictionContent": "prediction_content",
    "PromptCacheBreakpointParam": "prompt_cache_breakpoint_param",
    "PromptCacheModeEnum": "prompt_cache_mode_enum",
    "PromptCacheOptionsParam": "prompt_cache_options_param",
    "PromptCacheRetention": "prompt_cache_retention",
    "PromptTokensDetails": "prompt_tokens_details",
    "ReasoningEffort": "reasoning_effort",
    "ResponseFormatJsonObject": "response_format_json_object",
    "ResponseFormatJsonSchema": "response_format_json_schema",
    "ResponseFormatJsonSchemaSchema": "response_format_json_schema_schema",
    "ResponseFormatText": "response_format_text",
    "ServiceTier": "service_tier",
    "SortOrder": "sort_order",
    "ToolChoiceMode": "tool_choice_mode",
    "TopLogprob": "top_logprob",
    "UpdateChatCompletionRequest": "update_chat_completion_request",
    "UrlCitation": "url_citation",
    "UserLocation": "user_location",
    "Verbosity": "verbosity",
    "VoiceId": "voice_id",
    "WebSearchContextSize": "web_search_context_size",
    "WebSearchLocation": "web_search_location",
    "WebSearchOptions": "web_search_options",
}

__all__ = (
    "AllowedTool",
    "AllowedToolsMode",
    "Annotation",
    "AudioFormat",
    "AudioParam",
    "AudioReference",
    "ChatCompletionAllowedTools",
    "ChatCompletionAllowedToolsChoice",
    "ChatCompletionAudio",
    "ChatCompletionDeleted",
    "ChatCompletionFunctionCallOption",
    "ChatCompletionFunctions",
    "ChatCompletionList",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageList",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallChunk",
    "ChatCompletionModeration",
    "ChatCompletionModerationError",
    "ChatCompletionModerationResults",
    "ChatCompletionNamedToolChoice",
    "ChatCompletionNamedToolChoiceCustom",
    "ChatCompletionRequestAssistantMessage",
    "ChatCompletionRequestDeveloperMessage",
    "ChatCompletionRequestFunctionMessage",
    "ChatCompletionRequestMessageContentPartAudio",
    "ChatCompletionRequestMessageContentPartFile",
    "ChatCompletionRequestMessageContentPartImage",
    "ChatCompletionRequestMessageContentPartRefusal",
    "ChatCompletionRequestMessageContentPartText",
    "ChatCompletionRequestSystemMessage",
    "ChatCompletionRequestToolMessage",
    "ChatCompletionRequestUserMessage",
    "ChatCompletionResponseMessage",
    "ChatCompletionStoreMessage",
    "ChatCompletionStreamOptions",
    "ChatCompletionStreamResponseDelta",
    "ChatCompletionTokenLogprob",
    "ChatCompletionTool",
    "Choice",
    "ChoiceLogprobs",
    "ChunkChoice",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateChatCompletionRequest",
    "CreateChatCompletionResponse",
    "CreateChatCompletionStreamResponse",
    "CustomCall",
    "CustomTool",
    "CustomToolChatCompletions",
    "CustomToolGrammar",
    "CustomToolGrammarFormat",
    "CustomToolTextFormat",
    "CustomVoice",
    "Error",
    "ErrorResponse",
    "FinishReason",
    "FunctionCall",
    "FunctionCallDelta",
    "FunctionCallMode",
    "FunctionObject",
    "FunctionParameters",
    "GrammarSyntax",
    "ImageDetail",
    "ImageUrl",
    "InputAudio",
    "InputAudioFormat",
    "InputFile",
    "JsonSchema",
    "LogitBias",
    "MessageRole",
    "Metadata",
    "MetadataFilter",
    "Modality",
    "ModelId",
    "ModerationCategories",
    "ModerationCategoryAppliedInputTypes",
    "ModerationCategoryScores",
    "ModerationConfigParam",
    "ModerationInputType",
    "ModerationMode",
    "ModerationParam",
    "ModerationPolicyParam",
    "ModerationResultBody",
    "NamedCustom",
    "NamedFunction",
    "PredictionContent",
    "PromptCacheBreakpointParam",
    "PromptCacheModeEnum",
    "PromptCacheOptionsParam",
    "PromptCacheRetention",
    "PromptTokensDetails",
    "ReasoningEffort",
    "ResponseFormatJsonObject",
    "ResponseFormatJsonSchema",
    "ResponseFormatJsonSchemaSchema",
    "ResponseFormatText",
    "ServiceTier",
    "SortOrder",
    "ToolChoiceMode",
    "TopLogprob",
    "UpdateChatCompletionRequest",
    "UrlCitation",
    "UserLocation",
    "Verbosity",
    "VoiceId",
    "WebSearchContextSize",
    "WebSearchLocation",
    "WebSearchOptions",
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        model = name if name in _MODULES else name.removesuffix("_").removesuffix("Dict")
        if model not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module("." + _MODULES[model], __name__), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(globals().keys() | _MODULES.keys())


_ModelT = TypeVar("_ModelT")
_new = object.__new__


class _Elsewhere:
    """A name that other packages have, which says what to use in its place."""

    def __init__(self, use: str) -> None:
        self._use = use

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: Any, owner: type) -> Any:
        raise AttributeError(f"{owner.__name__!r} object has no attribute {self._name!r}: use {self._use}")


class _Model:
    """A model with fields. Every member can be reached by its name in the API too, as in ``model["type"]``."""

    __slots__ = ("_absent", "_extra")

    if not TYPE_CHECKING:
        model_dump = _Elsewhere("to_dict()")
        model_dump_json = _Elsewhere("to_json()")
        model_copy = _Elsewhere("copy.copy(...)")
        model_validate = _Elsewhere("from_dict(...)")

    _fields: ClassVar[dict[str, str]]
    """The attribute of each declared member."""
    _nothing: ClassVar[Any] = UNSET
    """The value of a declared member that is absent: None in what comes back, where no bit says that it is a null."""
    _optional: ClassVar[int] = 0
    """The bits of the members that are absent from a new model unless they have a value."""

    _examined: ClassVar[set[str]] = set()
    """The names beyond the specification that were seen; each class has a set of its own, once it saw one."""

    _absent: int
    """The bits of the members that did not come: their None is no null."""
    _extra: dict[str, Any] | None
    """What came beyond the declared members, if anything did."""

    if TYPE_CHECKING:

        def to_dict(self) -> dict[str, Any]: ...

    def __attrs_post_init__(self) -> None:
        self._absent, self._extra = self._optional, None

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        model: Any = other
        return _present(self) == _present(model) and (self._extra or None) == (model._extra or None)

    __hash__ = None  # type: ignore[assignment]
    if not TYPE_CHECKING:
        __iter__ = None  # else Python would ask for the members 0, 1, ...

    def __copy__(self) -> Any:
        model: Any = _new(type(self))
        model.__setstate__(self.__getstate__())
        model._extra = model._extra and dict(model._extra)
        return model

    def __repr__(self) -> str:
        return _show(self)

    def __getstate__(self) -> object:
        return super().__getstate__()  # said anew, because the old protocols of pickle ask for it

    def __setstate__(self, state: tuple[Any, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            setattr(self, name, value)
        _expose(self)

    @property
    def additional_properties(self) -> dict[str, Any]:
        """What came beyond the declared members, by name."""
        if self._extra is None:
            self._extra = {}
        return self._extra

    @property
    def additional_keys(self) -> list[str]:
        """The names of what came beyond the declared members."""
        return list(self._extra or ())

    def __getitem__(self, key: str) -> Any:
        present = _present(self)
        return present[key] if key in present else (self._extra or {})[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self._fields:
            setattr(self, self._fields[key], value)
            self._absent &= ~_bit(self, key)
        else:
            self.additional_properties[key] = value
            _expose(self)

    def __delitem__(self, key: str) -> None:
        if key in _present(self):
            setattr(self, self._fields[key], self._nothing)
            self._absent |= _bit(self, key)
        else:
            del self.additional_properties[key]

    def __contains__(self, key: Any) -> bool:
        return key in (self._extra or ()) or key in _present(self)

    def keys(self) -> KeysView[str]:
        """Return the names of all members that are not absent, so that ``dict(model)`` and ``**model`` have them."""
        return ((self._extra or {}) | _present(self)).keys()

    def get(self, key: str, default: Any = None) -> Any:
        """Return a member by its name in the API, or the default if it is absent."""
        return self[key] if key in self else default

    def to_json(self) -> str:
        """Write the object as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        written = core_schema.plain_serializer_function_ser_schema(cls.to_dict)
        return core_schema.no_info_plain_validator_function(cls._validate, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "object", "title": cls.__name__, "description": cls.__doc__}

    @classmethod
    def _validate(cls, value: Any) -> Any:
        if isinstance(value, cls):
            return value
        if not isinstance(value, (Mapping, _Model)):
            raise ValueError(f"{cls.__name__} is read from a mapping, but {type(value).__name__} came")
        return cls.from_dict(value)  # type: ignore[attr-defined]


def _typed_dict(
    model: type[Any], asked: str, name: str, required: dict[str, str], optional: dict[str, str]
) -> Any:
    """Make the TypedDict of a model for whoever asks its module for it, once: reading an answer makes none."""
    if asked != name:
        raise AttributeError(f"module {model.__module__!r} has no attribute {asked!r}")
    forms: Any = typing  # checkers read the class that is written in the module
    members = {key: forms.Required[text] for key, text in required.items()}
    members |= {key: forms.NotRequired[text] for key, text in optional.items()}
    made = forms.TypedDict(name, members)
    made.__doc__, made.__module__ = model.__doc__, model.__module__
    return vars(sys.modules[model.__module__]).setdefault(name, made)


def _bit(model: _Model, key: str) -> int:
    return 1 << list(model._fields).index(key)


def _present(model: _Model) -> dict[str, Any]:
    """Return the declared members that are not absent, by their names in the API."""
    found, absent = {}, model._absent
    for key, name in model._fields.items():
        value = getattr(model, name)
        if value is not UNSET and (value is not None or not absent & 1):
            found[key] = value
        absent >>= 1
    return found


def _keep(model: _Model, members: Mapping[str, Any]) -> None:
    """Keep the members of an object that the specification does not foresee."""
    model._extra = {key: value for key, value in members.items() if key not in model._fields}
    _expose(model)


#: How many names beyond the specification may become attributes of a class: names that servers make up have no end.
_MOST_EXPOSED = 250
#: Names that annotations use, which would mean something else within a class that has an attribute of the name.
_ANNOTATED = frozenset({"bool", "dict", "float", "int", "list", "object", "str"})


class _Exposed:
    """An attribute for a member beyond the specification, of those models that have it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, model: Any, owner: type) -> Any:
        if model is None:
            return self
        self._check(model)
        return model._extra[self.name]

    def __set__(self, model: Any, value: Any) -> None:
        self._check(model)
        model._extra[self.name] = value

    def __delete__(self, model: Any) -> None:
        self._check(model)
        del model._extra[self.name]

    def _check(self, model: Any) -> None:
        if self.name not in (getattr(model, "_extra", None) or ()):
            raise AttributeError(f"{type(model).__name__!r} object has no attribute {self.name!r}")


def _expose(model: _Model) -> None:
    """Make attributes of the members beyond the specification; what the class has under a name stays what it is.

    A `__getattr__` would make every access to a field eight times as dear.
    """
    cls = type(model)
    for name in model._extra or ():
        if name not in cls._examined:
            _examine(cls, name)


def _examine(cls: type[_Model], name: Any) -> None:
    if "_examined" not in vars(cls):
        cls._examined = set()
    if len(cls._examined) >= _MOST_EXPOSED or not isinstance(name, str):
        return
    cls._examined.add(name)
    is_taken = name in _ANNOTATED or any(name in vars(base) for base in cls.__mro__)
    if name.isidentifier() and name[0] != "_" and not is_taken:
        setattr(cls, name, _Exposed(name))


def _read(cls: type[_ModelT], base: type[Any], src_dict: Mapping[str, Any]) -> _ModelT:
    """Read an object into a model of a class, which is a generated one, the base, or a subclass of it."""
    if not isinstance(src_dict, dict):
        if isinstance(src_dict, _Model):
            src_dict = src_dict.to_dict()
        elif not isinstance(src_dict, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, but {type(src_dict).__name__} came")
        src_dict = dict(src_dict)
    made: Any = cls
    fields = base.__attrs_attrs__
    if made is base or made.__attrs_attrs__ is fields:
        model = _new(made)
    else:  # what else a subclass holds is made by its __init__
        model = made(**{field.alias: None for field in fields if field.init and field.default is NOTHING})
    found: _ModelT = model._read(src_dict)
    return found


def _show(model: Any) -> str:
    """Return a model as text: what is there, in the order of declaration."""
    shown = (
        {model._fields[key]: value for key, value in _present(model).items()}
        if isinstance(model, _Model)
        else {}
    )
    extra = model._extra if isinstance(model, _Model) else model.additional_properties
    if extra:
        shown["additional_properties"] = extra
    return f"{type(model).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


_SCALARS = frozenset({str, int, float, bool, type(None)})


def _write(
    fields: Mapping[Any, Any], extra: Mapping[Any, Any] | None = None, absent: int = 0
) -> dict[Any, Any]:
    """Return a model as JSON can hold it: what came beyond its fields, then the fields, without what is absent.

    Each bit of `absent` notes a field that was not there: unless it has a value by now, it is left out.
    """
    written: dict[Any, Any] = {}
    for key, value in (extra or {}).items():
        if type(value) in _SCALARS:
            written[key] = value
        elif value is not UNSET:
            written[key] = _to_json(value)
    for key, value in fields.items():
        if type(value) in _SCALARS:
            if value is not None or not absent & 1:
                written[key] = value
        elif value is not UNSET:
            written[key] = _to_json(value)
        absent >>= 1
    return written


def _to_json(value: Any) -> Any:
    """Return a value as JSON can hold it: models become dicts, wherever they are."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, dict):
        return _write(value)
    if isinstance(value, list):
        return [_to_json(item) for item in value if item is not UNSET]
    if isinstance(value, tuple):
        return tuple(_to_json(item) for item in value if item is not UNSET)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return _write(value)
    return value
