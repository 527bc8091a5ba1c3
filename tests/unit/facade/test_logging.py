"""What is logged, and what is not."""

from __future__ import annotations

import logging
import logging.config
from typing import TYPE_CHECKING

import httpx
import pytest

from chatcompletions import APIConnectionError, InternalServerError, NotFoundError

from ._support import ASK, KEY, Server, completion, events, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


def test_a_finished_call(
    connect: Callable[..., SyncDriver], caplog: pytest.LogCaptureFixture, pauses: list[float]
) -> None:
    """A call is one line at DEBUG, with its path, status, attempt, time and request; a retry is one at INFO."""
    whole = httpx.Response(200, json=completion("A secret."), headers={"x-request-id": "req_1"})
    server = Server(httpx.Response(503), whole)
    with caplog.at_level(logging.DEBUG, "chatcompletions"):
        connect(transport=server.transport, api_key=KEY, params={"token": KEY}).call("create", **ASK)
    retry, answer = [record for record in caplog.records if record.name.startswith("chatcompletions")]
    assert (retry.levelname, answer.levelname) == ("INFO", "DEBUG")
    told = answer.getMessage()
    assert told.startswith("POST /v1/chat/completions answered: 200 in attempt 2 after ")
    assert told.endswith(" s, request req_1")
    assert not any(text in caplog.text for text in (KEY, "Hello.", "A secret."))


@pytest.mark.parametrize(
    ("reply", "cls", "told"),
    [
        (httpx.Response(404), NotFoundError, "failed: NotFoundError 404 in attempt 1 after"),
        (httpx.ReadError("x"), APIConnectionError, "failed: APIConnectionError in attempt 1 after"),
    ],
)
def test_a_call_that_fails(
    connect: Callable[..., SyncDriver],
    caplog: pytest.LogCaptureFixture,
    reply: httpx.Response | Exception,
    cls: type[Exception],
    told: str,
) -> None:
    """A call that fails is one line, too."""
    with caplog.at_level(logging.DEBUG, "chatcompletions"), pytest.raises(cls):
        connect(transport=Server(reply).transport, max_retries=0).call("create", **ASK)
    assert told in caplog.text


def test_contents_are_asked_for_by_themselves(
    connect: Callable[..., SyncDriver], caplog: pytest.LogCaptureFixture
) -> None:
    """A configuration that turns on the package's logger resets those below it, and does not turn on contents."""
    settings = {"version": 1, "incremental": False, "disable_existing_loggers": False}
    logging.config.dictConfig({**settings, "loggers": {"chatcompletions": {"level": "DEBUG"}}})
    try:
        with caplog.at_level(logging.DEBUG):
            connect(transport=Server(completion("A secret.")).transport).call("create", **ASK)
    finally:
        logging.getLogger("chatcompletions").setLevel(logging.NOTSET)
    assert "answered: 200" in caplog.text
    assert not any(text in caplog.text for text in ("Hello.", "A secret."))


def test_controls_of_a_terminal(
    connect: Callable[..., SyncDriver], caplog: pytest.LogCaptureFixture, pauses: list[float]
) -> None:
    """What a server sends cannot steer a terminal through the log, nor through an error."""
    body = {"error": {"message": "bo\x1b[31mo", "code": "c\x1b"}}
    reply = httpx.Response(500, json=body, headers={"x-request-id": "r\x1b[31m"})
    with caplog.at_level(logging.DEBUG, "chatcompletions"), pytest.raises(InternalServerError) as caught:
        connect(transport=Server(reply).transport).call("create", **ASK)
    assert "\x1b" not in caplog.text + str(caught.value)
    assert "bo\\x1b[31mo (code c\\x1b, request r\\x1b[31m" in str(caught.value)


def test_contents(connect: Callable[..., SyncDriver], caplog: pytest.LogCaptureFixture) -> None:
    """What requests and answers say is logged only if its own logger is turned on; of a stream the request alone."""
    server = Server(completion("Good bye."), page(["a"]), streaming(events("[DONE]")))
    with caplog.at_level(logging.DEBUG, "chatcompletions.contents"):
        driver = connect(transport=server.transport, api_key=KEY)
        driver.call("create", **ASK)
        driver.call("list")
        driver.call("create", **ASK, stream=True)
    found = [record.getMessage() for record in caplog.records if record.name == "chatcompletions.contents"]
    assert [line.split(": ")[0] for line in found] == [
        "POST /v1/chat/completions request",
        "POST /v1/chat/completions answer",
        "GET /v1/chat/completions request",
        "GET /v1/chat/completions answer",
        "POST /v1/chat/completions request",
    ]
    assert "Hello." in found[0]
    assert "Good bye." in found[1]
    assert KEY not in caplog.text
