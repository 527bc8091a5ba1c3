"""The deviations of answers: their schemas and words, and that only those who ask for them pay for them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import chatcompletions_api
from chatcompletions import ChatCompletion, ChatCompletionChunk, ChatCompletionDeleted, Deviation, deviations
from chatcompletions._answers.pages import ChatCompletionPage, MessagePage
from chatcompletions._spec.schema import spec_schema
from chatcompletions_api import models
from tests.unit.facade._support import HI, STOP, chunk, completion, page

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = {"role": "assistant", "content": "Hi.", "refusal": None}
STORED = {**MESSAGE, "id": "chatcmpl-1-0"}
MESSAGES = {"object": "list", "data": [STORED], "first_id": "a", "last_id": "a", "has_more": False}
DELETED = {"object": "chat.completion.deleted", "id": "chatcmpl-1", "deleted": True}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


class Foreign:
    """A model of another package."""

    def to_dict(self) -> dict[str, Any]:
        return {}


def told(value: Any, **options: Any) -> list[str]:
    return [str(one) for one in deviations(value, **options)]


def saying(**members: Any) -> dict[str, Any]:
    """Return a completion whose message has these members too."""
    return {**completion(), "choices": [{**completion()["choices"][0], "message": {**MESSAGE, **members}}]}


@pytest.mark.parametrize(
    ("value", "model"),
    [
        (completion(), ChatCompletion),
        (completion(), models.CreateChatCompletionResponse),
        (saying(tool_calls=[CALL]), ChatCompletion),
        (HI, ChatCompletionChunk),
        (STOP, models.CreateChatCompletionStreamResponse),
        (chunk(usage=None), ChatCompletionChunk),
        (page(["a", "b"]), ChatCompletionPage),
        (page([]), models.ChatCompletionList),
        (MESSAGES, MessagePage),
        (DELETED, ChatCompletionDeleted),
        (MESSAGE, models.ChatCompletionResponseMessage),
        (STORED, models.ChatCompletionStoreMessage),
    ],
)
def test_none(value: dict[str, Any], model: Any) -> None:
    """An answer as the spec has it has no deviations, nor has its model in either layer."""
    assert deviations(value) == deviations(model.from_dict(value)) == []


def test_parts_of_an_answer() -> None:
    """A choice, a usage or any other part is judged by its class."""
    reply = ChatCompletion.from_dict(completion(usage={"prompt_tokens": 1}))
    reply.choices[0].finish_reason = "eos"  # type: ignore[assignment]
    assert [one.path for one in deviations(reply.choices[0])] == ["$.finish_reason"]
    assert [one.path for one in deviations(reply.usage)] == ["$.completion_tokens", "$.total_tokens"]
    assert [one.path for one in deviations(models.ChunkChoice.from_dict({"index": 0}))] == [
        "$.delta",
        "$.finish_reason",
    ]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (completion(id=5), "$.id: string; found 5"),
        (completion(created=1.5), "$.created: integer; found 1.5"),
        (completion(created=True), "$.created: integer; found true"),
        (completion(created=10**50), None),
        (completion(model=10**1000), "$.model: string; found a huge integer"),
        (completion(model=-(10**5000)), "$.model: string; found a huge integer"),
        (completion(model=[10**5000]), "$.model: string; found an array"),
        (completion(service_tier=10**5000), "'fast' or null; found a huge integer"),
        (completion(model=float("nan")), "$.model: string; found NaN"),
        (completion(usage=[]), "$.usage: object; found an array"),
        (completion(usage=None), "$.usage: object; found null"),
        (completion(model={}), "$.model: string; found an object"),
        (saying(content=5), "$.choices[0].message.content: string or null; found 5"),
        (saying(role="model"), "$.choices[0].message.role: 'assistant'; found 'model'"),
        (completion(service_tier="x\ny\ud800"), r"'fast' or null; found 'x\ny\ud800'"),
        (completion(service_tier=5), "'fast' or null; found 5"),
        (completion(choices=None), "$.choices: array; found null"),
        (completion(metadata={"a b": 1}), "$.metadata['a b']: string; found 1"),
        (completion(extra="x" * 10_000), "$.extra: no such property; found 'xxx"),
        (completion(**{"\n" * 500: 1}), r"$['\n\n"),
        (saying(tool_calls=[{**CALL, "type": "mcp"}]), "tool_calls[0].type: one of 'function', 'custom'; found 'mcp'"),
        (saying(tool_calls=[{**CALL, "type": 5}]), "tool_calls[0].type: one of 'function', 'custom'; found 5"),
        (saying(tool_calls=[5]), "$.choices[0].message.tool_calls[0]: object; found 5"),
    ],
)
def test_words(value: dict[str, Any], line: str | None) -> None:
    """Each deviation is one short line: the path, the expected value and the found one."""
    found = told(value)
    assert len(found) == (line is not None)
    for one in found:
        assert line is not None
        assert line in one
        assert "\n" not in one
        assert len(one) < 400


def test_the_branch_that_was_meant() -> None:
    """Of a union the branch that was meant is reported: the one with the tag, or else the one that fits best."""
    custom = {"id": "c", "type": "custom", "custom": {"name": 5}}
    untagged = {"id": 5, "function": {"name": "f", "arguments": "{}"}}
    at = "$.choices[0].message.tool_calls"
    assert sorted(told(saying(tool_calls=[custom, CALL, untagged]))) == [
        f"{at}[0].custom.input: required; found missing",
        f"{at}[0].custom.name: string; found 5",
        f"{at}[2].id: string; found 5",
        f"{at}[2].type: required; found missing",
    ]


def test_models_remember() -> None:
    """Of a model it is known whether a field was missing or null, as of the JSON that it was read from."""
    value = {"choices": [{"message": {"content": None}}], "usage": None}
    found = {one.path: (one.expected, one.found) for one in deviations(ChatCompletion.from_dict(value), schema=None)}
    assert found["$.id"] == ("required", "missing")
    assert found["$.choices[0].message.refusal"] == ("required", "missing")
    assert found["$.usage"] == ("object", "null")
    assert "$.choices[0].message.content" not in found
    assert deviations(ChatCompletion.from_dict(value)) == deviations(value, schema="CreateChatCompletionResponse")


def test_mappings_of_any_kind() -> None:
    """Any mapping can be judged, also with models in it."""
    choice = models.Choice.from_dict(completion()["choices"][0])
    assert deviations(MappingProxyType({**completion(), "choices": (choice,)})) == []
    assert told(MappingProxyType({**completion(), "choices": [MappingProxyType({})]}))[0].startswith("$.choices[0].")


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"object": "chat.completion"}, "CreateChatCompletionResponse"),
        ({"object": "chat.completion.chunk"}, "CreateChatCompletionStreamResponse"),
        ({"object": "chat.completion.deleted"}, "ChatCompletionDeleted"),
        ({"object": "list"}, "ChatCompletionList"),
        ({"data": []}, "ChatCompletionList"),
        ({"object": "list", "data": [None, {"role": "user"}]}, "ChatCompletionMessageList"),
        ({"choices": None}, "CreateChatCompletionResponse"),
        ({"object": "text_completion", "choices": [{"message": None}]}, "CreateChatCompletionResponse"),
        ({"object": 5, "choices": [None, {"delta": None}]}, "CreateChatCompletionStreamResponse"),
        ({"deleted": None}, "ChatCompletionDeleted"),
        ({"role": None}, "ChatCompletionResponseMessage"),
        ({"role": "user", "id": 5}, "ChatCompletionStoreMessage"),
    ],
)
def test_what_a_mapping_is(value: dict[str, Any], schema: str) -> None:
    """A mapping is judged by its object, else by its shape."""
    assert deviations(value) == deviations(value, schema=schema) != []


def test_another_schema() -> None:
    """Any schema of the spec can be named, those of requests too."""
    assert told({"model": "m", "messages": []}, schema="CreateChatCompletionRequest") == [
        "$.messages: minItems 1; found an array"
    ]
    assert deviations(models.ImageUrl.from_dict({"url": "https://example.com"}), schema="CompletionUsage") != []


@pytest.mark.parametrize(
    ("value", "options", "cls", "line"),
    [
        ({}, {}, ValueError, "does not show what it is.*schema="),
        ({"object": ["list"]}, {}, ValueError, "does not show what it is"),
        (
            {},
            {"schema": "ChatCompletionLists"},
            ValueError,
            "no schema 'ChatCompletionLists'; did you mean 'ChatCompletionList'",
        ),
        ({}, {"schema": "../answers"}, ValueError, "no schema '../answers'$"),
        ([], {}, TypeError, "a model or a mapping, not list"),
        (None, {}, TypeError, "not NoneType"),
        ("{}", {}, TypeError, "not str"),
        ({}, {"schema": 3}, TypeError, "schema must be the name of a schema, not int"),
        (ChatCompletion, {}, TypeError, "a model or a mapping, not type"),
        (Foreign(), {}, TypeError, "no schema 'Foreign'.*schema="),
    ],
)
def test_what_cannot_be_judged(value: Any, options: dict[str, Any], cls: type[Exception], line: str) -> None:
    """An argument that is no answer, or fits no schema's shape, is refused in one line that says what to do."""
    with pytest.raises(cls, match=line):
        deviations(value, **options)


