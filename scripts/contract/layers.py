"""What the facade and the generated package offer, found by reflection."""

import inspect
import typing
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import unquote

import chatcompletions_api.api
from chatcompletions import UnsupportedOperationError
from chatcompletions._requests.operations import OPERATIONS, check_readable
from scripts.operations import chat_operation

_PROBE = "probe"


class Call(NamedTuple):
    """A call of the facade.

    Attributes:
        name: The method of both clients.
        address: The operation that it describes, in words; empty if it cannot.
        fault: Why it cannot be made, in a sentence; empty if it can.
    """

    name: str
    address: str
    fault: str


class _Text(str):
    """Text that also stands for an object, wherever an endpoint function asks for one."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        return {_PROBE: self}


def endpoint_modules() -> dict[str, ModuleType]:
    """Return the generated endpoint modules by name; each says in `__package__` under which tag it stands."""
    api = chatcompletions_api.api
    tags = [import_module(f"{api.__name__}.{found.name}") for found in iter_modules(api.__path__)]
    return {
        found.name: import_module(f"{tag.__name__}.{found.name}")
        for tag in tags
        for found in iter_modules(tag.__path__)
    }


def keywords(module: ModuleType) -> dict[str, inspect.Parameter]:
    """Return what an endpoint function takes by keyword, its body aside."""
    taken = inspect.signature(module._get_kwargs).parameters.values()
    return {one.name: one for one in taken if one.kind is one.KEYWORD_ONLY and one.name != "body"}


def wire_names(module: ModuleType) -> dict[str, str]:
    """Return for each keyword of an endpoint function, its body aside, the name that it has on the wire.

    The function tells it: each keyword is given its own name, and found again in what is described.
    """
    describe, named = module._get_kwargs, keywords(module)
    given = {name: _probe(one.annotation, name) for name, one in named.items()}
    path = [name for name, one in inspect.signature(describe).parameters.items() if one.kind is not one.KEYWORD_ONLY]
    body = {"body": _Text()} if "body" in describe.__annotations__ else {}
    described = describe(*path, **given, **body)
    headers = {name: value for name, value in described.get("headers", {}).items() if name != "Content-Type"}
    sent = {**described.get("params", {}), **headers, **described.get("cookies", {})}
    texts = {wire: str(value[0] if isinstance(value, list) else value) for wire, value in sent.items()}
    found = {text: wire.removesuffix(f"[{_PROBE}]") for wire, text in texts.items() if text in named}
    # A flag in a header is written as a word of its own.
    others = [wire for wire, text in texts.items() if text not in named]
    return found | dict(zip((name for name in named if name not in found), others, strict=False))


def _probe(annotation: Any, name: str) -> Any:
    for kind in (annotation, *typing.get_args(annotation)):
        if hasattr(kind, "from_dict"):
            return kind.from_dict({_PROBE: name})
        if typing.get_origin(kind) is list:
            return [_Text(name)]
    return _Text(name)


def calls() -> list[Call]:
    """Return the facade's calls; one of which the generated package has no operation is none."""
    modules, found = endpoint_modules(), []
    for operation in OPERATIONS.values():
        if (module := modules.get(operation.module)) is None:
            continue
        needed = [one for one in keywords(module).values() if one.default is one.empty]
        params = {one.name: _probe(one.annotation, one.name) for one in needed}
        ids = ["{completion_id}"] * operation.address.count("{")
        address = fault = ""
        try:
            described = operation.described(params, *ids)
            method, path = described["method"], unquote(described["url"])
            address = ours.address if (ours := chat_operation(method, path)) else f"{method.upper()} {path}"
            check_readable(*operation.models)
        except UnsupportedOperationError as error:
            fault = (
                f"the facade refuses to call {operation.name}, as {error}: it was renamed or is gone; name it anew in "
                "scripts/names.yaml or in the facade"
            )
        except Exception as error:  # whatever it is, the call cannot be made
            fault = (
                f"the facade's {operation.name} fails ({error}): "
                "correct it in facade/chatcompletions/_requests/operations.py"
            )
        found.append(Call(operation.name, address, fault))
    return found


def addresses() -> dict[str, str]:
    """Return the names of the facade's calls by the operation that each describes."""
    return {call.address: call.name for call in calls() if call.address}
