"""The reference: a section for each public name, from its signature and its docstring."""

from __future__ import annotations

import importlib
import inspect
import logging
import re
import typing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import griffe

from chatcompletions_api import models
from scripts.docs.blocks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The pages by their file's name: a title, and what it is for.
PAGES: Final = {
    "clients": ("Clients", "The two clients, with every call and every parameter of it."),
    "functions": (
        "Functions and constants",
        "Helpers for messages, parts, tools and schemas, and constants.",
    ),
    "answers": ("Answers", "What calls return: completions, pages, and what came with them."),
    "streams": ("Streams and runs", "Iterators over what comes: chunks, events, calls of tools."),
    "events": ("Events", "What streams, runs of tools and `on_event` tell."),
    "errors": ("Errors", "The classes of errors; [the tree](../errors.md) says what to do at each."),
    "parameters": ("Parameters", "The parameters of each call as TypedDicts, for functions that hand them on."),
    "dicts": ("Messages and tools as dicts", "TypedDicts of what goes into a request; any mapping will do."),
    "server": ("chatcompletions.server", "The local server, and the words of its scripts."),
    "testing": ("chatcompletions.testing", "The pytest plugin: nothing needs to be imported."),
    "telemetry": ("chatcompletions.telemetry", "Spans and metrics of OpenTelemetry."),
}
_SERVER: Final = "chatcompletions.server"
_TELEMETRY: Final = "chatcompletions.telemetry"
_HEADINGS: Final = {
    griffe.DocstringSectionKind.parameters: "Parameters",
    griffe.DocstringSectionKind.other_parameters: "Parameters",
    griffe.DocstringSectionKind.attributes: "Attributes",
    griffe.DocstringSectionKind.returns: "Returns",
    griffe.DocstringSectionKind.yields: "Yields",
    griffe.DocstringSectionKind.raises: "Raises",
}


def public_names() -> dict[str, list[str]]:
    """Return the public names of each module that has some."""
    telemetry = importlib.import_module(_TELEMETRY)
    return {
        "chatcompletions": list(importlib.import_module("chatcompletions").__all__),
        _SERVER: list(importlib.import_module(_SERVER).__all__),
        _TELEMETRY: [
            name for name, value in vars(telemetry).items()
            if not name.startswith("_") and inspect.isclass(value) and value.__module__ == _TELEMETRY
        ],
    }  # fmt: skip


def page_of(name: str, value: Any) -> str:
    """Return the page of a name of `chatcompletions`."""
    if name in {"ChatClient", "AsyncChatClient", "Timeouts"}:
        return "clients"
    if not inspect.isclass(value) and "Event" not in name:
        return "functions"
    for part, page in (
        (r"Error$", "errors"), (r"Dict$", "dicts"), (r"(Params|Options)$", "parameters"), (r"Event$", "events"),
        (r"Stream|ToolRun$", "streams"), (r"^Unset$|^Spec$|Tool$", "functions"),
    ):  # fmt: skip
        if re.search(part, name):
            return page
    return "answers"


@cache
def places() -> dict[str, str]:
    """Return the page of each public name."""
    found = {}
    for module, names in public_names().items():
        for name in names:
            value = getattr(importlib.import_module(module), name)
            found[name] = page_of(name, value) if module == "chatcompletions" else module.rpartition(".")[2]
    return found


def reference() -> dict[str, str]:
    """Return the pages of the reference as Markdown, by their file names."""
    parts = {page: [f"# {title}", about] for page, (title, about) in PAGES.items()}
    for module, names in public_names().items():
        for name in sorted(names, key=_order):
            parts[places()[name]].append(section(name, getattr(importlib.import_module(module), name)))
    parts["testing"].extend(_plugin())
    pages = {f"{page}.md": "\n\n".join(texts) + "\n" for page, texts in parts.items()}
    rows = [f"| [{title}]({page}.md) | {about} |" for page, (title, about) in PAGES.items()]
    names = [f"[`{name}`]({places()[name]}.md#{name.strip('_')})" for name in sorted(places(), key=_order)]
    about = "Every public name, with every parameter, made from the source."
    table = "\n".join(["| page | what |", "|---|---|", *rows])
    pages["index.md"] = "\n\n".join(["# Reference", about, table, "## Every name", " ·\n".join(names)]) + "\n"
    return pages


def section(name: str, value: Any) -> str:
    """Return the section of a public name.

    Args:
        name: Its name.
        value: What has it.
    """
    parts = [f"## `{name}` {{ #{name.strip('_')} }}"]
    if inspect.isclass(value):
        parts += _class(name, value)
    elif kinds := typing.get_args(value):
        parts.append("Any of " + ", ".join(_linked(f"`{_text(kind).partition('[')[0]}`") for kind in kinds) + ".")
    elif inspect.isfunction(value):
        parts += _function(name, value)
    else:
        parts.append(_description(value) if type(value).__module__.startswith("chatcompletions") else f"`{value}`")
    return "\n\n".join(part for part in parts if part)


