"""A program that maps requests with a journal, to be killed: python mapping.py MODE BASE_URL JOURNAL ROWS."""

from __future__ import annotations

import asyncio
import sys

from chatcompletions import AsyncChatClient, ChatClient


async def amap(base_url: str, journal: str, rows: int) -> None:
    async with AsyncChatClient(base_url=base_url) as chat:
        async for _ in chat.map(map(str, range(rows)), model="m", journal=journal, concurrency=8):
            pass


def main(mode: str, base_url: str, journal: str, rows: str) -> None:
    if mode == "async":
        asyncio.run(amap(base_url, journal, int(rows)))
    else:
        with ChatClient(base_url=base_url) as chat:
            for _ in chat.map(map(str, range(int(rows))), model="m", journal=journal, concurrency=8):
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
