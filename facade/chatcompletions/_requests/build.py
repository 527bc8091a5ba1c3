"""Turn the keywords of a call into the arguments of httpx's ``build_request``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from chatcompletions._checks import (
    check_count,
    check_headers,
    check_id,
    check_mapping,
    check_metadata_filter,
    check_names,
    check_required,
    check_timeout,
)
from chatcompletions._json import dumps
from chatcompletions._params import CallOptions, CreateParams, ListParams, MessagesParams, UpdateParams
from chatcompletions._redaction import Discreet
from chatcompletions._transport.client import MAX_RETRIES
from chatcompletions_api.types import UNSET

from . import operations as operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPTIONS = frozenset(CallOptions.__annotations__)
_CREATE = frozenset({*CreateParams.__annotations__, "stream"})
_LIST = frozenset({*ListParams.__annotations__, "max_items"})
_MESSAGES = frozenset({*MessagesParams.__annotations__, "max_items"})
_BODY = "what the spec does not have yet goes in extra_body={{{name!r}: ...}}"
_QUERY = "what the spec does not have yet goes in extra_query={{{name!r}: ...}}"


def create(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``create``; text in the place of messages is what the user says.

    Raises:
        TypeError: A parameter is unknown or missing, or a value has no JSON form.
        ValueError: A header cannot be sent, or a number is NaN or infinite.
    """
    check_names("create", params, _CREATE, _BODY)
    body = _api_params(params)
    check_required("create", body, CreateParams.__required_keys__)
    if isinstance(body["messages"], str):
        body["messages"] = [{"role": "user", "content": body["messages"]}]
    return _request(operations.create(body), params)


def list_(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``list``.

    Raises:
        TypeError: A parameter is unknown, or a metadata filter is not text.
    """
    check_names("list", params, _LIST, _QUERY)
    if params.get("metadata") is not None:
        check_metadata_filter(params["metadata"])
    return _request(operations.list_(_api_params(params)), params)


def get(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``get``; see `check_id` for the ids that are refused."""
    return _on_one("get", completion_id, params, operations.get)


def delete(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``delete``; see `check_id` for the ids that are refused."""
    return _on_one("delete", completion_id, params, operations.delete)


def update(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``update``; see `check_id` for the ids that are refused."""
    check_id(completion_id)
    check_names("update", params, UpdateParams.__annotations__, _BODY)
    body = _api_params(params)
    check_required("update", body, UpdateParams.__required_keys__)
    return _request(operations.update(completion_id, body), params)


def messages(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of ``messages``; see `check_id` for the ids that are refused."""
    check_id(completion_id)
    check_names("messages", params, _MESSAGES, _QUERY)
    return _request(operations.messages(completion_id, _api_params(params)), params)


def _on_one(
    name: str, completion_id: str, params: Mapping[str, Any], operation: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    check_id(completion_id)
    check_names(name, params, _OPTIONS, _QUERY)
    return _request(operation(completion_id), params)


def _api_params(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in _OPTIONS and value is not UNSET}


def _request(described: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    options = Discreet((name, value) for name, value in params.items() if name in _OPTIONS and value is not UNSET)
    headers, extra_headers = httpx.Headers(described.get("headers")), _extra("extra_headers", options)
    if extra_headers:
        check_headers(extra_headers)
        headers.update(extra_headers)
    request = Discreet(method=described["method"], url=described["url"], headers=headers)
    query, extra_query = described.get("params"), _extra("extra_query", options)
    if extra_query:
        query = {**(query or {}), **dict(_flat(extra_query))}
    if query:
        request["params"] = query
    if "cookies" in described:
        request["cookies"] = described["cookies"]
    body, extra_body = described.get("json"), _extra("extra_body", options)
    if body is not None or extra_body:
        request["content"] = dumps({**(body or {}), **extra_body})
        headers.setdefault("Content-Type", "application/json")
    if "timeout" in options:
        check_timeout(options["timeout"])
        request["timeout"] = options["timeout"]
    if "max_retries" in options:
        check_count("max_retries", options["max_retries"])
        request["extensions"] = {MAX_RETRIES: options["max_retries"]}
    return request


def _extra(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    if options.get(name) is None:
        return {}
    check_mapping(name, options[name])
    return Discreet(options[name])


def _flat(query: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, Any]]:
    """Write a mapping within a query as the API takes it: ``name[key]=value``."""
    for key, value in query.items():
        name = f"{outer}[{key}]" if outer else key
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            raise TypeError(f"extra_query: {name} is a list with mappings in it, which a query cannot hold")
        else:
            yield name, value
