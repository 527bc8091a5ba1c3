"""The decisions of a run: when to ask, what to call, and what the model is told. All waiting is left to `run`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from chatcompletions._answers.models import items_of
from chatcompletions._base_error import describe
from chatcompletions._errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    MaxRoundsError,
    RefusalError,
    ToolCallError,
    ToolRunError,
)
from chatcompletions._json import dumps, loads
from chatcompletions._redaction import SecretDict

from .events import AnswerEvent, ToolCall, ToolCallEvent, ToolResultEvent
from .function_tool import FunctionTool, is_async
from .results import content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

#: Characters of the longest reason that a model is told.
_LONGEST = 500
_NOT_MADE = "This call was not made."
_STOPPED = "This call was stopped before its end; whether it had an effect is not known."


@define(eq=False)
class Exchange:
    """The state of a run. What comes next follows from its messages; the other arguments are those of `run_tools`."""

    params: Mapping[str, Any]
    history: list[dict[str, Any]]
    tools: Mapping[str, Mapping[str, Any]]
    max_rounds: int
    parallel: bool
    on_error: str
    tool_timeout: float | None
    before_call: Callable[[ToolCall], Any] | None
    is_done: bool = field(default=False, init=False)
    completion: Any = field(default=None, init=False)
    pending_calls: list[ToolCall] = field(factory=list, init=False)
    rounds: int = field(default=0, init=False)
    # By the identity of the call within its message, because some servers give several calls the same id.
    _results: dict[int, dict[str, Any]] = field(factory=dict, init=False)
    _started: set[int] = field(factory=set, init=False)
    _failures: list[ToolCallError] = field(factory=list, init=False)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The exchange so far, in which every call is answered, but for those that the run ended with."""
        open_calls = [] if self.is_done else self._unanswered()
        return [*self.history, *(self._results.get(id(raw)) or self._placeholder(raw) for raw in open_calls)]

    def steps(self) -> Generator[Any, Any, None]:
        """Decide what comes next, until the run is done.

        Yields:
            The parameters of a request, a dict, to be answered with the completion; a `ToolCall`, to be answered with
            what `before_call` returns for it; a list of calls to be made, each of which is to be passed to `finish`;
            or an event.

        Raises:
            ToolRunError: The run cannot go on.
        """
        while not self.is_done:
            if calls := self._unanswered():
                yield from self._round([raw for raw in calls if id(raw) not in self._results])
                self.history += [self._results.pop(id(raw)) for raw in calls if id(raw) in self._results]
                self.is_done = bool(self.pending_calls)
            elif self.rounds == self.max_rounds:
                text = f"the model calls tools in each of the {self.max_rounds} rounds"
                raise MaxRoundsError(f"{text}: give more by max_rounds=", completion=self.completion)
            else:
                self._take((yield self._request()))
                yield AnswerEvent(self.completion)

    def call(self, call: ToolCall) -> Any:
        """Make a call."""
        self._started.add(id(call.raw))
        return self._function(call).call(call.arguments)

    def ask_before(self, call: ToolCall) -> Any:
        """Ask the caller's function about a call; one that is async returns an awaitable."""
        return None if self.before_call is None else self.before_call(call)

    def is_async(self, call: ToolCall) -> bool:
        """Tell whether a call returns an awaitable."""
        return is_async(self._function(call).run)

    def finish(self, call: ToolCall, outcome: tuple[Any, BaseException | None] | None) -> ToolResultEvent:
        """Note how a call ended.

        Args:
            call: The call.
            outcome: What the function returned and what it raised, of which one is `None`; `None` for a call that took
                too long. An exception that is no `Exception` is raised again.
        """
        result, error = outcome or (None, TimeoutError(f"it took longer than {self.tool_timeout} s"))
        if error is None:
            try:
                return self._answer(call, content_of(result), result)
            except Exception as exc:
                error = exc
        if not isinstance(error, Exception):
            from asyncio import CancelledError

            if not isinstance(error, CancelledError):  # which only says that something of the function's was cancelled
                raise error
        return self._fail(call, describe(error), error)

    @contextmanager
    def carried(self) -> Iterator[None]:
        """Let whatever ends the run carry the exchange."""
        try:
            yield
        except BaseException as exc:
            error: Any = exc
            with suppress(AttributeError):  # the class may have no room for it
                error.messages = self.messages
            raise

    @contextmanager
    def asking(self, call: ToolCall) -> Iterator[None]:
        """Let an exception of `before_call` end the run."""
        try:
            yield
        except Exception as exc:
            raise ToolCallError(f"before_call() failed for {call.name!r}: {describe(exc)}", call=call) from exc

    def _function(self, call: ToolCall) -> FunctionTool:
        tool: Any = self.tools[call.name]  # one with a function: others are not called
        found: FunctionTool = tool
        return found

    def _placeholder(self, raw: dict[str, Any]) -> dict[str, Any]:
        return _tool_message(raw, _STOPPED if id(raw) in self._started else _NOT_MADE)

    def _unanswered(self) -> list[dict[str, Any]]:
        """Return the calls of the last answer that no message of the history answers."""
        answered: Counter[Any] = Counter()
        for message in reversed(self.history):
            if message.get("role") != "tool":
                break
            answered[message.get("tool_call_id")] += 1
        else:
            return []
        found = []
        for raw in items_of(message.get("tool_calls")):
            if answered[raw.get("id")]:
                answered[raw.get("id")] -= 1
            else:
                found.append(raw)
        return found

    def _request(self) -> dict[str, Any]:
        request = SecretDict(self.params, messages=[*self.history])
        if self.tools:
            request["tools"] = [*self.tools.values()]
        if self.rounds and "tool_choice" in request:
            request["tool_choice"] = _unforced(request["tool_choice"])
        return request

    def _take(self, completion: Any) -> None:
        """Take an answer into the history, unless it is cut or refused: then the request can be made again."""
        self.rounds, self.completion = self.rounds + 1, completion
        try:
            message = completion.message
        except LookupError as exc:
            raise ToolRunError(str(exc), completion=completion) from None
        reason = completion.choices[0].finish_reason
        if reason == "length":
            raise LengthFinishReasonError(completion=completion)
        if reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=completion)
        if message.refusal:
            raise RefusalError(completion=completion)
        self.history.append(message.to_dict())
        self.is_done = not self._unanswered()

    def _round(self, calls: list[dict[str, Any]]) -> Generator[Any, Any, None]:
        self._failures.clear()
        for group in [calls] if self.parallel else [[raw] for raw in calls]:
            ready = []
            for raw in group:
                call, reason, cause = self._read(raw)
                yield ToolCallEvent(call)
                if reason:
                    yield self._fail(call, reason, cause)
                elif getattr(self.tools[call.name], "run", None) is None:
                    self.pending_calls.append(call)
                elif (verdict := None if self.before_call is None else (yield call)) is None or verdict is True:
                    ready.append(call)
                elif isinstance(verdict, Mapping):
                    ready.append(evolve(call, arguments=verdict))
                elif isinstance(verdict, str) or verdict is False:
                    yield self._answer(call, verdict or "The call was refused.")
                else:
                    raise ToolCallError(
                        "before_call() returns None or True to allow the call, False or a reason to refuse it, or a "
                        f"mapping of other arguments, not a value of type {type(verdict).__name__}",
                        call=call,
                    )
            if ready:
                yield ready
            if self._failures and self.on_error == "raise":
                raise self._failures[0]

    def _read(self, raw: dict[str, Any]) -> tuple[ToolCall, str, Exception | None]:
        """Return a call, with the reason why it cannot be made, and its cause, if there is one."""
        kind = "custom" if raw.get("custom") else "function"
        written = raw.get(kind) or {}
        name, text = str(written.get("name")), written.get("input" if kind == "custom" else "arguments")
        call = ToolCall(str(raw.get("id")), name, None, raw)
        if name not in self.tools:
            nearest = get_close_matches(name, self.tools, n=1) or self.tools or ["none"]
            return call, f"there is no tool {name!r}; there is {', '.join(nearest)}", None
        try:
            return evolve(call, arguments=_arguments(self.tools[name], kind, text)), "", None
        except Exception as exc:
            return call, f"the arguments cannot be used: {exc}", exc

    def _fail(self, call: ToolCall, reason: str, cause: BaseException | None) -> ToolResultEvent:
        reason = " ".join(reason.split())
        error = ToolCallError(f"the call of {call.name!r} failed: {reason}", call=call, completion=self.completion)
        error.__cause__ = cause
        self._failures.append(error)
        return self._answer(call, f"Error: {reason[:_LONGEST]}", error=error)

    def _answer(self, call: ToolCall, content: Any, result: Any = None, error: Any = None) -> ToolResultEvent:
        message = self._results[id(call.raw)] = _tool_message(call.raw, content)
        return ToolResultEvent(call, message, result, error)


def _tool_message(raw: Mapping[str, Any], content: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": raw.get("id"), "content": content}


def _arguments(tool: Mapping[str, Any], kind: str, text: Any) -> Any:
    if not isinstance(text, str):  # some servers send the object itself
        text = "" if text is None else dumps(text).decode()
    if isinstance(tool, FunctionTool):
        return tool.parse_arguments(text)
    return {"input": text} if kind == "custom" else loads(text.encode() or b"{}")


def _unforced(choice: Any) -> Any:
    """Return a tool choice that lets the model answer, too."""
    if hasattr(type(choice), "to_dict"):
        choice = choice.to_dict()
    if not isinstance(choice, Mapping):
        return "auto" if choice == "required" else choice
    allowed = choice.get("allowed_tools")
    return {**choice, "allowed_tools": {**allowed, "mode": "auto"}} if allowed else "auto"
