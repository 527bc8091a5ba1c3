"""The call `run_tools`: a run, and what it asks the model by."""

from __future__ import annotations

from functools import partial
from typing import Any

from chatcompletions._redaction import hide_values

from .options import exchange_of
from .run import AsyncToolRun, ToolRun


def start(client: Any, params: Any, tools: Any, response_format: Any, *, is_async: bool) -> Any:
    """Return the run of a client; the first request is sent when it is used.

    Raises:
        TypeError: An argument is unknown, missing or of the wrong type, or a tool cannot be made of it.
        ValueError: A number is out of its range, or two tools have the same name.
    """
    # First of all, so that no failure below shows a secret among the keywords.
    params = hide_values(params)
    exchange = exchange_of(params, tools, can_await=is_async)
    ask = client.create
    if response_format is not None:
        from chatcompletions._structured import adapter_of

        adapter_of(response_format) if not isinstance(response_format, dict) else None  # refused before it is paid for
        ask = partial(client.parse, response_format=response_format)
    return (AsyncToolRun if is_async else ToolRun)(ask, exchange)
