"""The two errors that have nothing to do with an answer; the tree of all errors is drawn in `_errors`."""

from __future__ import annotations

from typing import Any

from ._public import public


@public
class ChatCompletionsError(Exception):
    """The base of all errors of this package; raised itself for settings with which a client cannot call.

    Attributes:
        messages: The exchange so far, if the error ended a run of tools, for ``run_tools(messages=...)`` to go on from
            there; otherwise `None`.
    """

    messages: list[dict[str, Any]] | None = None


@public
class UnsupportedOperationError(ChatCompletionsError):
    """The pinned spec, or the address of the service, lacks what the call needs; nothing was sent."""
