"""The origin of the package, and its behaviour if the pinned spec lacks an operation or a model."""

from __future__ import annotations

import hashlib
import pickle
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

import chatcompletions
from chatcompletions import ChatClient, ChatCompletionsError, UnsupportedOperationError, _generated
from chatcompletions._requests import operations
from chatcompletions_api import models
from chatcompletions_api.types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Callable

PIN = Path(__file__).resolve().parents[3] / "openapi.yaml"


def test_spec() -> None:
    """`chatcompletions.spec` has the pin's receipt, the pin's own checksum, and the generator that was used."""
    data = PIN.read_bytes()
    receipt = yaml.safe_load(data)["x-receipt"]
    spec = chatcompletions.spec
    assert {name: getattr(spec, name) for name in receipt} == receipt
    assert spec.pin_sha256 == hashlib.sha256(data).hexdigest()
    assert spec.generator_version == version(spec.generator)


def test_user_agent() -> None:
    """The User-Agent of every request names the version of the package and the revision of the spec."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"object": "chat.completion"})

    with ChatClient(api_key="sk-test", transport=httpx.MockTransport(answer)) as chat:
        chat.get("c1")
    wanted = f"chatcompletions/{chatcompletions.__version__} (spec {chatcompletions.spec.revision})"
    assert sent[0].headers["user-agent"] == wanted


def test_a_call_without_its_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call without an endpoint module is an error that says so, and sends nothing."""
    monkeypatch.setitem(sys.modules, "chatcompletions_api.api.chat.delete_chat_completion", None)
    monkeypatch.delattr("chatcompletions_api.api.chat.delete_chat_completion", raising=False)
    operations._endpoint.cache_clear()
    with (
        ChatClient(api_key="sk-test", transport=httpx.MockTransport(refuse)) as chat,
        pytest.raises(UnsupportedOperationError, match=r"has no DELETE /chat/completions/\{completion_id\}") as caught,
    ):
        chat.delete("c1")
    assert isinstance(caught.value, ChatCompletionsError)
    assert str(chatcompletions.spec.revision) in str(caught.value)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert str(copied) == str(caught.value)


def refuse(request: httpx.Request) -> httpx.Response:
    """Stand in for a server that must not be called."""
    raise AssertionError(f"{request.url} was called")


@pytest.mark.parametrize(
    ("model", "call"),
    [
        ("ChatCompletionDeleted", lambda chat: chat.delete("c1")),
        ("ChatCompletionList", lambda chat: chat.list()),
        ("CreateChatCompletionResponse", lambda chat: chat.create(model="m", messages="Hello.")),
        ("CreateChatCompletionStreamResponse", lambda chat: chat.create(model="m", messages="Hello.", stream=True)),
    ],
)
def test_an_answer_without_its_model(monkeypatch: pytest.MonkeyPatch, model: str, call: Callable[[Any], Any]) -> None:
    """A call whose answer could not be read is an error that says so, and sends nothing."""
    monkeypatch.setattr(_generated.models, model, _generated.stand_in(model), raising=False)
    operations.check_readable.cache_clear()
    with (
        ChatClient(api_key="sk-test", transport=httpx.MockTransport(refuse)) as chat,
        pytest.raises(UnsupportedOperationError, match=f"the pinned spec has no {model}, which"),
    ):
        call(chat)


def test_a_broken_installation_is_no_lack_of_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another missing module is the ImportError that it is."""
    monkeypatch.delitem(sys.modules, "chatcompletions_api.api.chat.list_chat_completions", raising=False)
    monkeypatch.setitem(sys.modules, "chatcompletions_api.models.sort_order", None)
    operations._endpoint.cache_clear()
    with (
        ChatClient(api_key="sk-test", transport=httpx.MockTransport(refuse)) as chat,
        pytest.raises(ModuleNotFoundError, match="sort_order"),
    ):
        chat.list()


def described(*, body: Any, beta: Any = UNSET, metadata: Any = UNSET) -> Any:
    """Describe a request as an endpoint function with parameters beside its body would."""
    return body.to_dict(), beta, metadata


described.__annotations__["metadata"] = models.MetadataFilter | Unset
described.__annotations__["body"] = models.UpdateChatCompletionRequest | Unset


def test_a_parameter_beside_the_body() -> None:
    """Parameters outside the body are passed as such, without `None`; a member of the body takes precedence."""
    params = {"metadata": {"a": "b"}, "beta": "x"}
    assert described(**operations._arguments(described, params)) == ({"metadata": {"a": "b"}}, "x", UNSET)
    assert described(**operations._arguments(described, {"metadata": None, "beta": None})) == (
        {"metadata": None},
        UNSET,
        UNSET,
    )


def test_models_that_are_there() -> None:
    """A model that the spec has is the generated one itself."""
    assert _generated.models.Choice is models.Choice


def test_models_that_are_not() -> None:
    """A stand-in for a model that the spec does not have has no instances."""

    class River(_generated.stand_in("RiverModel")):  # type: ignore[misc]
        __slots__ = ("_headers",)

    assert River | None
    with pytest.raises(UnsupportedOperationError, match="the pinned spec has no RiverModel"):
        River.from_dict({})
    assert _generated.models.NoSuchModel is _generated.models.NoSuchModel
    with pytest.raises(AttributeError):
        _ = _generated.models._private
