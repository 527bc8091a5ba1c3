"""From the arguments of `run_tools` to the exchange that a run begins with; mistakes are told before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chatcompletions._answers.models import ChatCompletion
from chatcompletions._checks import check_count, check_names, check_required, check_seconds
from chatcompletions._params import RunToolsParams
from chatcompletions._requests.build import listed

from .exchange import Exchange
from .function_tool import FunctionTool, function_tool, is_async

if TYPE_CHECKING:
    from chatcompletions._redaction import SecretDict

#: The arguments of the run itself, with what they are if they are left out.
_DEFAULTS = {"max_rounds": 10, "parallel": True, "on_error": "report", "tool_timeout": None, "before_call": None}


def exchange_of(params: SecretDict, tools: Any, *, can_await: bool) -> Exchange:
    """Return the exchange that a run begins with.

    Args:
        params: The arguments of `run_tools`.
        tools: The tools.
        can_await: Whether the run can await functions.

    Raises:
        TypeError: An argument is unknown, missing or of the wrong type, or a tool cannot be made of it.
        ValueError: A number is out of its range, or two tools have the same name.
    """
    check_names("run_tools", params, {*RunToolsParams.__annotations__, "tools", "response_format"})
    check_required("run_tools", params, RunToolsParams.__required_keys__)
    if "functions" in params or "function_call" in params:
        raise TypeError("run_tools() takes tools= and tool_choice=, not the older functions= and function_call=")
    if params.get("n") not in (None, 1):
        raise ValueError(f"run_tools() follows one answer: leave out n={params['n']!r}")
    options = {name: params.pop(name, default) for name, default in _DEFAULTS.items()}
    _check(**options)
    if isinstance(tools, str | Mapping) or not isinstance(tools, Iterable):
        raise TypeError(f"tools is a list of functions and tools, such as [get_weather], not {tools!r}")
    found: dict[str, Mapping[str, Any]] = {}
    for tool in map(tool_of, tools):
        name = tool[tool["type"]].get("name")
        if name in found:
            raise ValueError(f"two tools are named {name!r}: give one another name, with function_tool(f, name=...)")
        if not can_await and isinstance(tool, FunctionTool) and is_async(tool.run):
            raise TypeError(f"{name}() is async: call it by an AsyncChatClient")
        found[name] = tool
    if not can_await and is_async(options["before_call"]):
        raise TypeError("before_call is async: use an AsyncChatClient")
    if not params.get("stream"):
        params.pop("stream", None)
    messages = _messages(params.pop("messages"))
    return Exchange(listed(params), messages, found, **options)


def _check(*, max_rounds: Any, parallel: Any, on_error: Any, tool_timeout: Any, before_call: Any) -> None:
    check_count("max_rounds", max_rounds, 1)
    if not isinstance(parallel, bool):
        raise TypeError(f"parallel must be True or False, not {parallel!r}")
    if on_error not in ("report", "raise"):
        raise ValueError(f"on_error must be 'report' or 'raise', not {on_error!r}")
    if before_call is not None and not callable(before_call):
        raise TypeError(f"before_call must be a function that takes a ToolCall, not {before_call!r}")
    check_seconds("tool_timeout", tool_timeout)


def tool_of(given: Any) -> Mapping[str, Any]:
    tool = _plain(given)
    if not isinstance(tool, Mapping):
        return function_tool(tool)
    if not isinstance(tool.get(tool.get("type")), Mapping):
        raise TypeError(f"a tool is a function, or such as {{'type': 'function', 'function': {{...}}}}, not {tool!r}")
    return tool


def _messages(given: Any) -> list[dict[str, Any]]:
    """Return messages as plain mappings, in a list of their own."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        raise TypeError(f"messages is text or a list of messages, not {type(given).__name__}")
    found: list[dict[str, Any]] = []
    for one in given:
        message = _plain(one.message if isinstance(one, ChatCompletion) else one)
        if not isinstance(message, Mapping):
            raise TypeError(f"messages[{len(found)}] is no message but {message!r}")
        found.append(dict(message))
        if message.get("tool_calls"):
            found[-1]["tool_calls"] = [*map(_plain, message["tool_calls"])]
    return found


def _plain(value: Any) -> Any:
    """Return a mapping in the place of a model; anything else as it is."""
    return value.to_dict() if hasattr(type(value), "to_dict") else value
