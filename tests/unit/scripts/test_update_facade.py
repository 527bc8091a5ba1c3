"""Rules for kinds of change that upstream has not made so far: what is reported of the facade, and what still works."""

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import update
from scripts.document import dump
from scripts.generate import build

ROOT = update._ROOT
PINNED: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
ALL, ONE = "/chat/completions", "/chat/completions/{completion_id}"
TEXT = {"type": "string"}
HEAD = """
import httpx
from chatcompletions import ChatClient, CreateParams, ListParams, UnsupportedOperationError

sent = []

def answer(request):
    sent.append(request)
    if b'"stream"' in request.content:
        return httpx.Response(200, text=STREAM, headers={"content-type": "text/event-stream"})
    return httpx.Response(200, json=ANSWER, headers={"x-request-id": "req_1"})

CHOICE = {"message": {"content": "Hi."}}
ANSWER = {"id": "c1", "choices": [CHOICE], "data": [], "has_more": False, "text": "T", "headers": 5}
chat = ChatClient(api_key="k", transport=httpx.MockTransport(answer))
"""
UNUSUAL = """
# What "add it there" means: one more name in a TypedDict.
ListParams.__annotations__ |= dict.fromkeys(["include", "sid", "client_query", "since"])
CreateParams.__annotations__ |= dict.fromkeys(["open_ai_beta", "api_version"])
given = {"model": "m", "messages": "Hi.", "open_ai_beta": "b"}
reply = chat.create(**given, api_version="2", metadata={"a": "b"})
assert (reply.text, reply.headers, reply.request_id) == ("T", 5, "req_1")
assert (reply.message.content, reply.tool_calls, reply.choices[0].message.content) == ("Hi.", [], "Hi.")
page = chat.list(include=["x", "y"], sid="s", client_query="c", since={"gte": "1"}, metadata={"a": "b"})
assert (page.headers, page.next_page, page.request_id, [*page]) == (5, page.next_page, "req_1", [])
assert sent[0].headers["openai-beta"] == "b"
assert sent[0].url.query == b"api-version=2"
assert b"open_ai_beta" not in sent[0].content
assert sent[1].headers["cookie"] == "sid=s"
assert sent[1].url.params.multi_items() == [
    ("metadata[a]", "b"), ("include[]", "x"), ("include[]", "y"), ("client", "c"),
    ("since[gte]", "1")
]
STREAM = 'data: {"text": "T", "choices": [{"index": 0, "delta": {"content": "Hi."}}]}\\n\\ndata: [DONE]\\n\\n'
with chat.create(**given, stream=True) as stream:
    assert [*stream.text_deltas()] == ["Hi."]
assert stream.completion.message.content == "Hi."
assert chat.update("c1", metadata=None).id == chat.get("c1").id == "c1"
assert [str(one.url.path) for one in sent[3:]] == ["/v1/chat/completions/c1"] * 2
"""
REFUSED = """
for call in (
    lambda: chat.create(model="m", messages="Hi."),
    lambda: chat.create(model="m", messages="Hi.", stream=True),
    lambda: chat.delete("c1"),
):
    try:
        call()
    except UnsupportedOperationError as error:
        print(error)
assert sent == []
"""


def _parameter(where: str, name: str, schema: Any, *, required: bool = False) -> dict[str, Any]:
    return {"in": where, "name": name, "schema": schema, "required": required}


def _unusual(document: dict[str, Any]) -> None:
    paths, schemas = document["paths"], document["components"]["schemas"]
    paths[ALL]["post"]["parameters"] = [
        _parameter("header", "OpenAI-Beta", TEXT, required=True),
        _parameter("query", "api-version", TEXT),
    ]
    paths[ALL]["get"]["parameters"] += [
        _parameter("query", "include[]", {"type": "array", "items": TEXT}),
        _parameter("query", "client", TEXT),
        _parameter("cookie", "sid", TEXT),
        _parameter("query", "since", {"anyOf": [TEXT, {"type": "object", "properties": {"gte": TEXT}}]}),
    ]
    paths[ONE]["get"]["parameters"].append(_parameter("query", "fields", TEXT))
    body = paths[ONE]["post"]["requestBody"]
    body["content"] = {"application/json; charset=utf-8": body["content"]["application/json"]}
    del body["required"]
    schemas["CreateChatCompletionRequest"]["allOf"].append({"properties": {"timeout": TEXT, "top-k": TEXT}})
    schemas["CreateChatCompletionResponse"]["properties"] |= {"text": TEXT, "headers": {"type": "integer"}}
    schemas["CreateChatCompletionStreamResponse"]["properties"]["text"] = TEXT
    schemas["ChatCompletionList"]["properties"] |= {"headers": {"type": "integer"}, "next_page": TEXT}
    _rename_the_id(document)


def _rename_the_id(document: dict[str, Any]) -> None:
    paths = document["paths"]
    for path in [path for path in paths if "{completion_id}" in path]:
        item = paths[path.replace("{completion_id}", "{id}")] = paths.pop(path)
        for operation in item.values():
            operation["parameters"][0]["name"] = "id"


