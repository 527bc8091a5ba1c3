"""Name the schemas that the pin leaves unnamed, by the table of `names.yaml` and a rule for the rest."""

import re
import unicodedata
from collections.abc import Callable, Container
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from scripts import yaml_reader
from scripts.errors import DocumentError

TABLE = Path(__file__).with_name("names.yaml")

_PREFIX = "field_"
_IMPORTED = frozenset(
    {"Any", "AuthenticatedClient", "BinaryIO", "Callable", "ClassVar", "Client", "File", "FileTypes", "Final",
     "Generator", "HTTPStatus", "Iterable", "Iterator", "Literal", "Mapping", "MutableMapping", "NotRequired",
     "Protocol", "RequestFiles", "Required", "Response", "Self", "Sequence", "T", "TextIO", "TypeVar", "TypedDict",
     "UNSET", "UUID", "Unset"}
)  # fmt: skip
_STEPS = re.compile(r"\.[^.\[\]{}|]+|\[\]|\{\}|\|.+?(?=[.\[{]|$)|\?.+")


class NamesError(Exception):
    """The table of names cannot be used; the message is one line that says what is wrong."""


def load_names(path: Path = TABLE) -> dict[str, str]:
    """Read the table of names: places of the pin, and the class that each becomes.

    Args:
        path: The YAML file, a mapping of texts.

    Returns:
        The names by place, in the order of the file.

    Raises:
        NamesError: If the file is not a mapping of places to class names.
    """
    try:
        table = yaml_reader.parse(path.read_bytes())
    except (OSError, DocumentError) as error:
        raise NamesError(f"{path.name}: {str(error).splitlines()[0]}") from error
    if not isinstance(table, dict):
        raise NamesError(f"{path.name}: expected a mapping of places to class names")
    for place, name in table.items():
        if not isinstance(place, str) or not isinstance(name, str) or class_name(name) != name:
            raise NamesError(f"{path.name}: {place}: {name!r} is not a class name that a module can hold")
    return table


def class_name(name: str) -> str:
    """Return the class that the generator makes of a name, changed if its modules import something of that name."""
    made = _generators("ClassName", unicodedata.normalize("NFKC", name), _PREFIX)
    return f"{made.rstrip('_')}Model" if made in _IMPORTED or made.endswith("_") else made


def module_name(name: str) -> str:
    """Return the module that the generator writes a class to."""
    return identifier(class_name(name), _PREFIX)


def module_key(name: str) -> str:
    """Return the key that two classes share if their modules would overwrite each other on some file system."""
    return module_name(name).casefold()


def attribute(name: str, *, exact: bool = False) -> str:
    """Return the attribute that the generator makes of a property; `exact` if it has to tell two of them apart."""
    return identifier(unicodedata.normalize("NFKC", name), _PREFIX, skip_snake_case=exact)


def identifier(name: str, prefix: str, **options: bool) -> str:
    """Return the identifier that the generator makes of a name; one that begins with no letter gets the prefix."""
    return _generators("PythonIdentifier", name, prefix, **options)


def unique(name: str, taken: Container[str]) -> str:
    """Return the name, with the first number that no module has yet if the name is taken."""
    found, count = name, 1
    while module_key(found) in taken:
        count += 1
        found = f"{name}{count}"
    return found


def derived(owner: str, owner_place: str, place: str) -> str:
    """Make up a class name from the owner's name and the steps from it, with elements in the singular.

    Args:
        owner: The class that holds the schema.
        owner_place: The place of that class.
        place: The place of the schema, in the notation of `names.yaml`.

    Returns:
        A name such as `WebSearchOptionsFilter` for `CreateChatCompletionRequest.web_search_options.filters[]`.
    """
    if not place.startswith(owner_place):
        owner = owner_place = re.split(r"[.\[{|?]", place, maxsplit=1)[0]
    steps = _STEPS.findall(place[len(owner_place) :])
    words: list[str] = [owner]
    for step in steps:
        if step in ("[]", "{}"):
            words[-1] = _singular(words[-1]) if len(words) > 1 else f"{words[-1]}Entry"
        elif step[0] == "|":
            words.append(_branch(step[1:], alone=len(words) == 1))
        else:
            words.append(_status(step[1:]))
    return class_name("".join(_generators("pascal_case", word) for word in words))


def _generators(function: str, *given: str, **options: bool) -> str:
    """Return what a function of the generator makes of a name.

    Raises:
        DocumentError: If the generator has no such function; another version of it may name things in another way.
    """
    try:
        return str(_function(function)(*given, **options))
    except (ImportError, AttributeError, TypeError) as error:
        raise DocumentError(
            f"the installed openapi-python-client has no strings.{function} that scripts/naming.py could use ({error}):"
            " tests/unit/generated/test_templates.py says what to look at in another version"
        ) from None


@cache
def _function(name: str) -> Callable[..., Any]:
    # Looked up late, so that whatever a new version moved stops no test from saying so.
    function: Callable[..., Any] = getattr(import_module("openapi_python_client.strings"), name)
    return function


def _branch(label: str, *, alone: bool) -> str:
    kind = re.fullmatch(r"(enum|object)(\d*)", label)
    if kind is None:
        return label
    return ("Object" if alone and kind[1] == "object" else "") + kind[2]


def _status(step: str) -> str:
    return "Response" if step.startswith("2") and step.isdecimal() else step


def _singular(word: str) -> str:
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(plural):
            return word.removesuffix(plural) + singular
    return word.removesuffix("s") if not word.endswith(("ss", "us", "is")) else word
