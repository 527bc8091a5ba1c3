"""Texts that match a regular expression: made from its parts, never by running it.

An expression comes from a stranger, and may take years to run or name a text of any size: what is made is bounded, and
an expression is run only on texts on which it cannot take long, by the number of ways in which it could try to match.
"""

from __future__ import annotations

import math
import re
import string
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]  # every Python since 3.11 has it, and sre_parse only warns
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LENGTH = 100_000  # characters of a text that is made
_SOURCE = 2_000  # characters of an expression that is read
_TRIES = 8  # variants in which a length has to be found
_WAYS = 1e6  # ways to match that may be tried: some 20 ms
_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " \t\né日"
_CATEGORIES = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": str.isalnum}


class PatternError(ValueError):
    """An expression that cannot be read, or has no text that can be made."""


def matching(pattern: str, least: int = 0, most: float = _LENGTH) -> Iterator[str]:
    """Yield different texts that match, save where the expression looks ahead or back, of the lengths asked for.

    Raises:
        PatternError: If the expression cannot be read, or asks for too long a text.
    """
    tree, seen = _tree(pattern), set()
    shortest, longer = (len(_Writer(0, extra).text(tree)) for extra in (0, 1))
    # Each repetition more makes it longer by as much, or by still more if there are some within others.
    enough = -(-(least - shortest) // (longer - shortest)) if longer > shortest else 0
    for variant in range(len(_CHARACTERS)):
        for extra in sorted({0, 1, 2, 3, *(2**n for n in range(2, 17) if 2**n < enough), max(enough, 0)}):
            try:
                text = _Writer(variant, extra).text(tree)
            except PatternError:  # too long, as more would be
                break
            if least <= len(text) <= most and text not in seen:
                seen.add(text)
                yield text
        if variant >= _TRIES and not seen:
            return


def matches(pattern: str, text: str) -> tuple[bool | None, float]:
    """Tell whether an expression matches somewhere in a text, `None` if to try could take long; and what it costs.

    Raises:
        PatternError: If the expression cannot be read.
    """
    tree = _tree(pattern)
    ways = _ways([("SUBPATTERN", (None, tree.state.flags, 0, tree))], len(text)) * (len(text) + 1)
    try:
        return (None, 0) if ways > _WAYS else (re.search(_python(pattern), text) is not None, ways)
    except re.error as error:
        raise PatternError(f"the pattern {pattern!r} cannot be read ({error})") from None


def _python(pattern: str) -> str:
    return pattern.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!").replace(r"\z", r"\Z")


@lru_cache(256)
def _tree(pattern: str) -> Any:
    if len(pattern) > _SOURCE:
        raise PatternError(f"a pattern of more than {_SOURCE} characters is not read")
    try:
        return _parser.parse(_python(pattern))
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise PatternError(f"the pattern {pattern!r} cannot be read ({error})") from None


def _ways(tree: Any, length: int) -> float:
    """Count the ways in which a backtracking search could try to match at one place of a text, or more."""
    ways = 1.0
    for code, value in tree:
        match str(code):
            case "BRANCH":
                ways *= sum(_ways(one, length) for one in value[1])
            case "SUBPATTERN":  # to compile a large set that ignores case takes a second
                ways *= math.inf if value[1] & re.IGNORECASE else _ways(value[-1], length)
            case "ASSERT" | "ASSERT_NOT":
                ways *= _ways(value[1], length)
            case "ATOMIC_GROUP":
                ways *= _ways(value, length)
            case "GROUPREF_EXISTS":
                ways *= _ways(value[1], length) + _ways(value[2] or (), length)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high = (min(int(bound), length + 1) for bound in value[:2])
                each = _ways(value[2], length)
                ways *= (high - low + 1) * (1 if each == 1 else each ** min(high, 50))
                ways *= max(1, int(value[0]) - length)  # repetitions of nothing
    return ways


class _Writer:
    """Writes a text for an expression: the n-th variant, with so many repetitions more than needed."""

    def __init__(self, variant: int, extra: int) -> None:
        self._variant, self._extra = variant, extra
        self._groups: dict[int | None, str] = {}

    def text(self, tree: Any) -> str:
        """Write the text for a sequence of parts."""
        text = "".join(self._part(str(code), value) for code, value in tree)
        if len(text) > _LENGTH:
            raise PatternError("the pattern asks for too long a text")
        return text

    def _part(self, code: str, value: Any) -> str:
        match code:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return self._one_of(("NEGATE", None), ("LITERAL", value))
            case "ANY":
                return self._one_of(("NEGATE", None), ("LITERAL", ord("\n")))
            case "IN":
                return self._one_of(*((str(kind), what) for kind, what in value))
            case "BRANCH":
                return self.text(value[1][self._variant % len(value[1])])
            case "SUBPATTERN":
                self._groups[value[0]] = text = self.text(value[-1])
                return text
            case "ATOMIC_GROUP":
                return self.text(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                times = min(int(value[0]) + self._extra, int(value[1]))
                text = self.text(value[2]) if times else ""
                if len(text) * times > _LENGTH:
                    raise PatternError("the pattern asks for too long a text")
                return text * times
            case "ASSERT":  # what has to stand before or behind this place is written here, for want of a better guess
                return self.text(value[1])
            case "GROUPREF":
                return self._groups.get(value, "")
            case "GROUPREF_EXISTS":
                return self.text(value[1] if value[0] in self._groups else value[2] or ())
        return ""  # a place, or what must not follow

    def _one_of(self, *members: tuple[str, Any]) -> str:
        characters = _members(members)
        return characters[self._variant % len(characters)]


@lru_cache(256)
def _members(members: tuple[tuple[str, Any], ...]) -> list[str]:
    own = [chr(what if kind == "LITERAL" else what[0]) for kind, what in members if kind in ("LITERAL", "RANGE")]
    found = [one for one in dict.fromkeys([*_CHARACTERS, *own]) if _is_member(one, members)]
    if not found:
        raise PatternError("the pattern has a set that seems to be empty")
    return found


def _is_member(character: str, members: tuple[tuple[str, Any], ...]) -> bool:
    found = False
    for kind, what in members:
        match kind:
            case "LITERAL":
                found |= ord(character) == what
            case "RANGE":
                found |= what[0] <= ord(character) <= what[1]
            case "CATEGORY":
                name = str(what).removeprefix("CATEGORY_")
                is_one = _CATEGORIES[name.removeprefix("NOT_")](character) or (name[-4:] == "WORD" and character == "_")
                found |= is_one != name.startswith("NOT_")
    return found != (members[0][0] == "NEGATE")
