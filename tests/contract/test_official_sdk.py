"""The table of the official SDK's names, `docs/coming-from-the-official-sdk.md`, against the SDK that is installed."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import httpx_aiohttp
import openai
import pytest
from openai import types
from openai._legacy_response import LegacyAPIResponse
from openai._resource import SyncAPIResource
from openai._response import APIResponse
from openai.lib.streaming import chat as streaming
from openai.pagination import SyncCursorPage
from openai.resources.chat import Chat
from openai.resources.chat.completions import Completions
from openai.resources.chat.completions.messages import Messages

import chatcompletions
import chatcompletions_api
from chatcompletions import CallOptions, ChatClient
from chatcompletions._requests.settings import HTTPXOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLE = Path(__file__).parents[2] / "docs/coming-from-the-official-sdk.md"
#: A row of the table: what stands in its first column, and in its second.
ROW = re.compile(r"^\| (.+?) +\| (.+?) +\|$", re.MULTILINE)
#: A name there, with the arguments that the row speaks of.
NAME = re.compile(r"`(\w[\w.]*)(?:\(([\w, ]*)\))?`")
#: Calls here by the name there; what one takes the other takes as well.
CALLS = {
    "create": "create",
    "parse": "parse",
    "stream": "parse",
    "retrieve": "get",
    "list": "list",
    "update": "update",
    "delete": "delete",
}


def public(names: Iterable[str]) -> Iterator[str]:
    """Leave out what the SDK keeps to itself."""
    return (name for name in names if not name.startswith("_"))


def arguments(method: Any) -> list[str]:
    """Return the names of the public arguments of a method."""
    return [name for name in public(inspect.signature(method).parameters) if name != "self"]


def members(cls: type) -> Iterator[str]:
    """Name a class of the SDK, and each public member that it adds to those of pydantic and of the base of models."""
    bases = [one for one in cls.__mro__ if one.__module__.startswith("openai") and one is not openai.BaseModel]
    own = {*(name for one in bases for name in vars(one)), *getattr(cls, "model_fields", ())}
    yield cls.__name__
    yield from (f"{cls.__name__}.{name}" for name in public(own) if not name.startswith("model_"))


def of_clients() -> Iterator[str]:
    """Name the clients, their arguments, and their members that are no other part of the API."""
    yield from ("OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI")
    known = arguments(openai.OpenAI.__init__)
    yield from (f"OpenAI({name})" for name in known)
    yield from (f"AzureOpenAI({name})" for name in arguments(openai.AzureOpenAI.__init__) if name not in known)
    yield from (f"with_options({name})" for name in arguments(openai.OpenAI.with_options))
    with openai.OpenAI(api_key="k") as client:
        other = {name for name in public(dir(client)) if isinstance(getattr(client, name), SyncAPIResource)}
        yield from (f"OpenAI.{name}" for name in public(dir(client)) if name not in other - {"chat"})


def of_calls() -> Iterator[str]:
    """Name the calls and their arguments; those of create, parse and stream are the same ones."""
    for cls, path in ((Chat, "chat"), (Completions, "chat.completions"), (Messages, "chat.completions.messages")):
        yield from (f"{path}.{name}" for name in public(dir(cls)))
    for name in CALLS:
        of = "create" if name in ("parse", "stream") else name
        yield from (f"{of}({argument})" for argument in arguments(getattr(Completions, name)))
    yield from (f"messages.list({argument})" for argument in arguments(Messages.list))


def of_answers() -> Iterator[str]:
    """Name the streams, events, pages, models, and what they have beside the API's own fields."""
    for cls in (openai.Stream, streaming.ChatCompletionStream, SyncCursorPage, LegacyAPIResponse, APIResponse):
        yield from members(cls)
    yield from ("AsyncStream", "AsyncChatCompletionStream", "AsyncCursorPage")
    for name in public(dir(streaming)):
        value = getattr(streaming, name)
        yield from members(value) if name.endswith("Event") and isinstance(value, type) else [name] * name[0].isupper()
    yield from members(openai.BaseModel)
    yield from (f"BaseModel.{name}" for name in ("to_dict", "to_json", "model_dump", "model_dump_json", "_request_id"))
    yield from (name for name in public(dir(types.chat)) if name[0].isupper())


