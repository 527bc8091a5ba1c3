"""Random streams that the pin allows: whatever becomes of the chunks, the completion comes out the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import attrs
import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from chatcompletions import ChatCompletion, ChatCompletionStream
from chatcompletions._streaming.assembly import Assembly
from scripts.contract.spec import pinned
from tests.contract._instances import Instances
from tests.contract.test_round_trip import CHUNK

# Few choices and tool calls, so that the chunks add to each other.
PLACES = st.sampled_from([0, 0, 0, 1])


def gather(value: Any, draw: st.DrawFn) -> Any:
    """Return a chunk with its indexes drawn anew."""
    if isinstance(value, dict):
        return {name: draw(PLACES) if name == "index" else gather(item, draw) for name, item in value.items()}
    return [gather(item, draw) for item in value] if isinstance(value, list) else value


@st.composite
def streams(draw: st.DrawFn) -> list[dict[str, Any]]:
    drawn = draw(st.lists(Instances(pinned()).of(CHUNK), min_size=1, max_size=5))
    chunks = [gather(each, draw) for each in drawn]
    return [chunks[at] for at in draw(st.lists(st.sampled_from(range(len(chunks))), min_size=1, max_size=8))]


def wreck(value: Any) -> None:
    """Empty all that a model holds."""
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            wreck(getattr(value, field.name))
            setattr(value, field.name, None)
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            wreck(item)
        value.clear()


@settings(max_examples=30)
@given(streams())
def test_chunks_and_completion_share_nothing(chunks: list[dict[str, Any]]) -> None:
    """What a stream makes up is what its chunks say, though reading takes each apart and the caller empties it."""
    assembly = Assembly()
    for chunk in chunks:
        assembly.add(copy.deepcopy(chunk))
    body = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"
    request = httpx.Request("POST", "https://api.test/v1/chat/completions")
    stream = ChatCompletionStream(httpx.Response(200, content=body, request=request))
    for read, _ in zip(stream, chunks, strict=True):
        wreck(read)
    assert stream.completion.to_dict() == ChatCompletion.from_dict(assembly.completion()).to_dict()
