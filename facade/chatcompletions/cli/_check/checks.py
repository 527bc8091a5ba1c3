"""The checks, in the order in which they are made; most of what is stored for one is used by others."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from chatcompletions import APIStatusError, NotFoundError
from chatcompletions._spec.schema import at
from chatcompletions.cli._parameters import parameters

from .session import KEY, Check, Deviates, Missing, Session, Unchecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_API = "https://platform.openai.com/docs/api-reference/chat"
_SSE = "https://html.spec.whatwg.org/multipage/server-sent-events.html"
_BODY = "operations/create_chat_completion/body"
_CHECKS: list[Check] = []
_STORED = 3
_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Return the weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "population": {"type": "integer"}},
    "required": ["city", "population"],
    "additionalProperties": False,
}
#: What other checks look at, or this command decides.
_ELSEWHERE = {"messages", "model", "stream", "stream_options", "store", "metadata", "tools", "response_format"}
#: Values that say something, and what they need beside them; a value for any other parameter is made of its schema.
_VALUES: dict[str, dict[str, Any]] = {
    "audio": {"audio": {"voice": "alloy", "format": "wav"}, "modalities": ["text", "audio"]},
    "function_call": {"function_call": "none", "functions": [_WEATHER["function"]]},
    "functions": {"functions": [_WEATHER["function"]]},
    "logit_bias": {"logit_bias": {"50256": -100}},
    "logprobs": {"logprobs": True},
    "max_completion_tokens": {"max_completion_tokens": 16, "max_tokens": None},
    "max_tokens": {"max_tokens": 16, "max_completion_tokens": None},
    "modalities": {"modalities": ["text"]},
    "n": {"n": 2},
    "parallel_tool_calls": {"parallel_tool_calls": False, "tools": [_WEATHER]},
    "prediction": {"prediction": {"type": "content", "content": "Hello."}},
    "service_tier": {"service_tier": "auto"},
    "stop": {"stop": ["\n\n\n"]},
    "temperature": {"temperature": 0},
    "tool_choice": {"tool_choice": "none", "tools": [_WEATHER]},
    "top_logprobs": {"top_logprobs": 1, "logprobs": True},
    "top_p": {"top_p": 1},
}


def check(name: str, title: str, page: str) -> Callable[[Callable[[Session], object]], Callable[[Session], object]]:
    """Add a check to the list."""

    def add(run: Callable[[Session], object]) -> Callable[[Session], object]:
        _CHECKS.append(Check(name, title, page, run))
        return run

    return add


def all_checks() -> list[Check]:
    """Return the checks, those of the parameters that the pinned spec has included."""
    names = [name for name in parameters(_BODY) if name not in _ELSEWHERE]
    page = f"{_API}/create"
    return [
        *_CHECKS,
        *(Check(f"parameters.{name}", f"{name} is accepted", page, partial(_parameter, name=name)) for name in names),
        *(
            Check(f"schema.{kind}", title, page, partial(_schema, kind=kind))
            for kind, title in (
                ("create", "answers are as the spec has them"),
                ("stream", "chunks are as the spec has them"),
                ("list", "pages of completions are as the spec has them"),
                ("messages", "pages of messages are as the spec has them"),
                ("delete", "deletions are as the spec has them"),
            )
        ),
    ]


@check("operations.create", "create answers", f"{_API}/create")
def _create(it: Session) -> None:
    it.find_limit()
    reply = it.create()
    if not reply.choices or reply.choices[0].message is None:
        raise Deviates("the answer has no message")
    if not reply.choices[0].finish_reason:
        raise Deviates("the answer has no finish_reason")
    if not reply.usage or not reply.usage.total_tokens:
        raise Deviates("the answer has no usage")


@check("operations.store", "store=True keeps completions", f"{_API}/get")
def _store(it: Session) -> None:
    replies = [it.create(store=True, metadata={"number": str(number)}) for number in range(_STORED)]
    try:
        it.client.get(replies[-1].id)
    except NotFoundError as exc:
        raise Missing("what was created with store=True is not found: " + exc.message) from None
    it.stored = [*it.made]


@check("operations.get", "get returns a stored completion", f"{_API}/get")
def _get(it: Session) -> None:
    name = it.needs_store()[0]
    reply = it.judged("create", it.client.get(name))
    if reply.id != name:
        raise Deviates(f"asked for {name}, got {reply.id}")
    if (reply.metadata or {}).get(KEY) != it.tag:
        raise Deviates(f"it has other metadata than was stored: {reply.metadata}")


@check("operations.messages", "messages returns the request's messages", f"{_API}/getMessages")
def _messages(it: Session) -> None:
    page = it.judged("messages", it.client.messages(it.needs_store()[0]))
    texts = [message.content for message in page]
    if texts != ["Say hello."]:
        raise Deviates(f"expected the one message that was sent, got {texts}")


@check("operations.update", "update replaces the metadata", f"{_API}/update")
def _update(it: Session) -> None:
    name = it.needs_store()[0]
    new = {KEY: it.tag, "number": "0", "updated": "yes"}
    it.judged("create", it.client.update(name, metadata=new))
    if (found := it.client.get(name).metadata) != new:
        raise Deviates(f"afterwards the metadata is {found}")


@check("operations.list", "list returns stored completions", f"{_API}/list")
def _list(it: Session) -> None:
    it.needs_store()
    page = it.judged("list", it.client.list(metadata={KEY: it.tag}, limit=20))
    if missing := {*it.needs_store()} - {item.id for item in page}:
        raise Deviates(f"{len(missing)} of {_STORED} completions are not listed")


@check("filters.metadata", "the metadata filter leaves out what does not match", f"{_API}/list")
def _metadata_filter(it: Session) -> None:
    wanted = it.needs_store()[1]
    found = [item.id for item in it.client.list(metadata={KEY: it.tag, "number": "1"}, limit=20)]
    if found != [wanted]:
        raise Deviates(f"expected one completion, got {len(found)}")
    if [*it.client.list(metadata={KEY: f"{it.tag}-none"}, limit=1)]:
        raise Deviates("completions are found for a value that none has")


@check("filters.model", "the model filter leaves out what does not match", f"{_API}/list")
def _model_filter(it: Session) -> None:
    name = it.client.get(it.needs_store()[0]).model
    found = {item.id for item in it.client.list(model=name, metadata={KEY: it.tag}, limit=20)}
    if found != {*it.needs_store()}:
        raise Deviates(f"expected {_STORED} completions of {name}, got {len(found)}")
    if [*it.client.list(model=f"no-such-model-{it.tag}", metadata={KEY: it.tag}, limit=1)]:
        raise Deviates("completions are found for a model that does not exist")


@check("paging.after", "pages follow one another without gaps or repeats", f"{_API}/list")
def _paging(it: Session) -> None:
    wanted = sorted(it.needs_store())
    orders = dict[str, list[str]]()
    for order in ("asc", "desc"):
        pages: list[Any] = [it.client.list(metadata={KEY: it.tag}, limit=1, order=order)]
        while pages[-1].has_more and len(pages) <= _STORED:
            pages.append(pages[-1].next_page())
        found = [item.id for page in pages for item in page.data]
        if sorted(found) != wanted:
            raise Deviates(f"order={order}: expected {_STORED} completions on pages of one, got {len(found)}")
        if any(len(page.data) > 1 for page in pages):
            raise Deviates("limit=1 gives more than one")
        orders[order] = found
    if orders["asc"] != orders["desc"][::-1]:
        raise Deviates("order=desc is not the reverse of order=asc")
    if it.client.get(orders["asc"][0]).created > it.client.get(orders["asc"][-1]).created:
        raise Deviates("order=asc begins with the newest")


@check("paging.cursor", "pages name their first and last item", f"{_API}/list")
def _cursor(it: Session) -> None:
    it.needs_store()
    page = it.client.list(metadata={KEY: it.tag}, limit=2)
    if not page.data:
        raise Deviates("the page is empty")
    if (page.first_id, page.last_id) != (page.data[0].id, page.data[-1].id):
        raise Deviates(f"first_id and last_id are {page.first_id} and {page.last_id}")


@check("operations.delete", "delete deletes", f"{_API}/delete")
def _delete(it: Session) -> None:
    it.needs_store()
    name = it.create(store=True).id
    if not it.judged("delete", it.client.delete(name)).deleted:
        raise Deviates("the answer does not say that it was deleted")
    try:
        it.client.get(name)
    except NotFoundError:
        it.made.remove(name)
    else:
        raise Deviates("it is still there afterwards")


def _events(it: Session, **params: Any) -> list[Any]:
    """Stream an answer, and return the events' data: JSON values, and ``[DONE]``."""
    http = it.client.raw.get_httpx_client()
    body = it.params(messages=[{"role": "user", "content": "Say hello."}], stream=True, **params)
    with http.stream("POST", "chat/completions", json=body) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
            raise Deviates(f"the content type of a stream is {answer.headers.get('content-type')}")
        lines = [
            line[5:].strip() for line in answer.read().decode(errors="replace").splitlines() if line[:5] == "data:"
        ]
    try:
        return [line if line == "[DONE]" else json.loads(line) for line in lines]
    except ValueError:
        raise Deviates("the data of an event is no JSON") from None


