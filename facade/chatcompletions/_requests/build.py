"""Conversion of a call's keywords into the arguments of httpx's ``build_request``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._checks import (
    check_count,
    check_headers,
    check_id,
    check_mapping,
    check_names,
    check_required,
    check_timeout,
)
from chatcompletions._json import dumps
from chatcompletions._params import CallOptions
from chatcompletions._redaction import SecretDict
from chatcompletions._transport.client import MAX_RETRIES
from chatcompletions._transport.recovery import new_key
from chatcompletions._transport.timeouts import TIMEOUTS, Timeouts
from chatcompletions_api.types import UNSET

from .operations import check_readable
from .query import flatten

if TYPE_CHECKING:
    from .operations import Operation

_OPTIONS = frozenset(CallOptions.__annotations__)


def build(
    operation: Operation, params: Mapping[str, Any], *ids: str, key_header: str | None = None, key: str | None = None
) -> dict[str, Any]:
    """Build the request of a call, as arguments for httpx's ``build_request``; see `check_id` for refused ids.

    Args:
        operation: The call.
        params: Its keywords.
        *ids: The id of a completion, if the call takes one.
        key_header: The header for a key of each request but GET; `None` for none.
        key: The key; by default a new one.

    Raises:
        TypeError: A parameter is unknown or missing, or a value has no JSON form; a metadata filter is not text.
        ValueError: A header cannot be sent, or a number is NaN or infinite.
        UnsupportedOperationError: The pinned spec does not have the operation, or a model of its answer.
    """
    for completion_id in ids:
        check_id(completion_id)
    advice = f"what the spec does not have yet goes in {operation.extra}="
    check_names(operation.name, params, _known_names(operation), advice + "{{{name!r}: ...}}")
    given = {name: value for name, value in params.items() if name not in _OPTIONS and value is not UNSET}
    check_required(operation.name, given, operation.params.__required_keys__)
    if operation.adjust is not None:
        operation.adjust(given)
    described = operation.described(given, *ids)
    check_readable(*operation.models)
    if key_header and described["method"].upper() != "GET":
        described["headers"] = {key_header: key or new_key(), **(described.get("headers") or {})}
    return _request(described, params)


def check_options(options: Mapping[str, Any]) -> None:
    """Raise if options of every call could not be sent; see `build`."""
    check_names("with_options", options, _OPTIONS)
    if headers := _extra("extra_headers", options):
        check_headers(headers)
    for name in ("extra_query", "extra_body"):
        _extra(name, options)
    _transport_options(options)


def merged(defaults: Mapping[str, Any], params: Mapping[str, Any], operation: Operation | None = None) -> SecretDict:
    """Add options of every call to the parameters of one, whose own options take precedence.

    Args:
        defaults: The options of every call.
        params: The parameters of a call, or further options of every call.
        operation: The call; one without a body has no use for members of a body.
    """
    found = SecretDict({**defaults, **{name: value for name, value in params.items() if value is not UNSET}})
    for name in ("extra_headers", "extra_query", "extra_body"):
        layers = [layer[name] for layer in (defaults, params) if isinstance(layer.get(name), Mapping)]
        if layers and isinstance(found[name], Mapping):
            found[name] = SecretDict(item for layer in layers for item in layer.items())
    if operation is not None and operation.extra != "extra_body" and "extra_body" not in params:
        found.pop("extra_body", None)
    if operation is not None and operation.name != "create" and "recover" not in params:
        found.pop("recover", None)
    return found


def listed(params: Mapping[str, Any]) -> SecretDict:
    """Return parameters that can be read more than once: with a list in the place of each iterator."""
    return SecretDict((name, [*value] if isinstance(value, Iterator) else value) for name, value in params.items())


def expected_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the stream of a call has to bring until its end, as options of the stream."""
    extra = params.get("extra_body") or {}
    n: Any = extra.get("n", params.get("n"))
    options: Any = extra.get("stream_options", params.get("stream_options"))
    # A mapping or a model, unless it is null or left out.
    usage = options.get("include_usage") if hasattr(options, "get") else False
    return {"choices": n if type(n) is int and n > 1 else 1, "usage": usage is True}


@cache
def _known_names(operation: Operation) -> frozenset[str]:
    return frozenset({*operation.params.__annotations__, *operation.own})


def _request(described: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    options = SecretDict((name, value) for name, value in params.items() if name in _OPTIONS and value is not UNSET)
    # A plain mapping where it will do: httpx makes its own of it, and of that another one.
    headers: Any = SecretDict(described.get("headers") or {})
    if extra_headers := _extra("extra_headers", options):
        check_headers(extra_headers)
        headers = httpx.Headers(headers)
        headers.update(extra_headers)
    request = SecretDict(method=described["method"], url=described["url"], headers=headers)
    query, extra_query = described.get("params"), _extra("extra_query", options)
    if extra_query:
        query = {**(query or {}), **dict(flatten(extra_query, where="extra_query: "))}
    if query:
        request["params"] = query
    if "cookies" in described:
        request["cookies"] = described["cookies"]
    body, extra_body = described.get("json"), _extra("extra_body", options)
    if body is not None or extra_body:
        request["content"] = dumps({**(body or {}), **extra_body})
        headers.setdefault("Content-Type", "application/json")
    request.update(_transport_options(options))
    return request


def _transport_options(options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    extensions: dict[str, Any] = {}
    if "timeout" in options:
        check_timeout(options["timeout"])
        found["timeout"] = timeout = options["timeout"]
        if isinstance(timeout, Timeouts):  # httpx keeps its own part alone
            extensions[TIMEOUTS] = timeout
    if "max_retries" in options:
        check_count("max_retries", options["max_retries"])
        extensions[MAX_RETRIES] = options["max_retries"]
    return {**found, "extensions": extensions} if extensions else found


def _extra(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    if options.get(name) is None:
        return {}
    check_mapping(name, options[name])
    return SecretDict(options[name])
