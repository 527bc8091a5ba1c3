"""A local server for the six chat completion operations: real HTTP and SSE, a real store, canned answers.

It needs the extra ``server`` (``pip install 'chatcompletions[server]'``) and no key, model or network. Run it as a
command, ``python -m chatcompletions.server``, or inside a test::

    with LocalServer() as server:
        client = ChatClient(base_url=server.base_url, api_key="unused")

Every answer says that it is canned. The same request always gets the same answer; only ids and times move on. Given a
script it answers, and fails, as that says: `ScriptEntry` lists the words. `chatcompletions.testing` has fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._app import app
    from ._recorded import RecordedRequest
    from ._run import LocalServer
    from ._store import StoreError
    from ._words import ChoiceWords, ScriptEntry, ScriptError

__all__ = ["ChoiceWords", "LocalServer", "RecordedRequest", "ScriptEntry", "ScriptError", "StoreError", "app"]

_HOMES = {
    "ChoiceWords": "_words",
    "LocalServer": "_run",
    "RecordedRequest": "_recorded",
    "ScriptEntry": "_words",
    "ScriptError": "_words",
    "StoreError": "_store",
    "app": "_app",
}


def __getattr__(name: str) -> object:
    # Lazy, so that `python -m chatcompletions.server --help` works and explains itself without the extra.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in ("jsonschema", "starlette", "uvicorn", "yaml"):
            raise
        raise ImportError(
            f"the local server needs {error.name}: pip install 'chatcompletions[server]'", name=error.name
        ) from error


def __dir__() -> list[str]:
    return __all__
