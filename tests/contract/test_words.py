"""The words on parameters: the pin's, wherever a caller looks for them."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints
from unittest.mock import create_autospec

import pytest

import chatcompletions
from chatcompletions import UNSET, AsyncChatClient, ChatClient
from chatcompletions._requests.operations import OPERATIONS
from chatcompletions_api import models
from scripts.contract.spec import pinned

SPEC = pinned()
FACADE = Path(chatcompletions.__file__).parent
CALLS = [name for name, one in OPERATIONS.items() if one.module in SPEC.operations()]
CLIENTS = [ChatClient, AsyncChatClient]


def described(call: str) -> dict[str, str]:
    """Return the pin's descriptions of the parameters of a call, but for those that its signature has itself."""
    operation = SPEC.operations()[OPERATIONS[call].module]
    body = SPEC.properties(operation.body) if operation.body else {}
    words = {name: schema.get("description", "") for name, schema in body.items()}
    words |= {name: operation.parameters[name].get("description", "") for name in operation.aside()}
    return {name: text for name, text in words.items() if name not in OPERATIONS[call].own}


@cache
def declared() -> dict[str, dict[str, str]]:
    """Return the words under each key of the TypedDicts in `_params.py`, by class, with those of its bases."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse((FACADE / "_params.py").read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            words = found[node.name] = {name: text for base in bases for name, text in found.get(base, {}).items()}
            for key, under in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name):
                    text = (
                        under.value.value
                        if isinstance(under, ast.Expr) and isinstance(under.value, ast.Constant)
                        else ""
                    )
                    words[key.target.id] = " ".join(str(text).split())
    return found


@pytest.mark.parametrize("call", CALLS)
def test_words_under_the_keys(call: str) -> None:
    """Each parameter has the pin's description under its key, where editors show it."""
    params: Any = OPERATIONS[call].params
    words = declared()[params.__name__]
    wrong = {name: text for name, text in described(call).items() if words.get(name) != " ".join(text.split())}
    assert wrong == {}, f"put these words under the keys of {params.__name__} in facade/chatcompletions/_params.py"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("call", CALLS)
def test_words_of_the_arguments(client: Any, call: str) -> None:
    """Each parameter has the first sentence of the pin's description in the docstring of its method."""
    text = inspect.getdoc(getattr(client, call)) or ""
    block = textwrap.dedent(text.partition("Args:\n")[2].partition("\n\n")[0])
    entries = dict(re.findall(r"^(\w+): ((?:.|\n(?= ))*)", block, re.MULTILINE))
    words = {name: " ".join(entry.split()) for name, entry in entries.items()}
    first = {name: re.split(r"(?<=\.) (?=[A-Z`])", " ".join(one.split()))[0] for name, one in described(call).items()}
    wrong = {name: one for name, one in first.items() if words.get(name) != one}
    assert wrong == {}, f"put these words under Args: of {client.__name__}.{call} in facade/chatcompletions/_client.py"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("call", CALLS)
def test_signatures(client: Any, call: str) -> None:
    """A signature lists each parameter and option by name, UNSET in the place of what may be left out."""
    signature = inspect.signature(getattr(client(api_key="k"), call))
    params: Any = OPERATIONS[call].params
    shown = {name: one.default for name, one in signature.parameters.items() if one.kind is one.KEYWORD_ONLY}
    assert shown.keys() == {*params.__annotations__, *OPERATIONS[call].own}
    required = {name for name, default in shown.items() if default is inspect.Parameter.empty}
    assert required == params.__required_keys__
    ours = {*OPERATIONS[call].own} - {"stream"}
    assert {shown[name] for name in shown if name not in required and name not in ours} <= {UNSET}


def test_autospec() -> None:
    """A mock made from the async client is awaited like it, and refuses a keyword that the spec does not have."""
    mock = create_autospec(AsyncChatClient, instance=True)

    async def use() -> None:
        await mock.create(model="m", messages=[])
        await mock.get("c")
        await mock.update("c", metadata={})
        await mock.delete("c")

    asyncio.run(use())
    mock.get.assert_awaited_once_with("c")
    with pytest.raises(TypeError, match="tempratur"):
        mock.create(model="m", messages=[], tempratur=1)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("call", CALLS)
def test_type_hints(client: Any, call: str) -> None:
    """The annotations of a method and of its parameters can be evaluated."""
    hints = get_type_hints(getattr(client, call))
    assert hints["return"] is not None
    params: Any = OPERATIONS[call].params
    assert get_type_hints(params).keys() == params.__annotations__.keys()


def test_type_hints_of_constructors_and_models() -> None:
    """The annotations of the constructor, and of every model, can be evaluated."""
    assert "api_key" in get_type_hints(ChatClient.__init__)
    for name in models.__all__:
        found = getattr(models, name)
        if isinstance(found, type):
            assert get_type_hints(found) is not None
