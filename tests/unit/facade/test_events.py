"""The events of a stream: what each chunk adds, what is complete, and what they show when they are read."""

from __future__ import annotations

import copy
import gc
import json
import math
import pickle
from typing import TYPE_CHECKING, Any, get_args, get_origin
from unittest.mock import patch

import attrs
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai._models import construct_type
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk as TheirChunk

import chatcompletions
from chatcompletions import (
    ChatCompletionStream,
    ChatCompletionStreamEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    RefusalDoneEvent,
    StreamError,
    StreamInterruptedError,
)
from chatcompletions._streaming.deltas import Pieces as TextPieces
from chatcompletions._streaming.partial_json import PartialJSON
from chatcompletions._streaming.repetition import Repetition

from ._support import ASK, DOT, HI, STOP, Pieces, Server, choice, chunk, completion, events, streaming
from .test_exports import loaded_by
from .test_repetition import streams
from .test_stream import WHOLE, streamed

if TYPE_CHECKING:
    from collections.abc import Callable

USAGE = chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
# What each kind of event has beside its type, in the order of the official SDK's fields.
SHOWN = {
    "chunk": ("chunk", "snapshot"),
    "content.delta": ("delta", "snapshot", "parsed"),
    "content.done": ("content", "parsed"),
    "refusal.delta": ("delta", "snapshot"),
    "refusal.done": ("refusal",),
    "tool_calls.function.arguments.delta": ("name", "index", "arguments", "arguments_delta", "parsed_arguments"),
    "tool_calls.function.arguments.done": ("name", "index", "arguments", "parsed_arguments"),
    "tool_calls.custom.input.delta": ("name", "index", "input", "input_delta"),
    "tool_calls.custom.input.done": ("name", "index", "input"),
    "logprobs.content.delta": ("content", "snapshot"),
    "logprobs.content.done": ("content",),
    "logprobs.refusal.delta": ("refusal", "snapshot"),
    "logprobs.refusal.done": ("refusal",),
}


def shown(event: Any, *without: str) -> list[Any]:
    """Return all that an event shows now, as JSON."""
    names = [name for name in SHOWN[event.type] if name not in without]
    return [event.type, *([event.choice] if event.type != "chunk" else []), *(plain(getattr(event, n)) for n in names)]


def plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return [plain(item) for item in value] if type(value).__name__ in ("_Beginning", "list") else value


def opened(*data: bytes, **options: Any) -> ChatCompletionStream:
    """Return the stream of a body."""
    request = httpx.Request("POST", "http://test/chat/completions")
    return ChatCompletionStream(httpx.Response(200, content=b"".join(data), request=request), **options)


def noted(*chunks: dict[str, Any] | str, done: bool = True) -> list[list[Any]]:
    """Return what the events of a stream show, but for chunks, snapshots and JSON values."""
    data = events(*chunks, *(["[DONE]"] if done else []))
    skipped = ("snapshot", "parsed", "arguments", "parsed_arguments", "input")
    hidden = {kind: () if kind.endswith("done") else skipped for kind in SHOWN}
    return [
        shown(event, *hidden[event.type], "parsed", "parsed_arguments")
        for event in opened(data).events()
        if event.type != "chunk"
    ]


def call(index: int | None = 0, arguments: Any = None, name: str | None = None, **members: Any) -> dict[str, Any]:
    """Return a chunk with a piece of a function call."""
    function = {"name": name} if name is not None else {}
    function |= {"arguments": arguments} if arguments is not None else {}
    return calls({"index": index, **members, "function": function})


def calls(*pieces: dict[str, Any]) -> dict[str, Any]:
    return chunk(choice(tool_calls=[{k: v for k, v in piece.items() if v is not None} for piece in pieces]))


def test_text(connect: Callable[..., Any]) -> None:
    """A text gives an event for each chunk and each piece, and one at its end."""
    driver, stream = streamed(connect, events(HI, DOT, STOP, USAGE, "[DONE]"))
    found = driver.iterate(stream.events())
    assert [shown(event, "chunk", "snapshot", "parsed") for event in found] == [
        ["chunk"], ["content.delta", 0, "Hi"], ["chunk"], ["content.delta", 0, "."],
        ["chunk"], ["content.done", 0, "Hi."], ["chunk"],
    ]  # fmt: skip
    assert [event.chunk.to_dict() for event in found if event.type == "chunk"] == [HI, DOT, STOP, USAGE]
    assert stream.completion.text == "Hi."


