"""Scripts: the answers and faults that requests get, in order, or by what a request holds."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, TypedDict

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ._errors import ApiError
from ._plain import plain
from ._recorded import OPERATIONS, RecordedRequest, parameters
from ._text import content_text, dump, echo

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
#: Errors of the script itself, which no second request mends.
_FINAL = {"x-should-retry": "false"}
_STEP = re.compile(r"\[(-?\d+)\]|([^.\[\]]+)")


class Script:
    """Which entry each request gets; safe for any thread.

    Args:
        entries: The entries, a text for one that has nothing else; or the YAML file that lists them.
        end: What a create request gets for which no entry is left: an ``error``, or the answer of a server without a
            script, ``canned``.
        lenient: Whether conditions may name parameters that the spec does not have.

    Raises:
        ScriptError: An entry, or the file, cannot be used.
    """

    def __init__(
        self,
        entries: Iterable[ScriptEntry | Any] | str | Path | None = None,
        *,
        end: Literal["error", "canned"] = "error",
        lenient: bool = False,
    ) -> None:
        if end not in ("error", "canned"):
            raise ScriptError(f"script_end is 'error' or 'canned', not {end!r}")
        self._end = end
        self._lenient = lenient
        self._entries: list[_Entry] = []
        self._lock = threading.RLock()  # a condition may call then()
        where = f"{entries}, " if isinstance(entries, str | Path) else ""
        if isinstance(entries, Mapping) or not isinstance(entries, Iterable | Path | None):
            raise ScriptError(
                f"a script is a list of entries, or the name of a YAML file with them, not {entries!r:.80}"
            )
        for entry in _load(entries) if isinstance(entries, str | Path) else entries or ():
            self.then(entry, where)

    def then(self, given: Mapping[str, Any] | str, where: str = "") -> None:
        """Add an entry behind those that there are.

        Raises:
            ScriptError: It cannot be used.
        """
        with self._lock:
            place = f"{where}entry {len(self._entries) + 1}"
            entry = _read({"text": given} if isinstance(given, str) else given, place, lenient=self._lenient)
            for one in self._entries:
                if one.operation == entry.operation and one.most is None and one.when is None:
                    raise ScriptError(f"{place} is never played, because {one.place} is played forever")
            self._entries.append(entry)

    def pick(self, request: RecordedRequest, *, unread: bool = False) -> Mapping[str, Any]:
        """Choose the entry for a request, and count it as played; an empty one stands for the server's own answer.

        Args:
            request: The request.
            unread: Whether its body has not been read: then only an entry that has this read slowly is chosen.

        Raises:
            ApiError: No entry is left, though the script says what requests of this kind get.
        """
        with self._lock:
            entries = [one for one in self._entries if one.operation == request.operation]
            problems = []
            for entry in entries:
                if entry.is_used_up or (unread and entry.needs_body):
                    continue
                if problem := entry.misfit(request):
                    problems.append(f"{entry.place} {problem}")
                elif unread and "read_delay" not in entry.words:
                    return {}
                else:
                    entry.played += 1
                    return entry.words
        if unread or not entries or self._end == "canned" or request.operation != "create":
            return {}
        if used_up := [one.place for one in entries if one.is_used_up]:
            problems.insert(0, f"{used_up[0]} is used up" if len(used_up) == 1 else f"{len(used_up)} are used up")
        if more := problems[5:]:
            problems[5:] = [f"and {len(more)} more"]
        said = f"model {request.model!r}, last message {echo(_last_text(request.body))!r}"
        message = f"The script has no answer for this create request ({said}): {'; '.join(problems)}."
        raise ApiError(message, 500, code="script_ended", headers=_FINAL)


class _Entry:
    """An entry that was read, and how often it was played."""

    def __init__(self, place: str, words: dict[str, Any], when: Any) -> None:
        self.place = place
        self.words = words
        self.operation = words.get("operation", "create")
        self.most = None if words.get("forever") else words.get("times", 1)
        self.when = when
        self.needs_body = callable(when) or any(path[0] not in ("headers", "id") for path, _ in when or ())
        self.played = 0

    @property
    def is_used_up(self) -> bool:
        return self.most is not None and self.played >= self.most

    def misfit(self, request: RecordedRequest) -> str | None:
        """Say why the entry does not answer a request; `None` if it does."""
        if callable(self.when):
            try:
                return None if self.when(request) else "has a 'when' that returned false"
            except Exception as error:
                problem = f"{self.place}: its 'when' failed with {error!r}."
                raise ApiError(problem, 500, code="script_failed", headers=_FINAL) from error
        for path, wanted in self.when or ():
            found = _found(request, path)
            is_text = path == ("text",) and isinstance(wanted, str)
            if not (wanted in found if is_text else _fits(wanted, found)):
                wish = repr(wanted.pattern) if isinstance(wanted, re.Pattern) else repr(wanted)
                return f"wants {_written(path)} to {'hold' if is_text else 'be'} {wish:.80}, not {found!r:.80}"
        return None


def _load(file: str | Path) -> Any:
    import yaml  # only files need it

    try:
        entries = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        hint = "" if Path(file).suffix else "; a script is a list of entries, or the name of a YAML file with them"
        raise ScriptError(f"{file}: cannot be read ({error.strerror}){hint}") from None
    except UnicodeDecodeError:
        raise ScriptError(f"{file}: is not text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        tab = "; indent with spaces, not with tabs" if "'\\t'" in str(error.problem) else ""
        raise ScriptError(f"{file}{line}: is not YAML ({error.problem}){tab}") from None
    except yaml.YAMLError as error:
        raise ScriptError(f"{file}: is not YAML ({' '.join(str(error).split())})") from None
    if not entries:
        raise ScriptError(f"{file}: is empty; a script is a list of entries, such as '- text: Hello'")
    if not isinstance(entries, list):
        raise ScriptError(f"{file}: is no list; begin each entry with '- ', as in '- text: Hello'")
    return entries


def _read(given: Any, place: str, *, lenient: bool) -> _Entry:
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
    operation = words.get("operation", "create")
    entry = _Entry(place, words, _when(words.pop("when", None), operation, place, lenient=lenient))
    if "read_delay" in words and entry.needs_body:
        raise ScriptError(f"{place}: 'read_delay' acts before the body is read, so that 'when' cannot look at that")
    return entry


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
        raise ScriptError(f"{place}: '{_written(problem.absolute_path)}': {problem.message:.200}")


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


def _when(when: Any, operation: str, place: str, *, lenient: bool) -> Any:
    """Read conditions: a function as it is, else pairs of a path, in steps, and what is wanted there."""
    if when is None or callable(when):
        return when
    when = {"text": when} if isinstance(when, str) else when
    if not isinstance(when, Mapping):
        raise ScriptError(f"{place}: 'when' is a text, a mapping or a function, not {when!r:.80}")
    known = {*parameters(operation), "headers", "text" if operation == "create" else "id"}
    conditions = []
    for name, wanted in when.items():
        path = tuple(int(number) if number else word for number, word in _STEP.findall(str(name)))
        if not lenient or not isinstance(path[:1] and path[0], str):
            check_words(path[:1] or [name], known, f"{place}: 'when'")
        conditions.append((path, _prepared(wanted, place)))
    return conditions


def _prepared(wanted: Any, place: str) -> Any:
    if not isinstance(wanted, Mapping):
        return wanted
    if list(wanted) != ["pattern"]:
        return {name: _prepared(item, place) for name, item in wanted.items()}
    try:
        return re.compile(wanted["pattern"])
    except (re.error, TypeError) as error:
        raise ScriptError(f"{place}: {wanted['pattern']!r} is no regular expression ({error})") from None


def _found(request: RecordedRequest, path: tuple[str | int, ...]) -> Any:
    """Return what a request has at a path; `None` if that is nothing."""
    root, *steps = path
    found: Any
    if root == "text":
        found = _last_text(request.body)
    elif root == "headers":
        found = request.headers
    elif root == "id":
        found = request.id
    elif request.operation in ("create", "update"):
        found = request.body.get(root)
    else:
        filters = {name[9:-1]: value for name, value in request.query.items() if name.startswith("metadata[")}
        limit = int(request.query.get("limit", "20"))
        found = {**request.query, "limit": limit, "metadata": filters}.get(str(root))
    for step in steps:
        try:
            found = found[step]
        except (LookupError, TypeError):
            return None
    return found


def _last_text(body: Mapping[str, Any]) -> str:
    return content_text(body["messages"][-1].get("content"))


def _fits(wanted: Any, found: Any) -> bool:
    match wanted:
        case re.Pattern():
            return isinstance(found, str) and wanted.search(found) is not None
        case Mapping():
            return isinstance(found, Mapping) and all(_fits(item, found.get(name)) for name, item in wanted.items())
        case None | False:
            return found is None or found is wanted
    return bool(wanted == found)


def _written(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
