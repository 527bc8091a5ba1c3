"""The public names, and the modules that importing them loads."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType, UnionType
from typing import Any, Union, get_origin, get_overloads

import pytest

import chatcompletions
from chatcompletions import _dicts
from chatcompletions_api import models

# What the generated package lends: the mark of an absent field, and the TypedDicts of messages and tools.
LENT = {"UNSET", "Unset", *_dicts.GENERATED}


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a statement loads in an interpreter of its own."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very interpreter
    return set(done.stdout.split())


def is_union(thing: Any) -> bool:
    """Tell whether a thing is a union of classes, which has no docstring of its own."""
    return get_origin(thing) in (Union, UnionType)


def test_all_is_sorted() -> None:
    """The public names are sorted, each once, constants first."""
    assert chatcompletions.__all__ == sorted(set(chatcompletions.__all__), key=lambda name: (not name.isupper(), name))


def test_all_is_complete() -> None:
    """__all__ has every name of the package without an underscore, and no other."""
    public = {name: getattr(chatcompletions, name) for name in dir(chatcompletions) if not name.startswith("_")}
    offered = {
        name
        for name, found in public.items()
        if is_union(found) or getattr(found, "__module__", "").split(".")[0] == "chatcompletions"
    }
    assert offered == set(chatcompletions.__all__) - {"__version__", *LENT}


@pytest.mark.parametrize("name", chatcompletions.__all__)
def test_every_name_is_there(name: str) -> None:
    """Each public name can be imported, has a docstring, and is listed by dir."""
    found = getattr(chatcompletions, name)
    assert name in dir(chatcompletions)
    assert found.__doc__ or is_union(found) or name in LENT
    if isinstance(found, type | FunctionType) and name not in LENT:
        assert (found.__module__, found.__name__) == ("chatcompletions", name)


def test_typed_dicts() -> None:
    """A TypedDict is the generated one, for type checkers as at run time, and editors show words for it."""
    aliases = re.findall(r"^    (\w+Dict) = models\.(\w+)$", Path(_dicts.__file__).read_text("utf-8"), re.MULTILINE)
    assert dict(aliases) == _dicts.GENERATED
    for name, generated in aliases:
        assert getattr(chatcompletions, name) is getattr(models, generated)
        assert getattr(chatcompletions, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'NothingDict'"):
        _ = _dicts.NothingDict


def test_annotations_name_what_is_public() -> None:
    """Every class of this package that a call's annotations name is public."""
    modules = [
        import_module(f"chatcompletions.{name}")
        for name in ("_answers.deleted", "_answers.models", "_answers.pages", "_params", "_streaming.stream")
    ]
    clients = (chatcompletions.ChatClient, chatcompletions.AsyncChatClient)
    calls = [getattr(client, name) for client in clients for name in vars(client) if not name.startswith("_")]
    named: set[str] = set()
    for call in calls:
        for each in (call, *(get_overloads(call) if callable(call) else ())):
            named.update(re.findall(r"\w+", str(getattr(each, "__annotations__", {}))))
    found = {name: getattr(module, name, None) for name in named for module in modules if name in vars(module)}
    ours = {
        name for name, value in found.items() if getattr(value, "__module__", "").split(".")[0] == "chatcompletions"
    }
    assert {"AsyncPages", "AsyncStreamOpening", "CreateParams"} < ours <= set(chatcompletions.__all__)


def test_star_import() -> None:
    """A star import imports every public name, the lazy ones included."""
    names: dict[str, object] = {}
    exec("from chatcompletions import *", names)  # noqa: S102 - a function cannot hold a star import
    assert set(chatcompletions.__all__) <= names.keys()


def test_unknown_name() -> None:
    """A name that does not exist is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="'chatcompletions' has no attribute 'nothing'"):
        _ = chatcompletions.nothing


def test_public_classes_know_no_private_module_by_name() -> None:
    """Every module beside the server and the spans is private."""
    package = Path(chatcompletions.__file__).parent
    public = {path.stem for path in package.glob("*.py") if not path.stem.startswith("_")}
    assert public == {"telemetry"}


@pytest.mark.parametrize(
    "statement",
    [
        "import chatcompletions",
        "import chatcompletions; chatcompletions.ChatClient(api_key='k').close()",
        "import chatcompletions; chatcompletions.AsyncChatClient(api_key='k')",
    ],
)
def test_importing_loads_little(statement: str) -> None:
    """Neither importing the package nor making a client loads models, endpoints, a date parser or a server."""
    heavy = ("chatcompletions_api.models", "chatcompletions_api.api", "dateutil", "starlette", "uvicorn", "jsonschema")
    assert {name for name in loaded_by(statement) if name.startswith(heavy)} == set()


def test_a_typed_dict_loads_only_its_own_model() -> None:
    """Asking for a TypedDict loads the module of its model and no other."""
    loaded = loaded_by("from chatcompletions import UserMessageDict")
    found = {name for name in loaded if name.startswith("chatcompletions_api.models.")}
    assert found == {"chatcompletions_api.models.chat_completion_request_user_message"}


def test_the_first_call_loads_only_its_own_endpoint() -> None:
    """A create loads the endpoint of create and no other, and neither pages nor streams."""
    statement = (
        "import httpx, chatcompletions\n"
        "reply = httpx.Response(200, json={'object': 'chat.completion'})\n"
        "chat = chatcompletions.ChatClient(api_key='k', transport=httpx.MockTransport(lambda request: reply))\n"
        "chat.create(model='m', messages='Hi.')"
    )
    loaded = loaded_by(statement)
    endpoints = {name for name in loaded if name.startswith("chatcompletions_api.api.chat.")}
    assert endpoints == {"chatcompletions_api.api.chat.create_chat_completion"}
    unwanted = ("_answers.pages", "_bulk", "_dicts", "_messages", "_streaming.stream")
    assert loaded.isdisjoint({"starlette", "dateutil", *(f"chatcompletions.{name}" for name in unwanted)})
