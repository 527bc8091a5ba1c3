"""The local server and its scripts, as type checkers see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_type

from chatcompletions.server import LocalServer, RecordedRequest, ScriptEntry, app


@dataclass
class Weather:
    degrees: float


def scripts(server: LocalServer) -> None:
    """Every word has its type, and entries chain."""
    assert_type(server.then("Hello."), LocalServer)
    assert_type(server.then(text="Hello.", delay=0.5).then(status_code=429, retry_after_ms=1), LocalServer)
    server.then(parsed=Weather(12.5), when={"model": "m", "text": re.compile("^W"), "stream": False}, times=2)
    server.then(tool_calls=[{"name": "f", "arguments": {"a": 1}}], finish_reason=None, usage=None)
    server.then(choices=[{"text": "a"}, {"refusal": "b"}], when=lambda request: request.stream is True)
    server.then(operation="list", ignore=["metadata"], circular=True)
    server.then(pieces=("a", "b"), writes=5).then(pieces=["a"], writes=[1, 2], done=False)
    server.then(txt="Hello.")  # type: ignore[call-arg]
    server.then(text=5)  # type: ignore[arg-type]
    server.then(operation="lst")  # type: ignore[arg-type]
    server.then(choices=[{"delay": 1}])  # type: ignore[typeddict-unknown-key]


def servers() -> None:
    """A script is a list of entries, annotated or not, or a file."""
    checked: list[ScriptEntry | str] = ["Hello.", {"text": "Hello."}]
    wrong: ScriptEntry = {"txt": "Hello."}  # type: ignore[typeddict-unknown-key]
    loose = [{"text": "a"}, {"status_code": 429, "headers": {"a": "b"}}]
    for script in (checked, loose, "script.yaml", Path("script.yaml"), None):
        LocalServer(script=script, script_end="canned", lenient=True)
        app(script=script)
    LocalServer(script=[wrong, {"text": "Hello."}, "Hello."])
    LocalServer(script=5)  # type: ignore[arg-type]
    LocalServer(script_end="stop")  # type: ignore[arg-type]


def requests(server: LocalServer) -> None:
    """What came has typed fields, and members of any type."""
    request = server.requests[0]
    assert_type(request, RecordedRequest)
    assert_type(request.status_code, int | None)
    assert_type(request.query, dict[str, str])
    answer: Any = request.messages[-1].content
    print(answer, request.body["model"])