def test_nothing_is_told_twice() -> None:
    """A value that breaks several rules in the same words is one deviation, and the order is that of the answer."""
    assert told({**DELETED, "object": 5, "deleted": 1}, schema="ChatCompletionDeleted") == [
        "$.object: 'chat.completion.deleted'; found 5",
        "$.deleted: boolean; found 1",
    ]
    surplus = {f"x{number}": 1 for number in range(20)}
    assert [line.split(":")[0] for line in told({**DELETED, **surplus})] == [f"$.{name}" for name in surplus]


def test_nesting_without_end() -> None:
    """A value nested without end is refused in one line, and one nested deeply is judged."""
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"a": [deep]}
    assert told(completion(id=deep, x=deep)) == [
        "$.id: string; found an object",
        "$.x: no such property; found an object",
    ]
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="nested too deeply"):
        deviations(completion(id=deep))


def test_a_departure_is_a_value() -> None:
    """Deviations compare, hash and pickle by value, and cannot be changed."""
    (one,) = deviations(completion(id=5))
    assert {pickle.loads(pickle.dumps(one))} == {Deviation("$.id", "string", "5")}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.path = "$"  # type: ignore[misc]


def test_nothing_is_changed() -> None:
    """Judging does not change the answer."""
    value = saying(tool_calls=None, x=1)
    before = repr(value)
    deviations(value)
    assert repr(value) == before


