"""What the facade and the generated package offer, found by reflection."""

import inspect
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import chatcompletions_api.api
from chatcompletions import UnsupportedOperationError, _operations


def endpoint_modules() -> dict[str, ModuleType]:
    """Return the generated endpoint modules by name; each says in `__package__` under which tag it stands."""
    api = chatcompletions_api.api
    tags = [import_module(f"{api.__name__}.{found.name}") for found in iter_modules(api.__path__)]
    return {
        found.name: import_module(f"{tag.__name__}.{found.name}")
        for tag in tags
        for found in iter_modules(tag.__path__)
    }


def public_functions(module: ModuleType) -> dict[str, Any]:
    """Return a module's own public functions, by name without the underscore that spares a builtin."""
    return {
        name.removesuffix("_"): function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


def addresses() -> dict[tuple[str, str], str]:
    """Return the facade's calls by the method and the path that each describes, ids written as ``{completion_id}``.

    A call of which the pin, and so the generated package, has no operation describes nothing.
    """
    found = {}
    for name, function in public_functions(_operations).items():
        arguments = [
            "{completion_id}" if one == "completion_id" else {} for one in inspect.signature(function).parameters
        ]
        try:
            described = function(*arguments)
        except UnsupportedOperationError:
            continue
        path = described["url"].replace("%7B", "{").replace("%7D", "}")
        found[described["method"].upper(), path] = name
    return found
