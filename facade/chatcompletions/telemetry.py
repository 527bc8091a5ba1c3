"""Spans and metrics of OpenTelemetry, by its conventions for generative AI, from the events of a client.

It needs the extra ``telemetry``, and nothing imports it but you.
"""

from __future__ import annotations

import json
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chatcompletions._answers.models import items_of, text_of
from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._version import __version__

from ._telemetry.events import FailureEvent, ReplyEvent, RequestEvent, RetryEvent, StreamEndEvent

try:
    from opentelemetry import context, metrics, trace
except ImportError as exc:
    raise ImportError("OpenTelemetry needs the extra telemetry: pip install 'chatcompletions[telemetry]'") from exc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from ._telemetry.events import CallEvent

#: The version of https://github.com/open-telemetry/semantic-conventions-genai whose names these are.
CONVENTIONS = "https://opentelemetry.io/schemas/1.42.0"
#: The parameters that a span has, and the names of their attributes.
PARAMETERS = {
    "stream": "gen_ai.request.stream",
    "seed": "gen_ai.request.seed",
    "n": "gen_ai.request.choice.count",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_tokens": "gen_ai.request.max_tokens",
    "stop": "gen_ai.request.stop_sequences",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "reasoning_effort": "gen_ai.request.reasoning.level",
}
#: The members of a usage that a span has.
USAGE = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "prompt_tokens_details.cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "completion_tokens_details.reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_BUCKETS = [0.01 * 2**power for power in range(14)]  # seconds, from 0.01 to 81.92
_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


class OpenTelemetry:
    """Spans and metrics of OpenTelemetry, for ``on_event``: ``ChatClient(on_event=OpenTelemetry())``.

    Each completion that is asked for has a span ``chat {model}``, which lasts as long as its stream. It is the current
    one while the request is made, so that spans of httpx's own instrumentation stand below it. Calls that read or
    change what is stored have none.

    Args:
        provider_name: The ``gen_ai.provider.name`` of the service.
        capture_content: Whether spans have the messages and tools, too; by default whether
            ``OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`` is true.
        tracer_provider: Makes the tracer; by default the global one.
        meter_provider: Makes the meter; by default the global one.

    Raises:
        ImportError: The extra ``telemetry`` is not installed.

    See https://opentelemetry.io/docs/specs/semconv/gen-ai/.
    """

    def __init__(
        self,
        *,
        provider_name: str = "openai",
        capture_content: bool | None = None,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        asked = os.environ.get(_CAPTURE, "").strip().lower() in ("true", "1")
        self._captures = asked if capture_content is None else capture_content
        self._provider_name = provider_name
        self._tracer = trace.get_tracer("chatcompletions", __version__, tracer_provider, CONVENTIONS)
        meter = metrics.get_meter("chatcompletions", __version__, meter_provider, CONVENTIONS)
        self._duration, self._first_chunk, self._per_chunk = (
            meter.create_histogram(f"gen_ai.client.inference.{name}", "s", explicit_bucket_boundaries_advisory=_BUCKETS)
            for name in ("duration", "time_to_first_chunk", "time_per_output_chunk")
        )
        self._calls: dict[int, _Call] = {}
        self._is_global = tracer_provider is None and meter_provider is None

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._is_global:
            raise TypeError("OpenTelemetry cannot be pickled with providers of its own: leave them to the global ones")
        return partial(OpenTelemetry, provider_name=self._provider_name, capture_content=self._captures), ()

    def __call__(self, event: CallEvent) -> None:
        """Take an event of a client."""
        if event.operation != "create":
            return
        if isinstance(event, RequestEvent):
            self._calls[event.call_id] = self._start(event)
            return
        call = self._calls.get(event.call_id)
        if call is None:
            return
        match event:
            case RetryEvent():
                call.span.add_event(
                    "retry", {"error.type": _error_type(event.error), "delay": event.delay.total_seconds()}
                )
            case ReplyEvent() if hasattr(event.reply, "events"):  # a stream, which goes on
                call.detach()
            case ReplyEvent():
                self._end(event.call_id, event.reply, None)
            case StreamEndEvent():
                self._end_stream(event, call)
            case FailureEvent():
                self._end(event.call_id, getattr(event.error, "completion", None), event.error)

    def _start(self, event: RequestEvent) -> _Call:
        model, address = event.params.get("model"), urlsplit(event.url)
        common: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self._provider_name,
            "server.address": address.hostname or "",
        }
        if model is not None:
            common["gen_ai.request.model"] = str(model)
        port = address.port or (443 if address.scheme == "https" else 80)
        given = {PARAMETERS[name]: event.params[name] for name in PARAMETERS if event.params.get(name) is not None}
        if isinstance(given.get("gen_ai.request.stop_sequences"), str):
            given["gen_ai.request.stop_sequences"] = [given["gen_ai.request.stop_sequences"]]
        found = {**common, "server.port": port, **given, "gen_ai.output.type": _output_type(event.params)}
        if self._captures:
            found |= _asked(event.params)
        name = "chat" if model is None else f"chat {model}"
        span = self._tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=found)
        return _Call(span, {**common, "server.port": port})

    def _end_stream(self, event: StreamEndEvent, call: _Call) -> None:
        meta = event.meta
        if meta is not None and meta.time_to_first_token is not None and meta.elapsed is not None:
            first = meta.time_to_first_token.total_seconds()
            call.span.set_attribute("gen_ai.response.time_to_first_chunk", first)
            self._first_chunk.record(first, call.common)
            if event.chunks > 1:
                self._per_chunk.record((meta.elapsed.total_seconds() - first) / (event.chunks - 1), call.common)
        self._end(event.call_id, event.completion, event.error)

    def _end(self, call_id: int, completion: Any, error: BaseException | None) -> None:
        call = self._calls.pop(call_id)
        call.detach()
        span, found = call.span, dict(call.common)
        if completion is not None and span.is_recording():
            span.set_attributes(dict(_answered(completion)))
            if self._captures:
                span.set_attribute("gen_ai.output.messages", _as_json(_output_messages(completion)))
        if error is not None:
            found["error.type"] = _error_type(error)
            span.set_attribute("error.type", found["error.type"])
            # What an error says may quote what a request or an answer says.
            span.set_status(trace.StatusCode.ERROR, str(error) if self._captures else type(error).__qualname__)
        self._duration.record(time.monotonic() - call.began, found)
        span.end()


