"""The table of the six calls: a row holds all that distinguishes one call from the others.

It is the only module that imports `chatcompletions_api.api`: method, path, parameters and their encoding come from
there, so the facade and a dropped-down call cannot differ on the wire. An endpoint module is imported by the first call
that needs it. A call raises `UnsupportedOperationError` if the pinned spec does not have its endpoint module, or a
model of its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple, get_args

from chatcompletions._base_error import UnsupportedOperationError
from chatcompletions._checks import check_metadata_filter, check_stream
from chatcompletions._json import is_array
from chatcompletions._params import CallOptions, CreateParams, ListParams, MessagesParams, UpdateParams

from .query import flatten


class Operation(NamedTuple):
    """A call of the API.

    Attributes:
        name: The method of both clients.
        address: Method and path in the spec. If the path has an id, the call takes it before its keywords.
        module: The generated endpoint module.
        params: The TypedDict of the keywords.
        extra: The option for parameters that the spec does not have yet.
        answer: The class of the answer, after the module of this package that defines it.
        models: The generated models that the answer is read into.
        async_answer: The class of the answer for `AsyncChatClient`, if it is another one.
        own: The keywords in the signature of the method itself.
        adjust: Checks the API's parameters, or changes them in place.
    """

    name: str
    address: str
    module: str
    params: Any
    extra: str
    answer: str
    models: tuple[str, ...]
    async_answer: str = ""
    own: tuple[str, ...] = ()
    adjust: Callable[[dict[str, Any]], None] | None = None

    def described(self, params: Mapping[str, Any], *ids: str) -> dict[str, Any]:
        """Return the endpoint module's description of the request: keyword arguments for httpx's ``request``.

        Raises:
            UnsupportedOperationError: The pinned spec does not have the operation.
        """
        try:
            describe = _endpoint(self.module)
        except ModuleNotFoundError as exc:
            if not str(exc.name).startswith("chatcompletions_api.api"):
                raise
            from chatcompletions._spec.provenance import spec

            revision = f" (revision {spec.revision})" if spec.revision else ""
            raise UnsupportedOperationError(
                f"the spec that this package was generated from{revision} has no {self.address}"
            ) from exc
        return describe(*ids, **_arguments(describe, params))


@cache
def _endpoint(module: str) -> Callable[..., dict[str, Any]]:
    import chatcompletions_api.api.chat as endpoints

    describe: Callable[..., dict[str, Any]] = import_module(f"{endpoints.__name__}.{module}")._get_kwargs
    return describe


@cache
def check_readable(*names: str) -> None:
    """Raise `UnsupportedOperationError` if the pinned spec lacks a model."""
    from chatcompletions._generated import Absent, models

    for name in names:
        if issubclass(model := getattr(models, name), Absent):
            model.from_dict({})


def _adjust_create(params: dict[str, Any]) -> None:
    messages = params["messages"]
    if isinstance(messages, str):
        params["messages"] = [{"role": "user", "content": messages}]
    elif is_array(messages):
        params["messages"] = [one if type(one) is dict else _message(one) for one in messages]
    check_stream(params.get("stream"))
    if params.get("stream"):
        check_readable("CreateChatCompletionStreamResponse")


def _message(given: Any) -> Any:
    """Return a message as it was given; a completion stands for its own."""
    from chatcompletions._answers.models import ChatCompletion

    return given.message if isinstance(given, ChatCompletion) else given


def _adjust_list(params: dict[str, Any]) -> None:
    if params.get("metadata") is not None:
        check_metadata_filter(params["metadata"])


_ROWS = (
    Operation(
        "create", "POST /chat/completions", "create_chat_completion", CreateParams, "extra_body",
        "_answers.models.ChatCompletion", ("CreateChatCompletionResponse",),
        own=("stream",), adjust=_adjust_create,
    ),
    Operation(
        "list", "GET /chat/completions", "list_chat_completions", ListParams, "extra_query",
        "_answers.pages.ChatCompletionPage", ("ChatCompletionList", "CreateChatCompletionResponse"),
        async_answer="_answers.pages.AsyncChatCompletionPage", own=("max_items", "since", "until"), adjust=_adjust_list,
    ),
    Operation(
        "get", "GET /chat/completions/{completion_id}", "get_chat_completion", CallOptions, "extra_query",
        "_answers.models.ChatCompletion", ("CreateChatCompletionResponse",),
    ),
    Operation(
        "update", "POST /chat/completions/{completion_id}", "update_chat_completion", UpdateParams, "extra_body",
        "_answers.models.ChatCompletion", ("CreateChatCompletionResponse",),
    ),
    Operation(
        "delete", "DELETE /chat/completions/{completion_id}", "delete_chat_completion", CallOptions, "extra_query",
        "_answers.deleted.ChatCompletionDeleted", ("ChatCompletionDeleted",),
    ),
    Operation(
        "messages", "GET /chat/completions/{completion_id}/messages", "get_chat_completion_messages", MessagesParams,
        "extra_query", "_answers.pages.MessagePage", ("ChatCompletionMessageList",),
        async_answer="_answers.pages.AsyncMessagePage", own=("max_items",),
    ),
)  # fmt: skip
OPERATIONS: Final = {each.name: each for each in _ROWS}


class _RequestModel(dict[str, Any]):
    """A mapping that stands in for a generated request model: a body, in which mappings and models mix, or a filter."""

    def to_dict(self) -> dict[str, Any]:
        return self


def _arguments(describe: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an endpoint function: its body, if it has one, and the parameters outside the body."""
    has_body, outside_body = "body" in describe.__annotations__, _names_outside_body(describe)
    body, outside = _RequestModel(), dict[str, Any]()
    for name, value in params.items():
        if has_body and name not in outside_body:
            body[name] = value
        elif isinstance(value, Mapping):
            prefix = _prefix(describe, name)
            outside[name] = _RequestModel(flatten(value, prefix))
        elif value is not None:  # queries and headers have no null
            outside[name] = value
    return {**outside, "body": body} if has_body else outside


@cache
def _prefix(describe: Any, name: str) -> str:
    hint = describe.__annotations__.get(name)
    written = (one.from_dict({"": ""}).to_dict() for one in (hint, *get_args(hint)) if hasattr(one, "from_dict"))
    return next((next(iter(members)).removesuffix("[]") for members in written), name)


@cache
def _names_outside_body(describe: Any) -> frozenset[str]:
    hints = dict(describe.__annotations__)
    body = hints.pop("body", None)
    # A member of the body takes precedence over a parameter with its name, which extra_headers can still set.
    members = {field.name for one in (body, *get_args(body)) for field in getattr(one, "__attrs_attrs__", ())}
    return frozenset(hints) - members - {"return"}
