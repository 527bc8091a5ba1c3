"""The assembly of a stream whose events are asked for: it notes what each chunk adds to a choice, and completes."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from chatcompletions._answers.models import ChatCompletion, text_of
from chatcompletions._json import dumps, loads

from .assembly import Assembly, Choice
from .deltas import joined
from .events import (
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from .repetition import TextTarget
from .snapshots import Text, Tokens, json_value
from .tool_calls import TEXTS, ToolCalls

if TYPE_CHECKING:
    import httpx

    from chatcompletions._answers.chunk import ChatCompletionChunk

    from .events import ChatCompletionStreamEvent


class Recorder(Assembly):
    """An assembly that takes the place of another, and has the events of the latest chunk.

    Args:
        assembly: The assembly so far, which nothing is added to any more.
        headers: The headers of the answer.
        adapter: The type of the choices' text, if it has one: `unwrap` makes what is shown of a part of its JSON, and
            `read_choice` the value of a choice of a completion.
    """

    def __init__(self, assembly: Assembly, headers: httpx.Headers, adapter: Any = None) -> None:
        vars(self).update(vars(assembly), _choices={})
        self._headers = headers
        self._adapter = adapter
        # What was added since, for snapshots that are read late: a chunk or its JSON, or a target and a text.
        self._journal: list[Any] = []
        self._start = deepcopy(assembly)
        self._replay, self._replayed = self._start, -1
        self._noted: list[Any] = []
        self._recorded: dict[int, _RecordedChoice] = {}
        for key, choice in assembly._choices.items():
            self._choices[key] = self._new_choice(key)
            self._recorded[key].take_over(choice)

    def _new_choice(self, key: int) -> _RecordedChoice:
        self._recorded[key] = choice = _RecordedChoice(key, self._noted, self._adapter)
        return choice

    def add(self, chunk: dict[str, Any], data: bytes = b"") -> None:
        """Add a chunk; see `Assembly.add`."""
        self._noted.clear()
        self._journal.append(data or chunk)
        super().add(chunk, data)

    def add_text(self, target: TextTarget, text: str) -> None:
        """Add a chunk that repeats an earlier one but for this text."""
        self._noted.clear()
        self._journal += (target, text)
        super().add_text(target, text)

    def events_of(self, chunk: ChatCompletionChunk) -> list[ChatCompletionStreamEvent]:
        """Return the events of the latest chunk."""
        return [ChunkEvent(chunk, self, len(self._journal)), *self._made()]

    def last_events(self) -> list[ChatCompletionStreamEvent]:
        """Return the events of the end of the stream, for what no finish reason has ended."""
        self._noted.clear()
        for key, _ in self.choices():
            self._recorded[key].end()
        return self._made()

    def _made(self) -> list[ChatCompletionStreamEvent]:
        at = len(self._journal)
        return [
            ContentDoneEvent(noted[0], noted[1], noted[2], self, at) if noted.__class__ is tuple else noted
            for noted in self._noted
        ]

    def completion_at(self, position: int) -> ChatCompletion:
        """Return the completion as it was when the journal had a length."""
        assembly = self._replay_until(position) if position < len(self._journal) else self
        completion = ChatCompletion.from_dict(assembly.completion(with_tokens=False))
        completion._headers = self._headers
        for (key, choice), made in zip(assembly.choices(), completion.choices, strict=True):
            for name, tokens in self._recorded[key].tokens_by_name.items():
                if count := len(choice.tokens(name)):  # the models are made once, for all snapshots
                    setattr(made.logprobs, name, tokens.between(0, count))
        return completion

    def value_at(self, position: int, choice: int, text: str) -> Any:
        """Return the value of a choice's text, which was whole when the journal had a length."""
        if self._adapter is None:
            return json_value(text)
        return self._adapter.read_choice(self.completion_at(position), choice)

    def _replay_until(self, position: int) -> Assembly:
        if not 0 <= self._replayed <= position:
            self._replay, self._replayed = deepcopy(self._start), 0
        while self._replayed < position:
            added = self._journal[self._replayed]
            self._replayed += 1
            if isinstance(added, TextTarget):
                self._replay.add_text(added, self._journal[self._replayed])
                self._replayed += 1
            else:
                self._replay.add(loads(added) if isinstance(added, bytes) else added)
        return self._replay


