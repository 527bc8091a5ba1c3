"""The calls that a row can be: their parameters, the key of a row in a journal, and the bytes that keep a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._answers.models import ChatCompletion, headers_of
from chatcompletions._answers.record import Record
from chatcompletions._checks import check_names, check_required
from chatcompletions._json import default, loads
from chatcompletions._params import CreateParams, ParseParams, RunToolsParams
from chatcompletions._requests.build import listed, merged
from chatcompletions._transport.recovery import METADATA_KEY
from chatcompletions_api.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Set

    from chatcompletions._redaction import SecretDict

_NAMES: dict[str, Set[str]] = {
    "create": {*CreateParams.__annotations__},
    "parse": {*ParseParams.__annotations__, "response_format"},
    "run_tools": {*RunToolsParams.__annotations__, "response_format", "tools"},
}
#: What each row of a call needs that its client does not ask for by itself.
_NEEDED: dict[str, Set[str]] = {"create": set(), "parse": {"response_format"}, "run_tools": {"tools"}}
#: What decides how an answer is waited for, and not which answer it is.
_UNHASHED = {
    "timeout", "max_retries", "extra_headers", "recover", "before_call", "parallel", "tool_timeout"
}  # fmt: skip


def check_call(call: str, shared: Mapping[str, Any], own: Set[str]) -> None:
    """Raise if there is no such call, or if it has no such parameters.

    Args:
        call: The name of the call.
        shared: The parameters.
        own: The arguments of `map` itself, which may be misspelt too.

    Raises:
        ValueError: There is no such call.
        TypeError: A parameter is unknown.
    """
    if call not in _NAMES:
        raise ValueError(f"call must be 'create', 'parse' or 'run_tools', not {call!r}")
    check_names("map" if call == "create" else f"map(call={call!r}) or {call}", shared, _NAMES[call] | own)


def params_of(call: str, request: Any, shared: SecretDict, *, keep: bool) -> SecretDict:
    """Return the keywords of the call for one of the requests.

    Args:
        call: The name of the call.
        request: The request.
        shared: The keywords that all requests share.
        keep: Whether the keywords are read more than once, so that an iterator among them becomes a list.

    Raises:
        TypeError: It is neither text nor a mapping, or lacks what the call needs.
    """
    if isinstance(request, str):
        request = {"messages": request}
    if not isinstance(request, Mapping):
        raise TypeError(f"a request is text or a mapping of parameters, not {type(request).__name__}")
    params = merged(shared, request)
    check_required(call, params, _NEEDED[call])
    return listed(params) if keep else params


async def ask(client: Any, call: str, params: Mapping[str, Any]) -> Any:
    """Make a call of an async client, and return its whole answer."""
    if call == "run_tools":
        return await client.run_tools(**params).until_done()
    if params.get("stream"):
        raise TypeError("map() gives whole answers: leave out stream=True")
    return await getattr(client, call)(**params)


def digest_of(call: str, params: Mapping[str, Any]) -> bytes:
    """Return the hash of a request: the same for the same JSON, whatever the order of its members.

    Raises:
        TypeError: A value has no JSON form.
    """
    found = {name: value for name, value in params.items() if name not in _UNHASHED and value is not UNSET}
    messages = found.get("messages")
    if isinstance(messages, str):
        found["messages"] = [{"role": "user", "content": messages}]
    if call == "run_tools":
        from chatcompletions._tools.options import tool_of

        found["tools"] = [tool_of(tool) for tool in found.get("tools") or ()]
    if call != "create" and found.get("response_format") is not None:
        found["response_format"] = _adapter(found).json_schema
    text = json.dumps([call, found], sort_keys=True, default=_plain)
    return sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    return value.message.to_dict() if isinstance(value, ChatCompletion) else default(value)


def encode(reply: Any) -> bytes:
    """Return a reply as JSON, from which `decode` makes it again."""
    headers = [item for item in headers_of(reply).multi_items() if item[0] != "set-cookie"]
    rejected = [one.to_dict() for one in getattr(reply, "rejected", ())]
    # What was read is written, also what the JSON of a request may not hold, such as NaN.
    found = {
        "reply": reply.to_dict(),
        "headers": headers,
        "rejected": rejected,
        "record": getattr(reply, "_record", None),
    }
    return json.dumps(found, default=default).encode()


def decode(record: bytes, params: Mapping[str, Any], call: str) -> Any:
    """Return the reply that `encode` was given.

    Raises:
        ParseError: The type has changed since, and the reply no longer fits it.
    """
    kept = loads(record)
    reply = ChatCompletion.from_dict(kept["reply"])
    reply._headers = httpx.Headers([(name, value) for name, value in kept["headers"]])
    if kept.get("record"):  # journals of earlier versions have none
        reply._record = Record(*kept["record"])
    reply = as_reply(reply, params, call)
    if hasattr(reply, "rejected"):
        reply.rejected = [ChatCompletion.from_dict(one) for one in kept["rejected"]]
    return reply


async def stored(client: Any, call: str, params: Mapping[str, Any], key: str) -> Any:
    """Return the reply of a row that was sent before, if it is among the stored completions; `None` if it is not.

    Raises:
        FilterIgnoredError: The server does not say.
    """
    shared = {name: params[name] for name in ("extra_headers", "extra_query", "timeout") if name in params}
    page = await client.list(**shared, metadata={METADATA_KEY: key}, order="desc")
    if not page.data:
        return None
    reply = page.data[0]
    reply._headers, reply._record = page.headers, Record(200, recovered=True)
    return as_reply(reply, params, call)


def as_reply(reply: ChatCompletion, params: Mapping[str, Any], call: str) -> Any:
    """Return a completion as the reply of a call.

    Raises:
        ParseError: It does not fit the type.
    """
    if call == "create" or params.get("response_format") is None:
        return reply
    from chatcompletions._structured.models import parsed_completion

    parsed, error = parsed_completion(reply, _adapter(params))
    if error is not None:
        raise error
    return parsed


def _adapter(params: Mapping[str, Any]) -> Any:
    from chatcompletions._structured.parse import prepared

    return prepared({}, params["response_format"], strict=params.get("strict", True), retries=0)[1]
