"""The six operations, as the generated endpoint modules describe them.

The only module that reaches `chatcompletions_api.api`: method, path, parameters and their encoding come from there,
so the facade and a dropped-down call cannot differ on the wire. Each function returns keyword arguments for httpx's
``request``. An endpoint module is imported by the first call that needs it; one that the pinned spec does not have is
an `UnsupportedOperationError`, and so is an answer that could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from chatcompletions._base_error import UnsupportedOperationError

if TYPE_CHECKING:
    from collections.abc import Callable

CallT = TypeVar("CallT", bound="Callable[..., dict[str, Any]]")


def _operation(name: str, *answer: str) -> Callable[[CallT], CallT]:
    """Name an operation and the models that its answer is read into, for the error of a call that cannot be made."""

    def named(call: CallT) -> CallT:
        @wraps(call)
        def checked(*args: Any) -> dict[str, Any]:
            try:
                described = call(*args)
            except ModuleNotFoundError as exc:
                if not str(exc.name).startswith("chatcompletions_api.api"):
                    raise
                from chatcompletions._spec.provenance import spec

                revision = f" (revision {spec.revision})" if spec.revision else ""
                raise UnsupportedOperationError(
                    f"the spec that this package was generated from{revision} has no {name}"
                ) from exc
            for model in answer:
                _check_readable(model)
            return described

        return cast("CallT", checked)

    return named


@cache
def _check_readable(model: str) -> None:
    from chatcompletions._generated import Absent, models

    if issubclass(found := getattr(models, model), Absent):
        found.from_dict({})


class _Members(dict[str, Any]):
    """A mapping in the place of a generated request model: a body, in which mappings and models mix, or a filter."""

    def to_dict(self) -> dict[str, Any]:
        return self


@_operation("POST /chat/completions", "CreateChatCompletionResponse")
def create(params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe POST /chat/completions."""
    from chatcompletions_api.api.chat.create_chat_completion import _get_kwargs

    if params.get("stream"):
        _check_readable("CreateChatCompletionStreamResponse")
    return _get_kwargs(**_with_body(_get_kwargs, params))


@_operation("GET /chat/completions", "ChatCompletionList", "CreateChatCompletionResponse")
def list_(params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe GET /chat/completions; ``metadata`` is a mapping here."""
    from chatcompletions_api.api.chat.list_chat_completions import _get_kwargs

    return _get_kwargs(**_beside_body(_get_kwargs, params))


@_operation("GET /chat/completions/{completion_id}", "CreateChatCompletionResponse")
def get(completion_id: str) -> dict[str, Any]:
    """Describe GET /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat.get_chat_completion import _get_kwargs

    return _get_kwargs(completion_id)


@_operation("POST /chat/completions/{completion_id}", "CreateChatCompletionResponse")
def update(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe POST /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat.update_chat_completion import _get_kwargs

    return _get_kwargs(completion_id, **_with_body(_get_kwargs, params))


@_operation("DELETE /chat/completions/{completion_id}", "ChatCompletionDeleted")
def delete(completion_id: str) -> dict[str, Any]:
    """Describe DELETE /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat.delete_chat_completion import _get_kwargs

    return _get_kwargs(completion_id)


@_operation("GET /chat/completions/{completion_id}/messages", "ChatCompletionMessageList")
def messages(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe GET /chat/completions/{completion_id}/messages."""
    from chatcompletions_api.api.chat.get_chat_completion_messages import _get_kwargs

    return _get_kwargs(completion_id, **_beside_body(_get_kwargs, params))


def _beside_body(describe: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters of a query or a header as an endpoint function takes them; `None` is left out there."""
    given = {name: value for name, value in params.items() if value is not None}
    for name, value in given.items():
        if isinstance(value, Mapping):
            prefix = _prefix(describe, name)
            given[name] = _Members((f"{prefix}[{key}]", one) for key, one in value.items())
    return given


@cache
def _prefix(describe: Any, name: str) -> str:
    hint = describe.__annotations__.get(name)
    written = (one.from_dict({"": ""}).to_dict() for one in (hint, *get_args(hint)) if hasattr(one, "from_dict"))
    return next((next(iter(members)).removesuffix("[]") for members in written), name)


def _with_body(describe: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as an endpoint function with a body takes them: in the body unless they stand beside it."""
    aside = _names_beside(describe)
    if aside.isdisjoint(params):
        return {"body": _Members(params)}
    body = _Members((name, value) for name, value in params.items() if name not in aside)
    return {"body": body, **_beside_body(describe, {name: params[name] for name in aside & params.keys()})}


@cache
def _names_beside(describe: Any) -> frozenset[str]:
    hints = dict(describe.__annotations__)
    body = hints.pop("body", None)
    # A member of the body goes before a parameter of its name, which can still be given by extra_headers.
    members = {field.name for one in (body, *get_args(body)) for field in getattr(one, "__attrs_attrs__", ())}
    return frozenset(hints) - members - {"return"}
