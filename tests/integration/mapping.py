"""A program that maps requests with a journal, to be killed: python mapping.py MODE BASE_URL JOURNAL ROWS [recover]."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from chatcompletions import AsyncChatClient, ChatClient


async def amap(base_url: str, rows: int, **params: Any) -> None:
    async with AsyncChatClient(base_url=base_url) as chat:
        async for _ in chat.map(map(str, range(rows)), model="m", concurrency=8, **params):
            pass


def main(mode: str, base_url: str, journal: str, rows: str, recover: str = "") -> None:
    params: dict[str, Any] = {"journal": journal, **({"store": True, "recover": True} if recover else {})}
    if mode == "async":
        asyncio.run(amap(base_url, int(rows), **params))
    else:
        with ChatClient(base_url=base_url) as chat:
            for _ in chat.map(map(str, range(int(rows))), model="m", concurrency=8, **params):
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
