"""Reading and writing of JSON: a fast reader for the wire, and a writer that takes models among plain values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Set
from typing import Any

import jiter

#: Levels of nesting that the fast reader accepts; code that works on a value recursively relies on it.
MAX_DEPTH = 200


def loads(data: bytes) -> Any:
    """Read one JSON value.

    Args:
        data: UTF-8 text; a byte order mark, NaN and lone surrogates are tolerated, bytes that are not UTF-8 become
            U+FFFD, integers are exact.

    Returns:
        The value; of a repeated key the last one counts.

    Raises:
        ValueError: The text is not JSON, or nested more than `MAX_DEPTH` levels.
    """
    try:
        return jiter.from_json(data)
    except ValueError:
        # The fast reader refuses some texts that the standard one reads: lone surrogates, a BOM. It reads bytes that
        # are not UTF-8 only if they are replaced first, as the WHATWG's decoder does it.
        try:
            value = json.loads(data.decode(json.detect_encoding(data), "replace"))
        except RecursionError:
            value = None
        else:
            if not _is_too_deep(value):
                return value
        raise ValueError("nested too deeply") from None


def is_cut(data: bytes) -> bool:
    """Tell whether a text is the beginning of a JSON value without its end."""
    try:
        loads(data)
    except ValueError:
        try:
            jiter.from_json(data, partial_mode=True)
        except ValueError:
            return False
        return True
    return False


def dumps(value: Any) -> bytes:
    """Write one JSON value as compact UTF-8, the same bytes as httpx's own ``json=``.

    Args:
        value: Plain values, with generated models, mappings and iterables anywhere among them.

    Raises:
        TypeError: A value has no JSON form; the message shows its path.
        ValueError: NaN or an infinity, which JSON lacks (the message shows the path), or a value that holds itself.
    """
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError) as exc:
        cls = TypeError if isinstance(exc, TypeError) else ValueError
        raise cls(_explain(value) or str(exc)) from None
    except RecursionError:
        raise ValueError("the body is nested too deeply to be written") from None
    # A lone surrogate has no UTF-8 form; Python's escape for it is also JSON's.
    return text.encode("utf-8", "backslashreplace")


def default(value: Any) -> Any:
    if isinstance(value, type):
        advice = "give it to parse(), response_format() or function_tool()"
        raise TypeError(f"the class {value.__qualname__} has no JSON form; {advice}")
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    if is_array(value):
        return list(value)
    advice = "; give its model_dump()" if hasattr(value, "model_dump") else ""
    if callable(value):
        advice = "; give it to function_tool() or run_tools()"
    raise TypeError(f"a value of type {_name_of(type(value))} has no JSON form{advice}")


def is_array(value: Any) -> bool:
    """Tell whether `dumps` writes a value as an array, as it does with iterables that stand for nothing else."""
    # A pydantic model is an iterable of pairs, but stands for an object, whose form only its owner knows.
    is_object = hasattr(value, "to_dict") or hasattr(value, "model_dump")
    return isinstance(value, Iterable) and not isinstance(value, _NO_ARRAYS) and not is_object


_NO_ARRAYS = (type, str, bytes, bytearray, memoryview, Mapping, Set)


def _name_of(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


#: An encoder that is made once, because `json.dumps` makes one for each call that has options.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=default)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for outer in level
            if isinstance(outer, (dict, list))
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _explain(value: Any) -> str | None:
    try:
        return _find_problem(value, "")
    except RecursionError:
        return None


def _find_problem(value: Any, path: str) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{path or 'the body'}: JSON has no {value}"
    if value is None or isinstance(value, (str, int, float)):
        return None
    if not isinstance(value, (dict, list, tuple)):
        try:
            value = default(value)
        except TypeError as exc:
            return f"{path or 'the body'}: {exc}"
    if isinstance(value, dict):
        for key in value:
            if key is not None and not isinstance(key, (str, int, float)):
                return f"{path or 'the body'}: a key of type {_name_of(type(key))} has no JSON form"
        items = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    else:
        items = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    return next((problem for inner, item in items if (problem := _find_problem(item, inner))), None)