def test_match() -> None:
    """Events are told apart by class, and their parts by name alone."""
    texts = []
    for event in opened(WHOLE).events():
        match event:
            case ContentDeltaEvent(delta=delta, snapshot=snapshot):
                texts.append((delta, snapshot))
            case ContentDoneEvent(content=content):
                texts.append(("done", content))
    assert texts == [("Hi", "Hi"), (".", "Hi."), ("done", "Hi.")]
    assert not hasattr(ContentDeltaEvent, "__match_args__")


def test_events_cannot_be_changed() -> None:
    """An event is frozen, its repr shows what came with it, and it survives a pickle."""
    found = list(opened(WHOLE).events())
    event = found[1]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.delta = "x"  # type: ignore
    assert hash(event) != hash(copy.copy(event))
    assert repr(event) == "ContentDeltaEvent(choice=0, delta='Hi')"
    assert repr(found[-1]) == "ContentDoneEvent(choice=0, content='Hi.')"
    for _ in range(2):  # before and after they are read
        copies = pickle.loads(pickle.dumps(found))
        assert [shown(each) for each in copies] == [shown(each) for each in found]


def test_all_kinds_are_public() -> None:
    """Each kind of event is a public class, and a member of the union of all."""
    public = {getattr(chatcompletions, name) for name in chatcompletions.__all__}
    kinds = get_args(ChatCompletionStreamEvent)
    assert {get_origin(kind) or kind for kind in kinds} <= public
    assert {kind.type for kind in kinds} == SHOWN.keys()


# --- beside the official SDK ---------------------------------------------------------------------------------------

PIECES = st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6)
OBJECTS = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=3)


@st.composite
def served_choices(draw: st.DrawFn, index: int) -> list[dict[str, Any]]:
    """Return what a service sends of one choice: a text or a refusal, tool calls, log probabilities, the end."""

    def one(logprobs: Any = None, finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
        return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}

    kind = draw(st.sampled_from(["content", "refusal", "calls", "content and calls"]))
    has_logprobs, member = draw(st.booleans()), "refusal" if kind == "refusal" else "content"
    nothing = {"content": None, "refusal": None}
    beginning = {"content": None} if kind in ("calls", "refusal") else {"content": ""}
    found = [one(role="assistant", **beginning)]
    for piece in () if kind == "calls" else [*draw(PIECES), "end"]:
        token = {"token": piece, "logprob": -0.5, "bytes": None, "top_logprobs": []}
        found.append(one({**nothing, member: [token]} if has_logprobs else None, **{member: piece}))
    for number in range(draw(st.integers(1, 3)) if "calls" in kind else 0):
        head = {"id": f"call_{number}", "type": "function", "function": {"name": f"f{number}", "arguments": ""}}
        text = json.dumps(draw(OBJECTS))
        middle = draw(st.integers(0, len(text)))
        found.append(one(tool_calls=[{"index": number, **head}]))
        found += [
            one(tool_calls=[{"index": number, "function": {"arguments": piece}}])
            for piece in (text[:middle], text[middle:])
        ]
    return [*found, one(finish_reason="tool_calls" if "calls" in kind else "stop")]


@given(st.data())
@settings(max_examples=60)
def test_the_official_sdk(data: st.DataObject) -> None:
    """For what a service sends, the events are the official SDK's, one by one."""
    sent = [data.draw(served_choices(index)) for index in range(data.draw(st.integers(1, 3)))]
    first = [one.pop(0) for one in sent]  # the official SDK counts choices in the order in which they begin
    order = data.draw(st.permutations([index for index, one in enumerate(sent) for _ in one]))
    chunks = [chunk(one) for one in [*first, *(sent[index].pop(0) for index in order)]] + [USAGE]
    state = ChatCompletionStreamState()
    theirs = [
        [event.type, *(plain(copy.deepcopy(getattr(event, name))) for name in SHOWN[event.type] if comparable(name))]
        for each in chunks
        for event in state.handle_chunk(construct_type(type_=TheirChunk, value=copy.deepcopy(each)))  # type: ignore[arg-type]
        if event.type != "chunk"
    ]
    ours = [
        [event.type, *(plain(getattr(event, name)) for name in SHOWN[event.type] if comparable(name))]
        for event in opened(events(*chunks, "[DONE]")).events()
        if event.type != "chunk"
    ]
    assert ours == theirs


