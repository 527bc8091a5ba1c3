"""``chatcompletions create`` against the local server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions.cli._parameters import parameters
from chatcompletions.cli._parser import parser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatcompletions.server import LocalServer

    from .conftest import Ran

    Run = Callable[..., Ran]

ASK = ("create", "-m", "m")
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def sent(server: LocalServer, place: int = -1) -> Any:
    """Return the body of a request that the server got."""
    return server.requests[place].body


def test_an_answer(run: Run, server: LocalServer) -> None:
    """The answer is streamed as text with a line feed; asked for, it is the whole completion as JSON."""
    server.then("Rhine.").then("Rhine.").then("Rhine.")
    assert run(*ASK, "Name", "a river.") == (0, "Rhine.\n", "")
    assert sent(server)["stream"] is True
    assert sent(server)["messages"] == [{"role": "user", "content": "Name a river."}]
    assert run(*ASK, "x", "--no-stream") == (0, "Rhine.\n", "")
    assert run(*ASK, "x", "--json").lines[0]["choices"][0]["message"]["content"] == "Rhine."
    assert "stream" not in sent(server)


def test_where_a_prompt_comes_from(
    run: Run, server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prompt is the arguments, files, standard input where it is asked for or nothing else is given, or several."""
    file = tmp_path / "q.txt"
    file.write_text("From a file.\n")

    def text(*arguments: str, stdin: str = "Typed.\n") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        assert run(*ASK, *arguments).code == 0
        content: str = sent(server)["messages"][-1]["content"]
        return content

    assert text() == "Typed."
    assert text("Given.") == "Given."
    assert text("Given.", "-") == "Given.\n\nTyped."
    assert text("--file", str(file)) == "From a file."
    assert text("Given.", "-f", str(file), "-f", str(file)) == "Given.\n\nFrom a file.\n\nFrom a file."
    assert text("Then?", "--messages", '[{"role": "user", "content": "First."}]', "--system", "Brief.") == "Then?"
    assert [one["role"] for one in sent(server)["messages"]] == ["system", "user", "user"]
    ran = run(*ASK, "--messages", f"@{file}")
    assert (ran.code, "must be JSON" in ran.err) == (2, True)
    assert run(*ASK, "-f", str(tmp_path / "none")).code == 4
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert "what is asked?" in run(*ASK).err
    assert "what is asked?" in run(*ASK, "--system", "Brief.").err


