"""Assembly of a streamed completion from its chunks.

It works on the JSON of the chunks, and copes with all that servers send: an index twice in a chunk or missing, text
beside the delta, the usage counted up in every chunk, fields that the spec does not have.

Each delta adds to the ones before it, as the API has it. A server that sends the whole text so far in every delta is
not guessed at: "ha" and then "haha" may be "hahaha".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from .deltas import Items, Pieces, copied, joined, merge, merge_member
from .tool_calls import ToolCalls

if TYPE_CHECKING:
    from .repetition import TextTarget

#: Members of a chunk that are not members of the completion.
_CHUNK_ONLY = frozenset({"object", "choices", "obfuscation"})
#: Members of a choice that are known here; of any other the latest value counts.
_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs", "message"})
#: Values that replace no other value.
_EMPTY: tuple[Any, ...] = (None, {}, [])


class Assembly:
    """The completion so far: `add` each chunk, then call `completion`.

    Args:
        choices: How many choices were asked for.
        usage: Whether the usage was asked for.
    """

    def __init__(self, choices: int = 1, *, usage: bool = False) -> None:
        self._expected_choices = choices
        self._expects_usage = usage
        self._head: dict[str, Any] = {}
        self._seen_names: set[str] = set()
        self._changeable: dict[str, Any] = {}
        self._choices: dict[int, Choice] = {}

    def add(self, chunk: dict[str, Any], data: bytes = b"") -> None:  # noqa: ARG002 - a recorder keeps it
        """Add a chunk, the JSON object of an event, and the text that it was read from."""
        # In most chunks nothing is new but the choices.
        if not chunk.keys() <= self._seen_names:
            self._add_head(chunk)
        else:
            for name, value in self._changeable.items():
                if chunk.get(name) != value:
                    self._add_head(chunk)
                    break
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                index = choice.get("index")
                key = index if isinstance(index, int) else 0
                if key not in self._choices:
                    self._choices[key] = self._new_choice(key)
                self._choices[key].add(choice)

    def add_text(self, target: TextTarget, text: str) -> None:
        """Add a chunk that repeats an earlier one but for this text."""
        self._choices[target.choice].add_text(target, text)

    def _new_choice(self, _key: int) -> Choice:
        return Choice()

    def _add_head(self, chunk: dict[str, Any]) -> None:
        head = self._head
        self._seen_names.update(chunk)
        for name, value in chunk.items():
            if name in _CHUNK_ONLY:
                continue
            # Some servers give each chunk another id, so a member's first value stands; others count up the usage
            # or the time in every chunk, so that of those the last value counts.
            if name not in head or (value not in _EMPTY and _may_change(name, head[name])):
                head[name] = copied(value)
        self._changeable = {name: value for name, value in head.items() if _may_change(name, value)}

    def choices(self) -> list[tuple[int, Choice]]:
        """Return the choices, sorted by their index."""
        return sorted(self._choices.items())

    @property
    def finished(self) -> bool:
        """Whether all that was asked for has come."""
        return not self.missing

    @property
    def missing(self) -> str:
        """The first thing that was asked for and has not come; empty if the completion is whole."""
        if not self.has_ended:
            return "a finish reason"
        if len(self._choices) < self._expected_choices:
            absent = next(index for index in range(self._expected_choices) if index not in self._choices)
            return f"choice {absent} of the {self._expected_choices} that were asked for"
        return "the usage that was asked for" if self._expects_usage and not self._head.get("usage") else ""

    @property
    def has_ended(self) -> bool:
        """Whether every choice that was seen has its finish reason."""
        return self.has_choices and all(choice.finish_reason for choice in self._choices.values())

    @property
    def has_choices(self) -> bool:
        """Whether a choice was seen."""
        return bool(self._choices)

    @property
    def empty(self) -> bool:
        """Whether no chunk was added."""
        return not self._seen_names

    def completion(self, *, with_tokens: bool = True) -> dict[str, Any]:
        """Return the JSON object of the completion, as an unstreamed call would have returned it.

        Args:
            with_tokens: Whether the tokens of log probabilities are in it, or no tokens at all.
        """
        choices = [choice.completed(index, with_tokens=with_tokens) for index, choice in self.choices()]
        head = self._head.copy()
        if head.get("usage", 0) is None:
            del head["usage"]  # a null means that the usage comes in a later chunk
        return {**head, "object": "chat.completion", "choices": choices}


def _may_change(name: str, value: Any) -> bool:
    # Azure begins a stream with a chunk that is empty but for its filter results on the prompt.
    return value is None or value == "" or isinstance(value, (dict, list)) or (name == "created" and value == 0)


class Choice:
    """One choice so far."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._content = Pieces()
        self._audio: list[str] = []
        self._tool_calls = ToolCalls()
        self._message: dict[str, Any] = {}
        self._full_message: dict[str, Any] = {}
        self.logprobs: dict[str, Any] = {}
        self._latest: dict[str, Any] = {}

    def add_text(self, target: TextTarget, text: str) -> None:
        """Add text alone."""
        if target.member == "content":
            self._content.append(text)
        elif target.call is not None:
            self._tool_calls.add_arguments(target.call, text)
        else:
            merge_member(self._message, target.member, text)

    def add(self, choice: dict[str, Any]) -> None:
        """Add the choice of a chunk."""
        for name, value in choice.items():
            if value is None or name == "index":
                if name not in _CHOICE:
                    self._latest.setdefault(name, None)
                continue
            if name == "delta":
                if isinstance(value, dict):
                    self._add_delta(value)
            elif name == "finish_reason":
                if value != "null":  # some gateways write null so
                    self.finish_reason = value or self.finish_reason
            elif name == "logprobs" and isinstance(value, dict):
                merge(self.logprobs, value)
            elif name == "message" and isinstance(value, dict):
                self._full_message.update((k, copied(v)) for k, v in value.items() if v or k not in self._full_message)
            else:
                self._latest[name] = copied(value)

    def _add_delta(self, delta: dict[str, Any]) -> None:
        for name, value in delta.items():
            if value is None:
                continue
            if name == "content" and isinstance(value, str):
                self._content.append(value)
            elif name == "content" and isinstance(value, list):
                if value and self._content:
                    merge_member(self._message, name, self._text_parts())
                    self._content = Pieces()
                merge_member(self._message, name, value)
            elif name == "tool_calls" and isinstance(value, (list, dict)) and value != []:
                for piece in [value] if isinstance(value, dict) else value:  # TGI sends one call without a list
                    if isinstance(piece, dict):
                        self._tool_calls.add(piece)
            elif name == "audio" and isinstance(value, dict):
                data = value.get("data")
                if isinstance(data, str):
                    self._audio.append(data)
                merge_member(self._message, name, {k: v for k, v in value.items() if k != "data"})
            else:
                merge_member(self._message, name, value)

    def _text_parts(self) -> list[dict[str, Any]]:
        text = self._content.text()
        return [{"type": "text", "text": text}] if text else []

    def tokens(self, name: str) -> list[Any]:
        """Return the tokens of the text (``content``) or the ``refusal`` with their log probabilities, if they came."""
        found = self.logprobs.get(name)
        return found if isinstance(found, Items) else []

    def completed(self, index: int, *, with_tokens: bool = True) -> dict[str, Any]:
        """Return the JSON object of the choice, as an unstreamed call would have returned it."""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None,
            "refusal": None,
            **joined(self._message),
        }
        message["role"] = message["role"] or "assistant"
        if self._content:
            parts = message["content"]
            # Some servers send parts (thoughts or references, say) between plain text.
            is_in_parts = isinstance(parts, list)
            message["content"] = [*parts, *self._text_parts()] if is_in_parts else self._content.text()
        if tool_calls := self._tool_calls.completed():
            message["tool_calls"] = tool_calls
        for name, value in self._full_message.items():
            # Some servers add the whole message to the last chunk; it fills in what the deltas left out.
            if not message.get(name):
                message[name] = value
        if self._audio:
            known = message["audio"] if isinstance(message["audio"], dict) else {}
            message["audio"] = {**known, "data": _join_base64(self._audio)}
        logprobs = self.logprobs
        if not with_tokens:
            logprobs = {name: [] if isinstance(value, Items) else value for name, value in logprobs.items()}
        return {
            "index": index,
            "finish_reason": self.finish_reason,
            "message": message,
            "logprobs": None,
            **self._latest,
            **({"logprobs": joined(logprobs)} if logprobs else {}),
        }


def _join_base64(pieces: list[str]) -> str:
    try:
        return base64.b64encode(b"".join(base64.b64decode(p, validate=True) for p in pieces)).decode()
    except ValueError:  # the pieces are one text, cut anywhere
        return "".join(pieces)
