"""The six operations, as the generated endpoint modules describe them.

The only module that reaches `chatcompletions_api.api`: method, path, parameters and their encoding come from there,
so the facade and a dropped-down call cannot differ on the wire. Each function returns keyword arguments for httpx's
``request``. An endpoint module is imported by the first call that needs it; one that the pinned spec does not have is
an `UnsupportedOperationError`.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._errors import UnsupportedOperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CallT = TypeVar("CallT", bound="Callable[..., dict[str, Any]]")


def _operation(name: str) -> Callable[[CallT], CallT]:
    """Name an operation, for the error of a call to one that was not generated."""

    def named(call: CallT) -> CallT:
        @wraps(call)
        def checked(*args: Any) -> dict[str, Any]:
            try:
                return call(*args)
            except ImportError as exc:
                from ._provenance import spec

                revision = f" (revision {spec.revision})" if spec.revision else ""
                raise UnsupportedOperationError(
                    f"the spec that this package was generated from{revision} has no {name}"
                ) from exc

        return cast("CallT", checked)

    return named


class _Body(dict[str, Any]):
    """A JSON body in the place of the generated request model, in which mappings and models mix freely."""

    def to_dict(self) -> dict[str, Any]:
        return self


@_operation("POST /chat/completions")
def create(body: Mapping[str, Any]) -> dict[str, Any]:
    """Describe POST /chat/completions."""
    from chatcompletions_api.api.chat import create_chat_completion

    return create_chat_completion._get_kwargs(body=cast("Any", _Body(body)))


@_operation("GET /chat/completions")
def list_(params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe GET /chat/completions; ``metadata`` is a mapping here."""
    from chatcompletions_api.api.chat import list_chat_completions

    if params.get("metadata") is not None:
        from chatcompletions_api.models import MetadataFilter

        metadata = MetadataFilter()
        metadata.additional_properties.update(params["metadata"])
        params = {**params, "metadata": metadata}
    return list_chat_completions._get_kwargs(**params)


@_operation("GET /chat/completions/{completion_id}")
def get(completion_id: str) -> dict[str, Any]:
    """Describe GET /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat import get_chat_completion

    return get_chat_completion._get_kwargs(completion_id)


@_operation("POST /chat/completions/{completion_id}")
def update(completion_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Describe POST /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat import update_chat_completion

    return update_chat_completion._get_kwargs(completion_id, body=cast("Any", _Body(body)))


@_operation("DELETE /chat/completions/{completion_id}")
def delete(completion_id: str) -> dict[str, Any]:
    """Describe DELETE /chat/completions/{completion_id}."""
    from chatcompletions_api.api.chat import delete_chat_completion

    return delete_chat_completion._get_kwargs(completion_id)


@_operation("GET /chat/completions/{completion_id}/messages")
def messages(completion_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Describe GET /chat/completions/{completion_id}/messages."""
    from chatcompletions_api.api.chat import get_chat_completion_messages

    return get_chat_completion_messages._get_kwargs(completion_id, **params)
