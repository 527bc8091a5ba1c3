"""How scripts are read, and which entry a request gets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions.server import ChoiceWords, ScriptEntry, ScriptError
from chatcompletions.server._errors import ApiError
from chatcompletions.server._recorded import Recorder
from chatcompletions.server._script import Script
from chatcompletions.server._words import _CLASHES, _ONLY

if TYPE_CHECKING:
    from pathlib import Path

    from chatcompletions.server import RecordedRequest

LIST = "/v1/chat/completions"
ROUTES = {
    "create": ("POST", LIST),
    "list": ("GET", LIST),
    "get": ("GET", f"{LIST}/c1"),
    "update": ("POST", f"{LIST}/c1"),
}


def request(
    text: str = "Hello.",
    *,
    operation: str = "create",
    query: str = "",
    headers: dict[str, str] | None = None,
    **body: Any,
) -> RecordedRequest:
    """Make a request as the server would have recorded it."""
    method, path = ROUTES[operation]
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    recorder = Recorder()
    made = recorder.record({"method": method, "path": path, "query_string": query.encode(), "headers": raw})
    if operation == "create":
        body = {"model": "m", "messages": [{"role": "user", "content": text}], **body}
    recorder.complete(made, json.dumps(body).encode() if body else b"")
    return made


def text_for(script: Script, *args: Any, **given: Any) -> Any:
    return script.pick(request(*args, **given)).get("text")


def test_entries_are_played_in_order_and_once() -> None:
    """Each entry answers one request, in order; a string is an entry with a text."""
    script = Script(["one", {"text": "two"}])
    assert [text_for(script) for _ in range(2)] == ["one", "two"]


def test_times_and_forever() -> None:
    """An entry answers as many requests as it says, or all that follow."""
    script = Script([{"text": "a", "times": 2}, {"text": "b", "forever": True}])
    assert [text_for(script) for _ in range(5)] == ["a", "a", "b", "b", "b"]


def test_an_entry_with_a_condition_waits_for_its_request() -> None:
    """An entry whose condition a request does not meet stays for a later one."""
    script = Script([{"text": "rain", "when": "weather"}, "other"])
    assert [text_for(script, "Hi."), text_for(script, "The weather?")] == ["other", "rain"]


def test_operations_have_entries_of_their_own() -> None:
    """An entry answers requests of its operation only, and an operation without entries goes on as ever."""
    script = Script([{"operation": "list", "status_code": 503}, "a"])
    assert text_for(script) == "a"
    assert script.pick(request(operation="get")) == {}
    assert script.pick(request(operation="list")) == {"operation": "list", "status_code": 503}
    assert script.pick(request(operation="list")) == {}


TOOL = {"type": "function", "function": {"name": "f"}}
SAID = [{"role": "user", "content": [{"type": "text", "text": "Rain?"}]}, {"role": "tool", "content": "No."}]
CONDITIONS: dict[str, tuple[Any, dict[str, Any], bool]] = {
    "a text": ("Hell", {}, True),
    "another text": ("hell", {}, False),
    "the last message": ({"text": "No."}, {"messages": SAID}, True),
    "an earlier message": ({"text": "Rain"}, {"messages": SAID}, False),
    "a pattern": ({"text": {"pattern": "(?i)^hel+o"}}, {}, True),
    "a pattern that fits nowhere": ({"text": {"pattern": "^x"}}, {}, False),
    "a compiled pattern": ({"model": re.compile("^m$")}, {}, True),
    "a pattern in a mapping": ({"metadata": {"topic": {"pattern": "^r"}}}, {"metadata": {"topic": "rain"}}, True),
    "a model": ({"model": "m"}, {}, True),
    "a part of a model": ({"model": "m"}, {"model": "m-1"}, False),
    "a path": ({"messages[-1].role": "tool"}, {"messages": SAID}, True),
    "a path into a list": ({"messages[0].content[0].text": "Rain?"}, {"messages": SAID}, True),
    "a path beyond a list": ({"messages[7].role": "tool"}, {"messages": SAID}, False),
    "a path into a text": ({"model.name": "m"}, {}, False),
    "a part of an object": ({"tools[0]": {"function": {"name": "f"}}}, {"tools": [TOOL]}, True),
    "another object": ({"tools[0]": {"function": {"name": "g"}}}, {"tools": [TOOL]}, False),
    "an object where there is none": ({"metadata": {"a": "b"}}, {}, False),
    "metadata": ({"metadata.topic": "rain"}, {"metadata": {"topic": "rain", "x": "y"}}, True),
    "a stream": ({"stream": True}, {"stream": True}, True),
    "no stream": ({"stream": False}, {}, True),
    "nothing": ({"stop": None}, {}, True),
    "something": ({"stop": None}, {"stop": "x"}, False),
    "two conditions": ({"model": "m", "stream": True}, {}, False),
    "a header": ({"headers.x-test": "a"}, {"headers": {"x-test": "a"}}, True),
    "headers": ({"headers": {"X-Test": "a"}}, {"headers": {"x-test": "a"}}, True),
    "a function": (lambda it: it.messages[0].content == "Hello.", {}, True),
    "a function that says no": (lambda it: it.stream, {}, False),
}


@pytest.mark.parametrize(("when", "given", "fits"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(when: Any, given: dict[str, Any], fits: bool) -> None:
    """A condition is a text of the last message, members by path, or a function."""
    script = Script([{"when": when, "text": "it"}], end="canned")
    assert (text_for(script, **given) == "it") is fits


@pytest.mark.parametrize(
    ("when", "operation", "query", "fits"),
    [
        ({"limit": 5}, "list", "limit=5", True),
        ({"limit": 20}, "list", "", True),
        ({"after": "c0"}, "list", "after=c0", True),
        ({"metadata.topic": "rain"}, "list", "metadata%5Btopic%5D=rain", True),
        ({"metadata": {"topic": "sun"}}, "list", "metadata%5Btopic%5D=rain", False),
        ({"id": "c1"}, "get", "", True),
        ({"id": "c2"}, "get", "", False),
    ],
)
def test_conditions_of_other_operations(when: Any, operation: str, query: str, fits: bool) -> None:
    """A list is known by its parameters, and what has an id by that."""
    script = Script([{"operation": operation, "when": when, "status_code": 500}])
    assert bool(script.pick(request(operation=operation, query=query))) is fits


def test_a_script_that_is_used_up() -> None:
    """A create request without an entry is refused with the reasons, in a way that no client retries."""
    script = Script(["a", "b", {"when": {"text": "weather"}, "text": "c"}, {"when": lambda _: False}])
    script.pick(request())
    script.pick(request())
    with pytest.raises(ApiError) as caught:
        script.pick(request("Hello there."))
    assert caught.value.message == (
        "The script has no answer for this create request (model 'm', last message 'Hello there.'): 2 are used up; "
        "entry 3 wants text to hold 'weather', not 'Hello there.'; entry 4 has a 'when' that returned false."
    )
    assert (caught.value.status, caught.value.headers) == (500, {"x-should-retry": "false"})


def test_many_entries_that_do_not_fit() -> None:
    """Of many reasons the first ones are given."""
    script = Script([{"when": {"model": f"m{n}"}, "text": "x"} for n in range(20)])
    with pytest.raises(ApiError) as caught:
        script.pick(request())
    assert caught.value.message.endswith("entry 5 wants model to be 'm4', not 'm'; and 15 more.")


def test_a_condition_that_fails() -> None:
    """A function that raises is reported to the client, with its error."""
    with pytest.raises(ApiError, match=r"entry 1: its 'when' failed with ZeroDivisionError"):
        Script([{"when": lambda _: 1 / 0}]).pick(request())


def test_a_slow_reader_is_chosen_before_the_body_is_read() -> None:
    """An entry that reads slowly goes by the head of a request, and comes before those that look at its body."""
    script = Script(
        [{"when": "Hello", "text": "a"}, {"when": {"headers.x": "1"}, "read_delay": 1, "text": "slow"}, "b"]
    )
    asked = request(headers={"x": "1"})
    assert script.pick(request(), unread=True) == {}
    assert script.pick(asked, unread=True)["text"] == "slow"
    assert script.pick(asked, unread=True) == {}
    assert [text_for(script, "Hello"), text_for(script)] == ["a", "b"]


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
MISTAKES: dict[str, tuple[Any, str]] = {
    "a misspelt word": ([{"txt": "x"}], "entry 1 has the unknown word 'txt': did you mean 'text'?"),
    "another's word": (["a", {"status": 429}], "entry 2 has the unknown word 'status': did you mean 'status_code'?"),
    "YAML's on": ([{True: "list"}], "entry 1 has the unknown word True: did you mean 'operation'?"),
    "no word at all": ([{"zzz": 1}], "entry 1 has the unknown word 'zzz': there are body, choices, chunk_delay"),
    "a mapping": (
        {"text": "x"},
        "a script is a list of entries, or the name of a YAML file with them, not {'text': 'x'}",
    ),
    "a number": (5, "a script is a list of entries, or the name of a YAML file with them, not 5"),
    "a path without a name": ([{"when": {"": 1}}], "entry 1: 'when' has the unknown word ''"),
    "a path that begins with a number": ([{"when": {"[0]": 1}}], "entry 1: 'when' has the unknown word 0"),
    "not a number": ([{"delay": float("nan")}], "entry 1: Out of range float values are not JSON compliant"),
    "half a character": (["\ud800"], "entry 1: 'utf-8' codec can't encode character"),
    "a list within itself": ([{"parsed": ENDLESS}], "entry 1: maximum recursion depth exceeded"),
    "a header's line break": ([{"headers": {"a": "b\r\n"}}], "entry 1: 'headers.a': 'b\\r\\n' does not match"),
    "a header's name": ([{"headers": {"a b": "c"}}], "entry 1: 'headers': 'a b' does not match"),
    "a false length": ([{"headers": {"Content-Length": "9"}}], "'Content-Length' should not be valid"),
    "a redirect": ([{"redirect": "/a b"}], "entry 1: 'redirect': '/a b' does not match"),
    "an entry that is a number": ([5], "entry 1 must be a mapping such as {'text': 'Hello'}, or a text, not 5"),
    "an operation": ([{"operation": "lst"}], "entry 1: 'operation': 'lst' is not one of ['create', 'list'"),
    "a type": ([{"text": 5}], "entry 1: 'text': 5 is not of type 'string'"),
    "a truth": ([{"times": True}], "entry 1: 'times': True is not of type 'integer'"),
    "a bound": ([{"times": 0}], "entry 1: 'times': 0 is less than the minimum of 1"),
    "a status": ([{"status_code": 99}], "entry 1: 'status_code': 99 is less than the minimum of 200"),
    "a filter": ([{"operation": "list", "ignore": ["topic"]}], "entry 1: 'ignore[0]': 'topic' is not one of ['model'"),
    "a word of another operation": (
        [{"operation": "list", "text": "x"}],
        "'text' is for create requests, not for list",
    ),
    "a list's word": ([{"circular": True}], "'circular' is for list and messages requests, not for create"),
    "two answers": ([{"text": "a", "parsed": 1}], "'text' and 'parsed' exclude each other"),
    "a text beside choices": ([{"text": "a", "choices": [{}]}], "'text' and 'choices' exclude each other"),
    "a text beside a body": ([{"text": "a", "body": "b"}], "'text' and 'body' exclude each other"),
    "a text beside an error": ([{"text": "a", "status_code": 400}], "'text' does not go with the status 400"),
    "a header for retries": ([{"retry_after": 1}], "'retry_after' needs a 'status_code' such as 429"),
    "an error that is missing": ([{"error_after": 1}], "'error_after' needs an 'error'"),
    "a call without a name": ([{"tool_calls": [{}]}], "entry 1, tool call 1 needs a 'name'"),
    "a call's word": ([{"tool_calls": [{"nme": "f"}]}], "tool call 1 has the unknown word 'nme': did you mean 'name'?"),
    "a call's two texts": ([{"tool_calls": [{"name": "f", "arguments": {}, "input": ""}]}], "exclude each other"),
    "a choice's word": ([{"choices": [{}, {"delay": 1}]}], "entry 1, choice 2 has the unknown word 'delay'"),
    "a choice's type": ([{"choices": [{"text": 1}]}], "entry 1, choice 1: 'text': 1 is not of type 'string'"),
    "pieces": ([{"text": "abc", "pieces": ["a", "b"]}], "the pieces add up to 'ab', not to 'abc'"),
    "a value": ([{"parsed": object()}], "has no JSON form"),
    "what is behind forever": ([{"forever": True}, "a"], "entry 2 is never played, because entry 1 is played forever"),
    "a condition's name": (
        [{"when": {"modle": "m"}}],
        "entry 1: 'when' has the unknown word 'modle': did you mean 'model'?",
    ),
    "a condition's type": ([{"when": 5}], "entry 1: 'when' is a text, a mapping or a function, not 5"),
    "a pattern": ([{"when": {"text": {"pattern": "("}}}], "entry 1: '(' is no regular expression (missing )"),
    "a slow reader's condition": ([{"when": "a", "read_delay": 1}], "'read_delay' acts before the body is read"),
}


@pytest.mark.parametrize(("script", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(script: Any, message: str) -> None:
    """A mistake is a ScriptError at once, which names the entry and what is wrong, in one line."""
    with pytest.raises(ScriptError) as caught:
        Script(script)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_lenient_script_knows_other_parameters() -> None:
    """A lenient server's requests have any parameters, and so have the conditions."""
    assert text_for(Script([{"when": {"top_k": 5}, "text": "x"}], lenient=True), top_k=5) == "x"


