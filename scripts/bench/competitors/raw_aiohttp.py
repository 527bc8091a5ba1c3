"""httpx over aiohttp's connections, by the httpx-aiohttp transport: another way to many calls in flight."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import httpx

from . import CONNECTIONS, raw_json


class Competitor(raw_json.Competitor):
    """As with json, save for the async transport."""

    def _transport(self) -> dict[str, Any]:
        transport: Any = import_module("httpx_aiohttp").AiohttpTransport
        return {"transport": transport(limits=httpx.Limits(max_connections=CONNECTIONS))}
