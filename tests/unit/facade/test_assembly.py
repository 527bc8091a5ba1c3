"""Assembly of a streamed completion."""

from __future__ import annotations

import base64
import json
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import ChatCompletion
from chatcompletions._streaming import tool_calls
from chatcompletions._streaming.assembly import Assembly
from chatcompletions_api import models
from scripts.contract.spec import pinned

from ._support import choice, chunk, completion

ANSWER = {"$ref": "#/components/schemas/CreateChatCompletionResponse", "components": pinned().document["components"]}


def assembled(*chunks: dict[str, Any]) -> dict[str, Any]:
    assembly = Assembly()
    for each in chunks:
        # What is added must stay as it was: the chunks that the caller gets are read from the same mapping.
        before = json.dumps(each)
        assembly.add(each)
        assert json.dumps(each) == before
    return assembly.completion()


def message(*deltas: dict[str, Any]) -> dict[str, Any]:
    """Return the message of the only choice, assembled from deltas."""
    (found,) = assembled(*(chunk(choice(**delta)) for delta in deltas))["choices"]
    assert found["index"] == 0
    return dict(found["message"])


def call(index: int | None = 0, **members: Any) -> dict[str, Any]:
    return ({} if index is None else {"index": index}) | members


def calls(*chunks: list[dict[str, Any]]) -> list[Any]:
    return list(message(*({"tool_calls": each} for each in chunks)).get("tool_calls", []))


def test_content() -> None:
    """The pieces of text are joined; members that never came are null."""
    assert message({"role": "assistant", "content": ""}, {"content": "Hi"}, {"content": None}, {"content": "."}) == {
        "role": "assistant",
        "content": "Hi.",
        "refusal": None,
    }


def test_refusal() -> None:
    """The pieces of a refusal are joined."""
    assert message({"refusal": "No"}, {"refusal": ", sorry."})["refusal"] == "No, sorry."


def test_nothing() -> None:
    """A stream without chunks gives a completion without choices."""
    assert assembled() == {"object": "chat.completion", "choices": []}


def test_head() -> None:
    """Members of the chunks become those of the completion; the first value that is not null stands."""
    first = chunk(choice(content="a"), id="a", system_fingerprint=None, obfuscation="xx", usage=None)
    second = chunk(
        choice(content="b"), id="b", system_fingerprint="fp", service_tier="flex", obfuscation="y", model="n"
    )
    third = chunk(choice(finish_reason="stop"), id="c", system_fingerprint="other", seed=1)
    whole = assembled(first, second, third)
    assert (whole["id"], whole["model"], whole["object"]) == ("a", "m", "chat.completion")
    assert (whole["system_fingerprint"], whole["service_tier"], whole["seed"]) == ("fp", "flex", 1)
    assert "obfuscation" not in whole
    assert "usage" not in whole


def test_nulls_give_way_in_chunks_of_one_shape() -> None:
    """Null is replaced by the first value also if all chunks have the same members."""
    shape = {"service_tier": None, "usage": None}
    whole = assembled(
        chunk(**shape),
        chunk(
            **shape,
        ),
        chunk(service_tier="flex", usage=None),
        chunk(service_tier="auto", usage={"total_tokens": 3}),
    )
    assert (whole["service_tier"], whole["usage"]) == ("flex", {"total_tokens": 3})


def test_what_is_empty_is_not_said_yet() -> None:
    """Empty text, and 0 for the time, give way like null, as Azure begins with a chunk of them; alone they stand."""
    empty = {"id": "", "object": "", "created": 0, "model": "", "choices": [], "prompt_filter_results": [{"n": 0}]}
    first, second = chunk(choice(content="a"), system_fingerprint=""), chunk(choice(content="b"), id="other", created=5)
    whole = assembled(empty, first, second, chunk(system_fingerprint="fp", id="", created=0))
    assert whole | {"choices": []} == {
        **chunk(),
        "object": "chat.completion",
        "prompt_filter_results": [{"n": 0}],
        "system_fingerprint": "fp",
    }
    assert assembled(empty) == {**empty, "object": "chat.completion"}
    assert assembled({"flag": False, "x": 0}, {"flag": True, "x": 1}) == {
        **assembled(),
        "flag": False,
        "x": 0,
    }


