"""A service with stored completions, and the command as a user types it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from chatcompletions import ChatClient
from chatcompletions.cli import main
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The JSON lines of its output."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """The local server, which the environment names."""
    with LocalServer(script_end="canned") as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
        yield running


@pytest.fixture
def ids(server: LocalServer) -> list[str]:
    """Seven stored completions, the oldest first; three are about rivers."""
    with ChatClient(base_url=server.base_url, api_key="sk-test") as chat:
        return [
            chat.create(
                model="m" if number < 5 else "n",
                messages=f"Question {number}?",
                store=True,
                metadata={"topic": "rivers" if number < 3 else "lakes", "number": str(number)},
            ).id
            for number in range(7)
        ]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command, which has nobody to ask unless there is an input."""

    def call(*arguments: str, stdin: str | None = None) -> Ran:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", _Terminal(stdin))
        capfd.readouterr()
        code = main(arguments)
        return Ran(code, *capfd.readouterr())

    return call


class _Terminal:
    """A person who types."""

    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._text