def test_threads() -> None:
    """Many threads may judge at once, the first time included."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from chatcompletions import deviations\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    found = list(pool.map(lambda n: [str(one) for one in deviations({'deleted': n})], range(32)))\n"
        "print({len(one) for one in found})"
    )
    assert run(code) == "{3}"
    with ThreadPoolExecutor(8) as pool:
        assert set(map(len, pool.map(lambda _: deviations(completion(id=5)), range(64)))) == {1}


def run(code: str) -> str:
    """Run code in an interpreter of its own, and return its output."""
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-W", "error", "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


USE = """
import sys, httpx, chatcompletions
from chatcompletions import ChatClient, Deviation
body = {"object": "list", "choices": [], "data": [], "has_more": False}
with ChatClient(api_key="k", transport=httpx.MockTransport(lambda request: httpx.Response(200, json=body))) as chat:
    chat.create(model="m", messages="Hi."), list(chat.list()), list(chat.create(model="m", messages="Hi.", stream=True))
unwanted = {"jsonschema", "yaml", "chatcompletions._spec.judge", "chatcompletions._spec.strict"}
print(sorted(unwanted.intersection(sys.modules)))
"""


def test_nobody_pays_who_does_not_ask() -> None:
    """Neither calls nor the name Deviation load the validator, a YAML reader or the judge."""
    assert run(USE) == "[]"


@pytest.mark.parametrize("use", ["deviations({'deleted': 1})", "ChatClient(api_key='k', strict=True)"])
def test_without_the_extra(use: str) -> None:
    """Without the extra, judging fails in one line with the command to install it; so does making a strict client."""
    code = (
        f"import sys\nsys.modules['jsonschema'] = None\nfrom chatcompletions import ChatClient, deviations\n"
        f"try:\n    {use}\nexcept ImportError as error:\n    print(error.name, error)"
    )
    assert run(code) == "jsonschema judging answers by the spec needs jsonschema: pip install 'chatcompletions[strict]'"


def test_the_schema_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated package without its schema is an error in one line that says what to do."""
    monkeypatch.setattr(chatcompletions_api, "__file__", str(tmp_path / "__init__.py"))
    spec_schema.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"schema\.json is missing from .*install chatcompletions again"):
        deviations({"deleted": True})
    monkeypatch.undo()
    assert deviations({"deleted": True}) != []