class _Call:
    """A call that goes on: its span, which is the current one until it is detached."""

    def __init__(self, span: Span, common: dict[str, Any]) -> None:
        self.span, self.common, self.began = span, common, time.monotonic()
        self._token: Any = context.attach(trace.set_span_in_context(span))

    def detach(self) -> None:
        """Give back the context that was current before."""
        token, self._token = self._token, None
        if token is not None:
            context.detach(token)


def _error_type(error: BaseException) -> str:
    status: int | None = getattr(error, "status_code", None) if isinstance(error, ChatCompletionsError) else None
    return str(status) if status is not None and status >= 400 else type(error).__qualname__


def _output_type(params: Mapping[str, Any]) -> str:
    if "audio" in (params.get("modalities") or ()):
        return "speech"
    kind: Any = params.get("response_format")
    name = kind.get("type") if hasattr(kind, "get") else getattr(kind, "type", "text")
    return "json" if str(name).startswith("json") else "text"


def _answered(completion: Any) -> Iterator[tuple[str, Any]]:
    """Return the attributes of an answer."""
    reasons = [str(choice.finish_reason) for choice in items_of(completion.choices) if choice.finish_reason]
    for name, value in (("id", completion.id), ("model", completion.model), ("finish_reasons", reasons)):
        if value:
            yield f"gen_ai.response.{name}", value
    for path, name in USAGE.items():
        value = completion.usage
        for step in path.split("."):
            value = getattr(value, step, None)
        if isinstance(value, int):
            yield name, value


def _asked(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes of what a request says, which a span has only if it is to have contents."""
    given = params.get("messages")
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else [*map(_plain, items_of(given))]
    system = [one for one in messages if one.get("role") in ("system", "developer")]
    rest = [one for one in messages if one.get("role") not in ("system", "developer")]
    found = {
        "gen_ai.input.messages": [{"role": str(one.get("role")), "parts": _parts(one)} for one in rest],
        "gen_ai.system_instructions": [part for one in system for part in _parts(one)],
        "gen_ai.tool.definitions": [*map(_plain, items_of(params.get("tools")))],
    }
    return {name: _as_json(value) for name, value in found.items() if value}


def _output_messages(completion: Any) -> list[dict[str, Any]]:
    return [
        {"role": "assistant", "parts": _parts(_plain(choice.message)), "finish_reason": choice.finish_reason or "error"}
        for choice in items_of(completion.choices)
    ]


def _plain(value: Any) -> Any:
    value = getattr(value, "message", value) if hasattr(type(value), "choices") else value
    return value.to_dict() if hasattr(type(value), "to_dict") else value


def _parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a message says as the parts that the conventions have."""
    if message.get("role") == "tool":
        return [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": message.get("content")}]
    text = text_of(message.get("content")) or message.get("refusal")
    parts: list[dict[str, Any]] = [{"type": "text", "content": text}] if text else []
    for call in items_of(message.get("tool_calls")):
        kind = "custom" if "custom" in call else "function"
        said = call.get(kind) or {}
        arguments = said.get("input" if kind == "custom" else "arguments")
        parts.append({"type": "tool_call", "id": call.get("id"), "name": said.get("name"), "arguments": arguments})
    return parts


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
