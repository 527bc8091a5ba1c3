"""Which tools a canned answer calls, and with what.

A tool is called when the last user message mentions it: by its whole name, or by one of the words that make up the
name, "weather" for ``get_weather`` or ``getWeather``, singular or plural. Verbs and small words such as "get" or "the"
do not count, unless the name has no other words. Each mention is a call, unless ``parallel_tool_calls`` is false.

With ``tool_choice: "required"`` it is the first tool if none is mentioned. Once a call of the last user message has its
result, an answer in text follows, so that an agent's loop ends; if a call is required, that of the first tool that has
not been called since, or else of the last tool of the list, where agents put the one that ends them. A tool that
``tool_choice`` names is called, once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._errors import invalid
from ._patterns import PatternError, matching
from ._samples import NoSampleError, sample
from ._text import dump, echo, last_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Request = Mapping[str, Any]
    Tool = dict[str, Any]

_MOST = 16  # calls in one answer
_READ = 20_000  # characters of a message in which mentions are looked for
_SMALL = """a an and are at by call can do fetch find for from get i in is it list look me my of on or please put run
search set show tell the this to tool use what with you"""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W\d_]+")
_CAPITALISED = r"(?!I\b)[A-ZÀ-ÖØ-Þ][\w'-]*"
#: What a message quotes, and its capitalised words but those that begin a sentence.
_TEXTS = re.compile(rf'["“]([^"“”]{{1,80}})["”]|(?<=[^.!?:\s]\s)({_CAPITALISED}(?: {_CAPITALISED})*)')


def is_forced(request: Request) -> bool:
    """Tell whether a request names the tool to call: the service then gives "stop" as the reason for the end."""
    return any(
        isinstance(choice, dict) and choice.get("type") != "allowed_tools"
        for choice in (request.get("tool_choice"), request.get("function_call"))
    )


def tool_calls(request: Request) -> list[dict[str, Any]]:
    """Make the calls that answer a request, without their ids."""
    tools: list[Tool] = request.get("tools") or []
    choice = request.get("tool_choice", "auto")
    if isinstance(choice, dict):  # a named tool is a list of one, of which one must be called
        allowed = choice.get("allowed_tools", {"mode": "required", "tools": [choice]})
        tools, choice = _picked(tools, allowed["tools"]), allowed["mode"]
    chosen = _chosen(tools, choice, request)
    if request.get("parallel_tool_calls") is False or is_forced(request):
        chosen = chosen[:1]
    texts = [quoted or name for quoted, name in _TEXTS.findall(last_text(request, "user")[:_READ])]
    share = max(1, len(texts) // max(1, len(chosen)))
    calls = []
    for n, tool in enumerate(chosen):
        place = f"tools[{request['tools'].index(tool)}].{tool['type']}"
        calls.append(_call(tool, request, texts[n * share : (n + 1) * share] or texts, place))
    return calls


def function_call(request: Request) -> dict[str, Any] | None:
    """Make the call of a legacy function, if one answers a request."""
    tools = [{"type": "function", "function": function} for function in request.get("functions") or ()]
    choice = request.get("function_call", "auto")
    if isinstance(choice, dict):
        tools = [tool for tool in tools if _name(tool) == choice["name"]]
        if not tools:
            raise invalid("function_call", f"'functions' holds no '{choice['name']}'")
        choice = "required"
    for tool in _chosen(tools, choice, request):
        place = f"functions[{request['functions'].index(tool['function'])}]"
        function: dict[str, Any] = _call(tool, request, [], place)["function"]
        return function
    return None


def _name(tool: Tool) -> str:
    kind = tool.get("type")
    named = tool.get(kind) if isinstance(kind, str) else None
    if not isinstance(named, dict) or not isinstance(name := named.get("name"), str):
        raise invalid("tool_choice", "a tool needs a type and, in the member that its type names, a name")
    return name


def _picked(tools: list[Tool], references: list[Tool]) -> list[Tool]:
    by_name = {(tool["type"], _name(tool)): tool for tool in tools}
    wanted = [(reference.get("type"), _name(reference)) for reference in references]
    for kind, name in wanted:
        if (kind, name) not in by_name:
            raise invalid("tool_choice", f"'tools' holds no {kind} tool '{name}'")
    return [by_name[one] for one in wanted]


def _chosen(tools: list[Tool], mode: str, request: Request) -> list[Tool]:
    if mode == "none" or not tools:
        return []
    turn = _turn(request)
    if any(message["role"] in ("tool", "function") for message in turn):
        called = {name for message in turn for name in _called(message)}
        fresh = [tool for tool in tools if _name(tool) not in called]
        return (fresh[:1] or tools[-1:]) if mode == "required" else []
    return _mentioned(tools, last_text(request, "user")) or (tools[:1] if mode == "required" else [])


def _turn(request: Request) -> list[dict[str, Any]]:
    """Return the messages behind the last one of the user."""
    messages: list[dict[str, Any]] = request["messages"]
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    return messages[places[-1] + 1 :] if places else messages


def _called(message: dict[str, Any]) -> Iterator[str]:
    yield from (_name(call) for call in message.get("tool_calls") or ())
    if call := message.get("function_call"):
        yield call["name"]


def _mentioned(tools: list[Tool], said: str) -> list[Tool]:
    """List the tools that a message mentions, one as often as it is mentioned, in order."""
    said = said[:_READ]
    places: dict[str, list[int]] = {}
    for word in re.finditer(r"\w+", said):
        places.setdefault(_singular(word[0]), []).append(word.start())
    found = []
    for number, tool in enumerate(tools):
        name = re.compile(rf"(?<![\w-]){re.escape(_name(tool))}(?![\w-])", re.IGNORECASE)
        words = [_singular(word) for word in _HUMP.sub(" ", _name(tool)).split()]
        telling = [word for word in words if word not in _SMALL.split()] or words
        mentions = [match.start() for match in name.finditer(said)] if _name(tool) else []
        mentions = mentions or max((places.get(word, []) for word in telling), key=len, default=[])
        found += [(place, number) for place in mentions]
    return [tools[number] for _, number in sorted(found)[:_MOST]]


def _singular(word: str) -> str:
    word = word.casefold()
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _call(tool: Tool, request: Request, texts: list[str], place: str) -> dict[str, Any]:
    if tool["type"] == "custom":
        return {"type": "custom", "custom": {"name": _name(tool), "input": _input(tool["custom"], request, place)}}
    try:
        arguments = sample({"type": "object", **(tool["function"].get("parameters") or {})}, texts)
    except NoSampleError as error:
        raise no_sample(f"{place}.parameters", error) from None
    return {"type": "function", "function": {"name": _name(tool), "arguments": dump(arguments)}}


def _input(tool: dict[str, Any], request: Request, place: str) -> str:
    grammar = (tool.get("format") or {}).get("grammar") or {}
    if grammar.get("syntax") != "regex":
        return f"canned input for: {echo(last_text(request, 'user'))}"
    try:
        return next(matching(grammar["definition"]))
    except (PatternError, StopIteration) as error:
        raise no_sample(f"{place}.format.grammar.definition", error) from None


def no_sample(param: str, problem: Exception) -> Exception:
    """Make the error of a schema that no value was found for."""
    return invalid(param, f"no value was found that fits it: {problem}; a script can give one", "no_sample")
