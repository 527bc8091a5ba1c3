"""The facade calls the server that the pin names, and authenticates as the pin asks."""

from typing import Any

import pytest

from scripts.contract.access import security_differences, server_differences
from scripts.contract.spec import Spec, pinned

OURS, OTHER = "https://api.openai.com/v1", "https://eu.example.com/v1"
SCHEMES: dict[str, Any] = {
    "Bearer": {"type": "http", "scheme": "Bearer"},
    "Key": {"type": "apiKey", "in": "header", "name": "api-key"},
    "Query": {"type": "apiKey", "in": "query", "name": "key"},
    "Header": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "Basic": {"type": "http", "scheme": "basic"},
    "Entra": {"type": "oauth2", "flows": {}},
    "Tls": {"type": "mutualTLS"},
}
SETTINGS = "facade/chatcompletions/_requests/settings.py"


def spec(**members: Any) -> Spec:
    """Return a document with two operations; `get` and `post` are members of these."""
    own = {method: {"responses": {}, **members.pop(method, {})} for method in ("get", "post")}
    return Spec({"paths": {"/chat/completions": own}, "components": {"securitySchemes": SCHEMES}, **members})


def test_the_pin() -> None:
    """The pin names the facade's default server, and asks for what the facade sends."""
    assert server_differences(pinned()) == security_differences(pinned()) == []


@pytest.mark.parametrize("servers", [[], [{"url": "/v1"}], [{"url": OTHER}, {"url": f"{OURS}/"}]])
def test_servers_that_change_nothing(servers: list[Any]) -> None:
    """A document that names no host, or the facade's among others, asks for nothing."""
    assert server_differences(spec(servers=servers)) == []


def test_another_server() -> None:
    """Where the API has moved, the sentence names both addresses, the option and the place."""
    assert server_differences(spec(servers=[{"url": OTHER}])) == [
        f"openapi.yaml names the server {OTHER}, the facade calls {OURS}: callers give base_url=, or change "
        f"DEFAULT_BASE_URL in {SETTINGS}"
    ]


def test_an_operation_at_another_server() -> None:
    """An operation with a server of its own needs a client of its own."""
    assert server_differences(spec(servers=[{"url": OURS}], get={"servers": [{"url": OTHER}]})) == [
        f"openapi.yaml has GET /chat/completions at {OTHER} alone, the facade calls all operations at one address: "
        "callers make it with a client of its own, with that base_url="
    ]


@pytest.mark.parametrize("names", [["Bearer"], ["Entra"], ["Header"], ["Key", "Bearer"], ["Gone"], [""], []])
def test_security_that_is_satisfied(names: list[str]) -> None:
    """A token is sent wherever one of the ways takes it, and none is needed where none is asked for."""
    assert security_differences(spec(security=[{name: []} if name else {} for name in names])) == []


@pytest.mark.parametrize(
    ("requirement", "advice"),
    [
        (["Key"], "a key in the header 'api-key' (callers give headers={'api-key': ...} to the client)"),
        (["Bearer", "Query"], "a key in the query 'key' (callers give params={'key': ...} to the client)"),
        (["Basic"], "a name and a password (callers give auth= to the client)"),
        (["Tls"], "'mutualTLS' (callers give what httpx has for it to the client)"),
    ],
)
def test_security_that_the_facade_does_not_have(requirement: list[str], advice: str) -> None:
    """Another way to authenticate is told with the option of the client that does it, and with its operations."""
    asked = [{name: [] for name in requirement}]
    end = f", the facade sends the key as a bearer token: do as said, or change it in {SETTINGS}"
    assert security_differences(spec(security=asked)) == [f"openapi.yaml asks for {advice}{end}"]
    assert security_differences(spec(security=[{"Bearer": []}], post={"security": asked})) == [
        f"openapi.yaml asks for {advice} in POST /chat/completions{end}"
    ]
