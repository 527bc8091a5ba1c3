"""Rules for documents of other vendors, in their shapes: their calls work, or a sentence says how they do."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import naming
from scripts.closure import slice_chat
from scripts.renaming import keep_names
from tests.unit.scripts._documents import record, ref
from tests.unit.scripts.test_update_facade import ALL, TEXT, Made

pytestmark = pytest.mark.mutation
PRINT = """
def show(call):
    call()
    print(sent[-1].url.copy_with(query=None), *sent[-1].url.params.multi_items())
"""
AZURE = (
    PRINT
    + """
base, params = "https://x.example/openai/deployments/gpt", {"api-version": "2024-10-21"}
chat = ChatClient(api_key="k", base_url=base, params=params, transport=httpx.MockTransport(answer))
show(lambda: chat.create(model="m", messages="Hi."))
show(lambda: chat.get("c1"))
from chatcompletions_api.api.chat import list_chat_completions
show(lambda: list_chat_completions.sync_detailed(client=chat.raw))
show(lambda: list_chat_completions.sync_detailed(client=chat.raw, api_version="2"))
"""
)
STREAMED = """
STREAM = 'data: {"choices": [{"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}]}\\n\\n'
with chat.create(model="m", messages="Hi.", stream=True) as stream:
    print(*stream.text_deltas(), type(stream.completion).__name__)
"""
STYLES = (
    PRINT
    + """
# What "add it there" means: one more name in a TypedDict.
ListParams.__annotations__ |= dict.fromkeys(["commas", "bars", "deep"])
deep = {"a": "1", "b": {"c": 2, "d": ["x", "y"]}}
show(lambda: chat.list(commas="a,b", bars="a|b", deep=deep, extra_query={"bare": "1"}))
try:
    chat.list(deep={"b": {"d": [{}]}})
except TypeError as error:
    print(error)
from chatcompletions_api import models
from chatcompletions_api.api.chat import list_chat_completions
show(lambda: list_chat_completions.sync_detailed(client=chat.raw, commas="a,b", deep=models.DeepFilter.from_dict(deep)))
"""
)


def _azure(document: dict[str, Any]) -> None:
    document["servers"] = [{"url": "https://{endpoint}/openai", "variables": {"endpoint": {"default": "x.example"}}}]
    document["paths"] = {f"/deployments/{{deployment-id}}{path}": item for path, item in document["paths"].items()}
    for item in document["paths"].values():
        for operation in item.values():
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/version"})
        item["parameters"] = [{"name": "deployment-id", "in": "path", "required": True, "schema": TEXT}]
    version = {"name": "api-version", "in": "query", "required": True, "schema": TEXT}
    document["components"]["parameters"] = {"version": version}


def _wrapped(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    schemas["CompletionChunk"] = schemas.pop("CreateChatCompletionStreamResponse")
    schemas["CompletionEvent"] = record(data=ref("CompletionChunk"))
    answer = document["paths"][ALL]["post"]["responses"]["200"]
    answer["content"]["text/event-stream"] = {"schema": ref("CompletionEvent")}


def _in_place(document: dict[str, Any]) -> None:
    chunk = document["components"]["schemas"].pop("CreateChatCompletionStreamResponse")
    document["paths"][ALL]["post"]["responses"]["200"]["content"]["text/event-stream"] = {"schema": chunk}


def _styles(document: dict[str, Any]) -> None:
    texts = {"type": "array", "items": TEXT}
    deep = record(a=TEXT, b=record(c=TEXT, d=texts))
    document["paths"][ALL]["get"]["parameters"] += [
        {"in": "query", "name": "commas", "explode": False, "schema": texts},
        {"in": "query", "name": "bars", "style": "pipeDelimited", "schema": texts},
        {"in": "query", "name": "deep", "style": "deepObject", "explode": True, "schema": deep},
        {"in": "query", "name": "bare", "style": "form", "explode": True, "schema": record(bare=TEXT)},
    ]


def _colliding(document: dict[str, Any]) -> None:
    names = ("a-b", "a_b", "a b")
    parameters = [{"in": "query", "name": name, "schema": TEXT} for name in names]
    document["paths"][ALL]["get"]["parameters"] += parameters
    document["paths"][ALL]["post"]["parameters"] = [
        {"in": where, "name": name, "schema": TEXT}
        for where, name in (("query", "x-y"), ("query", "x_y"), ("header", "x-y"), ("cookie", "x_y"), ("header", "x_y"))
    ]
    schemas = document["components"]["schemas"]
    schemas["CreateChatCompletionRequest"]["allOf"][1]["properties"] |= dict.fromkeys(names, TEXT)
    schemas["CreateChatCompletionResponse"]["properties"] |= dict.fromkeys(names, TEXT)


def made(folder: Path, mutate: Callable[[dict[str, Any]], None]) -> Made:
    def anew(document: dict[str, Any]) -> None:
        mutate(document)
        cut = copy.deepcopy(slice_chat(document).document)
        keep_names(cut, naming.load_names())
        document.clear()
        document |= cut

    return Made(folder, anew)


def test_a_deployment_and_a_version_are_given_to_the_client(tmp_path: Path) -> None:
    """An id in the prefix of the paths belongs to `base_url`, a required query parameter may be the client's."""
    azure = made(tmp_path, _azure)
    assert azure.run(AZURE) == [
        "https://x.example/openai/deployments/gpt/chat/completions ('api-version', '2024-10-21')",
        "https://x.example/openai/deployments/gpt/chat/completions/c1 ('api-version', '2024-10-21')",
        "https://x.example/openai/deployments/gpt/chat/completions ('api-version', '2024-10-21')",
        "https://x.example/openai/deployments/gpt/chat/completions ('api-version', '2')",
    ]
    assert (
        "openapi.yaml names the server https://{endpoint}/openai/deployments/{deployment-id}, the facade calls "
        "https://api.openai.com/v1: callers give base_url=, or change DEFAULT_BASE_URL in "
        "facade/chatcompletions/_requests/settings.py"
    ) in azure.sentences
    assert (
        "openapi.yaml requires the create parameter 'api-version', which the facade lacks: until it is added, callers "
        "give it to the client, as in ChatClient(params={'api-version': ...})"
    ) in azure.sentences


