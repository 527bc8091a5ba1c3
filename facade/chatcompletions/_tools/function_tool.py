"""Tools made of functions: the mapping that the API takes, and how a call is read and made."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict, get_origin, get_type_hints

from chatcompletions._public import public
from chatcompletions._structured import TypeAdapter

from .docstrings import read_docstring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@public
class FunctionTool(dict[str, Any]):
    """A tool as the API takes it, which also knows its function; `function_tool` and `custom_tool` make it.

    Attributes:
        name: The name by which a model calls it.
        run: The function; `None` for a class, whose calls `run_tools` hands over.
    """

    def __init__(self, kind: str, read: Callable[[str], Any], run: Any, **members: Any) -> None:
        super().__init__({"type": kind, kind: {name: value for name, value in members.items() if value is not None}})
        self.name: str = members["name"]
        self.run = run
        self._read = read

    def parse_arguments(self, text: str) -> Any:
        """Read what a model wrote for a call.

        Args:
            text: The call's ``arguments``, or the ``input`` of a custom tool.

        Returns:
            The values by parameter, without those that are left to their defaults; for a class its instance; for a
            custom tool ``{"input": text}``.

        Raises:
            ValueError: The text is not JSON, or a value does not fit its parameter.
        """
        return self._read(text)

    def call(self, arguments: Mapping[str, Any]) -> Any:
        """Call the function.

        Args:
            arguments: The values by parameter, as `parse_arguments` returns them.

        Returns:
            What the function returns, which is an awaitable if it is async.
        """
        if self["type"] == "custom":
            return self.run(arguments["input"])
        signature = inspect.signature(self.run)
        bound = inspect.BoundArguments(signature, dict(arguments))
        bound.apply_defaults()
        return self.run(*bound.args, **bound.kwargs)


@public
def function_tool(
    function: Callable[..., Any], *, name: str | None = None, description: str | None = None, strict: bool = True
) -> FunctionTool:
    """Make a tool of a function, or of a class.

    Each parameter needs an annotation. A sentence about it comes from ``Annotated[int, "sentence"]``, or from the
    docstring, in the style of Google, NumPy or Sphinx. One with a default may be null in a call, which leaves it out.

    Args:
        function: A function, method, `functools.partial` or other callable, async or not. Of a class (a pydantic model,
            data class, TypedDict, ...) the fields are the parameters, and `run_tools` ends with a call of it.
        name: The name by which a model calls it: up to 64 letters, digits, ``_`` and ``-``; by default the function's.
        description: Tells the model what it is for; by default the docstring without its sections.
        strict: Whether the model has to keep to the schema of the parameters. Without it types may be used of which no
            strict schema can be made, and ``*args`` and ``**kwargs`` are left out.

    Returns:
        The tool, for ``tools=``; it is a mapping.

    Raises:
        TypeError: A parameter has no annotation, or one of which no strict schema can be made.
        ValueError: The name cannot be a tool's.

    See https://platform.openai.com/docs/guides/function-calling.
    """
    if isinstance(function, type) or get_origin(function) is not None:
        fields: Any = function
        adapter = TypeAdapter[Any](fields, strict=strict)
        if adapter.wraps:
            raise TypeError(f"function_tool() takes a function, or a class with fields, not {function!r}")
        found, text, run = _checked(name or adapter.name), adapter.description, None
    elif callable(function):
        found, run = _checked(name or _name_of(function)), function
        text, sentences = read_docstring(_source(function).__doc__)
        make: Any = TypedDict  # type checkers take one that is written out
        fields = make(found, dict(_fields(function, found, sentences, strict=strict)))
        adapter = TypeAdapter[Any](fields, strict=strict)
    else:
        raise TypeError(f"function_tool() takes a function, or a class with fields, not {function!r}")
    return FunctionTool(
        "function",
        lambda text: adapter.validate_json(text.strip() or "{}"),  # some servers leave out an empty object
        run,
        name=found,
        description=(text if description is None else description) or None,
        parameters=adapter.json_schema,
        strict=strict or None,
    )


@public
def custom_tool(
    function: Callable[[str], Any],
    *,
    name: str | None = None,
    description: str | None = None,
    format: Mapping[str, Any] | None = None,  # noqa: A002 - the API's own word
) -> FunctionTool:
    """Make a custom tool, for which a model writes free text instead of arguments, of a function of one text.

    Args:
        function: Takes the text, async or not.
        name: The name by which a model calls it; see `function_tool`.
        description: Tells the model what it is for; by default the docstring without its sections.
        format: What the text may look like, such as ``{"type": "grammar", "grammar": {"syntax": "regex",
            "definition": "[0-9]+"}}``; by default anything.

    Raises:
        ValueError: The name cannot be a tool's.

    See https://platform.openai.com/docs/guides/function-calling#custom-tools.
    """
    text, _ = read_docstring(_source(function).__doc__)
    return FunctionTool(
        "custom",
        lambda text: {"input": text},
        function,
        name=_checked(name or _name_of(function)),
        description=(text if description is None else description) or None,
        format=format,
    )


def is_async(function: Any) -> bool:
    """Tell whether a callable is a coroutine function, or an object that is called like one."""
    call = vars(type(function)).get("__call__")  # of an object that is called like a function
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def _named(function: Any) -> Any:
    """Return what gives a callable its name: the function within a partial, or the class of an object."""
    while isinstance(function, partial):
        function = function.func
    return function if hasattr(function, "__name__") else type(function)


def _name_of(function: Any) -> str:
    name: str = _named(function).__name__
    return name


def _source(function: Any) -> Any:
    """Return what has the docstring and the annotations of a callable."""
    named = _named(function)
    return named.__call__ if isinstance(named, type) else named


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot be the name of a tool, which has up to 64 letters, digits, _ and -: give another one, "
            "as in function_tool(f, name='get_weather')"
        )
    return name


def _fields(function: Any, name: str, sentences: Mapping[str, str], *, strict: bool) -> Iterator[tuple[str, Any]]:
    """Return the parameters of a function as the fields of a TypedDict."""
    try:
        parameters = inspect.signature(function).parameters
        hints = get_type_hints(inspect.unwrap(_source(function)), include_extras=True)
    except ValueError:
        raise TypeError(f"Python does not know the parameters of {name}(): write a function that calls it") from None
    except NameError as exc:
        raise TypeError(
            f"an annotation of {name}() names {exc.name!r}, which is not in its module: define it there, not within a "
            "function"
        ) from None
    bound = function.keywords if isinstance(function, partial) else ()
    for key, parameter in parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            if strict:
                raise TypeError(
                    f"a model cannot give {parameter.kind.description} parameters, such as {parameter} of {name}(): "
                    "name each one, or leave them out with function_tool(f, strict=False)"
                )
        elif key not in bound:
            if key not in hints:
                raise TypeError(_advice(name, parameter))
            hint = hints[key]
            if key in sentences and not any(isinstance(note, str) for note in getattr(hint, "__metadata__", ())):
                hint = Annotated[hint, sentences[key]]
            yield key, hint if parameter.default is parameter.empty else NotRequired[hint]


def _advice(name: str, parameter: inspect.Parameter) -> str:
    text = f"the parameter {parameter.name!r} of {name}() has no annotation"
    if parameter.name in ("self", "cls"):
        return f"{text}: give the method of an object, such as Weather().{name}"
    default = parameter.default
    kind = "str" if default is parameter.empty or default is None else type(default).__name__
    return f"{text}: write {parameter.name}: {kind}, or whatever type it has"