def test_usage_comes_last() -> None:
    """If every chunk has the usage so far, the last one counts."""
    last = chunk(usage={"total_tokens": 3})
    assert assembled(chunk(choice(content="a"), usage=None), last)["usage"] == {"total_tokens": 3}
    running = [chunk(choice(content="a"), usage={"total_tokens": count}) for count in (1, 2, 3)]
    assert assembled(*running)["usage"] == {"total_tokens": 3}
    assert assembled(*running, chunk(usage=None))["usage"] == {"total_tokens": 3}


@pytest.mark.parametrize(
    "words", [({"id": "r"}, {"id": "r", "usage": {"total_tokens": 3}}), (["a"], ["a", "b"]), ({"ms": 1}, {"ms": 2})]
)
@pytest.mark.parametrize("silence", [None, {}, []])
def test_what_grows_comes_last(words: tuple[Any, Any], silence: Any) -> None:
    """Of an object or a list outside the choices, the last value that is not empty counts."""
    first, last = words
    assert assembled(chunk(x=first), chunk(x=first), chunk(x=last), chunk(x=silence))["x"] == last


@pytest.mark.parametrize("roles", [[""], [None, ""], ["", "assistant"]])
def test_a_role_that_is_empty(roles: list[Any]) -> None:
    """A missing or empty role is the assistant's, because no server accepts a message without one."""
    assert message(*({"role": role} for role in roles))["role"] == "assistant"


def test_finish_reason() -> None:
    """The finish reason is kept, whatever comes after it, and marks the stream as whole."""
    assembly = Assembly()
    assert (assembly.empty, assembly.finished) == (True, False)
    for nothing in (None, "", "null"):
        assembly.add(chunk(choice(content="a", finish_reason=nothing)))
        assert (assembly.empty, assembly.finished) == (False, False)
    assembly.add(chunk(choice(finish_reason="length")))
    assembly.add(chunk(choice(finish_reason=None)))
    assembly.add(chunk(choice(finish_reason="")))
    assert assembly.finished
    assert assembly.completion()["choices"][0]["finish_reason"] == "length"


def test_every_choice_has_to_finish() -> None:
    """A stream of several choices is whole when all choices that came, and all that were asked for, have finished."""
    assembly = Assembly()
    assembly.add(chunk(choice(0, content="a"), choice(1, content="b")))
    assembly.add(chunk(choice(0, finish_reason="stop")))
    assert not assembly.finished
    assembly.add(chunk(choice(1, finish_reason="stop")))
    assert assembly.finished
    assembly = Assembly(3, usage=True)
    for index in (1, 0, 2):
        assert assembly.missing in (
            "a finish reason",
            "choice 0 of the 3 that were asked for",
            "choice 2 of the 3 that were asked for",
        )
        assembly.add(chunk(choice(index, finish_reason="stop")))
    assert assembly.missing == "the usage that was asked for"
    assembly.add(chunk(usage={"total_tokens": 3}))
    assert (assembly.missing, assembly.finished) == ("", True)


def test_choices_interleaved() -> None:
    """Choices that come in turns, out of order and two in a chunk are kept apart and sorted."""
    whole = assembled(
        chunk(choice(2, content="x")),
        chunk(choice(0, content="a"), choice(1, content="m")),
        chunk(choice(1, content="n")),
        chunk(choice(0, content="b"), choice(2, content="y"), choice(0, content="c")),
    )
    assert [(each["index"], each["message"]["content"]) for each in whole["choices"]] == [
        (0, "abc"),
        (1, "mn"),
        (2, "xy"),
    ]


def test_choice_without_an_index() -> None:
    """A choice without an index is the first."""
    assert (
        assembled(chunk(choice(None, content="a")), chunk(choice(0, content="b")))["choices"][0]["message"]["content"]
        == "ab"
    )


def test_tool_calls() -> None:
    """The pieces of each tool call are joined by its index."""
    assert calls(
        [call(0, id="call_1", type="function", function={"name": "f", "arguments": ""})],
        [call(0, function={"arguments": '{"a"'})],
        [call(1, id="call_2", type="function", function={"name": "g", "arguments": "{"})],
        [call(0, function={"arguments": ": 1}"}), call(1, function={"arguments": "}"})],
    ) == [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"id": "call_2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


F = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "ab"}}