def comparable(name: str) -> bool:
    # The official SDK has values only for calls of `parse`.
    return not name.startswith("parsed")


# --- snapshots -----------------------------------------------------------------------------------------------------


@given(streams())
@settings(max_examples=150)
def test_snapshots_stay(data: list[bytes]) -> None:
    """Whatever comes, an event shows the same at once, after the stream, in any order, and without the fast reader."""
    body = b"".join(b"data: " + each + b"\n\n" for each in data) + b"data: [DONE]\n\n"
    at_once = [shown(event) for event in opened(body).events()]
    kept = list(opened(body).events())
    assert [shown(event) for event in kept] == at_once
    assert [shown(event) for event in reversed(kept)] == at_once[::-1]
    with patch.object(Repetition, "is_new", return_value=False):
        assert [shown(event) for event in opened(body).events()] == at_once


@given(streams())
def test_events_agree_with_the_completion(data: list[bytes]) -> None:
    """The last event of a text or a call has what the completion has, and so have its pieces together."""
    body = b"".join(b"data: " + each + b"\n\n" for each in data) + b"data: [DONE]\n\n"
    stream = opened(body)
    found = list(stream.events())
    for one in stream.completion.choices:
        text = "".join(event.delta for event in found if event.type == "content.delta" and event.choice == one.index)
        done = [event.content for event in found if event.type == "content.done" and event.choice == one.index]
        whole = chatcompletions._answers.models.text_of(one.message.content)
        assert (done[-1:] or [""]) == [whole]
        assert text == whole
    snapshots = [event.snapshot for event in found if event.type == "chunk"]
    assert snapshots[-1:] == [stream.completion][: len(snapshots)]
    with opened(body) as plainly:
        assert plainly.get_final_completion() == stream.completion


def test_the_completion_so_far(connect: Callable[..., Any]) -> None:
    """The snapshot of a chunk is the completion up to it, headers included."""
    reply = streaming(events(HI, DOT, STOP, "[DONE]"), **{"x-request-id": "req_1"})
    driver = connect(transport=Server(reply).transport)
    found = driver.iterate(driver.call("create", stream=True, **ASK).events())
    snapshots = [event.snapshot for event in found if event.type == "chunk"]
    assert [(one.text, one.request_id) for one in snapshots] == [("Hi", "req_1"), ("Hi.", "req_1"), ("Hi.", "req_1")]
    assert [one.choices[0].finish_reason for one in snapshots] == [None, None, "stop"]


def test_who_does_not_look_pays_nothing() -> None:
    """Without a look at a snapshot or a value, no text is joined and no JSON is read."""
    with patch.object(TextPieces, "text", side_effect=AssertionError), patch.object(PartialJSON, "read", None):
        found = [event.type for event in opened(WHOLE).events()]
    assert "content.done" in found


def test_who_looks_at_each_pays_once() -> None:
    """With a look at each event, every character is read once, and no more pieces are joined than came."""
    text = json.dumps([{"name": f"thing {number}", "tags": ["a", "b"]} for number in range(200)])
    sent = [chunk(choice(content=text[at : at + 4])) for at in range(0, len(text), 4)]
    read, looks = PartialJSON.read, []

    def counted(self: PartialJSON, added: str) -> Any:
        looks.append(len(added))
        return read(self, added)

    with patch.object(PartialJSON, "read", counted):
        for event in opened(events(*sent, STOP, "[DONE]")).events():
            if event.type == "content.delta":
                assert event.snapshot.startswith("[")
                assert event.parsed is not None
    assert sum(looks) == len(text)
    assert max(looks) == 4


