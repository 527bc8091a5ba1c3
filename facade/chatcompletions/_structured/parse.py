"""The call `parse`: a `create` with a schema, whose answer is read into a value, or asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from chatcompletions._checks import check_count, check_names
from chatcompletions._errors import ParseError
from chatcompletions._params import ParseParams
from chatcompletions._public import public
from chatcompletions._redaction import SecretDict, hide_values
from chatcompletions._requests.build import listed
from chatcompletions_api.types import UNSET

from .adapter import TypeAdapter, adapter_of
from .models import parsed_completion

if TYPE_CHECKING:
    from collections.abc import Generator

    from typing_extensions import TypeForm

    from chatcompletions._dicts import JsonSchemaFormatDict


@public
def response_format(
    type: TypeForm[Any] | Mapping[str, Any],  # noqa: A002 - the argument of pydantic's
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool = True,
) -> JsonSchemaFormatDict:
    """Make the parameter ``response_format`` of a type, for `create`; `parse` does so by itself.

    Args:
        type: A pydantic model, attrs class, data class, TypedDict, msgspec struct, ``list[T]``, union, enum, literal or
            scalar, or a JSON Schema.
        name: The name of the schema: up to 64 letters, digits, ``_`` and ``-``; by default the type's.
        description: Tells the model what the answer is for; by default the class's docstring.
        strict: Hold the model to the schema, which then has to be one that strict mode takes.

    Returns:
        The parameter. A type that is no object stands in one, as its ``value``.

    Raises:
        TypeError: The type has no JSON form, or strict mode takes no schema of it; the message has the place in the
            type, and what to write instead.
        ValueError: The name cannot be a schema's.

    See https://platform.openai.com/docs/guides/structured-outputs.
    """
    adapter = adapter_of(type, strict=strict) if name is None else TypeAdapter(type, strict=strict, name=name)
    return cast("JsonSchemaFormatDict", _format(adapter, description))


def _format(adapter: TypeAdapter[Any], description: str | None = None) -> dict[str, Any]:
    text = adapter.description if description is None else description
    found = {"name": adapter.name, "schema": adapter.json_schema, "strict": adapter.strict}
    return {"type": "json_schema", "json_schema": {**found, "description": text} if text else found}


def start(client: Any, params: Any, given: Any, stream: Any) -> Any:
    """Make the call of a client: return its completion, an awaitable of it, or the stream that was asked for.

    Raises:
        TypeError: An argument is of the wrong type or unknown, or no schema can be made of the type.
        ValueError: A number is out of its range, or the arguments do not go together.
    """
    # First of all, so that no failure below shows a secret among the keywords.
    params = hide_values(params)
    check_names("parse", params, {*ParseParams.__annotations__, "response_format", "stream"})
    strict, retries = params.pop("strict", True), params.pop("retries_on_parse", 0)
    if stream is not UNSET:
        params["stream"] = stream
    request, adapter = prepared(params, given, strict=strict, retries=retries)
    if request.get("stream"):
        return client._call("create", request, adapter=adapter)
    if retries:
        request = client._with_one_clock(listed(request))
    return client._drive(_attempts(request, adapter, retries))


def prepared(
    params: dict[str, Any], given: Any, *, strict: Any, retries: Any
) -> tuple[dict[str, Any], TypeAdapter[Any]]:
    """Return the parameters of `create`, and the adapter of the type.

    Raises:
        TypeError: An argument is of the wrong type, or no schema can be made of the type.
        ValueError: A number is out of its range, or the arguments do not go together.
    """
    if not isinstance(strict, bool):
        raise TypeError(f"strict must be True or False, not {strict!r}")
    check_count("retries_on_parse", retries)
    if retries and params.get("stream"):
        raise ValueError("retries_on_parse= asks again for a whole answer: leave out stream=True")
    if retries and params.get("n") not in (None, 1):
        raise ValueError("retries_on_parse= asks again for one answer: leave out n=")
    if (
        isinstance(given, Mapping)
        and given.get("type") == "json_schema"
        and isinstance(given.get("json_schema"), Mapping)
    ):
        inner = given["json_schema"]
        adapter: TypeAdapter[Any] = TypeAdapter(inner.get("schema", {}), strict=False, name=inner.get("name"))
        return SecretDict(params, response_format=given), adapter
    adapter = adapter_of(given, strict=strict)
    return SecretDict(params, response_format=_format(adapter)), adapter


def _attempts(params: dict[str, Any], adapter: TypeAdapter[Any], retries: int) -> Generator[dict[str, Any], Any, Any]:
    """Ask until an answer fits: yield the parameters of each request, and take its completion.

    Returns:
        The completion with its values.

    Raises:
        ParseError: The last answer does not fit. It has those before it as ``rejected``, as has whatever else ends a
            request.
    """
    rejected: list[Any] = []
    while True:
        try:
            reply, error = parsed_completion((yield SecretDict(params)), adapter)
        except BaseException as exc:
            failure: Any = exc
            with suppress(AttributeError):  # the class may have no room for it
                failure.rejected = [*rejected]
            raise
        reply.rejected = [*rejected]
        if error is None:
            return reply
        error.rejected = [*rejected]
        if type(error) is not ParseError or len(rejected) == retries:  # a refusal or a cut is no mistake in the text
            raise error
        rejected.append(reply)
        messages = params["messages"]
        messages = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        advice = f"This answer cannot be used. {error.path}: expected {error.expected}, received {error.received}."
        again = {"role": "user", "content": f"{advice} Answer again, in JSON that fits the schema."}
        params = SecretDict(params, messages=[*messages, reply.message, again])
