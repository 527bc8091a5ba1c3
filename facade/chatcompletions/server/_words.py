"""The words of scripts: what each means, which values it has, and which go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from itertools import combinations
from typing import Any, Literal, TypedDict

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ._plain import plain
from ._recorded import OPERATIONS, RecordedRequest, parameters
from ._text import dump

Operation = Literal["create", "list", "get", "update", "delete", "messages"]
When = str | Mapping[str, Any] | Callable[[RecordedRequest], bool]


class ScriptError(ValueError):
    """A script cannot be played; the message is one line that names the entry and what is wrong with it."""


class ChoiceWords(TypedDict, total=False):
    """The words for one choice of an answer; see `ScriptEntry`."""

    text: str
    parsed: Any
    refusal: str
    tool_calls: Iterable[Mapping[str, Any]]
    reasoning_content: str
    message: Mapping[str, Any]
    finish_reason: str | None
    logprobs: Mapping[str, Any] | None
    pieces: Iterable[str]


class ScriptEntry(ChoiceWords, total=False):
    """One entry of a script: which request it answers, with what, and with which faults. Every word may be left out.

    An entry without words for the answer or a fault gives the answer that the server gives without a script.

    Attributes:
        operation: The operation that it answers: ``create`` unless it says otherwise.
        when: What the request must hold. A text must stand in the last message. A mapping has conditions by path
            (``model``, ``messages[0].role``, ``metadata.topic``, ``headers.x-test``, ``id``, parameters of a list);
            ``text`` is that of the last message, of which a part is enough. ``{"pattern": "..."}`` is a regular
            expression, a mapping needs to fit in part, `False` and `None` fit what was not sent. In Python also a
            function of a `RecordedRequest`.
        times: How many requests it answers: 1 unless it says otherwise.
        forever: Whether it answers any number of requests.
        text: The content.
        parsed: The content as a value that is written as JSON: a model of any kind, or plain JSON.
        refusal: The refusal.
        tool_calls: Calls such as ``{"name": "get_weather", "arguments": {"city": "Paris"}}`` or ``{"name": "sql",
            "input": "SELECT 1"}``, or in the API's own form. Arguments given as text are sent as they are; ``id``,
            ``index`` (in a stream) and ``pieces`` are as you want them.
        reasoning_content: The reasoning that some servers show beside the content.
        message: Further members of the message.
        finish_reason: Follows from the rest unless it is given. `None` leaves it out of a stream.
        logprobs: The API's object.
        choices: Several choices, each with the words from ``text`` to ``pieces``.
        usage: Members that replace the counted ones. `None` is null.
        moderation: The API's object.
        id: The completion's id.
        model: The model that answers.
        completion: Further members of the completion.
        pieces: The texts in which a stream brings the content; without ``text`` they are the content.
        chunks: The chunks of the stream as they are sent, JSON or text.
        writes: How many bytes each write of the body has: a number, or the numbers of the first ones.
        done: Whether a stream ends with ``[DONE]``.
        keepalives: How many comments come before each chunk.
        keepalives_only: Whether a stream has comments, without end, and nothing else.
        delay: Seconds before the answer.
        chunk_delay: Seconds before each chunk but the first.
        read_delay: Seconds before each part of the request's body is read.
        status_code: The answer's status.
        error: The API's error object, or its message: with a status of 400 or more the answer, else what breaks a
            stream off. A request for a whole answer then gets it with status 500.
        error_after: How many chunks come before the error: 1 unless it says otherwise.
        retry_after: The header ``retry-after`` in seconds.
        retry_after_date: The header ``retry-after`` as a date, this many seconds ahead by the server's clock.
        retry_after_ms: The header ``retry-after-ms``.
        x_should_retry: The header ``x-should-retry``.
        headers: Further headers of the answer.
        body: The whole body of the answer: text and bytes as they are, such as an HTML page, anything else as JSON.
        redirect: The URL to which a redirect leads, with status 307 unless ``status_code`` says otherwise.
        cut: After how many bytes of the body the connection is closed.
        reset: Whether it is reset instead: without ``cut`` before there is an answer.
        ignore: Parameters of a list that the server acts as if it did not know.
        circular: Whether a list always says that more follows, and begins again.
        visible_after: Seconds, by the server's clock, until a stored completion can be found.
        visible_after_lists: How many lists do not have a stored completion yet.
    """

    operation: Operation
    when: When
    times: int
    forever: bool
    choices: Iterable[ChoiceWords]
    usage: Mapping[str, Any] | None
    moderation: Mapping[str, Any]
    id: str
    model: str
    completion: Mapping[str, Any]
    chunks: Iterable[Mapping[str, Any] | str]
    writes: int | Iterable[int]
    done: bool
    keepalives: int
    keepalives_only: bool
    delay: float
    chunk_delay: float
    read_delay: float
    status_code: int
    error: Mapping[str, Any] | str
    error_after: int
    retry_after: float
    retry_after_date: float
    retry_after_ms: float
    x_should_retry: bool
    headers: Mapping[str, str]
    body: Any
    redirect: str
    cut: int
    reset: bool
    ignore: Iterable[str]
    circular: bool
    visible_after: float
    visible_after_lists: int


#: The schemas of words by their annotations, which checks and type checkers so read in one place.
_SCHEMAS: dict[str, Any] = {
    "Any": {},
    "When": {},
    "str": {"type": "string"},
    "str | None": {"type": ["string", "null"]},
    "bool": {"type": "boolean"},
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "int | Iterable[int]": {"type": ["integer", "array"], "minimum": 1, "items": {"type": "integer", "minimum": 1}},
    "Operation": {"enum": list(OPERATIONS)},
    "Mapping[str, Any]": {"type": "object"},
    "Mapping[str, str]": {
        "type": "object",
        "propertyNames": {"pattern": r"^[\w-]+\Z", "not": {"pattern": r"(?i)^(content-length|transfer-encoding)\Z"}},
        "additionalProperties": {"type": "string", "pattern": r"^[\t -~]*\Z"},
    },
    "Mapping[str, Any] | None": {"type": ["object", "null"]},
    "Mapping[str, Any] | str": {"type": ["object", "string"]},
    "Iterable[str]": {"type": "array", "items": {"type": "string"}},
    "Iterable[ChoiceWords]": {"type": "array", "items": {"type": "object"}, "minItems": 1},
    "Iterable[Mapping[str, Any]]": {"type": "array", "items": {"type": "object"}},
    "Iterable[Mapping[str, Any] | str]": {"type": "array", "items": {"type": ["object", "string"]}},
}
_BOUNDS: dict[str, Any] = {
    "times": {"minimum": 1},
    "status_code": {"minimum": 200, "maximum": 599},
    "redirect": {"pattern": r"^[!-~]+\Z"},
    "ignore": {"items": {"enum": list(parameters("list"))}},
}


def _table(words: Any) -> dict[str, Any]:
    hints = {name: hint.__forward_arg__ for name, hint in words.__annotations__.items()}
    return {name: {**_SCHEMAS[hint], **_BOUNDS.get(name, {})} for name, hint in hints.items()}


CHOICE = _table(ChoiceWords)
_ENTRY = _table(ScriptEntry)
_CALL = ("name", "arguments", "input", "id", "index", "pieces", "type", "function", "custom")
_COMPLETION = ("choices", "usage", "moderation", "id", "model", "completion")
_RETRY = ("retry_after", "retry_after_date", "retry_after_ms", "x_should_retry")
#: Words that say what comes in place of a completion.
_INSTEAD = ("body", "redirect", "keepalives_only")
_COMPLETED = (*CHOICE, *_COMPLETION, "chunks")
_STREAMED = ("done", "keepalives", "keepalives_only", "chunk_delay", "error_after")
#: Words that go with some operations only.
_ONLY = {
    **dict.fromkeys((*_COMPLETED, *_STREAMED, "visible_after", "visible_after_lists"), ("create",)),
    **dict.fromkeys(("ignore", "circular"), ("list", "messages")),
    "read_delay": ("create", "update"),
}
#: Words that cannot stand in one entry.
_CLASHES = [
    ("times", "forever"),
    ("text", "parsed"),
    ("parsed", "pieces"),
    *((name, "choices") for name in CHOICE),
    *((name, other) for other in _INSTEAD for name in (*_COMPLETED, "error")),
    *combinations(_INSTEAD, 2),
]
#: What people write for a word of ours; YAML makes a boolean of "on".
_SYNONYMS = {"content": "text", "on": "operation", "status": "status_code", "True": "operation"}


def read_words(given: Any, place: str) -> dict[str, Any]:
    """Check an entry, and return its words with plain JSON for the values; `when` and bytes stay as they are.

    Raises:
        ScriptError: The entry cannot be played; the message begins with the place.
    """
    if not isinstance(given, Mapping):
        raise ScriptError(f"{place} must be a mapping such as {{'text': 'Hello'}}, or a text, not {given!r:.80}")
    check_words(given, _ENTRY, place)
    own = {name: value for name, value in given.items() if name == "when" or isinstance(value, bytes)}
    try:
        words = plain({name: value for name, value in given.items() if name not in own})
        dump(words).encode()  # what could not be sent is refused: NaN, a lone surrogate, a list within itself
    except (TypeError, ValueError, RecursionError) as error:
        raise ScriptError(f"{place}: {error}") from None
    words |= own
    _check_values(words, _ENTRY, place)
    _check_together(words, place)
    for n, choice in enumerate(words.get("choices", ()), 1):
        check_words(choice, CHOICE, f"{place}, choice {n}")
        _check_choice(choice, f"{place}, choice {n}")
    _check_choice(words, place)
    return dict(words)


def check_words(given: Iterable[Any], known: Iterable[str], place: str) -> None:
    """Raise `ScriptError` if a word is not a known one; the message has the nearest."""
    known = list(known)
    for name in given:
        if name not in known:
            meant = _SYNONYMS.get(str(name))
            near = meant if meant in known else next(iter(get_close_matches(str(name), known, n=1)), None)
            hint = f"did you mean {near!r}?" if near else f"there are {', '.join(sorted(known))}"
            raise ScriptError(f"{place} has the unknown word {name!r}: {hint}")


def _check_values(words: Mapping[str, Any], table: Mapping[str, Any], place: str) -> None:
    for problem in Draft202012Validator({"properties": table}).iter_errors(words):
        raise ScriptError(f"{place}: '{written(problem.absolute_path)}': {problem.message:.200}")


def _check_together(words: Mapping[str, Any], place: str) -> None:
    operation, status = words.get("operation", "create"), words.get("status_code", 200)
    problem = None
    if odd := [name for name in words if operation not in _ONLY.get(name, (operation,))]:
        problem = f"{odd[0]!r} is for {' and '.join(_ONLY[odd[0]])} requests, not for {operation}"
    elif clash := [pair for pair in _CLASHES if words.keys() >= set(pair)]:
        problem = f"{clash[0][0]!r} and {clash[0][1]!r} exclude each other"
    elif status >= 400 and (odd := [name for name in (*_COMPLETED, *_INSTEAD[1:]) if name in words]):
        problem = f"{odd[0]!r} does not go with the status {status}"
    elif status < 400 and (odd := [name for name in _RETRY if name in words]):
        problem = f"{odd[0]!r} needs a 'status_code' such as 429"
    elif "error_after" in words and "error" not in words:
        problem = "'error_after' needs an 'error'"
    if problem:
        raise ScriptError(f"{place}: {problem}")


def _check_choice(choice: Mapping[str, Any], place: str) -> None:
    _check_values(choice, CHOICE, place)
    for n, call in enumerate(choice.get("tool_calls", ()), 1):
        where = f"{place}, tool call {n}"
        check_words(call, _CALL, where)
        if not {"name", "function", "custom"} & call.keys():
            raise ScriptError(f"{where} needs a 'name'")
        if len(ways := [name for name in ("arguments", "input", "pieces") if name in call]) > 1:
            raise ScriptError(f"{where}: {ways[0]!r} and {ways[1]!r} exclude each other")
    whole = choice.get("text", choice.get("refusal"))
    if "pieces" in choice and whole is not None and whole != "".join(choice["pieces"]):
        raise ScriptError(f"{place}: the pieces add up to {''.join(choice['pieces'])!r:.80}, not to {whole!r:.80}")


def written(path: Iterable[str | int]) -> str:
    """Write a path: ``messages[0].role``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
