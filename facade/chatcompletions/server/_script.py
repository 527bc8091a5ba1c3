"""Scripts: the answers and faults that requests get, in order, or by what a request holds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ._conditions import FINAL, last_text, misfit, needs_body, read_conditions
from ._errors import ApiError
from ._text import echo
from ._words import ScriptError, read_words

if TYPE_CHECKING:
    from ._conditions import Conditions
    from ._recorded import RecordedRequest
    from ._words import ScriptEntry


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
                if one.operation == entry.operation and one.most is None and not one.when:
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
                if problem := misfit(entry.when, request, entry.place):
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
        said = f"model {request.model!r}, last message {echo(last_text(request.body))!r}"
        message = f"The script has no answer for this create request ({said}): {'; '.join(problems)}."
        raise ApiError(message, 500, code="script_ended", headers=FINAL)


@dataclass
class _Entry:
    """An entry that was read, and how often it was played."""

    place: str
    words: dict[str, Any]
    when: Conditions
    played: int = 0

    def __post_init__(self) -> None:
        self.operation = self.words.get("operation", "create")
        self.most = None if self.words.get("forever") else self.words.get("times", 1)
        self.needs_body = needs_body(self.when)

    @property
    def is_used_up(self) -> bool:
        return self.most is not None and self.played >= self.most


def _read(given: Any, place: str, *, lenient: bool) -> _Entry:
    words = read_words(given, place)
    when = read_conditions(words.pop("when", None), words.get("operation", "create"), place, lenient=lenient)
    entry = _Entry(place, words, when)
    if "read_delay" in words and entry.needs_body:
        raise ScriptError(f"{place}: 'read_delay' acts before the body is read, so that 'when' cannot look at that")
    return entry


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