def _rename_models(document: dict[str, Any]) -> None:
    text = dump(document).replace("CreateChatCompletionResponse", "ChatCompletionObject")
    document |= yaml.safe_load(text.replace("CreateChatCompletionStreamResponse", "ChatCompletionChunkObject"))
    answers = document["paths"][ONE]["delete"]["responses"]
    answers["204"] = {"description": answers.pop("200")["description"]}
    del document["components"]["schemas"]["ChatCompletionDeleted"]


class Made:
    """A package that was made from a mutated pin, and the sentences of the contract checks about it."""

    def __init__(self, folder: Path, mutate: Callable[[dict[str, Any]], None]) -> None:
        document = copy.deepcopy(PINNED)
        mutate(document)
        (folder / "openapi.yaml").write_text(dump(document), encoding="utf-8")
        build(folder / "openapi.yaml", folder / "chatcompletions_api")
        self.sentences = update.check(folder / "openapi.yaml", folder / "chatcompletions_api")
        self._path = os.pathsep.join([str(folder), str(ROOT / "facade")])

    def run(self, code: str) -> list[str]:
        """Run code beside the package, and return the lines that it prints."""
        command = [sys.executable, "-B", "-W", "error", "-c", HEAD + code]
        environment = os.environ | {"PYTHONPATH": self._path}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 # ours
        assert done.stderr == ""
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("unusual"), _unusual)


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("renamed"), _rename_models)


WHERE = "in facade/chatcompletions/_params.py lacks: add it there"
HIDES = "give that another name in facade/chatcompletions/_answers"


def test_what_the_facade_must_gain(unusual: Made) -> None:
    """Each new parameter is reported with its keyword, and each field that hides a member; nothing else is."""
    assert sorted(unusual.sentences) == sorted(
        [
            f"openapi.yaml has the create parameter 'OpenAI-Beta', which CreateParams {WHERE} as 'open_ai_beta'",
            f"openapi.yaml has the create parameter 'api-version', which CreateParams {WHERE} as 'api_version'",
            "openapi.yaml requires the create parameter 'OpenAI-Beta', which the facade lacks: until it is added, "
            "callers give it to the client, as in ChatClient(headers={'OpenAI-Beta': ...})",
            "openapi.yaml has the create parameter 'timeout', but 'timeout' is an option of every call: "
            "callers give it in extra_body",
            f"openapi.yaml has the list parameter 'client', which ListParams {WHERE} as 'client_query'",
            f"openapi.yaml has the list parameter 'include[]', which ListParams {WHERE} as 'include'",
            f"openapi.yaml has the list parameter 'sid', which ListParams {WHERE}",
            f"openapi.yaml has the list parameter 'since', which ListParams {WHERE}",
            "openapi.yaml has the get parameter 'fields', for which the facade's get has no keyword: "
            "add one as CONTRIBUTING.md says; until then callers use extra_query",
            f"openapi.yaml has a field 'headers' in ChatCompletion, which hides Answer.headers: {HIDES}/models.py, "
            "or drop it",
            f"openapi.yaml has a field 'text' in ChatCompletion, which hides ChatCompletion.text: {HIDES}/models.py, "
            "or drop it",
            "openapi.yaml has a field 'text' in ChatCompletionChunk, which hides ChatCompletionChunk.text: "
            f"{HIDES}/chunk.py, or drop it",
            *(
                f"openapi.yaml has a field {name!r} in {cls}, which hides {base}.{name}: "
                f"{HIDES}/{module}.py, or drop it"
                for cls, twin in (("ChatCompletionPage", "_SyncPage"), ("AsyncChatCompletionPage", "_AsyncPage"))
                for name, base, module in (("headers", "Answer", "models"), ("next_page", twin, "pages"))
            ),
        ]
    )


def test_what_works_then(unusual: Made) -> None:
    """Answers are read, fields take precedence over our members, and a parameter goes where it belongs once named."""
    assert unusual.run(UNUSUAL) == []


def test_models_that_were_renamed(renamed: Made) -> None:
    """A removed model of an operation that is still there is reported with the calls that it breaks and its uses."""
    mend = "it was renamed or is gone; name it anew in scripts/names.yaml or in the facade"
    for call, model in (("create", "CreateChatCompletionResponse"), ("delete", "ChatCompletionDeleted")):
        reason = f"the pinned spec has no {model}, which this answer would be read into"
        assert f"the facade refuses to call {call}, as {reason}: {mend}" in renamed.sentences
    assert (
        "models.CreateChatCompletionStreamResponse is not in generated/chatcompletions_api: it was renamed or is gone; "
        "give its class this name in scripts/names.yaml, or change it in facade/chatcompletions/_answers/chunk.py"
    ) in renamed.sentences
    assert not any("remove it there" in one or "does not call" in one for one in renamed.sentences)


def test_calls_that_are_refused_then(renamed: Made) -> None:
    """A call whose answer could not be read is refused before anything is sent."""
    assert renamed.run(REFUSED) == [
        f"the pinned spec has no {model}, which this answer would be read into"
        for model in ("CreateChatCompletionResponse", "CreateChatCompletionStreamResponse", "ChatCompletionDeleted")
    ]
