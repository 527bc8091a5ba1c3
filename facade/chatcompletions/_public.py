"""The mark of public names, whose module is the package: tracebacks are short, and a pickle survives a moved file."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, ForwardRef, TypeVar

from chatcompletions_api.types import UNSET

T = TypeVar("T")


def public(thing: T) -> T:
    """Set the module of a public class or function to the package itself."""
    home: Any = thing
    home.__module__ = __package__
    return thing


class LazyModule:
    """A module, or a name in one, that is imported for its first attribute, as by `typing.get_type_hints`."""

    def __init__(self, module: str, name: str = "") -> None:
        self._module, self._name = module, name

    def __getattr__(self, name: str) -> Any:
        found = import_module(self._module)
        return getattr(getattr(found, self._name) if self._name else found, name)


class _Generic:
    """A reference to a generic class of the package."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, arguments: tuple[ForwardRef, ...]) -> ForwardRef:
        return ForwardRef(f"{self._name}[{', '.join(one.__forward_arg__ for one in arguments)}]")


def references() -> dict[str, Any]:
    """Return the names in the annotations of the clients' methods, to stand among the globals of their module.

    Each is a reference, so that `typing.get_type_hints` loads a class, and a call only the one that it needs.
    """
    names = (
        "CallOptions", "CreateParams", "ListParams", "MapParams", "MessagesParams", "ParseParams", "RunToolsParams",
        "UpdateParams", "ChatCompletion", "ChatCompletionDeleted", "ChatCompletionPage", "AsyncChatCompletionPage",
        "MessagePage", "AsyncMessagePage", "ChatCompletionStream", "AsyncChatCompletionStream", "AsyncStreamOpening",
        "ToolCall", "CallEvent",
    )  # fmt: skip
    generics = (
        "AsyncPages", "AsyncParsedStreamOpening", "AsyncToolRun", "Outcome", "ParsedChatCompletion",
        "ParsedChatCompletionStream", "ToolRun",
    )  # fmt: skip
    return {
        "chatcompletions": LazyModule("chatcompletions"),
        "futures": LazyModule("concurrent.futures"),
        "models": LazyModule("chatcompletions._generated", "models"),
        **{name: _Generic(f"chatcompletions.{name}") for name in generics},
        "ChatCompletionStoreMessage": ForwardRef("models.ChatCompletionStoreMessage"),
        **{name: ForwardRef(f"chatcompletions.{name}") for name in names},
    }


def show_parameters(method: Any, params: Any) -> None:
    """Give a method the signature that its callers see: a keyword for each parameter, UNSET for what may be left out.

    Args:
        method: A function that takes its parameters as `**params`.
        params: The TypedDict of the parameters.
    """
    signature = inspect.signature(method)
    own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    keywords = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if name in params.__required_keys__ else UNSET,
            annotation=getattr(hint, "__forward_arg__", hint),
        )
        for name, hint in params.__annotations__.items()
    ]
    method.__signature__ = signature.replace(parameters=[*own, *keywords])