def of_errors() -> Iterator[str]:
    """Name the errors, and the attributes of one that a status raises."""
    yield from (one.__name__ for one in vars(openai).values() if isinstance(one, type) and issubclass(one, Exception))
    request = httpx2.Request("GET", "http://localhost")
    error = openai.BadRequestError("bad", response=httpx2.Response(400, request=request), body=None)
    yield from (f"APIError.{name}" for name in public({*vars(error)} - {*vars(Exception)}))
    yield from ("LengthFinishReasonError.completion", "ContentFilterFinishReasonError.completion")


def of_helpers() -> Iterator[str]:
    """Name what the package itself offers beside clients, errors and other parts of the API."""
    yield from (name for name in openai.__all__ if name[0].isupper() and not hasattr(chatcompletions, name))
    yield from ("omit", "not_given", "file_from_path", "pydantic_function_tool")
    yield from (f"pydantic_function_tool({name})" for name in arguments(openai.pydantic_function_tool))


@cache
def official() -> frozenset[str]:
    """Return each name of the SDK that has to do with chat."""
    found = {*of_clients(), *of_calls(), *of_answers(), *of_errors(), *of_helpers()}
    return frozenset(name for name in found if not name.startswith("_"))


@cache
def listed() -> dict[str, str]:
    """Return the names in the first column of the table, each with the second column of its row."""
    found = {}
    for there, here in ROW.findall(TABLE.read_text(encoding="utf-8")):
        for name, given in NAME.findall(there):
            for one in [f"{name}({argument})" for argument in re.findall(r"\w+", given)] or [name]:
                found[one] = here
    return found


def test_every_name_is_listed() -> None:
    """Each name of the official SDK that has to do with chat stands in the table."""
    assert sorted(official() - listed().keys()) == []


def test_no_other_name_is_listed() -> None:
    """The table has no name that the official SDK does not have."""
    assert sorted(listed().keys() - official()) == []


#: What the words of the second column stand for.
THINGS: dict[str, Any] = {
    "chat": ChatClient,
    "ChatClient": ChatClient,
    "reply": chatcompletions.ParsedChatCompletion,
    "page": chatcompletions.ChatCompletionPage,
    "stream": chatcompletions.ChatCompletionStream(httpx.Response(200, request=httpx.Request("POST", "http://test"))),
    "error": chatcompletions.APIError("message"),
    "chatcompletions_api": chatcompletions_api,
    "httpx": httpx,
    "httpx_aiohttp": httpx_aiohttp,
}
#: Words that stand alone there: arguments of the calls and of httpx, attributes of answers, errors and async clients.
WORDS = {
    *HTTPXOptions.__annotations__,
    *inspect.signature(ChatClient.create).parameters,
    *inspect.signature(ChatClient.list).parameters,
    *inspect.signature(ChatClient.__init__).parameters,
    *inspect.signature(ChatClient.azure).parameters,
    *dir(chatcompletions.AsyncChatClient),
    *dir(THINGS["error"]),
    *dir(chatcompletions.ContentDeltaEvent),
    *dir(chatcompletions.LengthFinishReasonError("message")),
    *dir(THINGS["reply"]),
    *dir(chatcompletions.FunctionTool),
}


def test_names_here_exist() -> None:
    """Each name in the second column exists in this package."""
    spans = {span for here in listed().values() for span in re.findall(r"`([^`]+)`", here)}
    assert sorted(span for span in spans if not exists(span)) == []


def exists(span: str) -> bool:
    """Tell whether a name exists: one of a thing, one of the package, or a word that stands alone; and its keywords."""
    path, _, rest = span.partition("(")
    name, _, attributes = path.removeprefix("transport=").rstrip("=").partition(".")
    keywords = re.findall(r"(\w+)=", rest)
    if name in THINGS and attributes:
        thing = THINGS[name]
        for attribute in attributes.split("."):
            if not hasattr(thing, attribute):
                return False
            thing = getattr(thing, attribute)
            if attribute == "raw":
                return True
    elif name not in {*chatcompletions.__all__, *WORDS, *THINGS, "transport", "None", "aiohttp"}:
        return False
    known = {*WORDS, *inspect.signature(ChatClient.with_options).parameters, *CallOptions.__annotations__}
    return all(keyword in known for keyword in keywords)


@pytest.mark.parametrize("there", CALLS)
def test_arguments_are_taken(there: str) -> None:
    """A call takes each argument that the SDK's call takes."""
    taken = {*inspect.signature(getattr(ChatClient, CALLS[there])).parameters}
    assert [name for name in arguments(getattr(Completions, there)) if name not in taken] == []