class _RecordedCalls(ToolCalls):
    """Tool calls that remember to which call each piece was added."""

    def __init__(self) -> None:
        super().__init__()
        self.added: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def add(self, piece: dict[str, Any]) -> None:
        super().add(piece)
        index = piece.get("index")
        self.added.append((self._latest[index if isinstance(index, int) else None], piece))

    def add_arguments(self, index: int, text: str) -> None:
        if index in self._arguments:
            self.added.append((self._latest[index], {"function": {"arguments": text}}))
        super().add_arguments(index, text)


class _Call:
    """A tool call so far: what its events show."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.kind = ""
        self.name = ""
        self.text = Text()

    @property
    def has_ended(self) -> bool:
        """Whether the call is likely to be whole when the next one begins: calls may come in turns."""
        return self.kind == "custom" or self.text.is_whole_json


class _RecordedChoice(Choice):
    """A choice that notes its events."""

    def __init__(self, index: int, noted: list[Any], adapter: Any) -> None:
        super().__init__()
        self._tool_calls: _RecordedCalls = _RecordedCalls()
        self._index = index
        self._noted = noted
        self._text, self._refusal = Text(adapter), Text()
        self.tokens_by_name = {"content": Tokens(), "refusal": Tokens()}
        # The calls by the identity of the assembly's, in the order in which they began.
        self._calls: dict[int, _Call] = {}
        self._indexes: set[int] = set()
        self._next_index = 0
        self._current_call: _Call | None = None
        self._has_ended = False

    def take_over(self, choice: Choice) -> None:
        """Take the place of another choice; what came before has no events."""
        calls = choice._tool_calls
        vars(self._tool_calls).update(vars(calls), added=[(call, joined(call)) for _, call in calls._calls])
        vars(self).update(vars(choice), _tool_calls=self._tool_calls)
        self._note(self.completed(self._index)["message"], joined(self.logprobs))
        self._noted.clear()

    def add(self, choice: dict[str, Any]) -> None:
        super().add(choice)
        delta = choice.get("delta")
        self._note(delta if isinstance(delta, dict) else {}, choice.get("logprobs"))

    def add_text(self, target: TextTarget, text: str) -> None:
        super().add_text(target, text)
        if target.member == "content":
            self._note_content(text)
        elif target.call is not None:
            self._note_ends(self._note_calls())
        elif target.member == "refusal":
            self._note_refusal(text)

    def _note(self, delta: dict[str, Any], logprobs: Any) -> None:
        content, refusal = delta.get("content"), delta.get("refusal")
        if isinstance(content, str) or (content := text_of(content)):
            self._note_content(content)
        if isinstance(refusal, str):
            self._note_refusal(refusal)
        left = self._note_calls()
        if isinstance(logprobs, dict):
            self._note_logprobs(logprobs)
        self._note_ends(left)
        if self.finish_reason and not self._has_ended:
            self._has_ended = True
            if self._full_message:
                self._note_rest(self._full_message)
            self.end()

    def _note_content(self, piece: str) -> None:
        text, is_first = self._text, not self._text.has_begun
        added = text.add(piece)
        if added or is_first:
            self._noted.append(ContentDeltaEvent(self._index, text, text.length, added))

    def _note_refusal(self, piece: str) -> None:
        text, is_first = self._refusal, not self._refusal.has_begun
        added = text.add(piece)
        if added or is_first:
            self._noted.append(RefusalDeltaEvent(self._index, text, text.length, added))

    def _note_logprobs(self, logprobs: dict[str, Any]) -> None:
        for name, event in (("content", LogprobsContentDeltaEvent), ("refusal", LogprobsRefusalDeltaEvent)):
            tokens = self.tokens_by_name[name]
            if isinstance(logprobs.get(name), list) and logprobs[name]:
                start = tokens.count
                tokens.add(self.tokens(name))
                self._noted.append(event(self._index, tokens, start, tokens.count))

    def _note_calls(self) -> list[_Call | None]:
        """Note the pieces of calls, and return the calls after which another one came."""
        pieces, left = self._tool_calls.added, []
        for known, piece in pieces:
            call = self._calls.get(id(known)) or self._new_call(known, piece)
            if call is not self._current_call:
                left.append(self._current_call)
                self._current_call = call
            for kind, member in TEXTS:
                if isinstance(part := piece.get(kind), dict):
                    self._note_call(call, kind, known[kind], part.get(member))
        pieces.clear()
        return left

    def _new_call(self, known: dict[str, Any], piece: dict[str, Any]) -> _Call:
        index = piece.get("index")
        if type(index) is not int or index in self._indexes:
            index = self._next_index
        self._indexes.add(index)
        self._next_index = max(self._next_index, index + 1)
        self._calls[id(known)] = call = _Call(index)
        return call

    def _note_call(self, call: _Call, kind: str, known: dict[str, Any], value: Any) -> None:
        call.kind, call.name = kind, joined(known.get("name")) or ""
        piece = value if isinstance(value, str) else dumps(value).decode() if value else ""
        text, was_done = call.text, call.text.is_done
        added = text.add(piece)
        text.is_done = text.is_done or (was_done and kind == "function" and not added.strip())
        self._note_piece(call, added)

    def _note_piece(self, call: _Call, added: str) -> None:
        text = call.text
        event = CustomToolCallInputDeltaEvent if call.kind == "custom" else FunctionToolCallArgumentsDeltaEvent
        self._noted.append(event(self._index, text, text.length, call.index, call.name, added))

    def _note_rest(self, message: dict[str, Any]) -> None:
        """Note what came in no delta, but in the whole message that some servers send last."""
        texts, calls = (("content", self._text), ("refusal", self._refusal)), message.get("tool_calls")
        if not self._calls and isinstance(calls, list):
            self._tool_calls.added += [(call, call) for call in calls if isinstance(call, dict)]
        self._note({name: message.get(name) for name, text in texts if not text.length}, None)

    def _note_ends(self, left: list[_Call | None]) -> None:
        if left:
            self._end_texts()
            for call in left:
                if call is not None and call.has_ended:
                    self._end_call(call)

    def end(self) -> None:
        """Note the end of all that has no end yet."""
        self._end_texts()
        for call in self._calls.values():
            self._end_call(call)

    def _end_texts(self) -> None:
        if self._text.has_begun and not self._text.is_done:
            self._note_content(self._text.rest())
            self._text.is_done = True
            if self._text.length:
                # Without the recorder, to which a choice has no reference, so that both end with the last event.
                self._noted.append((self._index, self._text, self._text.length))
        if self._refusal.has_begun and not self._refusal.is_done:
            self._note_refusal(self._refusal.rest())
            self._refusal.is_done = True
            if self._refusal.length:
                self._noted.append(RefusalDoneEvent(self._index, self._refusal, self._refusal.length))
        for name, event in (("content", LogprobsContentDoneEvent), ("refusal", LogprobsRefusalDoneEvent)):
            tokens = self.tokens_by_name[name]
            if not tokens.is_done and tokens.count:
                tokens.is_done = True
                self._noted.append(event(self._index, tokens, 0, tokens.count))

    def _end_call(self, call: _Call) -> None:
        text = call.text
        if call.kind and not text.is_done:
            if rest := text.rest():
                self._note_piece(call, text.add(rest))
            text.is_done = True
            event = CustomToolCallInputDoneEvent if call.kind == "custom" else FunctionToolCallArgumentsDoneEvent
            self._noted.append(event(self._index, text, text.length, call.index, call.name))
