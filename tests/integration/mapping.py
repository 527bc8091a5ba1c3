"""A program that maps requests with a journal: python mapping.py MODE BASE_URL JOURNAL ROWS [recover | BYTES].

It is to be killed, or may write no more than some bytes to a file; it prints the rows that have a reply.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from typing import Any

from chatcompletions import AsyncChatClient, ChatClient, Outcome


async def amap(base_url: str, rows: int, **params: Any) -> None:
    async with AsyncChatClient(base_url=base_url) as chat:
        async for row in chat.map(map(str, range(rows)), model="m", concurrency=8, **params):
            report(row)


def report(row: Outcome[Any]) -> None:
    if row.error is None:
        print(row.index, flush=True)


def main(mode: str, base_url: str, journal: str, rows: str, more: str = "") -> None:
    params: dict[str, Any] = {"journal": journal}
    if more == "recover":
        params |= {"store": True, "recover": True}
    elif more:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(more), int(more)))
    if mode == "async":
        asyncio.run(amap(base_url, int(rows), **params))
    else:
        with ChatClient(base_url=base_url) as chat:
            for row in chat.map(map(str, range(int(rows))), model="m", concurrency=8, **params):
                report(row)


if __name__ == "__main__":
    main(*sys.argv[1:])