def _class(name: str, value: type) -> Iterator[str]:
    if typing.is_typeddict(value):
        yield from _typed_dict(name, value)
        return
    bases = [base.__name__ for base in value.__mro__[1:] if base.__name__ in places()]
    # Who only gets objects of a class has no use for its constructor, and its docstring has no arguments.
    yield _code(f"class {name}{_signature(value) if 'Args:' in (value.__doc__ or '') else ''}")
    if bases:
        yield "A kind of " + ", ".join(_linked(f"`{base}`") for base in bases[:2]) + "."
    yield from _docstring(value.__doc__ or "", _types(value))
    for base in value.__mro__:
        if base.__module__.startswith("chatcompletions_api.") and hasattr(base, "_fields") and _attributes(base):
            types = _types(base)
            yield "**Attributes**"
            yield "\n\n".join(f"`{one}`: `{types[one]}`\n:   {text}" for one, text in _attributes(base).items())
            break
    for member, found in _members(value):
        yield f"### `{name}.{member}` {{ #{name}.{member} data-toc-label='.{member}' }}"
        if isinstance(found, property):
            yield from _docstring(found.__doc__ or "", {})
        else:
            yield from _function(member, found)


def _members(value: type) -> Iterator[tuple[str, Any]]:
    seen = set()
    for base in value.__mro__:
        if not base.__module__.startswith("chatcompletions") or (base is not value and base.__name__ in places()):
            continue
        for name, raw in vars(base).items():
            found = raw.__func__ if isinstance(raw, (classmethod, staticmethod)) else raw
            if name.startswith("_") or name in seen or not (isinstance(found, property) or inspect.isfunction(found)):
                continue
            seen.add(name)
            yield name, found


def _function(name: str, value: Any) -> Iterator[str]:
    signature = _signature(value)
    yield _code(f"{'async ' if inspect.iscoroutinefunction(value) else ''}def {name}{signature}")
    yield from _docstring(value.__doc__ or "", _types(value))


def _signature(value: Any) -> str:
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    lines = []
    last = None
    for parameter in signature.parameters.values():
        if parameter.name == "self" or parameter.annotation == "Never":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and last not in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL):
            lines.append("*")
        stars = "*" * (parameter.kind is parameter.VAR_POSITIONAL) + "**" * (parameter.kind is parameter.VAR_KEYWORD)
        default = "" if parameter.default is parameter.empty else f" = {_default(parameter.default)}"
        lines.append(f"{stars}{parameter.name}{_annotation(parameter.annotation)}{default}")
        last = parameter.kind
    annotation = signature.empty if inspect.isclass(value) else signature.return_annotation
    returned = "" if annotation is signature.empty else f" -> {_text(annotation)}"
    inside = ", ".join(lines)
    if len(inside) + len(returned) > 80:
        inside = "\n    " + ",\n    ".join(lines) + ",\n"
    return f"({inside}){returned}"


def _default(value: Any) -> str:
    shown = repr(value)
    return "..." if " at 0x" in shown else shown


def _annotation(annotation: Any) -> str:
    return "" if annotation is inspect.Parameter.empty else f": {_text(annotation)}"


def _text(annotation: Any) -> str:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if typing.get_origin(annotation) in (typing.Required, typing.NotRequired):
        return _text(typing.get_args(annotation)[0])
    shown = annotation if isinstance(annotation, str) else str(annotation)
    if inspect.isclass(annotation) and not typing.get_args(annotation):
        shown = annotation.__name__
    shown = re.sub(r"ForwardRef\('(.*?)'(?:, module='.*?')?\)|^(?:Not)?Required\[(.*)\]$", r"\1\2", shown)
    shown = re.sub(r"chatcompletions_api\.(\w+\.)*|chatcompletions\.(\w+\.)*|collections\.abc\.", "", shown)
    return re.sub(r"\b_(?=[A-Z])", "", re.sub(r"^'(.*)'$", r"\1", shown)).replace("typing.", "")


def _types(value: Any) -> dict[str, str]:
    """Return the types of the parameters, and of the attributes of a class, by name."""
    found: dict[str, str] = {}
    for base in reversed(value.__mro__) if inspect.isclass(value) else []:
        if base.__module__.startswith("chatcompletions"):
            found.update({name: _text(kind) for name, kind in inspect.get_annotations(base).items()})
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return found
    return found | {one.name: _text(one.annotation) for one in parameters if one.annotation is not one.empty}


def _typed_dict(name: str, value: Any) -> Iterator[str]:
    yield _code(f"class {name}(TypedDict)")
    sections = list(_docstring(value.__doc__ or "", {}))
    yield from sections
    known = "\n".join(sections)
    rows = []
    for key, kind in value.__annotations__.items():
        if f"`{key}`:" not in known:
            needed = ", required" if key in value.__required_keys__ else ""
            rows.append(f"`{key}`: `{_text(kind)}`{needed}\n:   {_sentence(value, key)}")
    if rows:
        yield "**Keys**"
        yield "\n\n".join(rows)


