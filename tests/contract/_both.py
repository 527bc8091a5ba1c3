"""One operation called both ways, by the facade and by the generated endpoint function on the facade's own client."""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from scripts.contract.layers import addresses, endpoint_modules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.contract.spec import Operation
    from tests.conftest import SyncDriver


@dataclass
class Server:
    """A transport that keeps each request and answers with the body it was given last."""

    answer: bytes = b'{"object": ""}'
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
    answer = driver.call(addresses()[operation.address], *ids.values(), **params)
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