@pytest.mark.parametrize(
    "chunks",
    [
        [[call(0, **F)]],
        [
            [
                call(0, id="call_1", type="function", function={"name": "f", "arguments": "a"}),
                call(0, function={"arguments": "b"}),
            ]
        ],
        [[call(0, **(F | {"function": {"name": "f", "arguments": piece}}))] for piece in ("a", "b", "")],
        [
            [call(0, id="call_1", type="function", function={"name": "f"})],
            [call(0, id="", type="", function={"name": "", "arguments": "ab"})],
        ],
        [[call(0, id="", type=None, function={"name": None, "arguments": None})], [call(0, **F)]],
        [
            [call(0, id=None, function={"name": "f", "arguments": "a"})],
            [call(0, id="call_1", type="function", function={"arguments": "b"})],
        ],
        [[call(None, **(F | {"function": {"name": "f", "arguments": piece}}))] for piece in ("a", "b")],
        [
            [call(None, id="call_1", type="function", function={"name": "f", "arguments": "a"})],
            [call(None, function={"arguments": "b"})],
        ],
        [[call(0, id="call_1", function={"name": "f", "arguments": "ab"})]],
        [[call(3, **F)]],
        [[call(0, function={"arguments": "a"})], [call(0, id="call_1", function={"name": "f", "arguments": "b"})]],
        [[None, 5, call(0, **F)], []],
    ],
    ids=[
        "at once",
        "an index twice in a chunk",
        "all repeated",
        "empty repeats",
        "nulls first",
        "id later",
        "no index, repeated",
        "no index",
        "no type",
        "first index 3",
        "name later",
        "odd entries",
    ],
)
def test_one_tool_call_however_it_comes(chunks: list[list[Any]]) -> None:
    """However a server cuts a tool call, repeats its members or leaves them out, the result is one whole call."""
    assert calls(*chunks) == [F]


@pytest.mark.parametrize("index", [0, None])
def test_ids_tell_calls_under_one_index_apart(index: int | None) -> None:
    """If every call has the index 0, or none, there is one call for each id."""
    found = calls(
        [call(index, id="a", type="function", function={"name": "f", "arguments": "1"})],
        [call(index, id="b", type="function", function={"name": "f", "arguments": "2"})],
        [call(index, function={"arguments": "3"})],
        [call(index, id="a", function={"arguments": "4"})],
    )
    assert [(each["id"], each["function"]["arguments"]) for each in found] == [("a", "14"), ("b", "23")]


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("name", [{}, {"name": None}, {"name": ""}])
def test_a_new_id_alone_begins_no_call(index: int | None, name: dict[str, Any]) -> None:
    """A piece that only adds text belongs to the call before it, also if each piece has another id."""
    found = calls(
        [call(index, id="a", type="function", function={"name": "f", "arguments": ""})],
        [call(index, id="b", type="function", function={**name, "arguments": "{"})],
        [call(index, id="c", type="function", function={**name, "arguments": "}"})],
        [call(index, id="d", type="function", function={"name": "f", "arguments": "{}"})],
    )
    assert [(each["id"], each["function"]["arguments"]) for each in found] == [("a", "{}"), ("d", "{}")]


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("no_id", [{}, {"id": None}, {"id": ""}])
@pytest.mark.parametrize("arguments", [['{"a": 1}', ' {"a": 2}\n', "{}"], [{"a": 1}, {"a": 2}, {"a": 3}]])
def test_calls_of_one_function_without_ids(index: int | None, no_id: dict[str, Any], arguments: list[Any]) -> None:
    """If there is no id either, the same name with new arguments after complete ones begins another call."""
    pieces = [call(index, **no_id, function={"name": "f", "arguments": each}) for each in arguments]
    for found in (calls(pieces), calls(*([piece] for piece in pieces))):
        assert [each["function"] for each in found] == [{"name": "f", "arguments": each} for each in arguments]


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("no_id", [{}, {"id": None}, {"id": ""}])
@pytest.mark.parametrize(("kind", "text"), [("function", "arguments"), ("custom", "input")])
def test_names_tell_calls_without_ids_apart(index: int | None, no_id: dict[str, Any], kind: str, text: str) -> None:
    """If there is no id either, another name begins another call, after the one before has name and arguments."""
    pieces: list[dict[str, Any]] = [{"name": "f", text: "{"}, {text: "}"}, {"name": "g", text: ""}, {text: "{}"}]
    found = calls(*([call(index, **no_id, **{kind: piece})] for piece in pieces))
    assert [each[kind] for each in found] == [{"name": "f", text: "{}"}, {"name": "g", text: "{}"}]


