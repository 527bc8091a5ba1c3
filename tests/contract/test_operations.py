"""The operations of the pin, the generated endpoint modules, the facade's rows and both clients are one set."""

from __future__ import annotations

import inspect
import re
import types
import typing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from chatcompletions import AsyncChatClient, ChatClient, ChatCompletion, _generated
from chatcompletions._answers.pages import AsyncChatCompletionPage, AsyncMessagePage, ChatCompletionPage, MessagePage
from chatcompletions._base_client import answer_class
from chatcompletions._params import ListParams
from chatcompletions._requests.operations import OPERATIONS, Operation
from chatcompletions._streaming.stream import AsyncChatCompletionStream, ChatCompletionStream
from chatcompletions_api import models
from scripts.contract.answers import hidden_members
from scripts.contract.behaviour import behaviour_differences
from scripts.contract.differences import address_differences, differences, module_differences
from scripts.contract.layers import addresses, calls, endpoint_modules, wire_names
from scripts.contract.spec import Spec, pinned
from scripts.operations import CHAT_OPERATIONS, ChatOperation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import ModuleType

DESCRIBED = OPERATIONS.keys()
TABLE = "facade/chatcompletions/_requests/operations.py"
# What a client has besides the calls; each async name beside its sync one.
INFRASTRUCTURE = {"close": "aclose"} | {name: name for name in ("base_url", "raw", "parse", "run_tools", "map")}


def call_differences(described: Collection[str], having: Collection[str], where: str, what: str) -> list[str]:
    """Compare the operations that the facade describes with the methods made of them."""
    return differences(
        described,
        having,
        f"facade/chatcompletions/_requests/operations.py describes {{}}, for which {where} has no {what}: add it there",
        f"{where} has the {what} {{}}, which facade/chatcompletions/_requests/operations.py does not describe: "
        "add it there",
    )


def row_differences(known: Iterable[ChatOperation], rows: Iterable[Operation]) -> list[str]:
    """Compare the operations that the scripts know with the rows of the facade's table."""
    extras = [(one, "extra_body" if one.body else "extra_query") for one in known]
    return differences(
        [" ".join((one.call, one.address, one.module, extra)) for one, extra in extras],
        [" ".join((row.name, row.address, row.module, row.extra)) for row in rows],
        f"scripts/operations.py has {{}}, for which {TABLE} has no row: add it there",
        f"{TABLE} has the row {{}}, which scripts/operations.py does not have: correct it there",
    )


def written(function: Any) -> inspect.Signature:
    """Return the signature that a function has in its module, not the longer one that callers are shown."""
    plain = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    plain.__kwdefaults__, plain.__annotations__ = function.__kwdefaults__, function.__annotations__
    return inspect.signature(plain)


def method_differences(row: Operation, client: type) -> list[str]:
    """Compare a row with the signature of its method, or with those of its overloads."""
    method, is_async = getattr(client, row.name), client.__name__.startswith("Async")
    forms = [written(one) for one in typing.get_overloads(method) or [method]]
    taken = [
        str(one.annotation) if one.kind is one.VAR_KEYWORD else one.name for one in [*forms[-1].parameters.values()][1:]
    ]
    wanted = [*re.findall(r"{(\w+)}", row.address), *row.own, f"Unpack[{row.params.__name__}]"]
    answer = ((is_async and row.async_answer) or row.answer).rpartition(".")[2]
    place = f"{client.__name__} in facade/chatcompletions/_client.py"
    found = []
    if taken != wanted:
        found.append(
            f"{row.name} takes {', '.join(taken)} in {place}, but {', '.join(wanted)} by its row in {TABLE}: align them"
        )
    if not any(answer in re.findall(r"\w+", form.return_annotation) for form in forms):
        found.append(f"{row.name} does not return {answer} in {place}, as it does by its row in {TABLE}: align them")
    return found


def own_methods(cls: type) -> dict[str, Any]:
    """Return what a class offers by public names of its own."""
    return {name: value for name, value in vars(cls).items() if not name.startswith("_")}


def parameters(function: Any) -> inspect.Signature:
    """Return names, kinds, annotations and defaults of what a function takes, and nothing of what it returns."""
    return written(function).replace(return_annotation=inspect.Signature.empty)


def signature_differences(name: str, sync: Any, twin: Any) -> list[str]:
    """Compare the signatures of a sync method and of its async twin, overloads included."""
    forms, twins = ([*typing.get_overloads(one), one] for one in (sync, twin))
    if len(forms) != len(twins):
        return [
            f"{name} has {len(forms) - 1} overloads in ChatClient, but {len(twins) - 1} in AsyncChatClient: align them"
        ]
    return [
        f"{name} takes {ours} in ChatClient, but {theirs} in AsyncChatClient: "
        "align them in facade/chatcompletions/_client.py"
        for ours, theirs in zip(map(parameters, forms), map(parameters, twins), strict=True)
        if ours != theirs
    ]