def test_the_end_is_one_of_two() -> None:
    """Another end than an error and the canned answer is refused."""
    with pytest.raises(ScriptError, match="script_end is 'error' or 'canned', not 'stop'"):
        Script(end="stop")  # type: ignore[arg-type]


def test_every_word_is_explained() -> None:
    """The docstring has a line for each word, and the tables of rules have no word beside them."""
    words = {*ChoiceWords.__annotations__, *ScriptEntry.__annotations__}
    explained = re.findall(r"^        (\w+): ", ScriptEntry.__doc__ or "", re.MULTILINE)
    assert sorted(explained) == sorted(words)
    assert {*_ONLY, *(word for pair in _CLASHES for word in pair)} <= words


FILE = """
- text: Hello
- when: {text: {pattern: "^W"}, model: m}
  tool_calls:
    - {name: get_weather, arguments: {city: Paris, days: 2}}
- {operation: list, status_code: 503, retry_after_ms: 5, times: 2}
"""


def test_a_file(tmp_path: Path) -> None:
    """A YAML file has the same words as Python."""
    file = tmp_path / "script.yaml"
    file.write_text(FILE)
    for name in (file, str(file)):
        script = Script(name)
        assert text_for(script) == "Hello"
        calls = [{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]
        assert script.pick(request("Weather?"))["tool_calls"] == calls
        assert [script.pick(request(operation="list")).get("status_code") for _ in range(3)] == [503, 503, None]


FILES: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "cannot be read (No such file or directory)"),
    "empty": (b"", "is empty; a script is a list of entries, such as '- text: Hello'"),
    "comments": (b"# nothing\n", "is empty"),
    "a mapping": (b"text: Hello\n", "is no list; begin each entry with '- '"),
    "tabs": (
        b"- text: Hello\n\t- x\n",
        "line 2: is not YAML (found character '\\t' that cannot start any token); indent",
    ),
    "a bracket": (b"- text: [Hello\n- x\n", "line 3: is not YAML"),
    "a tag": (b"- !!python/object:os.system {}\n", "line 1: is not YAML (could not determine a constructor"),
    "a control character": (b"- text: \x07\n", "is not YAML ("),
    "another encoding": (b"- text: \xe9t\xe9\n", "is not text in UTF-8"),
    "a misspelt word": (b"- text: a\n- txt: b\n", ".yaml, entry 2 has the unknown word 'txt': did you mean 'text'?"),
}


@pytest.mark.parametrize(("content", "message"), FILES.values(), ids=FILES)
def test_files_that_cannot_be_played(tmp_path: Path, content: bytes | None, message: str) -> None:
    """A file that is missing, empty or no script is one clear line, which names it."""
    file = tmp_path / "script.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ScriptError) as caught:
        Script(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_text_is_no_file() -> None:
    """Whoever gives a text for a script learns that a script is a list."""
    with pytest.raises(
        ScriptError, match=r"Hello there: cannot be read .*; a script is a list of entries, or the name of"
    ):
        Script("Hello there")


def test_what_was_given_may_change() -> None:
    """An entry is read once: what its author does with the mapping afterwards changes nothing."""
    entry: dict[str, Any] = {"parsed": {"a": [1]}}
    script = Script([entry])
    entry["parsed"]["a"].append(2)
    assert script.pick(request()) == {"parsed": {"a": [1]}}
