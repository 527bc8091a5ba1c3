"""Streams: the chunks of a completion as server-sent events."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from chatcompletions.server import LocalServer, app

TOOLS = [
    {"type": "function", "function": {"name": "get_weather"}},
    {"type": "custom", "custom": {"name": "shell"}},
]
AUDIO = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}


def body_for(text: str = "Name three rivers.", **parameters: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **parameters}


def read(response: httpx.Response) -> list[dict[str, Any]]:
    """Read the chunks of a stream, and check that it is whole."""
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = response.content.split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    assert all(event.startswith(b"data: ") for event in events[:-1])
    return [json.loads(event.removeprefix(b"data: ")) for event in events[:-2]]


@pytest.fixture
def stream(client: httpx.Client) -> Callable[..., list[dict[str, Any]]]:
    def stream(text: str = "Name three rivers.", **parameters: Any) -> list[dict[str, Any]]:
        return read(client.post("/chat/completions", json=body_for(text, stream=True, **parameters)))

    return stream


Stream = Callable[..., list[dict[str, Any]]]
Create = Callable[..., dict[str, Any]]


def deltas(chunks: list[dict[str, Any]], index: int = 0) -> list[dict[str, Any]]:
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]


def test_the_deltas_add_up_to_the_whole_answer(stream: Stream, create: Create) -> None:
    """The text of a stream is the text of the same request unstreamed, word by word."""
    parts = [delta.get("content", "") for delta in deltas(stream())]
    assert "".join(parts) == create()["choices"][0]["message"]["content"]
    assert len(parts) > 10


def test_the_first_chunk_has_the_role_and_the_last_the_reason(stream: Stream) -> None:
    """The role comes first and once; the finish reason comes last and is null before."""
    chunks = stream()
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert not any("role" in delta for delta in deltas(chunks)[1:])


def test_all_chunks_share_their_head(stream: Stream) -> None:
    """Id, time, model and fingerprint are the same in all chunks of a stream."""
    names = ("id", "created", "model", "system_fingerprint", "service_tier", "object")
    assert len({tuple(chunk[name] for name in names) for chunk in stream(n=2)}) == 1


def test_usage_comes_only_when_asked_for(stream: Stream, create: Create) -> None:
    """With include_usage each chunk says null and one more tells it; without, none mentions it."""
    assert not any("usage" in chunk for chunk in stream())
    *chunks, last = stream(stream_options={"include_usage": True})
    assert [chunk["usage"] for chunk in chunks] == [None] * len(chunks)
    assert last["choices"] == []
    assert last["usage"] == create()["usage"]


def test_moderation_has_a_chunk_of_its_own(stream: Stream, create: Create) -> None:
    """What moderation found comes behind the answer, in a chunk without choices, and before the usage."""
    options = {"moderation": {"model": "omni-moderation-latest"}, "stream_options": {"include_usage": True}}
    *chunks, found, usage = stream(**options)
    assert not any("moderation" in chunk for chunk in (*chunks, usage))
    assert found["choices"] == usage["choices"] == []
    assert found["moderation"] == create(moderation=options["moderation"])["moderation"]


def test_choices_take_turns(stream: Stream, create: Create) -> None:
    """Several choices are streamed interleaved, one choice in each chunk, and each adds up."""
    chunks = stream(n=2)
    assert [chunk["choices"][0]["index"] for chunk in chunks[:6]] == [0, 1, 0, 1, 0, 1]
    whole = create(n=2)["choices"]
    for index in (0, 1):
        text = "".join(delta.get("content", "") for delta in deltas(chunks, index))
        assert text == whole[index]["message"]["content"]


def test_tool_calls_come_in_pieces(stream: Stream) -> None:
    """Each call starts with its id, type and name; pieces with its index follow."""
    pieces = [
        delta["tool_calls"][0]
        for delta in deltas(stream("get_weather and shell", tools=TOOLS))
        if "tool_calls" in delta
    ]
    starts = [piece for piece in pieces if "id" in piece]
    assert [(start["index"], start["type"]) for start in starts] == [(0, "function"), (1, "custom")]
    assert starts[0]["function"] == {"name": "get_weather", "arguments": ""}
    arguments = [piece["function"]["arguments"] for piece in pieces if piece["index"] == 0]
    assert json.loads("".join(arguments)) == {}
    assert len(arguments) > 2
    assert "canned" in "".join(piece["custom"]["input"] for piece in pieces if piece["index"] == 1)


def test_a_legacy_function_call_comes_in_pieces(stream: Stream) -> None:
    """The name comes first, the arguments after it."""
    chunks = stream("get_weather", functions=[TOOLS[0]["function"]])
    pieces = [delta["function_call"] for delta in deltas(chunks) if "function_call" in delta]
    assert pieces[0] == {"name": "get_weather", "arguments": ""}
    assert json.loads("".join(piece["arguments"] for piece in pieces)) == {}
    assert chunks[-1]["choices"][0]["finish_reason"] == "function_call"


def test_audio_comes_in_pieces(stream: Stream) -> None:
    """The transcript, the sound and the expiry of an answer in audio come one after the other."""
    pieces = [delta["audio"] for delta in deltas(stream(**AUDIO)) if "audio" in delta]
    assert len({piece["id"] for piece in pieces}) == 1
    assert "canned" in "".join(piece.get("transcript", "") for piece in pieces)
    assert [sorted(piece) for piece in pieces[-2:]] == [["data", "id"], ["expires_at", "id"]]


def test_each_text_delta_has_its_log_probability(stream: Stream) -> None:
    """With logprobs each delta of text carries those of exactly its own text."""
    for chunk in stream(logprobs=True)[1:-1]:
        choice = chunk["choices"][0]
        assert [entry["token"] for entry in choice["logprobs"]["content"]] == [choice["delta"]["content"]]


def test_obfuscation_levels_the_length_of_the_chunks(stream: Stream) -> None:
    """Padding comes when it is asked for, and rounds each chunk's length up."""
    assert not any("obfuscation" in chunk for chunk in stream())
    padded = stream(stream_options={"include_obfuscation": True})
    lengths = {len(json.dumps(chunk, separators=(",", ":"), ensure_ascii=False).encode()) for chunk in padded}
    assert all(length % 32 == 0 for length in lengths)
    assert all("obfuscation" in chunk for chunk in padded)


