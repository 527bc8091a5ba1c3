"""The models that the facade names and extends, and what of them is not as the facade takes it to be."""

import ast
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import chatcompletions
from chatcompletions._answers.chunk import ChatCompletionChunk
from chatcompletions._answers.deleted import ChatCompletionDeleted
from chatcompletions._answers.models import ChatCompletion
from chatcompletions._answers.pages import AsyncChatCompletionPage, AsyncMessagePage, ChatCompletionPage, MessagePage

ANSWERS = (
    ChatCompletion, ChatCompletionChunk, ChatCompletionDeleted,
    ChatCompletionPage, AsyncChatCompletionPage, MessagePage, AsyncMessagePage,
)  # fmt: skip
_GENERATED = "generated/chatcompletions_api"


def hidden_members(answers: Collection[type[Any]] = ANSWERS) -> list[str]:
    """Tell which members of the facade's classes a field of the spec hides."""
    found: dict[str, None] = {}
    for cls in answers:
        fields = {field.name for field in getattr(cls, "__attrs_attrs__", ())}
        for base in (one for one in cls.__mro__ if one.__module__.split(".")[0] != "chatcompletions_api"):
            place, members = _declared(base.__name__)
            for name in sorted(fields & members):
                found[
                    f"openapi.yaml has a field {name!r} in {cls.__name__}, which hides {base.__name__}.{name}: "
                    f"give that another name in {place}, or drop it"
                ] = None
    return list(found)


@cache
def _declared(name: str) -> tuple[str, set[str]]:
    """Return where the facade declares a class, and its methods, by its text: the class has the fields there by now."""
    for place, source in facade_sources().items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                functions = (one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
                return place, {one.name for one in functions}
    return "", set()


def facade_sources() -> dict[str, str]:
    """Return the text of each of the facade's modules, by its place."""
    folder = Path(chatcompletions.__file__).parent
    return {
        f"facade/{path.relative_to(folder.parent).as_posix()}": path.read_text("utf-8")
        for path in sorted(folder.rglob("*.py"))
        if not path.is_relative_to(folder / "server")
    }


def missing_models(sources: Mapping[str, str], having: Collection[str]) -> dict[str, list[str]]:
    """Find the models that the facade's modules name, by the text of each, and the generated package does not have.

    The TypedDict of a model names the model.

    Returns:
        The places that name them, by model.
    """
    found: dict[str, list[str]] = {}
    for place, source in sources.items():
        named = {name if name in having else name.removesuffix("Dict") for name in _models_named(source)}
        for name in sorted(named - {*having}):
            found.setdefault(name, []).append(place)
    return found


def model_differences(missing: Mapping[str, list[str]], *, whole: bool = True) -> list[str]:
    """Say what to do about models that are not there.

    Args:
        missing: See `missing_models`.
        whole: Whether the pin has all operations; else models may be missing with them, for which stand-ins do.
    """
    if missing and not whole:
        return [
            f"{_GENERATED} does not have {', '.join(f'models.{name}' for name in sorted(missing))}: stand-ins do for "
            "what openapi.yaml lacks; if one was only renamed, name it anew in scripts/names.yaml or in the facade"
        ]
    return [
        f"models.{name} is not in {_GENERATED}: it was renamed or is gone; give its class this name in "
        f"scripts/names.yaml, or change it in {' and '.join(places)}"
        for name, places in missing.items()
    ]


def _models_named(source: str) -> list[str]:
    tree = list(ast.walk(ast.parse(source)))
    attributes = [one for one in tree if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "models"]
    imports = [one for one in tree if isinstance(one, ast.ImportFrom) and one.module == "chatcompletions_api.models"]
    return [one.attr for one in attributes] + [alias.name for one in imports for alias in one.names]