def test_a_long_text_is_read_in_steps() -> None:
    """The value of a long text may be behind by a 32,768th of it, so that the copies of what is open have a bound."""
    pieces = ["[" + "0," * 50_000, *["0,"] * 20, "0]"]
    found = list(opened(events(*(chunk(choice(content=p)) for p in pieces), "[DONE]")).events())
    values = [len(event.parsed) for event in found if event.type == "content.delta"]
    assert values[0] == 50_000
    assert all(0 <= 50_000 + number - value <= 2 for number, value in enumerate(values))
    (done,) = (event for event in found if event.type == "content.done")
    assert len(done.parsed) == 50_021


def test_partial_values() -> None:
    """The value of a text shows half a string, and is None for what is no JSON."""
    sent = [chunk(choice(content=piece)) for piece in ('{"a": "x', 'y", "b', '": tru', "e}")]
    found = [event for event in opened(events(*sent, STOP, "[DONE]")).events() if event.type.startswith("content")]
    whole = {"a": "xy", "b": True}
    assert [event.parsed for event in found] == [{"a": "x"}, {"a": "xy"}, {"a": "xy"}, whole, whole]  # type: ignore[union-attr]
    assert [event.parsed for event in opened(WHOLE).events() if event.type.startswith("content")] == [None] * 3  # type: ignore[union-attr]


class Adapter:
    """A type whose values are the numbers in {"value": ...}."""

    def unwrap(self, value: Any) -> Any:
        return value.get("value")

    def read_choice(self, completion: Any, choice: int) -> Any:
        value = json.loads(completion.choices[choice].message.content)["value"]
        if not isinstance(value, int):
            raise ValueError("no integer")
        return math.pi * value


@pytest.mark.parametrize(("end", "value"), [("2}", math.pi * 12), ('"}', None)])
def test_values_of_a_type(end: str, value: float | None) -> None:
    """With a type, a part of the value is unwrapped, and the whole is validated when it is read."""
    sent = [chunk(choice(content=piece)) for piece in ('{"val', 'ue": ' + ("1" if value else '"x'), end)]
    found = list(opened(events(*sent, STOP, "[DONE]"), adapter=Adapter()).events())
    parts = [event.parsed for event in found if event.type == "content.delta"]
    assert parts == ([None, 1, 12] if value else [None, "x", "x"])
    (done,) = (event for event in found if event.type == "content.done")
    if value is None:
        with pytest.raises(ValueError, match="no integer"):
            _ = done.parsed
    else:
        assert done.parsed == value


def test_a_type_that_reads_choices() -> None:
    """A type that reads a choice itself gets the completion, with the finish reason by which it judges."""

    class Reader(Adapter):
        def read_choice(self, completion: Any, choice: int) -> Any:
            return completion.choices[choice].finish_reason, completion.text

    end = chunk(choice(finish_reason="length"))
    found = list(opened(events(HI, DOT, end, USAGE, "[DONE]"), adapter=Reader()).events())
    assert [event.parsed for event in found if event.type == "content.done"] == [("length", "Hi.")]


# --- tool calls ----------------------------------------------------------------------------------------------------


def test_function_calls(connect: Callable[..., Any]) -> None:
    """A call has an event for its name and each piece of its arguments; it is done when the next one begins."""
    sent = [call(0, "", "f", id="a"), call(0, '{"x": "1'), call(0, '2"}'), call(1, "", "g", id="b"), call(1, "{}")]
    driver, stream = streamed(connect, events(*sent, chunk(choice(finish_reason="tool_calls")), "[DONE]"))
    delta, done = "tool_calls.function.arguments.delta", "tool_calls.function.arguments.done"
    assert [shown(event) for event in driver.iterate(stream.events()) if event.type != "chunk"] == [
        [delta, 0, "f", 0, "", "", None],
        [delta, 0, "f", 0, '{"x": "1', '{"x": "1', {"x": "1"}],
        [delta, 0, "f", 0, '{"x": "12"}', '2"}', {"x": "12"}],
        [delta, 0, "g", 1, "", "", None],
        [done, 0, "f", 0, '{"x": "12"}', {"x": "12"}],
        [delta, 0, "g", 1, "{}", "{}", {}],
        [done, 0, "g", 1, "{}", {}],
    ]