@pytest.mark.parametrize("mutate", [_wrapped, _in_place])
def test_streams_that_are_described_in_another_way(tmp_path: Path, mutate: Callable[[dict[str, Any]], None]) -> None:
    """Events that hold a chunk, and a chunk without a name, stream like a chunk of the usual name."""
    foreign = made(tmp_path, mutate)
    assert foreign.sentences == []
    assert foreign.run(STREAMED) == ["Hi. ChatCompletion"]


def test_styles_of_a_query(tmp_path: Path) -> None:
    """A style that stock code cannot send takes text, a nested object its path as key; no Python repr is sent."""
    styles = made(tmp_path, _styles)
    where = "which ListParams in facade/chatcompletions/_params.py lacks: add it there"
    form = "as it stands in the query: openapi.yaml gives it a form that code does not write"
    assert sorted(styles.sentences) == [
        f"ListParams has to take text as 'bars', {form}",
        f"ListParams has to take text as 'commas', {form}",
        "openapi.yaml has the list parameter 'bare', whose members code cannot write under its name: callers give them "
        "in extra_query",
        *(f"openapi.yaml has the list parameter {name!r}, {where}" for name in ("bars", "commas", "deep")),
    ]
    url = "https://api.openai.com/v1/chat/completions"
    deep = "('deep[a]', '1') ('deep[b][c]', '2') ('deep[b][d]', 'x') ('deep[b][d]', 'y')"
    assert styles.run(STYLES) == [
        f"{url} ('commas', 'a,b') ('bars', 'a|b') {deep} ('bare', '1')",
        "deep[b][d] is a list with mappings in it, which a query cannot hold",
        f"{url} ('commas', 'a,b') {deep}",
    ]


def test_names_that_are_one_in_python(tmp_path: Path) -> None:
    """Of three names that are one in Python none stops a document: two are declared, the third is given by its name."""
    colliding = made(tmp_path, _colliding)
    for call, extra in (("create", "extra_body"), ("list", "extra_query")):
        assert (
            f"openapi.yaml has the {call} parameter 'a b', whose name is another one's in Python: "
            f"callers give it in {extra}"
        ) in colliding.sentences
    assert not any("'a b'" in one for one in colliding.sentences if "another one's" not in one)
    lines = colliding.run(
        'ANSWER |= {"a-b": "1", "a_b": "2", "a b": "3"}\n'
        'reply = chat.create(model="m", messages="Hi.", extra_body={"a b": "4"})\n'
        'print(reply["a-b"], reply["a_b"], reply["a b"], reply.to_dict() == ANSWER)\n'
        'print(b\'"a b":"4"\' in sent[0].content)\n'
    )
    assert lines == ["1 2 3 True", "True"]
