"""The pytest plugin: a local server for each test that asks for one, and clients of it.

pytest loads it wherever the package is installed, so that nothing but pytest is imported until a fixture is used::

    @pytest.mark.chat_script(["It rains.", {"status_code": 429, "retry_after_ms": 1}])
    def test_weather(chat_server):
        assert my_application.weather("Paris") == "It rains."
        assert "Paris" in chat_server.requests[0].messages[-1].content

It needs the extra ``server`` (``pip install 'chatcompletions[server]'``) as soon as a test uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatcompletions import AsyncChatClient, ChatClient
    from chatcompletions.server import LocalServer

MARKER = "chat_script"
_SIGNATURE = f"{MARKER}(script, **options)"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    words = (
        "what chat_server plays, a list of entries or a YAML file beside the test, and further options of LocalServer"
    )
    config.addinivalue_line("markers", f"{_SIGNATURE}: {words}")


@pytest.fixture
def chat_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """A local server of this test's own, to which the environment leads every client that the test makes.

    It plays the script of the marker ``chat_script(script, **options)``, and what ``chat_server.then(...)`` adds to it.
    ``chat_server.requests`` is what came.
    """
    try:
        from chatcompletions.server import LocalServer

        made = LocalServer(**_options(request))
    except (ImportError, TypeError, ValueError) as error:
        pytest.fail(f"{MARKER}: {error}", pytrace=False)
    with made as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1", prepend=",")
        yield server


@pytest.fixture
def chat(chat_server: LocalServer) -> Iterator[ChatClient]:
    """A `ChatClient` of the test's own server, closed after the test."""
    from chatcompletions import ChatClient

    with ChatClient(base_url=chat_server.base_url) as client:
        yield client


@pytest.fixture
def async_chat(chat_server: LocalServer) -> Iterator[AsyncChatClient]:
    """An `AsyncChatClient` of the test's own server, closed after the test."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from chatcompletions import AsyncChatClient

    client = AsyncChatClient(base_url=chat_server.base_url)
    yield client
    with ThreadPoolExecutor(1) as thread:  # an event loop may still run in this one
        thread.submit(asyncio.run, client.aclose()).result()


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(MARKER)
    if marker is None:
        return {}
    if len(marker.args) + ("script" in marker.kwargs) > 1:
        pytest.fail(f"write {_SIGNATURE}, with one script: its entries are a list", pytrace=False)
    script = marker.args[0] if marker.args else marker.kwargs.get("script")
    if isinstance(script, str):
        script = request.path.parent / script
    return {**marker.kwargs, "script": script}