def test_custom_calls() -> None:
    """A custom tool's call has events of its own, with its input as text."""
    first = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "sql", "input": ""}}
    sent = [calls(first), *(calls({"index": 0, "custom": {"input": piece}}) for piece in ("SELECT", " 1"))]
    found = list(opened(events(*sent, call(1, "{}", "f"), STOP, "[DONE]")).events())
    deltas = [event for event in found if isinstance(event, CustomToolCallInputDeltaEvent)]
    assert [(one.name, one.index, one.input_delta, one.input) for one in deltas] == [
        ("sql", 0, "", ""), ("sql", 0, "SELECT", "SELECT"), ("sql", 0, " 1", "SELECT 1"),
    ]  # fmt: skip
    kinds = [type(event) for event in found if not isinstance(event, ChunkEvent)]
    assert kinds[3:] == [
        FunctionToolCallArgumentsDeltaEvent, CustomToolCallInputDoneEvent, FunctionToolCallArgumentsDoneEvent,
    ]  # fmt: skip
    assert found[-3].input == "SELECT 1"  # type: ignore[union-attr]


def done_calls(*chunks: dict[str, Any]) -> list[list[Any]]:
    return [one[2:] for one in noted(*chunks, STOP) if one[0] == "tool_calls.function.arguments.done"]


def test_calls_in_turns() -> None:
    """Calls whose pieces come in turns are done when their arguments are whole, not when another one has its turn."""
    begin = [call(0, "", "f", id="a"), call(1, "", "g", id="b")]
    sent = [*begin, call(0, '{"x":'), call(1, '{"y":'), call(0, "1}"), call(1, "2}"), call(0, " ")]
    assert done_calls(*sent) == [["f", 0, '{"x":1}'], ["g", 1, '{"y":2}']]
    assert done_calls(*begin) == [["f", 0, ""], ["g", 1, ""]]


@pytest.mark.parametrize(
    "sent",
    [
        [call(0, "{}", "f", id="a"), call(0, "{}", "g", id="b")],
        [call(None, "{}", "f", id="a"), call(None, "{}", "g", id="b")],
        [call(0, "{}", "f"), call(0, "{}", "g")],
        [call(0, "{", "f", id="a"), call(0, "}", "f", id="a"), call(0, "{", "g", id="b"), call(0, "}", "g", id="b")],
        [calls(*({"index": 0, "id": n, "function": {"name": n, "arguments": "{}"}} for n in "fg"))],
        [chunk(choice(tool_calls={"id": n, "function": {"name": n, "arguments": {}}})) for n in "fg"],
    ],
    ids=["one index", "no index", "no id", "named in each piece", "one chunk", "no list"],
)
def test_calls_of_servers_that_number_them_badly(sent: list[dict[str, Any]]) -> None:
    """Pieces go to the calls to which the completion has them, and each call has an index of its own."""
    stream = opened(events(*sent, STOP, "[DONE]"))
    found = [event for event in stream.events() if event.type == "tool_calls.function.arguments.done"]
    assert [(one.index, one.name) for one in found] == [(0, "f"), (1, "g")]
    assert [one.function.name for one in stream.completion.tool_calls] == ["f", "g"]  # type: ignore[union-attr]
    assert all(one.arguments in ("{}", "") for one in found)


def test_arguments_as_an_object() -> None:
    """Arguments that come as an object are shown as JSON."""
    assert done_calls(call(0, {"x": 1}, "f")) == [["f", 0, '{"x":1}']]


def test_no_kind() -> None:
    """A call that has no function and no tool yet has no events."""
    assert noted(calls({"index": 0, "id": "a"}), STOP) == []


# --- ends ----------------------------------------------------------------------------------------------------------