@pytest.mark.parametrize(
    "pieces",
    [
        [{"name": "get_time", "arguments": "{"}, {"name": "get_time", "arguments": "}"}],
        [{"name": "get_", "arguments": ""}, {"name": "time"}, {"name": "get_time", "arguments": "{}"}],
        [{"arguments": "{"}, {"name": "get_time"}, {"name": "", "arguments": "}"}, {"name": None}],
        [{"name": "get_time", "arguments": "{}"}, {"name": "get_time", "arguments": ""}],
    ],
)
def test_a_repeated_name_begins_no_call(pieces: list[dict[str, Any]]) -> None:
    """A name that is repeated, comes in pieces or comes late belongs to the same call."""
    (found,) = calls(*([call(0, function=piece)] for piece in pieces))
    assert found["function"] == {"name": "get_time", "arguments": "{}"}


def test_a_tool_call_that_is_in_no_list() -> None:
    """A piece of a tool call without a list around it is read as well."""
    pieces = [{"name": "f", "arguments": ""}, {"name": None, "arguments": "{"}, {"name": None, "arguments": "}"}]
    found = message(*({"tool_calls": call(0, id="", type="function", function=each)} for each in pieces))
    assert found["tool_calls"] == [{"id": "", "type": "function", "function": {"name": "f", "arguments": "{}"}}]


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("no_id", [{}, {"id": None}, {"id": ""}])
@pytest.mark.parametrize(
    "pieces",
    [
        [{"name": "f", "arguments": '{"a"'}, {"arguments": ": 1}"}, {"name": "f", "arguments": '{"a"'}],
        [
            *({"name": "f", "arguments": ""}, {"arguments": '{"a"'}, {"arguments": ": 1}"}),
            *({"name": "f", "arguments": ""}, {"arguments": " "}, {"arguments": '{"a"'}),
        ],
        [{"name": "f", "arguments": text} for text in ('{"a"', ": 1}", '{"a"')],
        [{"name": "f"}, {"arguments": '{"a": 1}'}, {"name": "f"}, {"arguments": None}, {"arguments": '{"a"'}],
    ],
    ids=["pieces", "the name first", "the name in every piece", "the name alone"],
)
def test_one_function_called_twice_in_pieces(index: int | None, no_id: dict[str, Any], pieces: list[Any]) -> None:
    """Without ids, the same name again after whole arguments, and new arguments, begin another call in pieces, too."""
    found = calls(*([call(index, **no_id, function=piece)] for piece in [*pieces, {"arguments": ": 2}"}]))
    assert [each["function"]["name"] for each in found] == ["f", "f"]
    assert [json.loads(each["function"]["arguments"]) for each in found] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    "pieces",
    [
        [{"name": "f", "arguments": "{}"}, {"arguments": "{}"}],
        [{"name": "f", "arguments": "{}"}, {"name": "f", "arguments": ""}, {"arguments": "x"}, {"arguments": "{}"}],
        [{"name": "f", "arguments": "{"}, {"name": "f", "arguments": ""}, {"arguments": "{}"}],
        [{"name": "f", "arguments": "[1]"}, {"name": "f", "arguments": "{}"}],
    ],
    ids=["no name", "other text", "not whole", "no object"],
)
def test_what_begins_no_call(pieces: list[dict[str, Any]]) -> None:
    """Without the name again, or before the arguments are a whole object, more text is of the same call."""
    (found,) = calls(*([call(0, function=piece)] for piece in pieces))
    assert found["function"] == {"name": "f", "arguments": "".join(piece["arguments"] for piece in pieces)}


def test_another_function_after_a_name_alone() -> None:
    """A name that was given again without arguments, and then another one, are two calls."""
    pieces = [{"name": "f", "arguments": "{}"}, {"name": "f", "arguments": ""}, {"name": "g", "arguments": "{}"}]
    found = calls(*([call(0, function=piece)] for piece in pieces))
    assert [each["function"] for each in found] == [pieces[0], pieces[2]]


def test_looking_for_whole_arguments_has_an_end() -> None:
    """Arguments that never are whole are not parsed with every further piece."""
    with patch.object(tool_calls, "loads", wraps=tool_calls.loads) as loads:
        (found,) = calls(*([call(0, function={"name": "f", "arguments": text})] for text in ["x", *["{}"] * 500]))
    assert found["function"]["arguments"] == "x" + "{}" * 500
    assert loads.call_count == 100


