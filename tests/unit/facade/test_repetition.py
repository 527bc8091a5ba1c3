"""Events that repeat the last one but for their text: they give the same chunks as parsing, without parsing."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import APIError, ChatCompletion, ChatCompletionChunk, ChatCompletionStream
from chatcompletions._streaming.assembly import Assembly
from chatcompletions._streaming.repetition import Repetition

TEXTS = st.one_of(
    st.sampled_from(["", " a", "b", '"', "\\", "\n", "é", "\u2028", "\U0001f600", '","x":"', "probe-0", "}", "0"]),
    st.sampled_from(["a\ud83d", "\ude00b", "?bad?"]),
    st.text(max_size=6),
)
PADDING = st.one_of(st.none(), st.text('abcXYZ019"\\', max_size=8))
EXTRAS = st.dictionaries(
    st.sampled_from(["id", "model", "created", "usage", "provider", "x", "service_tier", "content"]),
    st.sampled_from([None, 1, "m", "content", '"content":"a"', True, 0.5, {"content": "a"}]),
    max_size=5,
)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Return the data of events such as servers send, most of them alike."""
    events = []
    extras = draw(EXTRAS)
    role = draw(st.sampled_from([{}, {"role": "assistant"}, {"role": None}]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    ascii_only = draw(st.booleans())
    for _ in range(draw(st.integers(1, 12))):
        delta: dict[str, Any] = {**role, "content": draw(TEXTS)}
        choice: dict[str, Any] = {"index": draw(st.sampled_from([0, 0, 0, 1])), "delta": delta, "finish_reason": None}
        oddity = draw(
            st.sampled_from(
                [
                    *[""] * 8,
                    *["thought"] * 4,
                    *["tool"] * 4,
                    *("finish", "two", "none", "logprobs", "new extras", "parts", "details"),
                ]
            )
        )
        chunk = {**extras, "choices": [choice]}
        match oddity:
            case "thought":
                member = draw(st.sampled_from(["reasoning_content", "refusal", "type", "name", "to_dict", "id", "x y"]))
                delta |= {"content": draw(st.sampled_from([None, "", "a"])), member: draw(TEXTS)}
            case "finish":
                choice["finish_reason"] = "stop"
            case "tool":
                arguments = draw(st.one_of(*[TEXTS] * 4, st.just({"a": 1})))
                call: dict[str, Any] = {"index": draw(st.sampled_from([0, 0, 1])), "function": {"arguments": arguments}}
                call |= draw(st.sampled_from([*[{}] * 6, {"id": "a"}, {"type": None}, {"index": None}]))
                delta |= {"content": draw(st.sampled_from([None, "", "a"])), "tool_calls": [call]}
            case "two":
                chunk["choices"] = [choice, {**choice, "index": 2}]
            case "none":
                chunk["choices"] = []
            case "logprobs":
                choice["logprobs"] = {"content": [{"token": "content"}]}
            case "parts":
                delta["content"] = [{"type": "reference", "ids": [1]}, {"type": "text", "text": draw(TEXTS)}]
            case "details":
                delta["reasoning_details"] = [{"index": draw(st.sampled_from([0, 0, 1])), "text": draw(TEXTS)}]
            case "new extras":
                extras = draw(EXTRAS)
        if (padding := draw(PADDING)) is not None:
            chunk["obfuscation"] = padding
        data = json.dumps(chunk, separators=separators, ensure_ascii=ascii_only).encode("utf-8", "replace")
        events.append(data.replace(b"?bad?", b"\xff\xe2\x98"))
    return events


def read(events: list[bytes]) -> tuple[list[Any], Any]:
    body = b"".join(b"data: " + event + b"\n\n" for event in events) + b"data: [DONE]\n\n"
    request = httpx.Request("POST", "https://api.test/v1/chat/completions")
    stream = ChatCompletionStream(httpx.Response(200, content=body, request=request))
    return [chunk.to_dict() for chunk in stream], stream.completion.to_dict()


@given(streams())
def test_same_as_parsed(events: list[bytes]) -> None:
    """A stream gives the chunks and the completion that parsing each event gives."""
    parsed = [json.loads(event.decode("utf-8", "replace")) for event in events]
    assembly = Assembly()
    for chunk in parsed:
        assembly.add(chunk)
    chunks, completion = read(events)
    assert chunks == [ChatCompletionChunk.from_dict(chunk).to_dict() for chunk in parsed]
    assert completion == ChatCompletion.from_dict(assembly.completion()).to_dict()


def event(content: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "logprobs": None, "finish_reason": None}
    return json.dumps({"id": "c", "model": "m", "choices": [choice], "usage": None, **more}).encode()


def repeats(*events: bytes) -> list[bool]:
    """Return for each event whether it was read without parsing."""
    repetition = Repetition()
    results = []
    for data in events:
        found = repetition.read(data)
        if found is None:
            chunk = json.loads(data)
            if repetition.is_new(data, chunk):
                repetition.learn(data, chunk, ChatCompletionChunk.from_dict(chunk))
        results.append(found is not None)
    return results


OTHERS = [
    b'event: ping\ndata: {"type":"ping"}',
    b"event: done\ndata: {}",
    b": ping",
    b'data: {"detail":"busy"}',
    b"data: {}",
    b'data: {"error":{"code":429}}',
    b'data: {"choices":[{"index":0,"delta":{"content":"x"},"error":{"code":502}}]}',
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
    b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}',
    b'data: {"choices":[],"usage":{"total_tokens":3}}',
    b'data: {"choices":[{"index":0,"delta":{"content":[{"type":"reference"}]}}]}',
    b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}',
    b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}',
    b"data: [done]",
    b"data: [DONE] x",
    b"data: [DONE]",
]


