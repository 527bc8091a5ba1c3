"""What deleting a stored completion returns."""

from __future__ import annotations

from chatcompletions._generated import models
from chatcompletions._public import public

from .models import Answer


@public
class ChatCompletionDeleted(Answer, models.ChatCompletionDeleted):
    """The receipt of `delete`."""

    __slots__ = ("_headers",)
