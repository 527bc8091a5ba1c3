"""The two errors that have nothing to do with an answer; the tree of all errors is drawn in `_errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._public import public

if TYPE_CHECKING:
    from collections.abc import Sequence


@public
class ChatCompletionsError(Exception):
    """The base of all errors of this package; raised itself for settings with which a client cannot call.

    Attributes:
        messages: The exchange so far, if the error ended a run of tools, for ``run_tools(messages=...)`` to go on from
            there; otherwise `None`.
        rejected: The completions that did not fit the type, oldest first, if the error ended a `parse` that asked
            again; see ``retries_on_parse``.
    """

    messages: list[dict[str, Any]] | None = None
    rejected: Sequence[Any] = ()


def printable(text: str) -> str:
    """Return text whose control characters are escaped, so that no terminal obeys them."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def describe(error: BaseException) -> str:
    """Return the name of an exception and what it says, even if that cannot be had or is no good text."""
    try:
        text = str(error)
    except Exception:
        text = ""
    name = type(error).__name__
    return (f"{name}: {text}" if text.strip() else name).encode("utf-8", "backslashreplace").decode()


@public
class UnsupportedOperationError(ChatCompletionsError):
    """The pinned spec, or the address of the service, lacks what the call needs; nothing was sent."""
