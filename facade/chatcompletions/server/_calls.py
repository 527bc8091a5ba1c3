"""Decide which tools a canned answer calls, and with what.

A tool is called when the request insists (``tool_choice``), or when the last user message mentions the tool's name. A
conversation that ends with a tool's result gets a text: an agent's loop must end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import refuse
from ._json import dump
from ._samples import sample
from ._text import echo, last_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Request = Mapping[str, Any]
    Tools = list[dict[str, Any]]


def tool_calls(request: Request) -> Tools:
    """Make the tool calls for a request, without ids.

    Args:
        request: A create request that passed its checks.

    Returns:
        Function and custom tool calls; several only if the user's message mentions several tools and
        ``parallel_tool_calls`` is not false; none if the answer should be text.

    Raises:
        ApiError: If ``tool_choice`` names a tool that ``tools`` lacks.
    """
    tools: Tools = list(request.get("tools") or ())
    choice = request.get("tool_choice", "auto")
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        tools = list(_picked(tools, choice["allowed_tools"]["tools"]))
        choice = choice["allowed_tools"]["mode"]
    elif isinstance(choice, dict):
        return [_call(tool, request) for tool in _picked(tools, [choice])]
    chosen = _mentioned(tools, request) if choice != "none" else []
    if choice == "required":
        chosen = chosen or tools[:1]
    elif not _awaits_answer(request):
        chosen = []
    if request.get("parallel_tool_calls") is False:
        chosen = chosen[:1]
    return [_call(tool, request) for tool in chosen]


def function_call(request: Request) -> dict[str, Any] | None:
    """Make the call of a legacy function for a request, or `None` if the answer should be text.

    Args:
        request: A create request that passed its checks.

    Raises:
        ApiError: If ``function_call`` names a function that ``functions`` lacks.
    """
    tools = [{"type": "function", "function": function} for function in request.get("functions") or ()]
    choice = request.get("function_call", "auto")
    if isinstance(choice, dict):
        chosen = [tool for tool in tools if _name(tool) == choice["name"]]
        if not chosen:
            refuse("function_call", f"'functions' holds no '{choice['name']}'", "invalid_value")
    else:
        chosen = _mentioned(tools, request) if choice == "auto" and _awaits_answer(request) else []
    return _call(chosen[0], request)["function"] if chosen else None


def _name(tool: Mapping[str, Any]) -> str:
    kind = tool.get("type")
    named = tool.get(kind) if isinstance(kind, str) else None
    if not isinstance(named, dict) or not isinstance(name := named.get("name"), str):
        refuse("tool_choice", "a tool needs a type and, in the member that its type names, a name", "invalid_value")
    return name


def _picked(tools: Tools, references: Tools) -> Iterator[dict[str, Any]]:
    by_name = {(tool["type"], _name(tool)): tool for tool in tools}
    for reference in references:
        kind, name = reference.get("type"), _name(reference)
        if (kind, name) not in by_name:
            refuse("tool_choice", f"'tools' holds no {kind} tool '{name}'", "invalid_value")
        yield by_name[kind, name]


def _awaits_answer(request: Request) -> bool:
    return request["messages"][-1]["role"] not in ("tool", "function")


def _mentioned(tools: Tools, request: Request) -> Tools:
    said = last_text(request["messages"], "user").casefold()
    return [tool for tool in tools if _name(tool) and _name(tool).casefold() in said]


def _call(tool: Mapping[str, Any], request: Request) -> dict[str, Any]:
    if tool["type"] == "custom":
        said = echo(last_text(request["messages"], "user"))
        return {"type": "custom", "custom": {"name": _name(tool), "input": f"canned input for: {said}"}}
    arguments = sample({"type": "object", **(tool["function"].get("parameters") or {})})
    return {"type": "function", "function": {"name": _name(tool), "arguments": dump(arguments)}}
