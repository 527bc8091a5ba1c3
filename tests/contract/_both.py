"""One operation called both ways, by the facade and by the generated endpoint function on the facade's own client."""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import httpx

import chatcompletions_api.api
from chatcompletions import UnsupportedOperationError, _operations

if TYPE_CHECKING:
    import types
    from collections.abc import Mapping

    from tests.conftest import SyncDriver
    from tests.contract._spec import Operation


def endpoint_modules() -> dict[str, types.ModuleType]:
    """Return the generated endpoint modules by name; each says in `__package__` under which tag it stands."""
    api = chatcompletions_api.api
    tags = [import_module(f"{api.__name__}.{found.name}") for found in iter_modules(api.__path__)]
    return {
        found.name: import_module(f"{tag.__name__}.{found.name}")
        for tag in tags
        for found in iter_modules(tag.__path__)
    }


def public_functions(module: types.ModuleType) -> dict[str, Any]:
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


@dataclass
class Server:
    """A transport that keeps each request and answers with the body it was given last."""

    answer: bytes = b"{}"
    content_type: str = "application/json"
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        headers = {"content-type": self.content_type, "x-request-id": "req_1"}
        return httpx.Response(200, content=self.answer, headers=headers)

    def transport(self) -> httpx.MockTransport:
        """Return the transport for a client."""
        return httpx.MockTransport(self)


def by_facade(driver: SyncDriver, operation: Operation, ids: Mapping[str, str], params: Mapping[str, Any]) -> Any:
    """Call an operation by the facade and return its answer; a stream is read to its end."""
    answer = driver.call(addresses()[operation.method, operation.path], *ids.values(), **params)
    if params.get("stream"):
        driver.iterate(answer)
    return answer


def dropped_down(driver: SyncDriver, operation: Operation, ids: Mapping[str, str], params: Mapping[str, Any]) -> Any:
    """Call an operation by its endpoint function and return the parsed answer."""
    module = endpoint_modules()[operation.name]
    hints = typing.get_type_hints(module._get_kwargs)
    given = {"body": params} if "body" in hints else params
    arguments = {name: _modelled(hints[name], value) for name, value in given.items()} | {**ids}

    async def call_async() -> Any:
        return await module.asyncio_detailed(client=driver.client.raw, **arguments)

    if inspect.iscoroutinefunction(driver.client.get):
        return driver.run(call_async()).parsed
    return module.sync_detailed(client=driver.client.raw, **arguments).parsed


def _modelled(hint: Any, value: Any) -> Any:
    models = [one for one in (hint, *typing.get_args(hint)) if hasattr(one, "from_dict")]
    return models[0].from_dict(value) if models and isinstance(value, dict) else value
