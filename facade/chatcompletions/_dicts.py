"""The TypedDicts of messages, their parts, tools and formats: the generated ones, under short names.

Annotate a mapping with one, and a type checker finds its typos; editors complete its keys in calls as well. Each is
made when it is asked for. The generated models have one for every object of a request, such as
``models.FunctionObjectDict``. Before Python 3.12 pydantic refuses them, as it does all that `typing.TypedDict` makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatcompletions_api import models

    AllowedToolsChoiceDict = models.ChatCompletionAllowedToolsChoiceDict
    AssistantMessageDict = models.ChatCompletionRequestAssistantMessageDict
    AudioPartDict = models.ChatCompletionRequestMessageContentPartAudioDict
    CustomToolCallDict = models.ChatCompletionMessageCustomToolCallDict
    CustomToolChoiceDict = models.ChatCompletionNamedToolChoiceCustomDict
    CustomToolDict = models.CustomToolChatCompletionsDict
    DeveloperMessageDict = models.ChatCompletionRequestDeveloperMessageDict
    FilePartDict = models.ChatCompletionRequestMessageContentPartFileDict
    FunctionMessageDict = models.ChatCompletionRequestFunctionMessageDict
    FunctionToolCallDict = models.ChatCompletionMessageToolCallDict
    FunctionToolChoiceDict = models.ChatCompletionNamedToolChoiceDict
    FunctionToolDict = models.ChatCompletionToolDict
    ImagePartDict = models.ChatCompletionRequestMessageContentPartImageDict
    JsonObjectFormatDict = models.ResponseFormatJsonObjectDict
    JsonSchemaFormatDict = models.ResponseFormatJsonSchemaDict
    RefusalPartDict = models.ChatCompletionRequestMessageContentPartRefusalDict
    SystemMessageDict = models.ChatCompletionRequestSystemMessageDict
    TextFormatDict = models.ResponseFormatTextDict
    TextPartDict = models.ChatCompletionRequestMessageContentPartTextDict
    ToolMessageDict = models.ChatCompletionRequestToolMessageDict
    UserMessageDict = models.ChatCompletionRequestUserMessageDict

#: The generated TypedDict behind each name.
GENERATED = {
    "AllowedToolsChoiceDict": "ChatCompletionAllowedToolsChoiceDict",
    "AssistantMessageDict": "ChatCompletionRequestAssistantMessageDict",
    "AudioPartDict": "ChatCompletionRequestMessageContentPartAudioDict",
    "CustomToolCallDict": "ChatCompletionMessageCustomToolCallDict",
    "CustomToolChoiceDict": "ChatCompletionNamedToolChoiceCustomDict",
    "CustomToolDict": "CustomToolChatCompletionsDict",
    "DeveloperMessageDict": "ChatCompletionRequestDeveloperMessageDict",
    "FilePartDict": "ChatCompletionRequestMessageContentPartFileDict",
    "FunctionMessageDict": "ChatCompletionRequestFunctionMessageDict",
    "FunctionToolCallDict": "ChatCompletionMessageToolCallDict",
    "FunctionToolChoiceDict": "ChatCompletionNamedToolChoiceDict",
    "FunctionToolDict": "ChatCompletionToolDict",
    "ImagePartDict": "ChatCompletionRequestMessageContentPartImageDict",
    "JsonObjectFormatDict": "ResponseFormatJsonObjectDict",
    "JsonSchemaFormatDict": "ResponseFormatJsonSchemaDict",
    "RefusalPartDict": "ChatCompletionRequestMessageContentPartRefusalDict",
    "SystemMessageDict": "ChatCompletionRequestSystemMessageDict",
    "TextFormatDict": "ResponseFormatTextDict",
    "TextPartDict": "ChatCompletionRequestMessageContentPartTextDict",
    "ToolMessageDict": "ChatCompletionRequestToolMessageDict",
    "UserMessageDict": "ChatCompletionRequestUserMessageDict",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in GENERATED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ._generated import models

        return getattr(models, GENERATED[name])