@st.composite
def interspersed(draw: st.DrawFn) -> tuple[bytes, dict[str, Any]]:
    """Return a stream in which other events stand between those that repeat, and what its request asked for."""
    repeating = st.one_of(
        st.builds(event, st.sampled_from(["a", " b", "a\ud83d", "\ude00"])),
        st.builds(tool_event, st.sampled_from(['{"a', '":1}', "}", "{"])),
    ).map(lambda data: b"data: " + data)
    runs = st.lists(repeating, max_size=3).flatmap(lambda few: st.just(few * 2))
    blocks = draw(st.lists(st.one_of(runs, st.sampled_from(OTHERS).map(lambda one: [one])), max_size=8))
    end = draw(st.sampled_from([b"", b"data: [DONE]\n\n", b'data: {"cho', b"data: [DO", b"data: " + event("z")]))
    body = b"".join(block + b"\n\n" for blocks_ in blocks for block in blocks_) + end
    return body, draw(st.sampled_from([{}, {"choices": 2}, {"usage": True}]))


def outcome(body: bytes, asked: dict[str, Any]) -> list[Any]:
    """Return all that a stream of these bytes gives, its error and its completion included."""
    request = httpx.Request("POST", "https://api.test/v1/chat/completions")
    stream = ChatCompletionStream(httpx.Response(200, content=body, request=request), **asked)
    found: list[Any] = []
    try:
        found.extend(chunk.to_dict() for chunk in stream)
    except APIError as error:
        found += [type(error), str(error), error.body]
    return [*found, stream.completion.to_dict()]


@given(interspersed())
def test_same_as_parsed_in_between(case: tuple[bytes, dict[str, Any]]) -> None:
    """Whatever stands between events that repeat, and however the stream ends, it gives what parsing each gives."""
    body, asked = case
    found = outcome(body, asked)
    with patch.object(Repetition, "read", return_value=None):
        assert found == outcome(body, asked)


def test_repeated_events_are_not_parsed() -> None:
    """From the second event on, only the text and the padding are read."""
    assert repeats(*(event(f" word {n}", obfuscation="x" * n) for n in range(5))) == [False, *[True] * 4]


def test_ids_may_differ() -> None:
    """If each chunk has another id, events are read without parsing from the third on."""
    events = [event("a", id=f"c{n}") for n in range(6)]
    assert repeats(*events) == [False, False, True, True, True, True]
    chunks, completion = read(events)
    assert [chunk["id"] for chunk in chunks] == [f"c{n}" for n in range(6)]
    assert completion["id"] == "c0"