def _deltas(events: list[Any]) -> Iterator[dict[str, Any]]:
    for event in events:
        for choice in (event.get("choices") or []) if isinstance(event, dict) else []:
            yield {**(choice.get("delta") or {}), "finish_reason": choice.get("finish_reason")}


@check("streaming.chunks", "a stream brings chunks of text", _SSE)
def _chunks(it: Session) -> None:
    events = _events(it)
    for event in events:
        if isinstance(event, dict):
            it.judged("stream", event)
    if not any(delta.get("content") or delta.get("refusal") for delta in _deltas(events)):
        raise Deviates("no chunk has content")


@check("streaming.role", "the first chunk has the role", f"{_API}-streaming")
def _role(it: Session) -> None:
    roles = [delta.get("role") for delta in _deltas(_events(it))]
    if roles[:1] != ["assistant"]:
        raise Deviates(f"the first chunk has the role {roles[0] if roles else None}")


@check("streaming.end", "a stream ends with a finish_reason and [DONE]", f"{_API}-streaming")
def _end(it: Session) -> None:
    events = _events(it)
    if not any(delta["finish_reason"] for delta in _deltas(events)):
        raise Deviates("no chunk has a finish_reason")
    if events[-1] != "[DONE]":
        raise Deviates("the last event is not [DONE]")


