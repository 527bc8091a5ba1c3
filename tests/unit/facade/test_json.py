"""Reading and writing of JSON: tolerated and refused texts, and models among plain values."""

from __future__ import annotations

import json
import math
from collections import UserDict, deque
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions._json import dumps, loads
from chatcompletions_api.models import ChatCompletionRequestUserMessage, Metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"-0", 0),
        (b"1e400", math.inf),
        (b"[Infinity, -Infinity]", [math.inf, -math.inf]),
        (b"\xef\xbb\xbf{}", {}),
        (rb'"\ud800"', "\ud800"),
        (rb'"\udc00\ud800 x"', "\udc00\ud800 x"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
        (b'"\xe2\x80"', "\ufffd"),
        (b'"\xf0\x9f\x98"', "\ufffd"),
        (b'"\xed\xa0\xbd"', "\ufffd\ufffd\ufffd"),
        (b'"\xc0\xaf\\ud800"', "\ufffd\ufffd\ud800"),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        ('"\u2028\u2029\x7f"'.encode(), "\u2028\u2029\x7f"),
        (rb'"\u0000"', "\0"),
        (b" \t\r\n[ ] \n", []),
        (b'{"": {}}', {"": {}}),
    ],
)
def test_what_is_read(data: bytes, expected: Any) -> None:
    """Integers are exact, the last of a repeated key counts, and the oddities of other writers are tolerated.

    Bytes that are not UTF-8 become as many U+FFFD as the WHATWG's decoder makes of them.
    """
    assert loads(data) == expected


def test_nan_is_read() -> None:
    """NaN, which some servers write among log probabilities, is read."""
    assert math.isnan(loads(b"[NaN]")[0])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"{",
        b'{"a": ',
        b"{}{}",
        b"[1,]",
        b"'a'",
        b"nul",
        b"<html>",
        b"\xff",
        b"\xff{}",
        b'"a\nb"',
        b"01",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 1_000_000,
        b'["\\ud800",' * 500 + b"1" + b"]" * 500,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_refused(data: bytes) -> None:
    """Text that is not JSON, or nested without end is a ValueError, and no other exception."""
    with pytest.raises(ValueError, match=r".") as caught:
        loads(data)
    assert not isinstance(caught.value, RecursionError)


@pytest.mark.parametrize("depth", [1, 100, 199])
@pytest.mark.parametrize("value", [b"1", rb'"\ud800"'], ids=["plain", "lone surrogate"])
def test_depth(depth: int, value: bytes) -> None:
    """Nesting far deeper than any answer's is read, whatever the values."""
    found = loads(b"[" * depth + value + b"]" * depth)
    for _ in range(depth):
        (found,) = found
    assert found == json.loads(value)


@given(JSON)
def test_there_and_back(value: Any) -> None:
    """A written value is read back the same."""
    assert loads(dumps(value)) == value


@given(JSON)
def test_the_bytes_of_httpx(value: Any) -> None:
    """The bytes are those that httpx writes for the generated package, where it can write them."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    assert dumps(value) == text.encode("utf-8", "backslashreplace")


def test_lone_surrogates_are_escaped() -> None:
    """Text with a lone surrogate, which UTF-8 cannot hold, goes out as an escape beside text as it is."""
    assert dumps({"a\udfff": "\ud800é"}) == '{"a\\udfff":"\\ud800é"}'.encode()


def test_what_is_produced_once_is_written_once() -> None:
    """A generator among values that need escapes is not exhausted before it is written."""
    assert dumps({"messages": (text for text in ["\ud800", "b"])}) == b'{"messages":["\\ud800","b"]}'


class Role(str, Enum):  # noqa: UP042 - what callers wrote before StrEnum
    USER = "user"


def produced() -> Iterator[Any]:
    yield {"a": (1, 2)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ChatCompletionRequestUserMessage(content="x", role="user"), {"content": "x", "role": "user"}),
        (Metadata.from_dict({"a": "b"}), {"a": "b"}),
        ([{"deep": [Metadata.from_dict({"a": "b"})]}], [{"deep": [{"a": "b"}]}]),
        (produced(), [{"a": [1, 2]}]),
        (UserDict({"a": deque([1])}), {"a": [1]}),
        ({2: {"a": 1}.values(), True: range(2)}, {"2": [1], "true": [0, 1]}),
        (Role.USER, "user"),
        ({None: None}, {"null": None}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_mix(value: Any, expected: Any) -> None:
    """Models, mappings and iterables of any kind are written wherever they stand."""
    assert json.loads(dumps(value)) == expected


class Answer:
    """A stand-in for a pydantic model, which iterates over pairs, and has these methods."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "role", "user"

    def model_dump(self) -> dict[str, Any]:
        return dict(self)

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {}


def itself() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (object(), TypeError, r"^the body: .*object"),
        ({"tools": [{}, {"function": {"x": object()}}]}, TypeError, r"^tools\[1\]\.function\.x: .*object"),
        ({"stop": {1, 2}}, TypeError, r"^stop: .*set"),
        ({"user": b"bytes"}, TypeError, r"^user: .*bytes"),
        ({"user": bytearray(b"bytes")}, TypeError, r"^user: .*bytearray"),
        ({"metadata": {("a", "b"): 1}}, TypeError, r"^metadata: .*tuple"),
        ({"messages": (object() for _ in range(1))}, TypeError, r"object"),
        ({"x": Metadata.from_dict({"a": object()})}, TypeError, r"^x\.a: .*object"),
        ({"messages": [Answer()]}, TypeError, r"^messages\[0\]: .*Answer .*; give its model_dump\(\)$"),
        (
            {"response_format": Answer},
            TypeError,
            r"^response_format: the class Answer .*parse\(\), response_format\(\) or",
        ),
        ({"tools": [Metadata]}, TypeError, r"^tools\[0\]: the class Metadata has no JSON form; .*function_tool\(\)$"),
        ({"user": Path("me")}, TypeError, r"^user: a value of type pathlib\.[\w.]+ has no JSON form$"),
        ({"x": [1.0, {"y": math.nan}]}, ValueError, r"^x\[1\]\.y: .*nan"),
        ({"temperature": math.inf}, ValueError, r"^temperature: .*inf"),
        ({"x": -math.inf}, ValueError, r"^x: .*-inf"),
        ({"x": itself()}, ValueError, r"(?i)circular|itself"),
        ({"x": deep(100_000)}, ValueError, r"deep"),
    ],
)
def test_what_cannot_be_written(value: Any, error: type[Exception], told: str) -> None:
    """The error for a value without a JSON form names its path and its type."""
    with pytest.raises(error, match=told) as caught:
        dumps(value)
    assert "\n" not in str(caught.value)


def test_an_error_of_ones_own_to_dict_comes_through() -> None:
    """An exception of a caller's own to_dict keeps its kind."""

    class Failing:
        to_dict: Callable[[], Any]

        def __init__(self) -> None:
            self.to_dict = lambda: {}["missing"]

    with pytest.raises(KeyError):
        dumps({"x": Failing()})