def test_text_before_a_call() -> None:
    """A text is done when a call begins, and done once more at the end if it goes on after that."""
    assert noted(HI, call(0, "{}", "f"), STOP)[2] == ["content.done", 0, "Hi"]
    done = [one for one in noted(HI, call(0, "{}", "f"), DOT, STOP) if one[0] == "content.done"]
    assert done == [["content.done", 0, "Hi"], ["content.done", 0, "Hi."]]


def test_no_finish_reason() -> None:
    """What no finish reason has ended is done at the end of the stream, after text that came too late, too."""
    assert noted(HI, call(0, "", "f"))[-2:] == [
        ["content.done", 0, "Hi"], ["tool_calls.function.arguments.done", 0, "f", 0, ""],
    ]  # fmt: skip
    assert noted(HI, STOP, DOT)[1:] == [
        ["content.done", 0, "Hi"],
        ["content.delta", 0, "."],
        ["content.done", 0, "Hi."],
    ]


def test_everything_in_one_chunk() -> None:
    """A chunk that has all of an answer has all of its events."""
    both = [{"index": n, "id": f, "function": {"name": f, "arguments": "{}"}} for n, f in enumerate("fg")]
    found = noted(chunk(choice(content="Hi", tool_calls=both, finish_reason="stop")))
    assert [one[0].rpartition(".")[2] for one in found] == ["delta"] * 3 + ["done"] * 3


def test_choices_side_by_side() -> None:
    """Each choice has its own texts and ends, however the chunks are mixed; one chunk may have several."""
    sent = [
        chunk(choice(0, content="a"), choice(1, refusal="x")),
        chunk(choice(1, refusal="y"), choice(0, content="b")),
    ]
    ends = [chunk(choice(1, finish_reason="stop")), chunk(choice(0, finish_reason="stop"))]
    assert noted(*sent, *ends) == [
        ["content.delta", 0, "a"], ["refusal.delta", 1, "x"], ["refusal.delta", 1, "y"], ["content.delta", 0, "b"],
        ["refusal.done", 1, "xy"], ["content.done", 0, "ab"],
    ]  # fmt: skip


def test_empty_text() -> None:
    """Empty text has an event where a text begins, and none after that: some servers send it with every piece."""
    assert noted(chunk(choice(role="assistant", content="")), STOP) == [["content.delta", 0, ""]]
    assert noted(chunk(choice(role="assistant", content=None, refusal="")), STOP) == [["refusal.delta", 0, ""]]
    thought = chunk(choice(content="", reasoning_content="Hm"))
    assert noted(thought, thought, thought, HI, chunk(choice(content="")), STOP) == [
        ["content.delta", 0, ""], ["content.delta", 0, "Hi"], ["content.done", 0, "Hi"],
    ]  # fmt: skip


def test_an_empty_refusal() -> None:
    """A refusal of no text, which some servers send beside every piece, is none."""
    found = list(opened(events(chunk(choice(content="a", refusal="")), STOP, "[DONE]")).events())
    assert not [event for event in found if isinstance(event, RefusalDoneEvent)]


def test_text_in_parts() -> None:
    """Text that comes in parts counts, parts of other types do not."""
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]
    assert noted(chunk(choice(content=parts)), chunk(choice(content=[{"type": "reference"}])), STOP) == [
        ["content.delta", 0, "Hi"], ["content.done", 0, "Hi"],
    ]  # fmt: skip


def test_half_characters() -> None:
    """Half a character comes with its other half, and without one it becomes U+FFFD at the end."""
    halves = ['{"choices":[{"delta":{"content":"a\\ud83d"}}]}', '{"choices":[{"delta":{"content":"\\ude00b\\ud83d"}}]}']
    assert noted(*halves) == [
        ["content.delta", 0, "a"],
        ["content.delta", 0, "\U0001f600b"],
        ["content.delta", 0, "\ufffd"],
        ["content.done", 0, "a\U0001f600b\ufffd"],
    ]


def test_other_members() -> None:
    """Members of a delta that have no events are in the chunk."""
    found = list(opened(events(chunk(choice(reasoning_content="Hm")), STOP, "[DONE]")).events())
    assert [event.type for event in found] == ["chunk", "chunk"]
    assert found[0].chunk.choices[0].delta.reasoning_content == "Hm"  # type: ignore[union-attr]