@check("streaming.usage", "include_usage brings the usage in a last chunk", f"{_API}-streaming")
def _usage(it: Session) -> None:
    events = [event for event in _events(it, stream_options={"include_usage": True}) if isinstance(event, dict)]
    with_usage = [event for event in events if event.get("usage")]
    if not with_usage:
        raise Deviates("no chunk has a usage")
    if with_usage[-1].get("choices"):
        raise Deviates("the chunk with the usage has choices")


def _refused(it: Session, statuses: tuple[int, ...], **request: Any) -> None:
    """Check that a request is refused, in the shape of the API's errors."""
    try:
        answer = it.post(**request)
    except APIStatusError as exc:
        status, body = exc.status_code, exc.body
    else:
        if answer.is_success:
            raise Deviates("it is accepted")
        status, body = answer.status_code, answer.text
    if status not in statuses:
        raise Deviates(f"the status is {status}, expected {' or '.join(map(str, statuses))}")
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise Deviates(f"the status is right, but the body has no error with a message: {str(body)[:80]!r}")


@check("errors.json", "a body that is no JSON is refused", "https://platform.openai.com/docs/guides/error-codes")
def _no_json(it: Session) -> None:
    _refused(it, (400,), content=b"{", headers={"content-type": "application/json"})


@check(
    "errors.messages", "a request without messages is refused", "https://platform.openai.com/docs/guides/error-codes"
)
def _no_messages(it: Session) -> None:
    _refused(it, (400, 422), json={"model": it.model})


@check("errors.model", "an unknown model is refused", "https://platform.openai.com/docs/guides/error-codes")
def _unknown_model(it: Session) -> None:
    body = it.params(model=f"no-such-model-{it.tag}", messages=[{"role": "user", "content": "Say hello."}])
    _refused(it, (400, 404), json=body)