def test_a_repeated_name_amid_braces() -> None:
    """A repeated name before a brace begins no call until the arguments so far are complete."""
    pieces = ['{"a": {}', '{"b": 1}', "}"]
    (found,) = calls(*([call(0, function={"name": "f", "arguments": piece})] for piece in pieces))
    assert found["function"]["arguments"] == "".join(pieces)


def test_tool_calls_are_sorted_by_index() -> None:
    """Calls that come out of order are sorted by their index."""
    found = calls([call(1, id="b", custom={}), call(0, id="a", custom={})], [call(2, id="c", custom={})])
    assert [each["id"] for each in found] == ["a", "b", "c"]


def test_custom_tool_calls() -> None:
    """The input of a custom tool call is joined, and its type is kept, or follows from its member."""
    whole = {"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}}
    start = {"id": "c", "custom": {"name": "sql", "input": "SELECT"}}
    rest = call(0, custom={"input": " 1"})
    assert calls([call(0, **start, type="custom")], [rest]) == [whole]
    assert calls([call(0, **start)], [rest]) == [whole]


def test_members_of_tool_calls_beyond_the_spec() -> None:
    """Members that a server adds to a tool call are kept."""
    assert calls([call(0, **F, extra_content={"google": {"signature": "ab"}})])[0]["extra_content"] == {
        "google": {"signature": "ab"}
    }


def test_function_call() -> None:
    """The deprecated function_call is joined like a tool call."""
    deltas = [{"name": "f", "arguments": ""}, {"arguments": '{"a"'}, {"name": "f", "arguments": ": 1}"}]
    assert message(*({"function_call": each} for each in deltas))["function_call"] == {
        "name": "f",
        "arguments": '{"a": 1}',
    }


def test_a_name_in_pieces() -> None:
    """A function's name that comes in pieces is joined, one that is repeated is not."""
    assert (
        calls([call(0, function={"name": "get_"})], [call(0, function={"name": "time"})])[0]["function"]["name"]
        == "get_time"
    )


def logprob(token: str) -> dict[str, Any]:
    return {"token": token, "logprob": -0.5, "bytes": [97], "top_logprobs": []}


def test_logprobs() -> None:
    """Log probabilities are joined; without any they are null."""
    first = choice(content="a") | {"logprobs": {"content": [logprob("a")], "refusal": None}}
    second = choice(content="b") | {"logprobs": {"content": [logprob("b"), logprob("c")], "refusal": []}}
    third = choice(finish_reason="stop")
    (found,) = assembled(chunk(first), chunk(second), chunk(third))["choices"]
    assert found["logprobs"] == {"content": [logprob(token) for token in "abc"], "refusal": []}
    late = choice(content="a") | {"logprobs": {"content": None, "refusal": None}}
    assert assembled(chunk(late), chunk(second))["choices"][0]["logprobs"]["content"] == [logprob("b"), logprob("c")]
    assert assembled(chunk(third))["choices"][0]["logprobs"] is None


@pytest.mark.parametrize("padded", [True, False], ids=["each piece is base64", "one base64 text, cut anywhere"])
def test_audio(padded: bool) -> None:
    """The audio of an answer is one base64 text, however its pieces were encoded; its other members are joined too."""
    sound = bytes(range(200))
    if padded:
        pieces = [base64.b64encode(sound[start : start + 7]).decode() for start in range(0, 200, 7)]
    else:
        text = base64.b64encode(sound).decode()
        pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    found = message(
        {"audio": {"id": "audio_1", "transcript": "He"}},
        *({"audio": {"data": piece}} for piece in pieces),
        {"audio": {"id": "audio_1", "transcript": "llo."}},
        {"audio": {"expires_at": 1_700_000_000}},
    )["audio"]
    assert (found["id"], found["transcript"], found["expires_at"]) == ("audio_1", "Hello.", 1_700_000_000)
    assert base64.b64decode(found["data"], validate=True) == sound


def test_audio_that_is_no_base64() -> None:
    """Audio that is not base64 is kept as it came."""
    assert message({"audio": {"data": "\u00e9"}}, {"audio": {"data": "QQ=="}})["audio"] == {"data": "\u00e9QQ=="}


def test_a_message_beside_the_deltas() -> None:
    """A message that a chunk has beside its delta, or in its place, fills in what the deltas left out, and no more."""
    said = choice(content="Hi.", role="assistant") | {"finish_reason": "stop"}
    for late in ({"content": None}, {"content": ""}, {"content": "other", "role": "user"}, None, {}):
        (found,) = assembled(chunk(said), chunk(choice() | {"message": late}))["choices"]
        assert found["message"] == {"role": "assistant", "content": "Hi.", "refusal": None}
    whole = {"role": "assistant", "content": "Hi.", "refusal": None, "annotations": [], "tool_calls": [F]}
    for more in ({"content": None}, {"content": ""}, {"role": None}):
        in_its_place = {"index": 0, "message": whole}
        (found,) = assembled(chunk(choice(content="")), chunk(in_its_place), chunk({"message": more}))["choices"]
        assert found["message"] == whole


def test_members_beyond_the_spec() -> None:
    """Fields that the spec does not have are kept: text and lists are joined, any other value is replaced."""
    found = message(
        {"reasoning_content": "I ", "reasoning": {"text": "a", "steps": [1]}, "score": 1, "flag": True},
        {"reasoning_content": "think.", "reasoning": {"text": "b", "steps": [2]}, "score": 2, "empty": None},
    )
    assert found["reasoning_content"] == "I think."
    assert found["reasoning"] == {"text": "ab", "steps": [1, 2]}
    assert (found["score"], found["flag"]) == (2, True)
    whole = assembled(chunk(choice(content="a") | {"content_filter_results": {"hate": False}}))
    assert whole["choices"][0]["content_filter_results"] == {"hate": False}


def test_annotations() -> None:
    """Annotations are joined."""
    notes = [{"type": "url_citation", "url_citation": {"url": url}} for url in "abc"]
    assert message({"annotations": notes[:1]}, {"annotations": notes[1:]})["annotations"] == notes


def test_content_parts() -> None:
    """Content that comes in parts stays in parts, and plain text after them is one more."""
    part = {"type": "thinking", "thinking": "hm"}
    assert message({"content": [part]}, {"content": [part]})["content"] == [part, part]
    assert message({"content": [part]}, {"content": "a"}, {"content": "b"})["content"] == [
        part,
        {"type": "text", "text": "ab"},
    ]


def test_empty_text_beside_content_parts() -> None:
    """Empty text before and after parts, which some servers send with a tool call, is no part."""
    part = {"type": "reference", "ids": [1]}
    assert message({"content": ""}, {"content": [part]}, {"content": ""})["content"] == [part]


def test_an_empty_list_of_calls_and_other_nulls() -> None:
    """An empty list of tool calls, and a null that a choice has, are in the completion as in a whole answer."""
    assert message({"content": "a", "tool_calls": []})["tool_calls"] == []
    assert calls([], [call(id="a", function={"name": "f"})], [])[0]["id"] == "a"
    (found,) = assembled(chunk({**choice(content="a"), "stop_reason": None}))["choices"]
    assert found["stop_reason"] is None
    (found,) = assembled(*(chunk({**choice(), "stop_reason": value}) for value in (None, 1, None)))["choices"]
    assert found["stop_reason"] == 1


def test_the_order_of_content_parts() -> None:
    """Text and parts of content stand in the order in which they came; an empty list of parts is none."""
    reference = {"type": "reference", "reference_ids": [1]}
    pieces = ["It is ", "blue", [reference], " and", "", [], " wide", [reference, reference], "."]
    texts = [{"type": "text", "text": text} for text in ("It is blue", " and wide", ".")]
    assert message(*({"content": piece} for piece in pieces))["content"] == [
        *(texts[0], reference),
        *(texts[1], reference, reference),
        texts[2],
    ]


def test_reasoning_details() -> None:
    """The details of a thought that come in pieces under one index are one."""
    detail = {"type": "reasoning.text", "index": 0}
    pieces = [{**detail, "text": "a"}, {**detail, "text": "b"}, {**detail, "signature": "s"}]
    found = message(*({"content": "", "reasoning_details": [piece]} for piece in pieces), {"content": "Hi."})
    assert found["reasoning_details"] == [{**detail, "text": "ab", "signature": "s"}]
    assert found["content"] == "Hi."


ODD: list[Any] = [
    None,
    True,
    5,
    1.5,
    "text",
    "",
    [],
    [1, "a", None],
    {},
    {"a": 1},
    {"data": "QQ=="},
    [{"index": 0}],
    [[]],
]


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.sampled_from(ODD)
                for name in (
                    "content",
                    "refusal",
                    "role",
                    "tool_calls",
                    "function_call",
                    "audio",
                    "annotations",
                    "id",
                    "new",
                )
            },
        ),
        max_size=6,
    )
)
def test_any_delta(deltas: list[dict[str, Any]]) -> None:
    """Deltas of any contents raise nothing, and give JSON."""
    assert json.dumps(message({"content": "a"}, *deltas))


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.sampled_from([*ODD, [{"index": 0, "delta": {"content": "a"}}]])
                for name in ("id", "choices", "usage", "created", "object", "new")
            },
        ),
        max_size=6,
    )
)
def test_any_chunk(chunks: list[dict[str, Any]]) -> None:
    """Chunks of any contents raise nothing, and give a completion."""
    whole = assembled(*chunks)
    assert ChatCompletion.from_dict(json.loads(json.dumps(whole))).to_dict()["object"] == "chat.completion"


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.sampled_from([*ODD, 0, "call_1", {"name": "f", "arguments": "{"}])
                for name in ("index", "id", "type", "function", "custom")
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_tool_call(pieces: list[dict[str, Any]]) -> None:
    """Tool calls of any contents raise nothing, and give JSON."""
    assert json.dumps(calls(*([piece] for piece in pieces))) is not None


