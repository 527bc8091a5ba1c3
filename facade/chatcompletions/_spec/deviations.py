"""The search for deviations of an answer from the pinned spec, which reading an answer tolerates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatcompletions._errors import Deviation
from chatcompletions._public import public

from .schema import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .judge import Finding

#: The names of schemas by the ``object`` of an answer.
_BY_OBJECT = {
    "chat.completion": "CreateChatCompletionResponse",
    "chat.completion.chunk": "CreateChatCompletionStreamResponse",
    "chat.completion.deleted": "ChatCompletionDeleted",
}


@public
def deviations(model_or_mapping: Any, *, schema: str | None = None) -> list[Deviation]:
    """List every deviation of an answer from the spec that this package was generated from.

    The spec allows properties that it does not list; they are reported all the same, as ``no such property``. Formats
    (a URL, a time) are not checked.

    Args:
        model_or_mapping: A completion, chunk, page, message or deletion, or the JSON of one.
        schema: The name of the schema to judge by. Without it, a model is judged by its class, and a mapping by its
            ``object`` or else by its shape.

    Returns:
        The deviations; none for an answer as the spec has it.

    Raises:
        ImportError: The extra ``strict`` is not installed.
        TypeError: The argument is neither a mapping nor a model that the spec describes.
        ValueError: The mapping fits no schema's shape or is nested too deeply, or no schema has that name.
    """
    is_model = not isinstance(model_or_mapping, Mapping)
    if schema is not None and not isinstance(schema, str):
        raise TypeError(f"schema must be the name of a schema, not {type(schema).__name__}")
    if is_model and (isinstance(model_or_mapping, type) or not hasattr(model_or_mapping, "to_dict")):
        raise TypeError(f"deviations() takes a model or a mapping, not {type(model_or_mapping).__name__}")
    try:
        value = _to_json(model_or_mapping)
    except RecursionError:
        raise ValueError("the answer is nested too deeply to be judged") from None
    pointer = _pointer(schema or (_schema_of_model(model_or_mapping) if is_model else _schema_of_mapping(value)))
    return _Deviations(find_deviations(value, pointer))


class _Deviations(list[Deviation]):
    """A list that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        from chatcompletions._notebook import deviations_html

        return deviations_html(self)


def find_deviations(value: Any, pointer: str) -> Iterator[Deviation]:
    """Iterate over the deviations of JSON from the schema that a pointer of `_spec.schema` leads to.

    Raises:
        ImportError: The extra ``strict`` is not installed.
    """
    for finding in load_judge().judge(value, pointer):
        yield _as_deviation(finding)


def load_judge() -> Any:
    """Import the module `judge`, and return it.

    Raises:
        ImportError: The extra ``strict`` is not installed.
    """
    try:
        from . import judge
    except ModuleNotFoundError as error:
        if error.name != "jsonschema":
            raise
        raise ImportError(
            f"judging answers by the spec needs {error.name}: pip install 'chatcompletions[strict]'", name=error.name
        ) from None
    return judge


def _as_deviation(finding: Finding) -> Deviation:
    path, expected, found = finding
    return Deviation("$" + "".join(map(_step, path)), expected, found)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() and len(step) < 80 else f"[{step[:80]!r}]"


def _pointer(name: str) -> str:
    if at(pointer := f"$defs/{name}") is not None:
        return pointer
    from difflib import get_close_matches  # only a mistake needs it

    nearest = get_close_matches(name, at("$defs"), n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"the spec has no schema {name!r}{hint}")


def _schema_of_model(model: Any) -> str:
    for cls in type(model).__mro__:
        if cls.__module__.startswith("chatcompletions_api.") and cls.__name__ in at("$defs"):
            return cls.__name__
    raise TypeError(f"the spec has no schema {type(model).__name__!r}: name the one to judge by, as schema=...")


def _schema_of_mapping(value: dict[str, Any]) -> str:
    kind = value.get("object")
    if isinstance(kind, str) and kind in _BY_OBJECT:
        return _BY_OBJECT[kind]
    choices, data = value.get("choices"), value.get("data")
    if kind == "list" or isinstance(data, list):
        items = data if isinstance(data, list) else []
        of_messages = any(isinstance(item, dict) and "role" in item for item in items)
        return "ChatCompletionMessageList" if of_messages else "ChatCompletionList"
    if "choices" in value:
        of_chunk = isinstance(choices, list) and any(isinstance(one, dict) and "delta" in one for one in choices)
        return _BY_OBJECT["chat.completion.chunk" if of_chunk else "chat.completion"]
    if "deleted" in value:
        return _BY_OBJECT["chat.completion.deleted"]
    if "role" in value:
        return "ChatCompletionStoreMessage" if "id" in value else "ChatCompletionResponseMessage"
    raise ValueError("the mapping does not show what it is: name the schema to judge it by, as schema=...")


class _HugeInteger(int):
    """An integer that Python may refuse to write in decimal, as jsonschema would in its messages."""

    def __repr__(self) -> str:
        return "a huge integer"


def _to_json(value: Any) -> Any:
    """Convert a value to plain JSON values, models within it included."""
    if isinstance(value, Mapping):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(item) for item in value]
    if isinstance(value, int):
        return value if value.bit_length() < 1_000 else _HugeInteger(value)
    return _to_json(value.to_dict()) if hasattr(value, "to_dict") else value
