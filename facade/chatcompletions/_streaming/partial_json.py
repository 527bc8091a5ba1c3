"""Reading of a JSON text that still grows: what was read is never read again.

The values are those of jiter's partial mode "trailing-strings": half a string is shown, half a key or literal is not,
and a number as far as it goes. jiter reads a text from its start each time; here only what was added is read, and of
the value only the containers that are still open are copied.
"""

from __future__ import annotations

import json
import re
from typing import Any

from chatcompletions._json import MAX_DEPTH


class Missing:
    """The mark of a value of which nothing can be shown yet; a class, because a pickle keeps its identity."""


MISSING: Any = Missing
# What may come next: a value (v), a key (k), or one of these characters.
_VALUE, _FIRST_VALUE, _KEY, _FIRST_KEY, _COLON, _IN_ARRAY, _IN_OBJECT, _END = "v", "v]", "k", "k}", ":", ",]", ",}", ""
_BLANKS = re.compile(r"[ \t\n\r]*+")
#: A number or a literal that the end of the text cuts.
_CUT = re.compile(r"(?:[-+.eE\d]++|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)\Z")
#: The inside of a string, but for an escape that the end of the text cuts.
_INSIDE = re.compile(
    r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]|(?![dD][89abAB])[0-9a-fA-F]{2})'
    r"[0-9a-fA-F]{2})*+"
)
_LONGEST_ESCAPE = len(r"\ud83d\ude00")
_read_value = json.JSONDecoder().raw_decode


class PartialJSON:
    """The value of a JSON text so far: `read` each piece of the text, however it is cut."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._has_failed = False
        self._expected = _VALUE
        self._whole: Any = MISSING
        # The containers that are open, outermost first, the latest key of each, and the string that is open.
        self._open: list[Any] = []
        self._keys: list[str] = []
        self._string: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the end of the value has come."""
        return self._expected == _END

    def read(self, added: str) -> Any:
        """Read the next piece of the text.

        Returns:
            The value so far, `MISSING` if there is nothing to show. What is complete in it is shared by later values.

        Raises:
            ValueError: The text so far is not the beginning of a JSON text.
        """
        if self._has_failed:
            raise ValueError("the text before is not expected")
        self._text, self._at = self._text[self._at :] + added, 0
        self._has_failed = True
        while (value := self._read_token()) is self:
            pass
        self._has_failed = False
        for container, key in zip(reversed(self._open), reversed(self._keys), strict=True):
            outer = container.copy()
            if value is not MISSING:
                if isinstance(outer, dict):
                    outer[key] = value
                else:
                    outer.append(value)
            value = outer
        return value

    def _read_token(self) -> Any:
        """Read a token, and return this object; or else the scalar at the end of the text, as far as it is shown."""
        if self._string is not None:
            return self._read_string(self._string)
        text, expected = self._text, self._expected
        at = self._at = _BLANKS.match(text, self._at).end()  # type: ignore[union-attr] # it matches anything
        if not expected or at == len(text):
            return self._whole
        char = text[at]
        if char in ":,]}" and char in expected:
            return self._read_punctuation(char)
        if "v" not in expected and not ("k" in expected and char == '"'):
            raise ValueError(f"{char!r} is not expected")
        try:
            value, end = _read_value(text, at)
        except (ValueError, RecursionError):
            return self._read_beginning(char)
        if type(value) in (int, float) and (end == len(text) or text[end] in ".eE"):
            return value if end == len(text) else self._read_beginning(char)
        self._at = end
        if "k" in expected:
            self._keys[-1], self._expected = value, _COLON
            return self
        return self._place(value)

    def _read_punctuation(self, char: str) -> Any:
        self._at += 1
        if char == ":":
            self._expected = _VALUE
        elif char == ",":
            self._expected = _KEY if isinstance(self._open[-1], dict) else _VALUE
        else:
            self._keys.pop()
            return self._place(self._open.pop())
        return self

    def _read_beginning(self, char: str) -> Any:
        """Read the beginning of a value that is not whole."""
        if char == '"' and "v" in self._expected:
            self._at += 1
            self._string = ""
        elif char in "[{" and len(self._open) < MAX_DEPTH:
            self._at += 1
            self._open.append({} if char == "{" else [])
            self._keys.append("")
            self._expected = _FIRST_KEY if char == "{" else _FIRST_VALUE
        elif char == '"' or _CUT.match(self._text, self._at):
            return MISSING
        else:
            raise ValueError(f"{char!r} is not expected")
        return self

    def _read_string(self, known: str) -> Any:
        text = self._text
        end = _INSIDE.match(text, self._at).end()  # type: ignore[union-attr] # it matches anything
        if end > self._at:
            inside = text[self._at : end]
            known += inside if "\\" not in inside else json.loads(f'"{inside}"')
            self._string, self._at = known, end
        if text.startswith('"', end):
            self._string, self._at = None, end + 1
            return self._place(known)
        if end == len(text) or (text[end] == "\\" and len(text) - end < _LONGEST_ESCAPE):
            return known
        raise ValueError(f"{text[end]!r} is not expected")

    def _place(self, value: Any) -> Any:
        """Put a whole value in its place."""
        if not self._open:
            self._whole, self._expected = value, _END
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys[-1]] = value
            self._expected = _IN_OBJECT
        else:
            self._open[-1].append(value)
            self._expected = _IN_ARRAY
        return self
