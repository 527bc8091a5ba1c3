"""Answers that get lost on the way from a local server, which has stored them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chatcompletions import APIConnectionError
from chatcompletions.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello.", "store": True, "recover": True}


@pytest.mark.parametrize("lost", [{"reset": True}, {"cut": 40}, {"reset": True, "visible_after_lists": 2}], ids=str)
def test_an_answer_is_paid_once(connect: Callable[..., SyncDriver], pauses: list[float], lost: dict[str, Any]) -> None:
    """An answer that was reset or cut is found in the store, also late, and the request is sent once."""
    with LocalServer(script=[{"text": "Hi.", **lost}]) as server:
        driver = connect(base_url=server.base_url)
        assert driver.call("create", **ASK).text == "Hi."
        assert [request.operation for request in server.requests].count("create") == 1


def test_a_stream_is_paid_once(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stream that was cut is completed from the store."""
    with LocalServer(script=[{"text": "One two three.", "pieces": ["One ", "two ", "three."], "cut": 600}]) as server:
        driver = connect(base_url=server.base_url)
        stream = driver.call("create", **ASK, stream=True)
        pieces = driver.iterate(stream.text_deltas())
        assert pieces[0] == "One "
        assert "".join(pieces) == "One two three."
        assert stream.completion.choices[0].finish_reason == "stop"
        assert [request.operation for request in server.requests].count("create") == 1


def test_a_store_that_ignores_filters(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A store that shows other completions says nothing of this one: nothing is paid for again."""
    lost = {"text": "Hi.", "reset": True, "visible_after": 3600}
    script = [{"text": "Before."}, lost, {"operation": "list", "ignore": ["metadata"], "forever": True}]
    with LocalServer(script=script) as server:
        driver = connect(base_url=server.base_url)
        driver.call("create", **ASK)
        with pytest.raises(APIConnectionError):
            driver.call("create", **ASK)
        assert [request.operation for request in server.requests].count("create") == 2
