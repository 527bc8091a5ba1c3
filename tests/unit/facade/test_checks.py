"""The values that are refused before anything is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatcompletions import ChatClient
from chatcompletions._checks import (
    check_count,
    check_headers,
    check_id,
    check_metadata_filter,
    check_names,
    check_required,
    check_timeout,
)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "...", "/", "//", "./", "../", "/..", "../..", " ", ". ", "\\", "\n", "\t."]
)
def test_ids_that_are_none(name: str) -> None:
    """An id that is empty or made of dots, slashes and blanks would address another endpoint."""
    with pytest.raises(ValueError, match="is no completion id"):
        check_id(name)


@pytest.mark.parametrize("name", ["chatcmpl-1", "a/b", "../a", "a b", "é", "%2e%2e", "?", "#", "0", "messages"])
def test_ids_that_are_some(name: str) -> None:
    """Any other id is left to the server to judge."""
    check_id(name)


@pytest.mark.parametrize("value", [None, 7, b"chatcmpl-1", ["chatcmpl-1"], True])
def test_ids_are_text(value: object) -> None:
    """The error for an id that is not text names its type."""
    with pytest.raises(TypeError, match="completion id is text"):
        check_id(value)  # type: ignore[arg-type]


def test_what_is_no_id_is_not_shown() -> None:
    """The error for an answer in the place of its id shows its type and not its contents."""
    with pytest.raises(TypeError, match=r"not dict$"):
        check_id({"id": "chatcmpl-1"})  # type: ignore[arg-type]


def test_nearest_name() -> None:
    """The error for an unknown name shows its nearest match and the advice."""
    with pytest.raises(TypeError) as caught:
        check_names("create", ["model", "temprature"], {"model", "temperature"}, "or extra_body={{{name!r}: ...}}")
    assert str(caught.value) == (
        "create() has no parameter 'temprature'; did you mean 'temperature'? or extra_body={'temprature': ...}"
    )


def test_name_without_a_match() -> None:
    """The error for an unknown name without a near match shows the name alone."""
    with pytest.raises(TypeError) as caught:
        check_names("create", ["zzz"], {"model"})
    assert str(caught.value) == "create() has no parameter 'zzz'"


@given(name=st.text(min_size=1))
def test_any_unknown_name(name: str) -> None:
    """The error names any unknown name, also with braces in it."""
    with pytest.raises(TypeError) as caught:
        check_names("create", [name], set(), "see extra_body={{{name!r}: ...}}")
    assert repr(name) in str(caught.value)


def test_missing_names() -> None:
    """Missing parameters are named, always in the same order."""
    with pytest.raises(TypeError, match=r"^create\(\) needs 'messages' and 'model'$"):
        check_required("create", {}, frozenset({"model", "messages"}))
    with pytest.raises(TypeError, match=r"^create\(\) needs 'messages'$"):
        check_required("create", {"model": None}, frozenset({"model", "messages"}))


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\r\nX-Evil: 1", "a\0", "a\x7f", "é", "\u2028", "\ud800", "a\x0b"])
def test_header_text(bad: str) -> None:
    """A name or value with a line break, a control character or a character beyond ASCII is refused."""
    with pytest.raises(ValueError, match="the header"):
        check_headers({bad: "x"})
    with pytest.raises(ValueError, match="the header 'X-A'") as caught:
        check_headers({"X-A": bad})
    assert bad not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "cls"), [("X A", ValueError), ("X:", ValueError), ("(x)", ValueError), (5, TypeError)]
)
def test_header_names(name: Any, cls: type[Exception]) -> None:
    """A name is a token of RFC 9110."""
    with pytest.raises(cls, match="header"):
        check_headers({name: "x"})


@pytest.mark.parametrize("seconds", [-1, float("nan"), 1e12])
def test_waits_of_httpx(seconds: float) -> None:
    """A wait of an httpx.Timeout that no clock can count is named."""
    with pytest.raises(ValueError, match="timeout has read="):
        check_timeout(httpx.Timeout(5, read=seconds))
    check_timeout(httpx.Timeout(5, read=0, write=None))


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"]])
def test_header_values_are_text(value: object) -> None:
    """The error for a header that is not text names it and does not show its value."""
    with pytest.raises(TypeError, match="the header 'X-A' must be text"):
        check_headers({"X-A": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("value", ["s3cr3t ", "s3cr3t\t", " s3cr3t", "\ts3cr3t", " "])
def test_header_values_have_no_blanks_around_them(value: str) -> None:
    """A value that begins or ends with a blank, which no connection would send, is refused without being shown."""
    with pytest.raises(ValueError, match="the header 'X-A' begins or ends with a blank") as caught:
        check_headers({"X-A": value})
    assert "s3cr3t" not in str(caught.value)


def test_headers_as_they_should_be() -> None:
    """Printable ASCII passes."""
    check_headers({"X-A": "a b\t!~", "X-B": ""})


@pytest.mark.parametrize("value", ["topic", ["topic"], [("a", "b")], 5, {1: "a"}, {"a": 1}, {"a": None}, {"a": b"b"}])
def test_metadata_filters_are_text(value: object) -> None:
    """A metadata filter that is no mapping of text to text is refused."""
    with pytest.raises(TypeError, match="metadata filter"):
        check_metadata_filter(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.0, "1", None, True, False, [1]])
def test_counts_are_integers(value: object) -> None:
    """The error for a count that is no integer names the option."""
    with pytest.raises(TypeError, match="max_retries must be an integer"):
        check_count("max_retries", value)


def test_counts_are_not_negative() -> None:
    """A count below 0 is refused; 0 is not."""
    check_count("max_items", 0)
    with pytest.raises(ValueError, match="max_items must be 0 or more, not -1"):
        check_count("max_items", -1)


@pytest.mark.parametrize(
    "name", ["Content-Length", "transfer-encoding", "Host", "Connection", "Upgrade", "TE", "Expect"]
)
@pytest.mark.parametrize("given", ["client", "call"])
def test_headers_of_the_connection(name: str, given: str) -> None:
    """Headers that belong to the connection are refused before anything is sent."""

    def send(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    of_client, of_call = ({name: "3"}, {}) if given == "client" else ({}, {name: "3"})

    def call() -> None:
        chat = ChatClient(api_key="k", transport=httpx.MockTransport(send), headers=of_client)
        chat.get("chatcmpl-1", extra_headers=of_call)

    with pytest.raises(ValueError, match=f"the header '{name}' follows from base_url and the body"):
        call()
