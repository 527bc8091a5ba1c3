"""What comes with answers, and what is told of calls, against a local server with faults."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chatcompletions import CallEvent, InternalServerError, StreamEndEvent, StreamInterruptedError
from chatcompletions.server import LocalServer
from chatcompletions.telemetry import OpenTelemetry

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

ASK: dict[str, Any] = {"model": "m", "messages": "Hello."}
ODD_LIMITS = {
    "x-ratelimit-limit-requests": "-5",
    "x-ratelimit-remaining-requests": "1e400",
    "x-ratelimit-reset-requests": "nan",
    "x-ratelimit-reset-tokens": "99999999999s",
}


def test_attempts_and_limits(connect: Callable[..., SyncDriver]) -> None:
    """The attempts before an answer are in its meta, with the limits that the server told."""
    script = [
        {"status_code": 503, "retry_after_ms": 1},
        {"reset": True},
        {"status_code": 429, "retry_after_ms": 1},
        "Hi.",
    ]
    with LocalServer(script=script) as server:
        meta = connect(base_url=server.base_url, max_retries=3).call("create", **ASK).meta
    assert [one.status_code for one in meta.attempts] == [503, None, 429]
    assert meta.attempts[0].delay == timedelta(milliseconds=1)
    assert meta.rate_limits.requests.remaining == 9_999
    assert meta.elapsed > sum((one.delay for one in meta.attempts), timedelta())


def test_odd_limits(connect: Callable[..., SyncDriver]) -> None:
    """Limits that are negative, huge or no numbers read as None, and lose no answer."""
    with LocalServer(script=[{"text": "Hi.", "headers": ODD_LIMITS}]) as server:
        reply = connect(base_url=server.base_url).call("create", **ASK)
    assert reply.text == "Hi."
    limits = reply.meta.rate_limits
    assert (limits.requests.limit, limits.requests.remaining, limits.requests.reset) == (None, None, None)
    assert limits.tokens.reset is None


def test_what_is_told(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """Retries, streams that are cut, and failures are told in their order, each call with its own number."""
    found: list[CallEvent] = []
    script = [
        {"status_code": 503, "retry_after_ms": 1},
        {"text": "One two.", "pieces": ["One ", "two."]},
        {"text": "One two three.", "cut": 500},
        {"status_code": 500, "forever": True},
    ]
    with LocalServer(script=script) as server:
        driver = connect(base_url=server.base_url, on_event=found.append, max_retries=1)
        driver.iterate(driver.call("create", **ASK, stream=True))
        with pytest.raises(StreamInterruptedError):
            driver.iterate(driver.call("create", **ASK, stream=True))
        with pytest.raises(InternalServerError):
            driver.call("create", **ASK)
    assert [event.type for event in found] == [
        *("request", "retry", "reply", "stream_end"),
        *("request", "reply", "stream_end"),
        *("request", "retry", "failure"),
    ]
    ends = [event for event in found if isinstance(event, StreamEndEvent)]
    assert [one.is_whole for one in ends] == [True, False]
    assert len({event.call_id for event in found}) == 3


def test_spans(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A stream that is cut has a span to its end, with its error."""
    exporter, tracers = InMemorySpanExporter(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    with LocalServer(script=[{"text": "One two three.", "cut": 500}, "Hi."]) as server:
        driver = connect(base_url=server.base_url, on_event=OpenTelemetry(tracer_provider=tracers))
        with pytest.raises(StreamInterruptedError):
            driver.iterate(driver.call("create", **ASK, stream=True))
        driver.call("create", **ASK)
    cut, whole = exporter.get_finished_spans()
    assert cut.attributes["error.type"] == "StreamInterruptedError"
    assert "error.type" not in whole.attributes
    assert whole.attributes["gen_ai.usage.output_tokens"] > 0