@pytest.mark.parametrize("beside", [{}, {"content": None}, {"content": "", "role": "assistant"}])
@pytest.mark.parametrize("name", ["reasoning_content", "refusal"])
def test_thoughts_are_not_parsed(beside: dict[str, Any], name: str) -> None:
    """Text that grows in another member is read like the answer's own, and each is learned when it begins."""
    bodies = [json.loads(event("")) for _ in range(8)]
    for number, body in enumerate(bodies):
        said = {name: f"t{number}"} if number < 5 else {"content": f"t{number}"}
        body["choices"][0]["delta"] = {**beside, **said}
    events = [json.dumps(body).encode() for body in bodies]
    assert repeats(*events) == [False, *[True] * 4, False, *[True] * 2]
    completion = read(events)[1]["choices"][0]["message"]
    assert (completion[name], completion["content"]) == ("t0t1t2t3t4", "t5t6t7")


def tool_event(arguments: str, index: int = 0, **more: Any) -> bytes:
    body = json.loads(event(""))
    call = {"index": index, "function": {"arguments": arguments}, **more}
    body["choices"][0]["delta"] = {"tool_calls": [call]}
    return json.dumps(body).encode()


def test_arguments_of_tool_calls_are_not_parsed() -> None:
    """Pieces of a tool call's arguments are read without parsing, each call's after its first."""
    begin = {"id": "call", "type": "function"}
    pieces = ['{"', "river", '":', '"Po"', "}"]
    events = [
        tool_event("", number, **begin | {"id": f"call-{number}"}) if piece is None else tool_event(piece, number)
        for number in range(2)
        for piece in (None, *pieces)
    ]
    assert repeats(*events) == [False, False, *[True] * 4] * 2
    calls = read(events)[1]["choices"][0]["message"]["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [
        ("call-0", '{"river":"Po"}'),
        ("call-1", '{"river":"Po"}'),
    ]


