"""The two errors that have nothing to do with an answer; `_errors` draws the tree that they stand in."""

from __future__ import annotations

from ._public import public


@public
class ChatCompletionsError(Exception):
    """Base of all errors of this package; raised itself for a client that is not set up to call anything."""


@public
class UnsupportedOperationError(ChatCompletionsError):
    """The spec that the generated package was made from does not have what the call needs; nothing was sent."""