def test_a_message_at_the_end() -> None:
    """A message that comes whole with the last chunk fills in what no delta had, in the events as in the completion."""
    message = {
        "role": "assistant",
        "content": "Hi.",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
    }
    last = {**choice(finish_reason="stop"), "message": message}
    assert [one[0] for one in noted(chunk(choice(role="assistant")), chunk(last))] == [
        "content.delta", "tool_calls.function.arguments.delta", "content.done", "tool_calls.function.arguments.done",
    ]  # fmt: skip
    assert [one[0] for one in noted(HI, chunk({**last, "message": {"content": "Hi"}}))] == [
        "content.delta",
        "content.done",
    ]


def test_logprobs() -> None:
    """Tokens are the generated models; a snapshot is a view that does not grow with the list behind it."""

    def token(text: str) -> dict[str, Any]:
        return {"token": text, "logprob": -0.5, "bytes": None, "top_logprobs": []}

    sent = [
        chunk({**choice(content=text), "logprobs": {"content": [token(text)], "refusal": None}}) for text in ("a", "b")
    ]
    found = list(opened(events(*sent, STOP, "[DONE]")).events())
    first, second = (event for event in found if isinstance(event, LogprobsContentDeltaEvent))
    assert [one.token for one in second.content] == ["b"]
    assert [one.token for one in second.snapshot] == ["a", "b"]
    assert [len(first.snapshot), first.snapshot[0].token, first.snapshot[-1].token] == [1, "a", "a"]
    assert first.snapshot == [second.snapshot[0]] == second.snapshot[:1] != second.snapshot
    assert repr(first.snapshot) == repr(first.content)
    with pytest.raises(IndexError):
        _ = first.snapshot[1]
    (done,) = (event for event in found if isinstance(event, LogprobsContentDoneEvent))
    assert done.content == second.snapshot
    odd = chunk({**choice(), "logprobs": {"content": ["token"], "refusal": "none"}})
    assert noted(odd, STOP) == [["logprobs.content.delta", 0, ["token"]], ["logprobs.content.done", 0, ["token"]]]


# --- ways to call --------------------------------------------------------------------------------------------------


def test_a_stream_that_fails(connect: Callable[..., Any]) -> None:
    """A stream that fails raises as it does when it is iterated over, after the events so far."""
    driver, stream = streamed(connect, events(HI, {"error": {"message": "Overloaded."}}))
    found = stream.events()
    assert [event.type for event in take(driver, found, 2)] == ["chunk", "content.delta"]
    with pytest.raises(StreamError, match="reported an error") as caught:
        take(driver, found, 1)
    assert caught.value.completion is not None
    assert caught.value.completion.text == "Hi"


def take(driver: Any, iterator: Any, count: int) -> list[Any]:
    """Return the next items of an iterator, in either mode."""
    if hasattr(iterator, "__next__"):
        return [next(iterator) for _ in range(count)]

    async def collect() -> list[Any]:
        return [await anext(iterator) for _ in range(count)]

    found: list[Any] = driver.run(collect())
    return found


def test_a_whole_answer(connect: Callable[..., Any]) -> None:
    """A whole answer in place of a stream has the events of one."""
    driver = connect(transport=Server(completion("Hi.")).transport)
    found = driver.iterate(driver.call("create", stream=True, **ASK).events())
    assert [event.type for event in found] == ["chunk", "content.delta", "content.done"]
    assert found[0].snapshot.text == "Hi."


def test_after_some_chunks(connect: Callable[..., Any]) -> None:
    """Chunks that were taken before have no events, but what they brought is in the snapshots."""
    begin = [chunk(choice(content="[1")), call(0, '{"x"', "f", id="a")]
    rest = [chunk(choice(content=", 2")), call(0, ": 1}"), STOP]
    driver, stream = streamed(connect, events(*begin, *rest, "[DONE]"))
    take(driver, stream, 2)
    late = driver.iterate(stream.events())
    kinds = [shown(event, "chunk") for event in late if event.type != "chunk"]
    assert kinds == [
        ["content.delta", 0, ", 2", "[1, 2", [1, 2]],
        ["tool_calls.function.arguments.delta", 0, "f", 0, '{"x": 1}', ": 1}", {"x": 1}],
        ["content.done", 0, "[1, 2", None],
        ["tool_calls.function.arguments.done", 0, "f", 0, '{"x": 1}', {"x": 1}],
    ]
    assert [event.snapshot.text for event in late if event.type == "chunk"] == ["[1, 2"] * 3


