"""The model of a chunk, in a module of its own because a whole answer does not need it."""

from __future__ import annotations

from chatcompletions._generated import models
from chatcompletions._public import public

from .models import Comparable, items_of, text_of


@public
class ChatCompletionChunk(Comparable, models.CreateChatCompletionStreamResponse):
    """A chunk: one event of a stream.

    See https://platform.openai.com/docs/api-reference/chat/streaming.
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """The piece of text that the chunk adds to the first choice; often empty."""
        return text_added_by(self)


def text_added_by(chunk: ChatCompletionChunk) -> str:
    """Return the text of a chunk, also if the spec has a field with the name ``text``."""
    for choice in items_of(chunk.choices):
        delta = getattr(choice, "delta", None)
        # An index that is no number counts as 0, as in the assembly.
        if delta is not None and (not choice.index or not isinstance(choice.index, int)):
            content = getattr(delta, "content", None)
            return content if isinstance(content, str) else text_of(content)
    return ""
