"""OpenTelemetry's spans and metrics."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chatcompletions import BadRequestError, RateLimitError, StreamInterruptedError, system, tool, user
from chatcompletions.telemetry import OpenTelemetry

from ._support import ASK, HI, STOP, Clock, Server, choice, chunk, completion, events, page, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 30,
    "total_tokens": 40,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


class Telemetry:
    """The hook, and what it has told."""

    def __init__(self, **arguments: Any) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader])
        self.hook = OpenTelemetry(tracer_provider=self.tracers, meter_provider=meters, **arguments)

    @property
    def spans(self) -> Any:
        return self.exporter.get_finished_spans()

    @property
    def metrics(self) -> dict[str, Any]:
        """The points of each metric."""
        data: Any = self.reader.get_metrics_data()
        found = [one for of in data.resource_metrics for scope in of.scope_metrics for one in scope.metrics]
        return {one.name: one.data.data_points for one in found}


def test_a_call(connect: Callable[..., SyncDriver]) -> None:
    """A completion has a span with what was asked and what came, and its duration is measured."""
    telemetry = Telemetry()
    driver = connect(transport=Server(completion(usage=USAGE)).transport, on_event=telemetry.hook)
    driver.call("create", **ASK, temperature=0.5, stop="x", max_completion_tokens=9, n=1, reasoning_effort="low")
    (span,) = telemetry.spans
    assert (span.name, span.kind, span.status.status_code) == ("chat m", trace.SpanKind.CLIENT, trace.StatusCode.UNSET)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "server.address": "api.openai.com",
        "server.port": 443,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stop_sequences": ("x",),
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.choice.count": 1,
        "gen_ai.request.reasoning.level": "low",
        "gen_ai.output.type": "text",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 30,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 5,
    }
    (point,) = telemetry.metrics["gen_ai.client.inference.duration"]
    assert point.count == 1
    assert dict(point.attributes)["gen_ai.request.model"] == "m"
    assert point.explicit_bounds[0] == 0.01
    assert point.explicit_bounds[-1] == 81.92


def test_a_stream(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """The span of a stream lasts as long as it, and has its usage and the time to its first chunk."""
    clock, telemetry = Clock(monkeypatch), Telemetry()
    body = clock.passing(2), events(HI), clock.passing(3), events(HI, STOP, chunk(usage=USAGE), "[DONE]")
    driver = connect(transport=Server(streaming(*body)).transport, on_event=telemetry.hook)
    stream = driver.call("create", **ASK, stream=True)
    assert telemetry.spans == ()
    assert trace.get_current_span() is trace.INVALID_SPAN
    driver.iterate(stream)
    (span,) = telemetry.spans
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.time_to_first_chunk"] == 2
    assert span.attributes["gen_ai.usage.output_tokens"] == 30
    (first,) = telemetry.metrics["gen_ai.client.inference.time_to_first_chunk"]
    (each,) = telemetry.metrics["gen_ai.client.inference.time_per_output_chunk"]
    assert (first.sum, each.sum) == (2, 1)


def test_failures(connect: Callable[..., SyncDriver], pauses: list[float]) -> None:
    """A call that fails has the status as its error, one that breaks off the class; each retry is an event."""
    telemetry = Telemetry()
    driver = connect(transport=Server(httpx.Response(429)).transport, on_event=telemetry.hook)
    with pytest.raises(RateLimitError):
        driver.call("create", **ASK)
    driver = connect(transport=Server(streaming(events(HI))).transport, on_event=telemetry.hook)
    with pytest.raises(StreamInterruptedError):
        driver.iterate(driver.call("create", **ASK, stream=True))
    driver = connect(transport=Server(httpx.ReadError("x")).transport, on_event=telemetry.hook, max_retries=0)
    with pytest.raises(Exception, match="ReadError"):
        driver.call("create", **ASK)
    first, second, third = telemetry.spans
    assert [one.attributes["error.type"] for one in (first, second, third)] == [
        "429",
        "StreamInterruptedError",
        "APIConnectionError",
    ]
    assert [event.name for event in first.events] == ["retry", "retry"]
    assert first.status.status_code is trace.StatusCode.ERROR
    errors = {dict(point.attributes)["error.type"] for point in telemetry.metrics["gen_ai.client.inference.duration"]}
    assert errors == {"429", "StreamInterruptedError", "APIConnectionError"}


def test_the_current_span(connect: Callable[..., SyncDriver]) -> None:
    """The span is the current one while the request is made, and not after."""
    telemetry, within = Telemetry(), []

    def serve(_: httpx.Request) -> httpx.Response:
        within.append(trace.get_current_span().get_span_context().span_id)
        return httpx.Response(200, json=completion())

    driver = connect(transport=httpx.MockTransport(serve), on_event=telemetry.hook)
    with telemetry.tracers.get_tracer("app").start_as_current_span("outer") as outer:
        driver.call("create", **ASK)
        assert trace.get_current_span() is outer
    chat, app = telemetry.spans
    assert within == [chat.context.span_id]
    assert chat.parent.span_id == app.context.span_id


def test_other_operations_have_none(connect: Callable[..., SyncDriver]) -> None:
    """What reads the store asks no model, and has no span: its tokens would be counted twice."""
    telemetry = Telemetry()
    connect(transport=Server(page(["a"])).transport, on_event=telemetry.hook).items("list")
    assert telemetry.spans == ()


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"response_format": {"type": "json_object"}}, "json"),
        ({"modalities": ["text", "audio"]}, "speech"),
        ({"response_format": {"type": "text"}}, "text"),
    ],
)
def test_the_kind_of_output(connect: Callable[..., SyncDriver], params: Any, kind: str) -> None:
    """A span says what kind of output was asked for."""
    telemetry = Telemetry(provider_name="other")
    connect(transport=Server(completion()).transport, on_event=telemetry.hook).call("create", **ASK, **params)
    assert telemetry.spans[0].attributes["gen_ai.output.type"] == kind
    assert telemetry.spans[0].attributes["gen_ai.provider.name"] == "other"


@pytest.mark.parametrize("captures", [False, True])
def test_what_an_error_says(connect: Callable[..., SyncDriver], captures: bool) -> None:
    """The status of a span quotes an error, which may quote an answer, only if contents were asked for."""
    telemetry = Telemetry(capture_content=captures)
    reply = httpx.Response(400, json={"error": {"message": "Your diagnosis is wrong."}})
    with pytest.raises(BadRequestError):
        connect(transport=Server(reply).transport, on_event=telemetry.hook).call("create", **ASK)
    assert ("diagnosis" in telemetry.spans[0].to_json()) is captures
    assert telemetry.spans[0].status.description.startswith("BadRequestError") is not captures


def test_what_is_not_there(connect: Callable[..., SyncDriver]) -> None:
    """A model that was not named and a reason that did not come are not written as the text None."""
    telemetry = Telemetry(capture_content=True)
    driver = connect(transport=Server(streaming(events(HI))).transport, on_event=telemetry.hook)
    stream = driver.call("create", **{**ASK, "model": None}, stream=True)
    with pytest.raises(StreamInterruptedError):
        driver.iterate(stream)
    (span,) = telemetry.spans
    assert (span.name, json.loads(span.attributes["gen_ai.output.messages"])[0]["finish_reason"]) == ("chat", "error")
    assert "gen_ai.request.model" not in span.attributes


@pytest.mark.parametrize("asked", [None, "true", "by argument"])
def test_contents(connect: Callable[..., SyncDriver], monkeypatch: pytest.MonkeyPatch, asked: str | None) -> None:
    """Contents are in a span only if they were asked for, by the argument or the field's own variable."""
    if asked == "true":
        monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    telemetry = Telemetry(**({"capture_content": True} if asked == "by argument" else {}))
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        system("Be brief."),
        user("Hello."),
        {"role": "assistant", "tool_calls": [call]},
        tool("1", tool_call_id="a"),
    ]
    tools = [{"type": "function", "function": {"name": "f"}}]
    driver = connect(transport=Server(completion("Bye.")).transport, on_event=telemetry.hook)
    driver.call("create", model="m", messages=messages, tools=tools)
    found = {name: telemetry.spans[0].attributes.get(f"gen_ai.{name}") for name in CONTENTS}
    if asked is None:
        assert set(found.values()) == {None}
        assert "Hello" not in str(telemetry.spans[0].to_json())
    else:
        assert {name: json.loads(text) for name, text in found.items()} == CONTENTS