def test_arguments_that_are_no_text_in_between() -> None:
    """A piece whose arguments are no text does no harm to the pieces around it."""
    odd = json.loads(tool_event(""))
    odd["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] = {"a": 1}
    events = [tool_event("{"), tool_event("}"), json.dumps(odd).encode(), tool_event("x"), tool_event("y")]
    assert repeats(*events) == [False, True, False, True, True]
    (call,) = read(events)[1]["choices"][0]["message"]["tool_calls"]
    assert call["function"]["arguments"] == "xy"


@pytest.mark.parametrize("more", [{"id": "call"}, {"type": "function"}, {"index": "0"}, {"index": True}, {"x": None}])
def test_pieces_that_say_more_are_parsed(more: dict[str, Any]) -> None:
    """A piece of a tool call with anything beside its index and arguments is parsed, every time."""
    assert not any(repeats(*(tool_event(f"a{n}", **more) for n in range(3))))


def test_texts_may_stand_in_any_order() -> None:
    """The positions of padding and id in the event do not matter."""
    bodies = [json.loads(event(f"t{n}", id=f"c{n}", obfuscation="x" * n)) for n in range(5)]
    reversed_ = [json.dumps(dict(reversed(body.items()))).encode() for body in bodies]
    assert repeats(*reversed_) == [False, False, True, True, True]
    assert [(chunk["id"], chunk["obfuscation"]) for chunk in read(reversed_)[0]] == [
        (body["id"], body["obfuscation"]) for body in bodies
    ]


@pytest.mark.parametrize("text", ['a "b"', '"', "a\nb", "a\\b", "\\", '\\"', "\x7f", "\u2028", "\u00a0", "\U0001f600"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_escapes(text: str, ascii_only: bool) -> None:
    """A text with escapes in its JSON is read without parsing as well, also in the first event."""
    body = json.loads(event(""))
    events = []
    for each in (text, "a", text):
        body["choices"][0]["delta"]["content"] = each
        events.append(json.dumps(body, ensure_ascii=ascii_only).encode())
    assert repeats(*events) == [False, True, True]
    assert [chunk["choices"][0]["delta"]["content"] for chunk in read(events)[0]] == [text, "a", text]


@pytest.mark.parametrize(
    ("inside", "text"),
    [(b"a\xffb", "a\ufffdb"), (b"\xe2\x98", "\ufffd"), (b"\\ud83d", "\ud83d"), (b"\xff\\n\\ude00", "\ufffd\n\ude00")],
)
def test_texts_that_are_no_text(inside: bytes, text: str) -> None:
    """A text with bytes that are not UTF-8, or with half a character, is read without parsing as it is by parsing."""
    events = [event("a"), event("PROBE").replace(b"PROBE", inside), event("b")]
    repetition = Repetition()
    chunk = json.loads(event("a"))
    repetition.learn(event("a"), chunk, ChatCompletionChunk.from_dict(chunk))
    found = repetition.read(events[1])
    assert found is not None
    assert found[1] == text
    assert [each["choices"][0]["delta"]["content"] for each in read(events)[0]] == ["a", text, "b"]


@pytest.mark.parametrize("inside", [b"a\nb", b"\\", b"\\x", b"\\u12", b'"', b'a"b'])
def test_what_is_no_json_string_is_left_to_the_parser(inside: bytes) -> None:
    """An event whose text is not a JSON string does not match, and does no harm to the events after it."""
    repetition = Repetition()
    chunk = json.loads(event("a"))
    repetition.learn(event("a"), chunk, ChatCompletionChunk.from_dict(chunk))
    assert repetition.read(event("PROBE").replace(b"PROBE", inside)) is None
    assert repetition.read(event("b")) is not None


@pytest.mark.parametrize(
    "forged",
    [
        b'{"id":"c","choices":[{"index":0,"delta":{"content":"a","content":"b"}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}],"choices":[{"index":0,"delta":{"content":"b"}}]}',
        b'{"x":"\\"content\\":","y":{"content":"a"},"choices":[{"index":0,"delta":{"content":"a"}}]}',
        b'{"content":"a","choices":[{"index":0,"delta":{"content":"a"}}]}',
    ],
)
def test_text_that_stands_elsewhere_is_not_taken(forged: bytes) -> None:
    """If the text only seems to be the delta's, the events are parsed."""
    assert repeats(forged, forged.replace(b'"a"', b'"z"'), forged) == [False] * 3


def test_streams_that_do_not_repeat_are_left_alone() -> None:
    """After eight events in a row that the next event did not repeat, all further events are parsed."""
    changing = [event("a", created=n) for n in range(9)]
    assert not any(repeats(*changing, event("a", created=8), event("b", created=8)))


def test_repeating_restores_patience() -> None:
    """A stream whose events change now and then is read without parsing in between, to its end."""
    changing = [event("a", created=n // 3) for n in range(60)]
    assert repeats(*changing).count(True) == 40


@attrs.define
class OlderChunk:
    """A chunk class as generated from a spec without padding."""

    choices: list[Any]
    additional_properties: dict[str, Any] = attrs.field(init=False, factory=dict)

    def _copy(self) -> Any:
        copied = OlderChunk(self.choices)
        copied.additional_properties = self.additional_properties.copy()
        return copied


def test_padding_that_the_spec_does_not_have() -> None:
    """If the pinned spec has no field for the padding, it goes to additional_properties."""
    data = event("a", obfuscation="x")
    chunk = json.loads(data)
    model = OlderChunk(ChatCompletionChunk.from_dict(chunk).choices)
    model.additional_properties = {name: value for name, value in chunk.items() if name != "choices"}
    repetition = Repetition()
    repetition.learn(data, chunk, model)  # type: ignore[arg-type]
    found = repetition.read(event("b", obfuscation="yy"))
    assert found is not None
    assert found[2].additional_properties == {**model.additional_properties, "obfuscation": "yy"}


def test_chunks_of_tool_calls_share_nothing() -> None:
    """A caller who changes the tool call of a chunk changes no other."""
    repetition = Repetition()
    chunk = json.loads(tool_event("a"))
    repetition.learn(tool_event("a"), chunk, ChatCompletionChunk.from_dict(chunk))
    first, second = (repetition.read(tool_event(text)) for text in "bc")
    assert first is not None
    assert second is not None
    call = first[2].choices[0].delta.tool_calls[0]  # type: ignore[index]
    call["provider"], call.function["provider"] = "changed", "changed"  # type: ignore[index]
    assert second[2] == ChatCompletionChunk.from_dict(json.loads(tool_event("c")))


def test_chunks_share_nothing() -> None:
    """A caller who changes a chunk changes no other."""
    repetition = Repetition()
    chunk = json.loads(event("a", provider="p"))
    model = ChatCompletionChunk.from_dict(chunk)
    repetition.learn(event("a", provider="p"), chunk, model)
    model.additional_properties["provider"] = "changed"
    model.choices.clear()
    first, second = (repetition.read(event(text, provider="p")) for text in "bc")
    assert first is not None
    assert second is not None
    first[2].additional_properties.clear()
    first[2].choices[0].delta.content = "changed"
    assert second[2] == ChatCompletionChunk.from_dict(json.loads(event("c", provider="p")))
