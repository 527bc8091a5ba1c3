"""This client over aiohttp's connections, by the httpx-aiohttp transport."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import httpx

from . import CONNECTIONS, facade


class Competitor(facade.Competitor):
    """As it is, save for the async transport."""

    def _transport(self) -> dict[str, Any]:
        transport: Any = import_module("httpx_aiohttp").AiohttpTransport
        return {"transport": transport(limits=httpx.Limits(max_connections=CONNECTIONS))}
