"""The parameters of the pinned spec as options of a command."""

from __future__ import annotations

import argparse
import ast
import json
import sys
import textwrap
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatcompletions._spec.schema import at, followed, values

from ._failure import FILE, CommandError

if TYPE_CHECKING:
    from collections.abc import Collection

#: The API's limits for metadata, see https://platform.openai.com/docs/api-reference/chat/create.
MOST_PAIRS, MOST_KEY, MOST_VALUE = 16, 64, 512
_WORDS = {"object": "JSON", "array": "JSON", "number": "NUMBER", "integer": "NUMBER", "string": "TEXT"}
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "number": (int, float),
    "integer": int,
    "string": str,
    "null": type(None),
}


def add_parameters(
    parser: argparse.ArgumentParser, place: str, model: str | None = None, *, without: Collection[str] = ()
) -> None:
    """Add an option for each parameter of a request.

    Args:
        parser: The command's.
        place: The pointer to the schema of the request.
        model: The module of the generated model that describes the parameters.
        without: The parameters that the command has options of its own for.
    """
    group = parser.add_argument_group(
        "parameters of the API",
        "JSON can be read from a file: @FILE. Those that the pinned spec lacks are given by --param NAME=JSON.",
    )
    sentences = _sentences(model) if model and {"-h", "--help"} & {*sys.argv} else {}
    for name, schema in parameters(place).items():
        if name not in without:
            with suppress(argparse.ArgumentError):  # an option of the command has the name: --param reaches it
                _add(group, name, _types(schema), values(_plain(schema)), sentences.get(name, ""))
    group.add_argument("--param", action="append", type=_further, metavar="NAME=JSON", default=[], help="any other one")


def given_parameters(
    options: argparse.Namespace, place: str, extra: str, *, without: Collection[str] = ()
) -> dict[str, Any]:
    """Return the parameters that were given, those of ``--param`` under the name of an option of the call."""
    given = vars(options)
    found = {name: given[name] for name in parameters(place) if name in given and name not in without}
    return {**found, extra: dict(options.param)} if options.param else found


def _add(group: Any, name: str, types: set[str], listed: list[Any], sentence: str) -> None:
    option, text = f"--{name.replace('_', '-')}", sentence.replace("%", "%%").replace("`", "")
    settings: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS, "help": text}
    if types <= {"boolean", "null"}:
        group.add_argument(option, action=argparse.BooleanOptionalAction, **settings)
    else:
        shown = "|".join(map(str, listed)) if listed and "object" not in types else _word(types)
        group.add_argument(option, type=partial(_read, types), metavar=shown, **settings)


def parameters(place: str) -> dict[str, Any]:
    """Return the schemas of the parameters of a request, by their names."""
    found: dict[str, Any] = followed(at(place))["properties"]
    return found


def add_pairs(parser: Any, option: str, what: str) -> None:
    """Add to a parser, or a group of one, an option that takes ``key=value`` as often as it is given."""
    parser.add_argument(option, action="append", type=pair, default=[], metavar="KEY=VALUE", help=f"{what}; repeatable")


def pair(text: str) -> tuple[str, str]:
    """Read ``key=value``, for `argparse`."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"expected key=value, not {text!r}")
    return key.strip(), value


def contents(text: str) -> str:
    """Return the text of the file after an ``@``, or else the text itself.

    Raises:
        CommandError: The file cannot be read.
    """
    if not text.startswith("@"):
        return text
    return read_text(text[1:])


def read_text(path: str) -> str:
    """Return the text of a file, ``-`` being standard input.

    Raises:
        CommandError: It cannot be read, or is no text.
    """
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as exc:
        raise CommandError(f"{path}: {exc.strerror}", FILE) from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is no text in UTF-8", FILE) from None


def read_json(name: str, text: str) -> Any:
    """Read JSON that an option has, or a file that it names.

    Raises:
        CommandError: It is no JSON.
    """
    try:
        return json.loads(contents(text))
    except ValueError as exc:
        hint = "" if text.startswith("@") else f"; for a file, write {name} @{text[:40]}"
        raise CommandError(f"{name} must be JSON: {exc}{hint}") from None


def _read(types: set[str], text: str) -> Any:
    text = contents(text)
    if types == {"string"}:
        return text
    try:
        value = json.loads(text)
    except ValueError as exc:
        if "string" not in types:
            problem = f" ({exc})" if types & {"array", "object"} else ""
            raise argparse.ArgumentTypeError(f"expected {_named(types)}, not {text!r}{problem}") from None
        return text
    if not isinstance(value, bool) and any(isinstance(value, _TYPES[one]) for one in types & {*_TYPES}):
        return value
    if "string" in types:
        return text
    raise argparse.ArgumentTypeError(f"expected {_named(types)}, not {text!r}")


def _further(text: str) -> tuple[str, Any]:
    name, given = pair(text)
    return name, read_json(f"--param {name}=", given)


def _types(schema: Any) -> set[str]:
    """Return the JSON types that a schema lets through."""
    schema = followed(schema)
    found = schema.get("type", [])
    types = {found} if isinstance(found, str) else {*found}
    for keyword in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(keyword, ()):
            types |= _types(one)
    names = {bool: "boolean", str: "string", int: "number", float: "number", type(None): "null"}
    return types or {names.get(type(value), "object") for value in values(schema)} or {*_TYPES}


def _plain(schema: Any) -> Any:
    """Return the schema that lists the values, among the choices that a schema gives."""
    schema = followed(schema)
    choices = [followed(one) for one in schema.get("anyOf", ())]
    return next((one for one in [schema, *choices] if values(one)), schema)


def _word(types: set[str]) -> str:
    return "|".join(dict.fromkeys(_WORDS[one] for one in _WORDS if one in types))


def _named(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _sentences(model: str) -> dict[str, str]:
    """Return what the generated model says of each parameter; nothing if it was installed without its source."""
    import chatcompletions_api

    try:
        text = Path(chatcompletions_api.__file__).with_name("models").joinpath(f"{model}.py").read_text("utf-8")
    except OSError:
        return {}
    body = next(one for one in ast.parse(text).body if isinstance(one, ast.ClassDef)).body
    found = {}
    for member, after in pairwise(body):
        if isinstance(member, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            sentence = " ".join(str(after.value.value).split())
            found[ast.unparse(member.target)] = textwrap.shorten(sentence, 300, placeholder=" ...")
    return found