def twin_differences(sync: type, twin: type) -> list[str]:
    """Compare the public names of a class and of its async twin, in which `close` is `aclose`."""

    def names(cls: type) -> set[str]:
        return {"close" if name == "aclose" else name for name in dir(cls) if not name.startswith("_")}

    ours, theirs = sync.__name__, twin.__name__
    return differences(
        names(sync),
        names(twin),
        f"{ours} has {{}}, which {theirs} lacks: add it",
        f"{theirs} has {{}}, which {ours} lacks: add it",
    )


def test_rows() -> None:
    """The facade has a row for each operation that the scripts know, with the same address, module and kind."""
    assert row_differences(CHAT_OPERATIONS, OPERATIONS.values()) == []


@pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
@pytest.mark.parametrize("name", OPERATIONS)
def test_rows_and_methods(name: str, client: type) -> None:
    """A method takes the id, the keywords and the TypedDict that its row names, and returns the class named there."""
    assert method_differences(OPERATIONS[name], client) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_answers(name: str) -> None:
    """The class of an answer extends the first model that its row names, sync and async."""
    row = OPERATIONS[name]
    for answer in filter(None, (row.answer, row.async_answer)):
        assert issubclass(answer_class(answer), getattr(_generated.models, row.models[0]))


def test_modules() -> None:
    """Each operation of the pin has a generated module with all its functions, and each module an operation."""
    assert module_differences(pinned(), endpoint_modules()) == []


def test_described() -> None:
    """The facade describes each operation of the pin by its method and path, and no other."""
    assert address_differences(pinned(), addresses()) == []
    assert {*addresses().values()} <= DESCRIBED


def test_faults() -> None:
    """Each call can describe its request, and has the models that its answer is read into."""
    assert [call.fault for call in calls() if call.fault] == []


def test_behaviour() -> None:
    """Each call does what it is for, on answers such as the service gives."""
    assert behaviour_differences() == []


