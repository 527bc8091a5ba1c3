"""Whole answers that the pin allows, cut into chunks as a service cuts them: the stream's completion is the answer."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from chatcompletions import ChatCompletion, ChatCompletionStream
from scripts.contract.spec import pinned
from tests.contract._instances import Instances

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

SPEC = pinned()
ANSWERS = Instances(SPEC).of(SPEC.operations()["create_chat_completion"].answer)
# Members of a completion that each of its chunks has; the others come once.
IN_EVERY_CHUNK = ("id", "created", "model", "service_tier", "system_fingerprint")
REQUIRED = ("role", "content", "refusal")
TEXTS = (("function", "arguments"), ("custom", "input"))


@given(ANSWERS, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_a_stream_of_an_answer(answer: dict[str, Any], random: Random) -> None:
    """The completion of a stream is the answer that comes whole, whatever it holds and however it is cut."""
    for index, choice in enumerate(answer["choices"]):
        choice["index"] = index
        # A null in a delta adds nothing: of members that a stream may leave out, no null is left.
        message = choice["message"]
        choice["message"] = {name: one for name, one in message.items() if one is not None or name in REQUIRED}
        if audio := choice["message"].get("audio"):
            audio["data"] = base64.b64encode(audio["data"].encode()).decode()
    data = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in cut(answer, random))
    response = httpx.Response(200, content=data + b"data: [DONE]\n\n", request=httpx.Request("POST", "http://test"))
    with ChatCompletionStream(response) as stream:
        found = stream.get_final_completion()
    assert found.to_dict() == ChatCompletion.from_dict(answer).to_dict()


def cut(answer: dict[str, Any], random: Random) -> list[dict[str, Any]]:
    """Cut a completion into the chunks of a stream."""
    head = {name: answer[name] for name in IN_EVERY_CHUNK if name in answer} | {"object": "chat.completion.chunk"}
    rest = {name: value for name, value in answer.items() if name not in (*head, "choices", "usage")}
    streams = [list(cut_choice(choice, random)) for choice in answer["choices"]]
    # The choices come side by side, each in its own order.
    order = [index for index, stream in enumerate(streams) for _ in stream]
    random.shuffle(order)
    chunks = [{**head, "choices": [streams[index].pop(0)]} for index in order]
    chunks.insert(random.randint(0, len(chunks)), {**head, **rest, "choices": []})
    if "usage" in answer:
        chunks = [*({**chunk, "usage": None} for chunk in chunks), {**head, "choices": [], "usage": answer["usage"]}]
    return chunks


def cut_choice(choice: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Cut a choice into the choices of chunks."""
    empty = {"index": choice["index"], "logprobs": None, "finish_reason": None}
    for delta in cut_message(choice["message"], random):
        yield {**empty, "delta": delta}
    if choice["logprobs"] is not None:
        rest = {name: value for name, value in choice["logprobs"].items() if name not in ("content", "refusal")}
        tokens = [[name, token] for name in ("content", "refusal") for token in choice["logprobs"][name] or ()]
        none = {name: value if value is None else [] for name, value in choice["logprobs"].items() if name not in rest}
        for logprobs in ({**rest, **none}, *({**none, name: [token]} for name, token in tokens)):
            yield {**empty, "delta": {}, "logprobs": logprobs}
    rest = {name: value for name, value in choice.items() if name not in (*empty, "message")}
    yield {**empty, **rest, "delta": {}, "finish_reason": choice["finish_reason"]}


def cut_message(message: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Cut a message into deltas: each text into pieces, all else whole."""
    yield {"role": message["role"], "content": message["content"] and ""}
    for name, value in message.items():
        if name == "tool_calls" and value:
            for index, call in enumerate(value):
                yield from ({name: [{"index": index, **piece}]} for piece in cut_call(call, random))
        elif name in ("function_call", "audio") and value:
            texts = [text for text in ("arguments", "transcript", "data") if text in value]
            yield {name: {member: one for member, one in value.items() if member not in texts}}
            for text in texts:
                cut_text = audio_pieces if text == "data" else pieces
                yield from ({name: {text: piece}} for piece in cut_text(value[text], random))
        elif isinstance(value, str) and name != "role":
            yield from ({name: piece} for piece in pieces(value, random))
        elif name != "role":
            yield {name: value}


def cut_call(call: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Cut a tool call."""
    for kind, text in TEXTS:
        if kind in call:
            yield {**call, kind: {**call[kind], text: ""}}
            yield from ({kind: {text: piece}} for piece in pieces(call[kind][text], random))


def pieces(text: str, random: Random) -> list[str]:
    """Cut a text."""
    places = sorted(random.randint(0, len(text)) for _ in range(random.randint(0, 3)))
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def audio_pieces(data: str, random: Random) -> list[str]:
    """Cut a sound, each piece of which is encoded by itself."""
    sound = base64.b64decode(data).decode("latin-1")
    return [base64.b64encode(piece.encode("latin-1")).decode() for piece in pieces(sound, random)]
