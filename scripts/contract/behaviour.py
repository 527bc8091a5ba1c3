"""Whether the facade still does what its calls are for, on answers such as the service gives."""

import json
import traceback
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx

import chatcompletions
from chatcompletions import ChatClient, UnsupportedOperationError
from scripts.operations import CHAT_OPERATIONS, chat_operation

_TEXT = "Hi."
_HEAD = {"id": "c1", "created": 1, "model": "m"}
_MESSAGE = {"role": "assistant", "content": _TEXT, "refusal": None}
_COMPLETION = {
    **_HEAD,
    "object": "chat.completion",
    "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
_CHUNKS = [
    {**_HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    for delta, reason in (({"role": "assistant", "content": _TEXT}, None), ({}, "stop"))
]
_ANSWERS: dict[str, Any] = {
    "create": _COMPLETION,
    "get": _COMPLETION,
    "update": _COMPLETION,
    "delete": {"object": "chat.completion.deleted", "id": "c1", "deleted": True},
    "list": {"object": "list", "data": [_COMPLETION], "first_id": "c1", "last_id": "c1", "has_more": False},
    "messages": {"object": "list", "data": [{**_MESSAGE, "id": "c1-0"}], "first_id": "c1-0", "has_more": False},
}
_USES: dict[str, tuple[str, Callable[[ChatClient], bool]]] = {
    "create": ("create", lambda chat: _text(chat.create(model="m", messages=_TEXT)) == _TEXT),
    "stream": ("create", lambda chat: _streamed(chat) == _TEXT),
    "list": ("list", lambda chat: [*map(_text, chat.list())] == [_TEXT]),
    "get": ("get", lambda chat: _text(chat.get("c1")) == _TEXT),
    "update": ("update", lambda chat: _text(chat.update("c1", metadata=None)) == _TEXT),
    "delete": ("delete", lambda chat: chat.delete("c1").deleted is True),
    "messages": ("messages", lambda chat: [one.content for one in chat.messages("c1")] == [_TEXT]),
}


def behaviour_differences(lacking: Collection[str] = ()) -> list[str]:
    """Make each call once and use what it gives, and tell which of them does not do what it is for.

    Args:
        lacking: Calls that cannot be made, because the facade lacks a parameter that they need.

    Returns:
        A sentence for each; a call that the facade refuses, or has no operation for, is told elsewhere.
    """
    with ChatClient(api_key="key", base_url="http://localhost", transport=httpx.MockTransport(_answer)) as chat:
        return [told for use, (call, _) in _USES.items() if call not in lacking for told in _fault(use, chat)]


def _fault(use: str, chat: ChatClient) -> Iterator[str]:
    call, works = _USES[use]
    what = f"the facade's {call}{' with stream=True' if use != call else ''}"
    try:
        if not works(chat):
            yield f"{what} does not find the text of an answer any more: see where openapi.yaml has it now"
    except UnsupportedOperationError:
        return
    except Exception as error:  # whatever it is, a caller would meet it
        yield f"{what} fails on an answer ({type(error).__name__}: {error}): correct it in {_place(error)}"


def _place(error: Exception) -> str:
    folder = Path(chatcompletions.__file__).parent
    places = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [one.relative_to(folder) for one in places if one.is_relative_to(folder)]
    return f"facade/{folder.name}/{ours[-1].as_posix()}" if ours else f"facade/{folder.name}"


def _text(completion: Any) -> Any:
    """Return the text as the facade finds it, unless a field hides that, of which `hidden_members` tells."""
    is_hidden = any(field.name == "text" for field in attrs.fields(type(completion)))
    return completion.choices[0].message.content if is_hidden else completion.text


def _streamed(chat: ChatClient) -> str:
    with chat.create(model="m", messages=_TEXT, stream=True) as stream:
        text = "".join(stream.text_deltas())
    return text if _text(stream.completion) == text else ""


def _answer(request: httpx.Request) -> httpx.Response:
    ours = chat_operation(request.method.lower(), request.url.path.replace("c1", "{}"))
    if ours == CHAT_OPERATIONS[1] and b'"stream":true' in request.content.replace(b" ", b""):
        events = [*map(json.dumps, _CHUNKS), "[DONE]"]
        return httpx.Response(200, text="".join(f"data: {event}\n\n" for event in events))
    return httpx.Response(200 if ours else 404, json=_ANSWERS[ours.call] if ours else {})