@check("errors.id", "an unknown id is a 404", f"{_API}/get")
def _unknown_id(it: Session) -> None:
    it.needs_store()
    try:
        it.client.get(f"chatcmpl-{it.tag}")
    except NotFoundError:
        return
    raise Deviates("it is found")


def _call(it: Session, **params: Any) -> Any:
    reply = it.create(messages="What is the weather in Paris?", tools=[_WEATHER], **params)
    if not reply.tool_calls:
        raise Deviates("the model calls no tool")
    called = reply.tool_calls[0].function
    try:
        arguments = json.loads(called.arguments)
    except ValueError:
        raise Deviates(f"the arguments are no JSON: {called.arguments[:80]!r}") from None
    if called.name != "get_weather" or not isinstance(arguments, dict) or not isinstance(arguments.get("city"), str):
        raise Deviates(f"the call does not fit the tool: {called.name}({called.arguments[:80]})")
    return reply


@check("tools.required", 'tool_choice "required" brings a call that fits the tool', f"{_API}/create")
def _required_tool(it: Session) -> None:
    if _call(it, tool_choice="required").choices[0].finish_reason not in ("tool_calls", "stop"):
        raise Deviates("the finish_reason of a call is not tool_calls")


@check("tools.named", "tool_choice can name a function", f"{_API}/create")
def _named_tool(it: Session) -> None:
    _call(it, tool_choice={"type": "function", "function": {"name": "get_weather"}})


@check("tools.result", "the result of a call leads to an answer", f"{_API}/create")
def _tool_result(it: Session) -> None:
    first = _call(it, tool_choice="required")
    result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "Sunny, 20 degrees."}
    question = {"role": "user", "content": "What is the weather in Paris?"}
    reply = it.create(messages=[question, first.message, result], tools=[_WEATHER])
    if not reply.text and not reply.tool_calls:
        raise Deviates("the answer is empty")


@check("structured.schema", "an answer fits a JSON Schema in strict mode", f"{_API}/create")
def _structured(it: Session) -> None:
    shape = {"name": "city", "strict": True, "schema": _SCHEMA}
    reply = it.create(
        messages="Name a city and its population.", response_format={"type": "json_schema", "json_schema": shape}
    )
    value = _json_of(reply)
    fits = isinstance(value, dict) and {*value} == {"city", "population"} and isinstance(value["population"], int)
    if not fits or not isinstance(value["city"], str):
        raise Deviates(f"the answer does not fit the schema: {str(reply.text)[:80]!r}")


@check("structured.object", "json_object brings JSON", f"{_API}/create")
def _json_object(it: Session) -> None:
    reply = it.create(messages="Name a city, as a JSON object.", response_format={"type": "json_object"})
    if not isinstance(_json_of(reply), dict):
        raise Deviates("the answer is no object")


def _json_of(reply: Any) -> Any:
    if reply.choices and reply.choices[0].finish_reason == "length":
        raise Unchecked("the answer was cut off: give more by --max-tokens")
    try:
        return json.loads(reply.text or "")
    except ValueError:
        raise Deviates(f"the answer is no JSON: {str(reply.text)[:80]!r}") from None


def _parameter(it: Session, *, name: str) -> None:
    reply = it.create(**(_VALUES.get(name) or {name: _sample(name)}))
    match name:
        case "n" if len(reply.choices or ()) != 2:
            raise Deviates(f"n=2 brings {len(reply.choices or ())} answers")
        case "logprobs" | "top_logprobs" if not reply.choices[0].logprobs:
            raise Deviates("it is accepted, and the answer has no logprobs")
        case "tool_choice" if reply.tool_calls:
            raise Deviates('tool_choice "none" brings a call')
        case "max_completion_tokens" | "max_tokens" if (
            used := reply.usage and reply.usage.completion_tokens
        ) and used > 16:
            raise Deviates(f"16 are allowed, and {used} were used")


def _sample(name: str) -> Any:
    from chatcompletions.server._samples import sample

    return sample({**parameters(_BODY)[name], "$defs": at("$defs")})


def _schema(it: Session, *, kind: str) -> None:
    if kind in it.deviations:
        raise Deviates(it.deviations[kind])
    if kind in ("list", "messages", "delete"):
        it.needs_store()