@cache
def _sources() -> Mapping[str, griffe.Class]:
    """Return the classes of the package by name, as they stand in the source."""
    package = griffe.load("chatcompletions", search_paths=[ROOT / "facade"], allow_inspection=False)
    found: dict[str, griffe.Class] = {}
    rooms: list[griffe.Module] = [typing.cast("griffe.Module", package)]
    while rooms:
        room = rooms.pop()
        rooms += room.modules.values()
        found |= {name: one for name, one in room.classes.items() if isinstance(one, griffe.Class)}
    return found


def _sentence(value: Any, key: str) -> str:
    """Return what is written below a key of a TypedDict, or of one of its bases, or what its generated model says."""
    names = [value.__name__]
    for name in names:  # it grows
        source = _sources().get(name)
        if source is None:
            continue
        if key in source.members and (text := source.members[key].docstring):
            return _prose(text.value).replace("\n", " ")
        names += [str(base) for base in source.bases]
    for kind in _sources().values():  # a kind of it may list the words of both
        if value.__name__ in map(str, kind.bases) and kind.docstring and (found := _listed(kind.docstring.value, key)):
            return found
    model = getattr(models, value.__name__.removesuffix("Dict"), None)
    return _attributes(model).get(key, "") if model else ""


def _listed(docstring: str, name: str) -> str:
    """Return what a docstring's list of attributes says of one of them."""
    for part in griffe.Docstring(docstring, parser="google").parse():
        for item in part.value if part.kind is griffe.DocstringSectionKind.attributes else ():
            if item.name == name:
                return _prose(item.description).replace("\n", " ")
    return ""


@cache
def _attributes(model: type) -> dict[str, str]:
    """Return what stands below each attribute of a generated model."""
    file = Path(inspect.getfile(model))
    module = griffe.visit(file.stem, filepath=file, code=file.read_text(encoding="utf-8"))
    members = module.classes[model.__name__].attributes
    return {name: _prose(one.docstring.value).replace("\n", " ") for name, one in members.items() if one.docstring}


def _description(value: Any) -> str:
    return "\n\n".join([_code(f"{type(value).__name__}"), *_docstring(type(value).__doc__ or "", _types(type(value)))])


def _docstring(text: str, types: Mapping[str, str]) -> Iterator[str]:
    logging.getLogger("griffe").setLevel(logging.CRITICAL)  # types stand in the signature, where it does not look
    for part in griffe.Docstring(inspect.cleandoc(text), parser="google").parse():
        if part.kind is griffe.DocstringSectionKind.text:
            yield _prose(part.value)
            continue
        if part.kind not in _HEADINGS:
            yield f"**{part.title or part.kind.value.capitalize()}**\n\n{_prose(str(part.value))}"
            continue
        yield f"**{_HEADINGS[part.kind]}**"
        yield "\n\n".join(_item(part.kind, item, types) for item in part.value)


def _item(kind: griffe.DocstringSectionKind, item: Any, types: Mapping[str, str]) -> str:
    text = _prose(item.description).replace("\n", "\n    ")
    if kind in (griffe.DocstringSectionKind.returns, griffe.DocstringSectionKind.yields):
        return text.replace("\n    ", "\n")
    if kind is griffe.DocstringSectionKind.raises:
        return f"{_linked(f'`{item.annotation}`')}\n:   {text}"
    found = types.get(item.name.lstrip("*"), "")
    return f"`{item.name}`:{f' `{found}`' if found else ''}\n:   {text}"


def _prose(text: str) -> str:
    """Return the text of a docstring as Markdown: its code stays code, and nothing in it is HTML."""
    pieces = re.split(r"(``.+?``|`[^`]+`)", text, flags=re.DOTALL)
    return "".join(
        _linked(re.sub(r"\s+", " ", piece).replace("``", "`"))
        if piece.startswith("`")
        else piece.replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*")
        for piece in pieces
    )


def _linked(code: str) -> str:
    first, _, member = code.strip("`").removesuffix("()").partition(".")
    if first not in places():
        return code
    module = next(module for module, names in public_names().items() if first in names)
    members = dict(_members(getattr(importlib.import_module(module), first))) if member else {}
    return f"[{code}]({places()[first]}.md#{first}{f'.{member}' if member in members else ''})"


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _order(name: str) -> tuple[bool, str]:
    plain = name.removeprefix("Async")
    return plain != "ChatClient", f"{plain.lower()} {name != plain}"


def _plugin() -> Iterator[str]:
    package = griffe.load("chatcompletions.testing", search_paths=[ROOT / "facade"], allow_inspection=False)
    plugin = typing.cast("griffe.Module", package)["plugin"]
    for name, function in plugin.functions.items():
        if any("fixture" in str(decorator.value) for decorator in function.decorators) and not name.startswith("_"):
            yield f"## `{name}` {{ #{name.strip('_')} }}"
            yield _code(f"fixture {name} -> {function.returns}")
            yield from _docstring(function.docstring.value if function.docstring else "", {})