def test_line_separators_stay_inside_an_event() -> None:
    """A character that some line readers split at is sent as it is, within its event."""
    name = "get\u2028weather\u0085x"
    body = body_for(name, stream=True, tools=[{"type": "custom", "custom": {"name": name}}])
    with LocalServer(lenient=True) as server:
        response = httpx.post(f"{server.base_url}/chat/completions", json=body, trust_env=False, timeout=60)
    start = next(delta["tool_calls"][0] for delta in deltas(read(response)) if "tool_calls" in delta)
    assert start["custom"]["name"] == name


def test_a_streamed_completion_is_stored_when_the_stream_ends(fresh: httpx.Client) -> None:
    """Whoever has read a stream to its end finds the completion stored, whole."""
    body = body_for(store=True, metadata={"topic": "rivers"}, stream=True)
    chunks = read(fresh.post("/chat/completions", json=body))
    stored = fresh.get(f"/chat/completions/{chunks[0]['id']}").json()
    text = "".join(delta.get("content", "") for delta in deltas(chunks))
    assert stored["choices"][0]["message"]["content"] == text
    assert stored["metadata"] == {"topic": "rivers"}
    assert stored["usage"]["total_tokens"] > 0


def test_a_stream_that_cannot_be_stored_ends_with_an_error() -> None:
    """An error of the store after the last chunk comes as an error event, without the end mark."""
    application = app()
    application.state.store.close()

    async def run() -> bytes:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://local/v1") as client:
            body = body_for(store=True, stream=True)
            return (await client.post("/chat/completions", json=body)).content

    events = anyio.run(run).split(b"\n\n")
    error = json.loads(events[-2].removeprefix(b"data: "))["error"]
    assert error["type"] == "server_error"
    assert b"[DONE]" not in events


def test_a_delay_still_gives_the_whole_stream() -> None:
    """A server told to wait between chunks sends the same chunks."""
    with LocalServer(chunk_delay=0.000_1) as server:
        response = httpx.post(
            f"{server.base_url}/chat/completions", json=body_for(stream=True), trust_env=False, timeout=60
        )
    assert "canned" in "".join(delta.get("content", "") for delta in deltas(read(response)))


def test_a_client_that_leaves_a_stream_does_no_harm() -> None:
    """A stream that its reader drops midway is not stored, and the server goes on."""
    with (
        LocalServer(chunk_delay=30) as server,
        httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client,
    ):
        body = body_for(stream=True, store=True)
        with client.stream("POST", "/chat/completions", json=body) as response:
            assert next(response.iter_raw()).startswith(b"data: ")
        assert client.get("/chat/completions").json()["data"] == []


def test_a_finish_reason_is_told_once_it_is_stored(fresh: httpx.Client) -> None:
    """Whoever has read a finish reason finds the completion in the list, though the stream goes on."""
    body = body_for(stream=True, store=True, stream_options={"include_usage": True})
    seen = []
    with fresh.stream("POST", "/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if '"finish_reason":"stop"' in line:
                listed = fresh.get("/chat/completions").json()["data"]
                seen.append([item["id"] for item in listed] == [json.loads(line.removeprefix("data: "))["id"]])
    assert seen == [True]