def test_the_model(run: Run, server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is given, or that of the environment; without either the command says so."""
    assert "which model?" in run("create", "x").err
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", "default")
    assert run("create", "x").code == 0
    assert sent(server)["model"] == "default"


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--temperature", "0.5"], "temperature", 0.5),
        (["--temperature=null"], "temperature", None),
        (["--max_completion_tokens", "500"], "max_completion_tokens", 500),
        (["--max-completion-tokens=500"], "max_completion_tokens", 500),
        (["--stop", "END"], "stop", "END"),
        (["--stop", '["a", "b"]'], "stop", ["a", "b"]),
        (["--stop", "5"], "stop", "5"),
        (["--seed", "7"], "seed", 7),
        (["--no-store"], "store", False),
        (["--store", "--metadata", "a=b", "--metadata", "c=d=e"], "metadata", {"a": "b", "c": "d=e"}),
        (["--user", "null"], "user", "null"),
        (["--logit-bias", '{"50256": -100}'], "logit_bias", {"50256": -100}),
        (["--reasoning-effort", "low"], "reasoning_effort", "low"),
        (["--response-format", '{"type": "text"}'], "response_format", {"type": "text"}),
    ],
)
def test_parameters(run: Run, server: LocalServer, arguments: list[str], name: str, value: Any) -> None:
    """A parameter of the spec is given by its name, in either spelling, and read as its schema says."""
    assert run(*ASK, "x", *arguments).code == 0
    assert sent(server)[name] == value


def test_a_parameter_that_the_spec_lacks(run: Run, server: LocalServer) -> None:
    """Any other parameter goes out as the JSON that is given."""
    run(*ASK, "x", "--param", 'new={"a": [1]}', "--param", 'other="b"')
    assert (sent(server)["new"], sent(server)["other"]) == ({"a": [1]}, "b")
    assert run(*ASK, "x", "--param", "new=x").code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--temperature", "warm"], "expected null or number, not 'warm'"),
        (["--logit-bias", "[1]"], "expected null or object"),
        (["--logit-bias", "@none.json"], "none.json"),
        (["--tempreature", "1"], "unrecognized arguments: --tempreature 1; did you mean --temperature?"),
        (["--xyz=1"], "unrecognized arguments: --xyz=1\n"),
        (["--schema", "{"], "must be JSON"),
        (["--schema", '{"type": "object"}'], "strict mode does not take"),
        (["--image", "none.png"], "none.png"),
        (["--tool", "none.py:f"], "there is no file none.py"),
        (["--metadata", "ab"], "expected key=value"),
        (["--timeout", "-1"], "timeout"),
        (["--api-key-env", "NONE"], "NONE is not set"),
    ],
)
def test_what_is_wrong(run: Run, server: LocalServer, arguments: list[str], told: str) -> None:
    """A wrong option is a line that says which and why, before anything is sent."""
    ran = run(*ASK, "x", *arguments)
    assert ran.code in (2, 4)
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert server.requests == []


def test_every_parameter_has_an_option() -> None:
    """The pin decides which options there are: each parameter of the request is one, whatever it is called."""
    known = parser(["create"]).parse_args(["create", "x"])
    (create,) = (action for action in parser(["create"])._actions if action.dest == "command")
    options = {*create.choices["create"]._option_string_actions}  # type: ignore[call-overload,union-attr] # of a parser
    wanted = {f"--{name.replace('_', '-')}" for name in parameters("operations/create_chat_completion/body")}
    assert wanted - options == {"--stream", "--tools"}
    assert {"--no-stream", "--tool"} <= options
    assert known.prompt == ["x"]


def test_a_schema(run: Run, server: LocalServer, tmp_path: Path) -> None:
    """A JSON Schema, itself or in a file, makes the answer fit it."""
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(SCHEMA))
    for given in (json.dumps(SCHEMA), str(file), f"@{file}"):
        assert [*run(*ASK, "x", "--schema", given).lines[0]] == ["a"]
        assert sent(server)["response_format"]["json_schema"]["strict"] is True


def test_tools(run: Run, server: LocalServer, tmp_path: Path) -> None:
    """Functions of a file are called, and the person hears of it; definitions alone give the model's call."""
    (tmp_path / "weather.py").write_text('def get_weather(city: str) -> str:\n    return f"Rain in {city}."\n')
    ran = run(*ASK, "What is the weather in Oslo?", "--tool", f"{tmp_path / 'weather.py'}:get_weather")
    assert (ran.code, ran.err) == (0, 'calls get_weather({"city":"Oslo"})\n')
    assert "Rain in Oslo." in ran.out
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
    (tmp_path / "tools.json").write_text(json.dumps([tool]))
    assert run(*ASK, "What is the weather?", "--tool", str(tmp_path / "tools.json")).out == "get_weather({})\n"
    assert "has no function 'f'" in run(*ASK, "x", "--tool", f"{tmp_path / 'weather.py'}:f").err


def test_a_file_of_tools_that_fails(run: Run, server: LocalServer, tmp_path: Path) -> None:
    """A file that cannot be imported is said so, and a run that does not end is a failure."""
    (tmp_path / "broken.py").write_text("1 / 0\n")
    ran = run(*ASK, "x", "--tool", f"{tmp_path / 'broken.py'}:f")
    assert (ran.code, "cannot be imported: ZeroDivisionError" in ran.err, server.requests) == (2, True, [])
    (tmp_path / "tools.py").write_text("def again() -> int:\n    return 1\n")
    server.then(tool_calls=[{"name": "again", "arguments": {}}], forever=True)
    assert run(*ASK, "x", "--tool", f"{tmp_path / 'tools.py'}:again").code == 1


@pytest.mark.parametrize("more", [[], ["--no-stream"], ["--json"]])
@pytest.mark.parametrize("choices", [[], [None], [5], [{"message": None}], [{"message": {"tool_calls": 5}}], None])
def test_odd_answers(run: Run, server: LocalServer, choices: Any, more: list[str]) -> None:
    """Whatever a server answers ends in an exit code."""
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    server.then(body=body, forever=True)
    ran = run(*ASK, "x", "--max-retries", "0", *more)
    assert ran.code in (0, 1, 3)
    assert "Traceback" not in ran.err


def test_an_image(run: Run, server: LocalServer, tmp_path: Path) -> None:
    """An image goes with the prompt."""
    (tmp_path / "i.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    run(*ASK, "x", "--image", str(tmp_path / "i.png"), "--image", "https://host.example/i.png")
    text, *images = sent(server)["messages"][0]["content"]
    assert text == {"type": "text", "text": "x"}
    assert [one["image_url"]["url"][:22] for one in images] == ["data:image/png;base64,", "https://host.example/i"]


@pytest.mark.parametrize("more", [[], ["--no-stream"]])
@pytest.mark.parametrize(
    ("entry", "out", "told"),
    [
        ({"text": "Cut", "finish_reason": "length"}, "Cut\n", "cut off: the most tokens were reached"),
        ({"text": "Cut", "finish_reason": "content_filter"}, "Cut\n", "cut off: content_filter"),
        ({"refusal": "No."}, "", "refused: No."),
    ],
)
def test_answers_that_are_no_answers(
    run: Run, server: LocalServer, entry: dict[str, Any], out: str, told: str, more: list[str]
) -> None:
    """What was cut off or refused is said beside what there is of it, and the exit code tells."""
    server.then(**entry)
    assert run(*ASK, "x", *more) == (1, out, f"{told}\n")


def test_several_answers(run: Run, server: LocalServer) -> None:
    """Several answers are printed one after the other."""
    out = run(*ASK, "x", "--n", "2").out
    assert out.count("canned answer") == 2
    assert "--- 2 of 2\n" in out


def test_a_stream_that_is_cut(run: Run, server: LocalServer) -> None:
    """What came of a stream that is cut is printed, and then that it was cut."""
    server.then(pieces=["Hel", "lo"], cut=900)
    ran = run(*ASK, "x")
    assert ran.code == 3
    assert ran.out.startswith("Hel")
    assert ran.err


@pytest.mark.parametrize(
    ("redirected", "code"),
    [("<&-", 0), (">&-", 0), (">&- 2>&-", 0), ("> /dev/full", 4), ("| true", 141), ("--no-stream < /dev/null", 0)],
)
def test_streams_that_are_closed(server: LocalServer, redirected: str, code: int) -> None:
    """Streams that are closed, full or read by nobody end in an exit code, and never in a traceback."""
    server.then("word " * 20_000, forever=True)
    line = f'"{sys.executable}" -m chatcompletions create -m m x {redirected}; exit "${{PIPESTATUS[0]}}"'
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)  # noqa: S603, S607 - our own
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)
