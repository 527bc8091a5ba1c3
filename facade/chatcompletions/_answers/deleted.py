"""The model that deleting a stored completion returns."""

from __future__ import annotations

from chatcompletions._generated import models
from chatcompletions._public import public

from .models import Answer


@public
class ChatCompletionDeleted(Answer, models.ChatCompletionDeleted):
    """The server's receipt for a deleted completion, as `delete` returns it."""

    __slots__ = ("_headers", "_record")