TEXT = st.text(max_size=12)
MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | TEXT, "refusal": st.none() | TEXT},
    optional={
        "tool_calls": st.lists(
            st.builds(
                lambda name, text: {"type": "function", "function": {"name": name, "arguments": text}},
                st.text(min_size=1, max_size=5),
                TEXT,
            )
            | st.builds(
                lambda name, text: {"type": "custom", "custom": {"name": name, "input": text}},
                st.text(min_size=1, max_size=5),
                TEXT,
            ),
            min_size=1,
            max_size=3,
        ),
    },
)


def pieces_of(text: str, draw: Any) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def deltas_of(whole: dict[str, Any], draw: Any) -> list[dict[str, Any]]:
    """Cut a message into deltas as the service does."""
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    for name in ("content", "refusal"):
        if whole[name] is not None:
            deltas += [{name: piece} for piece in pieces_of(whole[name], draw)]
    for index, tool_call in enumerate(whole.get("tool_calls", [])):
        member, value = ("arguments", "function") if tool_call["type"] == "function" else ("input", "custom")
        inner = tool_call[value]
        start = {"index": index, "id": tool_call["id"], "type": tool_call["type"], value: {**inner, member: ""}}
        rest = [{"index": index, value: {member: piece}} for piece in pieces_of(inner[member], draw)]
        deltas += [{"tool_calls": [piece]} for piece in (start, *rest)]
    return deltas