def test_behaviour_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that fails, or finds no text, is told with the file to look at; one that cannot be made is left aside."""
    monkeypatch.setattr(ChatCompletion, "text", "")
    monkeypatch.setattr(ChatClient, "get", lambda chat, _: chat.gone)
    monkeypatch.setitem(OPERATIONS, "delete", OPERATIONS["delete"]._replace(models=None))
    found = behaviour_differences(lacking=["list"])
    assert found[0] == (
        "the facade's create does not find the text of an answer any more: see where openapi.yaml has it now"
    )
    assert [sentence.split("'s ")[1].split()[0] for sentence in found] == [
        "create",
        "create",
        "get",
        "update",
        "delete",
    ]
    assert "'ChatClient' object has no attribute 'gone'" in found[2]
    assert found[4].startswith("the facade's delete fails on an answer (TypeError: ")
    assert found[4].endswith("): correct it in facade/chatcompletions/_requests/build.py")


def test_hidden_members() -> None:
    """No field of the spec hides a member that the facade adds to an answer."""
    assert hidden_members() == []


def _get_kwargs(
    completion_id: str, *, body: Any, kind: str, tags: list[str], flag: bool, only: models.MetadataFilter | None = None
) -> dict[str, Any]:
    members = only.to_dict() if only else {}
    headers = {"X-Flag": "true" if flag else "false", "Content-Type": "application/json"}
    return {"params": {"type": kind, "tags[]": tags, **members}, "headers": headers, "json": body.to_dict()}


def test_wire_names() -> None:
    """What an endpoint function calls by another name than the API is known by both, wherever it is sent."""
    module = SimpleNamespace(_get_kwargs=_get_kwargs)
    _get_kwargs.__annotations__.update(tags=list[str], only=models.MetadataFilter | None)
    names = {"kind": "type", "tags": "tags[]", "flag": "X-Flag", "only": "metadata"}
    assert wire_names(cast("ModuleType", module)) == names


def test_absent() -> None:
    """A call is refused exactly where the pin does not have its operation."""
    assert len(DESCRIBED) - len(addresses()) == len(CHAT_OPERATIONS) - len(pinned().operations())


@pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
def test_methods(client: type) -> None:
    """Each described operation is a method of both clients, and they have no other calls."""
    aside = INFRASTRUCTURE.values() if client is AsyncChatClient else INFRASTRUCTURE
    methods = own_methods(client).keys() - set(aside)
    where = f"{client.__name__} in facade/chatcompletions/_client.py"
    assert call_differences(DESCRIBED, methods, where, "method") == []


@pytest.mark.parametrize("name", [*sorted(own_methods(ChatClient).keys() - INFRASTRUCTURE), "__init__"])
def test_signatures(name: str) -> None:
    """A call takes the same parameters, by the same names and kinds, sync and async."""
    assert signature_differences(name, getattr(ChatClient, name), getattr(AsyncChatClient, name)) == []


@pytest.mark.parametrize(
    ("sync", "twin"),
    [
        (ChatClient, AsyncChatClient),
        (ChatCompletionPage, AsyncChatCompletionPage),
        (MessagePage, AsyncMessagePage),
        (ChatCompletionStream, AsyncChatCompletionStream),
    ],
)
def test_twins(sync: type, twin: type) -> None:
    """What a client, a page or a stream offers, its async twin offers by the same name."""
    assert twin_differences(sync, twin) == []


_ROW = Operation(
    "get", "GET /things/{thing_id}", "get_thing", ListParams, "extra_query", "_things.Thing", (), "_things.AsyncThing",
    own=("only",),
)  # fmt: skip


class _Client:
    def get(self, completion_id: str) -> None: ...
    def close(self) -> None: ...


class _AsyncClient:
    def get(self, completion_id: str, *, timeout: float) -> None: ...
    def aclose(self) -> None: ...
    def watch(self) -> None: ...


def _document(**operation_ids: str) -> Spec:
    answer: dict[str, Any] = {"content": {"application/json": {"schema": {}}}}
    paths = {
        f"/{path}": {"get": {"operationId": name, "tags": ["Chat"], "responses": {"200": answer}}}
        for path, name in operation_ids.items()
    }
    return Spec({"paths": paths})


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            module_differences(_document(a="listThings"), {}),
            "openapi.yaml has the operation 'list_things', for which generated/chatcompletions_api has no module: "
            "run make generate",
        ),
        (
            module_differences(_document(), {"list_things": inspect}),
            "generated/chatcompletions_api has the module 'list_things', for which openapi.yaml has no operation: "
            "run make generate",
        ),
        (
            module_differences(_document(a="listThings"), {"list_things": inspect})[:1],
            "the generated module 'list_things' has no function '_get_kwargs': look at what the generator now calls it",
        ),
        (
            address_differences(_document(things="listThings"), []),
            "openapi.yaml has the operation 'GET /things', which the facade does not call: "
            "describe it in facade/chatcompletions/_requests/operations.py",
        ),
        (
            address_differences(_document(), ["GET /things"]),
            "facade/chatcompletions/_requests/operations.py describes 'GET /things', which is no operation of "
            "openapi.yaml: remove it there",
        ),
        (
            call_differences(["list"], [], "ChatClient", "method"),
            "facade/chatcompletions/_requests/operations.py describes 'list', for which ChatClient has no method: "
            "add it there",
        ),
        (
            call_differences([], ["list"], "ChatClient", "method"),
            "ChatClient has the method 'list', which facade/chatcompletions/_requests/operations.py does not describe: "
            "add it there",
        ),
        (
            row_differences([ChatOperation("get", "/things", "list_things", "list", "Things")], []),
            "scripts/operations.py has 'list GET /things list_things extra_query', for which "
            "facade/chatcompletions/_requests/operations.py has no row: add it there",
        ),
        (
            row_differences([], [_ROW]),
            "facade/chatcompletions/_requests/operations.py has the row 'get GET /things/{thing_id} get_thing "
            "extra_query', which scripts/operations.py does not have: correct it there",
        ),
        (
            method_differences(_ROW, ChatClient)[:1],
            "get takes completion_id, Unpack[CallOptions] in ChatClient in facade/chatcompletions/_client.py, but "
            "thing_id, only, Unpack[ListParams] by its row in facade/chatcompletions/_requests/operations.py: "
            "align them",
        ),
        (
            method_differences(_ROW, AsyncChatClient)[1:],
            "get does not return AsyncThing in AsyncChatClient in facade/chatcompletions/_client.py, as it does by "
            "its row in facade/chatcompletions/_requests/operations.py: align them",
        ),
        (
            signature_differences("get", _Client.get, _AsyncClient.get),
            "get takes (self, completion_id: 'str') in ChatClient, but (self, completion_id: 'str', *, "
            "timeout: 'float') in AsyncChatClient: align them in facade/chatcompletions/_client.py",
        ),
        (
            signature_differences("create", ChatClient.create, _AsyncClient.get),
            "create has 3 overloads in ChatClient, but 0 in AsyncChatClient: align them",
        ),
        (twin_differences(_Client, _AsyncClient), "_AsyncClient has 'watch', which _Client lacks: add it"),
    ],
)
def test_sentences(found: list[str], sentence: str) -> None:
    """A member that one side lacks is told in a sentence that says what to add where."""
    assert found == [sentence]