CONTENTS = {
    "system_instructions": [{"type": "text", "content": "Be brief."}],
    "input.messages": [
        {"role": "user", "parts": [{"type": "text", "content": "Hello."}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "a", "name": "f", "arguments": "{}"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "a", "response": "1"}]},
    ],
    "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Bye."}], "finish_reason": "stop"}],
    "tool.definitions": [{"type": "function", "function": {"name": "f"}}],
}


def test_a_stream_of_calls(connect: Callable[..., SyncDriver]) -> None:
    """The contents of a stream are those of its completion."""
    telemetry = Telemetry(capture_content=True)
    called = [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "g", "input": "x"}}]
    body = events(chunk(choice(tool_calls=called)), STOP, "[DONE]")
    driver = connect(transport=Server(streaming(body)).transport, on_event=telemetry.hook)
    driver.iterate(driver.call("create", **ASK, stream=True))
    (message,) = json.loads(telemetry.spans[0].attributes["gen_ai.output.messages"])
    assert message["parts"] == [{"type": "tool_call", "id": "a", "name": "g", "arguments": "x"}]


def test_pickles() -> None:
    """With the global providers it survives pickle, as a client with it does."""
    assert isinstance(pickle.loads(pickle.dumps(OpenTelemetry())), OpenTelemetry)
    with pytest.raises(TypeError, match="providers of its own"):
        pickle.dumps(Telemetry().hook)


def test_nobody_else_imports_it() -> None:
    """A client without it does not load opentelemetry, nor the events."""
    program = (
        "import sys; from chatcompletions import ChatClient; ChatClient(api_key='k'); "
        "assert not [m for m in sys.modules if 'telemetry' in m], 1"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)  # noqa: S603 - our own