@given(messages=st.lists(MESSAGES, min_size=1, max_size=3), data=st.data())
def test_streamed_and_whole_are_the_same(messages: list[dict[str, Any]], data: st.DataObject) -> None:
    """A completion that is cut into chunks in any way is assembled to the same completion, as the spec has it."""
    for each in messages:
        for index, tool_call in enumerate(each.get("tool_calls", [])):
            tool_call["id"] = f"call_{index}"
    choices = [
        {"index": index, "finish_reason": "stop", "message": each, "logprobs": None}
        for index, each in enumerate(messages)
    ]
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    whole = completion(choices=choices, usage=usage, system_fingerprint="fp", service_tier="default")
    queues = [[choice(index, **delta) for delta in deltas_of(each, data.draw)] for index, each in enumerate(messages)]
    for index, queue in enumerate(queues):
        queue.append(choice(index, finish_reason="stop"))
    chunks = []
    while any(queues):
        queue = data.draw(st.sampled_from([queue for queue in queues if queue]))
        chunks.append(chunk(queue.pop(0), system_fingerprint="fp", service_tier="default", usage=None))
    chunks.append(chunk(system_fingerprint="fp", service_tier="default", usage=usage))
    found = assembled(*chunks)
    assert found == whole
    jsonschema.validate(found, ANSWER)
    assert ChatCompletion.from_dict(found) == models.CreateChatCompletionResponse.from_dict(whole)
