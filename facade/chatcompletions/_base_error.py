"""The two errors that have nothing to do with an answer; the tree of all errors is drawn in `_errors`."""

from __future__ import annotations

from ._public import public


@public
class ChatCompletionsError(Exception):
    """The base of all errors of this package; raised itself for settings with which a client cannot call."""


@public
class UnsupportedOperationError(ChatCompletionsError):
    """The pinned spec lacks the operation or a model that the call needs; nothing was sent."""
