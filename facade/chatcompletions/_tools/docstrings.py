"""What a docstring says about a function and its parameters, in the styles of Google, NumPy and Sphinx."""

from __future__ import annotations

import inspect
import re

_PARAMETERS = r"(?:Args|Arguments|(?:(?:Keyword|Other) )?(?:Args|Arguments|Parameters)|Params)"
_OTHERS = r"(?:Attributes|Examples?|Notes?|Raises|References|Returns?|See Also|Todo|Warnings?|Warns|Yields?)"
_GOOGLE = re.compile(rf"(?:({_PARAMETERS})|{_OTHERS}):", re.IGNORECASE)
_NUMPY = re.compile(rf"(?:({_PARAMETERS})|{_OTHERS})", re.IGNORECASE)
_SPHINX = re.compile(r"[:@](\w+)(?:\s+([^:]*))?:\s*(.*)")
_SPHINX_PARAMETERS = {"arg", "argument", "key", "keyword", "kwarg", "param", "parameter"}
#: The name of a parameter, or several, with a type behind it: ``x (int, optional): text``, or ``x, y : int``.
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:(?:\s+|$)(.*)")
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")


def read_docstring(text: str | None) -> tuple[str, dict[str, str]]:
    """Read a docstring.

    Args:
        text: The docstring, indented as it stands in the source.

    Returns:
        The summary and the text below it, without its sections, and a text for each parameter that has one.
    """
    lines = inspect.cleandoc(text or "").splitlines()
    body: list[str] = []
    found: dict[str, list[str]] = {}
    entry: list[str] = []  # the parameter that is being read; a list that nobody reads for other things
    is_section = is_about_parameters = is_numpy = False
    depth = -1
    for number, line in enumerate(lines):
        stripped, indent = line.strip(), len(line) - len(line.lstrip())
        underline = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if set(underline) == {"-"} and (header := _NUMPY.fullmatch(line)):
            is_section, is_numpy, is_about_parameters, entry = True, True, header[1] is not None, []
        elif header := _GOOGLE.fullmatch(line):
            is_section, is_numpy, is_about_parameters, entry, depth = True, False, header[1] is not None, [], -1
        elif field := _SPHINX.fullmatch(line):
            is_section, is_numpy, is_about_parameters, entry = True, False, False, [field[3]]
            if field[1] in _SPHINX_PARAMETERS and field[2]:
                found[field[2].split()[-1].lstrip("*")] = entry
        elif is_section and stripped and not indent and not is_numpy:
            is_section = False
            body.append(line)
        elif not is_section:
            body.append(line)
        elif is_about_parameters and is_numpy and not indent and (match := _NUMPY_ENTRY.fullmatch(line)):
            entry = []
            found |= {name.strip(" *"): entry for name in match[1].split(",")}
        elif is_about_parameters and not is_numpy and stripped and (depth < 0 or indent <= depth):
            depth = indent
            if match := _GOOGLE_ENTRY.fullmatch(stripped):
                entry = found[match[1]] = [match[2]]
        else:
            entry.append(stripped)
    texts = {name: " ".join(" ".join(entry).split()) for name, entry in found.items()}
    return "\n".join(body).strip(), {name: text for name, text in texts.items() if text}