def test_after_chunks_of_several_kinds(connect: Callable[..., Any]) -> None:
    """Snapshots that are read late also have what came before the events."""
    tokens = {"content": [{"token": "Hi", "logprob": -0.5, "bytes": None, "top_logprobs": []}], "refusal": None}
    first = chunk({**choice(content="Hi"), "logprobs": tokens}, choice(1, refusal="No", finish_reason="stop"))
    second = chunk({**choice(content="."), "logprobs": tokens})
    driver, stream = streamed(connect, events(first, second, DOT, STOP, "[DONE]"))
    take(driver, stream, 1)
    found = driver.iterate(stream.events())
    assert [(event.type, event.choice) for event in found if event.type.endswith("done")] == [
        ("content.done", 0), ("logprobs.content.done", 0),
    ]  # fmt: skip
    assert [len(event.snapshot) for event in found if event.type == "logprobs.content.delta"] == [2]
    assert [event.snapshot.text for event in found if event.type == "chunk"] == ["Hi.", "Hi..", "Hi.."]
    assert found[0].snapshot.choices[1].message.refusal == "No"


def test_twice(connect: Callable[..., Any]) -> None:
    """Events that are asked for again go on where the others stopped, and so do chunks between them."""
    driver, stream = streamed(connect, events(HI, DOT, DOT, STOP, "[DONE]"))
    first = stream.events()
    assert [event.type for event in take(driver, first, 2)] == ["chunk", "content.delta"]
    assert take(driver, stream, 1)[0].text == "."
    found = driver.iterate(stream.events())
    assert [event.snapshot for event in found if event.type == "content.delta"] == ["Hi.."]
    assert driver.iterate(first) == driver.iterate(stream.events()) == []


def test_after_the_end(connect: Callable[..., Any]) -> None:
    """A stream that was read to its end has no more events, as it has no more chunks."""
    driver, stream = streamed(connect, WHOLE)
    driver.iterate(stream)
    assert driver.iterate(stream.events()) == []


def test_after_the_stream_was_closed(connect: Callable[..., Any]) -> None:
    """The events of a stream that was closed before its end raise, as its chunks do."""
    driver, stream = streamed(connect, WHOLE)
    driver.run(stream.close() if hasattr(stream, "close") else stream.aclose())
    with pytest.raises(StreamInterruptedError, match="closed before its end"):
        driver.iterate(stream.events())


def test_a_dropped_stream_closes_its_connection() -> None:
    """A stream that is dropped with its events closes its connection at once."""
    body = Pieces(events(HI), events(DOT))
    stream = ChatCompletionStream(httpx.Response(200, stream=body, request=httpx.Request("POST", "http://test")))
    gc.disable()
    try:
        found = stream.events()
        next(found)
        kept = next(found)
        del stream, found
        assert body.closed
        assert kept.type == "content.delta"
        assert kept.snapshot == "Hi"
    finally:
        gc.enable()


def test_events_are_loaded_when_they_are_asked_for() -> None:
    """Neither streaming nor the package loads anything of events."""
    statement = (
        "import httpx, chatcompletions\n"
        'reply = httpx.Response(200, content=b\'data: {"choices": [{"finish_reason": "stop"}]}\\n\\n\')\n'
        "chat = chatcompletions.ChatClient(api_key='k', transport=httpx.MockTransport(lambda request: reply))\n"
        "list(chat.create(model='m', messages='Hi.', stream=True))"
    )
    names = {f"chatcompletions._streaming.{name}" for name in ("events", "recorder", "snapshots", "partial_json")}
    assert names.isdisjoint(loaded_by(statement))
    assert names <= loaded_by("from chatcompletions._streaming import recorder")
